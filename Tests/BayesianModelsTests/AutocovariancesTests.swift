import Distributions
import Glibc
import TestSupport
import Testing

@testable import BayesianModels

@Suite struct AutocovariancesTests {
  @Test("Averaged autocovariances are the sums that define them", arguments: [3, 4, 7, 16, 31, 100, 257])
  func definition(draws n: Int) {
    for chains in 1...5 {
      var stream = KeyedStream(seed: 5, replicate: UInt32(chains * 1_000 + n))
      let values = (0..<chains * n).map { _ in stream.normal(mean: 50, standardDeviation: 2) }
      for length in [n + 1, n + n / 4, 2 * n] {
        let transform = FourierTransform(atLeast: max(length, n + 1))
        let found = Autocovariances.averaged(values.span, drawCount: n, by: transform)
        #expect(found.count == min(n, transform.length - n + 1))
        for lag in found.indices {
          var sum = 0.0
          for chain in 0..<chains {
            let x = Array(values[chain * n..<(chain + 1) * n])
            let mean = x.reduce(0, +) / Double(n)
            for s in 0..<n - lag { sum += (x[s] - mean) * (x[s + lag] - mean) }
          }
          // Products of numbers about 2: rounding of n terms.
          expectClose(
            found[lag], sum / Double(n * chains), absolute: 1e-12, "n \(n), \(chains) chains, lag \(lag)")
        }
      }
    }
  }

  @Test("A spectrum is the sum that defines it, in some order; backwards gives the numbers again")
  func transform() {
    for length in [16, 32, 64, 128, 512] {
      var stream = KeyedStream(seed: 9, replicate: UInt32(length))
      let x = (0..<length).map { _ in (re: stream.normal(), im: stream.normal()) }
      let transform = FourierTransform(atLeast: length)
      #expect(transform.length == length)
      let re = FourierTransform.Part.allocate(capacity: length / 4)
      let im = FourierTransform.Part.allocate(capacity: length / 4)
      defer {
        re.deallocate()
        im.deallocate()
      }
      for k in 0..<length / 4 {
        re[k] = SIMD4((0..<4).map { x[4 * k + $0].re })
        im[k] = SIMD4((0..<4).map { x[4 * k + $0].im })
      }
      transform.forwards(re, im)
      var left = (0..<length).map { (re: re[$0 / 4][$0 % 4], im: im[$0 / 4][$0 % 4]) }
      for k in 0..<length {
        var (sumRe, sumIm) = (0.0, 0.0)
        for t in 0..<length {
          let angle = -2 * Double.pi * Double(k * t % length) / Double(length)
          sumRe += x[t].re * cos(angle) - x[t].im * sin(angle)
          sumIm += x[t].re * sin(angle) + x[t].im * cos(angle)
        }
        let place = left.firstIndex { abs($0.re - sumRe) < 1e-11 && abs($0.im - sumIm) < 1e-11 }
        #expect(place != nil, "length \(length), frequency \(k)")
        if let place { left.remove(at: place) }
      }
      transform.backwards(re, im)
      for t in 0..<length {
        expectClose(re[t / 4][t % 4] / Double(length), x[t].re, absolute: 1e-14)
        expectClose(im[t / 4][t % 4] / Double(length), x[t].im, absolute: 1e-14)
      }
    }
  }

  @Test("A sequence that outlives the short transform goes on with a longer one") func longMemory() {
    // A drift over the whole chain: correlations stay positive for more than a quarter of each half.
    let chains = (0..<2).map { c in (0..<800).map { Double($0) + Double(c) } }
    let draws = ChainDraws(chains)
    let short = GeyerSequence.result(
      covariances: Autocovariances.averaged(draws.split.span, drawCount: 400, by: draws.layout.transform),
      drawCount: 400, betweenMeans: ChainMoments(draws.split.span, drawCount: 400).betweenMeans, chainCount: 4
    )
    #expect(short == .needsMoreLags)
    #expect((draws.effectiveSampleSizeOfMean() ?? .nan) < 10)
  }

  @Test("Radix order is the order of the standard library, equal values in their first order")
  func risingOrder() {
    var stream = KeyedStream(seed: 77)
    var values = (0..<3_000).map { _ in (stream.normal() * 100).rounded() / 8 }
    values += [
      0, -0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .greatestFiniteMagnitude, -1e300, -0.0, 0,
    ]
    let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    #expect(ValueOrder.rising(values.span).map(Int.init) == expected)
    #expect(ValueOrder.rising([Double]().span) == [])
    #expect(ValueOrder.rising([3.5, 3.5].span) == [0, 1])
  }
}

import Distributions
import TestSupport
import Testing

@Suite("Kernel densities")
struct KernelDensityTests {
  static let cases = try! Reference.json("dist/densities.json")["cases"].array

  @Test("bandwidth and density are R's", arguments: cases.indices)
  func reference(_ c: Int) {
    let record = Self.cases[c]
    let density = KernelDensity(record["sample"].array.map(\.double))
    expectClose(density.bandwidth, record["bandwidth"].double, relative: 1e-13)
    let sums = record["sum"].array.map(\.double)
    for (k, at) in record["at"].array.enumerated() {
      let found = density.value(at: at.double)
      expectClose(found, sums[k], relative: 1e-11)
      // density() spreads each observation over two points of a grid.
      expectClose(found, record["density"][k].double, absolute: 1e-3 * sums.max()!)
    }
  }

  @Test("mirror images keep the mass within bounds: the area is 1")
  func bounds() {
    let sample = (1...50).map { 0.02 * Double($0 * $0) / 50 }
    for (low, high) in [(0.0, nil), (nil, 1.0), (0.0, 1.0), (nil, nil)] as [(Double?, Double?)] {
      let density = KernelDensity(sample, low: low, high: high)
      let (x, y) = (density.curve(count: 4001).x, density.curve(count: 4001).density)
      var area = 0.0
      for k in 1..<x.count { area += (x[k] - x[k - 1]) * (y[k] + y[k - 1]) / 2 }
      // Beyond three bandwidths a kernel has 0.00135 of its mass, at each end without a bound that of the last few observations.
      #expect(
        area > 0.998 && area < 1 + 1e-6, "\(String(describing: low)) \(String(describing: high)): \(area)")
      if let low {
        #expect(x[0] == low)
        #expect(density.value(at: low - 0.01) == 0)
        // Level at the bound.
        expectClose(density.value(at: low + 1e-5), density.value(at: low), relative: 1e-6)
      }
    }
    // Without mirror images mass would be lost.
    let (x, y) = KernelDensity(sample).curve(count: 4001)
    var inside = 0.0
    for k in 1..<x.count where x[k - 1] >= 0 { inside += (x[k] - x[k - 1]) * (y[k] + y[k - 1]) / 2 }
    #expect(inside < 0.95)
  }

  @Test(
    "where half the sample is one value the bandwidth is that of the standard deviation; of one value it is 0"
  )
  func ties() {
    #expect(KernelDensity.silvermanBandwidth([1, 1, 1]) == 0)
    #expect(KernelDensity.silvermanBandwidth([1, 2, 2, 2, 2, 3]) > 0)
  }
}

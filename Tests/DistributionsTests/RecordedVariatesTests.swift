import Glibc
import LinearAlgebra
import TestSupport
import Testing

@testable import Distributions

@Suite("Long runs of R's variates, under both of R's generators")
struct RecordedVariatesTests {
  /// Two streams of R's as one type, so that a test reads a record's kind.
  struct AnyKind: RVariateStream {
    private var twister: RStream?
    private var lecuyer: LEcuyerStream?

    init(_ record: JSON) {
      let seed = Int32(record["seed"].int)
      if record["kind"].string == "Mersenne-Twister" {
        twister = RStream(seed: seed)
      } else {
        lecuyer = LEcuyerStream(seed: seed)
      }
    }

    mutating func uniform() -> Double { lecuyer?.uniform() ?? twister!.uniform() }
  }

  private static let isCount: Set = [
    "poisson", "binomial", "hypergeometric", "geometric", "nbinom", "nbinom_mu",
  ]

  private static func draw(_ variate: String, _ p: [Double], from stream: inout AnyKind) throws -> Double {
    switch variate {
    case "gamma": stream.gamma(shape: p[0], scale: p[1])
    case "beta": stream.beta(shape1: p[0], shape2: p[1])
    case "poisson": Double(stream.poisson(mean: p[0]))
    case "binomial": Double(stream.binomial(size: Int(p[0]), probability: p[1]))
    case "hypergeometric":
      Double(stream.hypergeometric(white: Int(p[0]), black: Int(p[1]), draws: Int(p[2])))
    case "t": stream.studentT(degreesOfFreedom: p[0])
    case "chisq": stream.chiSquared(degreesOfFreedom: p[0])
    case "f": stream.fRatio(numeratorDegreesOfFreedom: p[0], denominatorDegreesOfFreedom: p[1])
    case "cauchy": stream.cauchy(location: p[0], scale: p[1])
    case "logistic": stream.logistic(location: p[0], scale: p[1])
    case "lognormal": stream.logNormal(meanLog: p[0], standardDeviationLog: p[1])
    case "weibull": stream.weibull(shape: p[0], scale: p[1])
    case "geometric": Double(stream.geometric(probability: p[0]))
    case "nbinom": Double(stream.negativeBinomial(size: p[0], probability: p[1]))
    case "nbinom_mu": Double(stream.negativeBinomial(size: p[0], mean: p[1]))
    case "exponential": stream.exponential(rate: p[0])
    case "normal": stream.normal(mean: p[0], standardDeviation: p[1])
    default: try #require(nil as Double?, "\(variate) is unknown")
    }
  }

  @Test("20,000 numbers of each distribution end where R's do")
  func runs() throws {
    let document = try Reference.json("rng/variates.json")
    let count = document["draws"].int
    let records = document["runs"].array
    #expect(records.count == 283)
    for record in records {
      let variate = try #require(record["variate"].string)
      let parameters = record["parameters"].doubles
      let label = "\(variate) \(parameters)"
      var stream = AnyKind(record)
      var (last, sum) = ([Double](), 0.0)
      for k in 0..<count {
        let value = try Self.draw(variate, parameters, from: &stream)
        sum += value
        if k >= count - 3 { last.append(value) }
      }
      if Self.isCount.contains(variate) {
        #expect(last == record["last"].doubles && sum == record["sum"].double, "\(label)")
      } else {
        expectClose(last, record["last"].doubles, relative: 1e-14, label)
      }
      #expect(stream.uniform() == record["next_runif"].double, "after \(label)")
    }
  }

  @Test("Weighted samples of many values")
  func weighted() throws {
    let records = try Reference.json("rng/variates.json")["weighted"].array
    #expect(records.count == 16)
    for record in records {
      let n = record["population"].int
      let name = try #require(record["weights"].string)
      let weights = (1...n).map { i -> Double in
        switch name {
        case "squares": Double(i * i)
        case "waves": 1 + Glibc.sin(Double(i))
        case "halves": i % 2 == 1 ? 1 : 3
        default: Double(i % 3)
        }
      }
      var stream = AnyKind(record)
      let found = try stream.sampleIndices(
        below: n, count: record["size"].int, replacing: true, weights: weights
      )
      .map { Double($0 + 1) }
      #expect(found.suffix(3) == record["last"].doubles[...], "\(n) \(name)")
      #expect(found.reduce(0, +) == record["sum"].double, "\(n) \(name)")
      #expect(stream.uniform() == record["next_runif"].double, "after \(n) \(name)")
    }
  }

  @Test("Samples of more than 10⁷ values, hashed and wide")
  func wide() throws {
    let records = try Reference.json("rng/variates.json")["wide"].array
    #expect(records.count == 8)
    for record in records {
      var stream = AnyKind(record)
      let found = try stream.sampleIndices(
        below: record["population"].int, count: record["size"].int,
        replacing: record["replacing"].bool == true)
      #expect(
        found.suffix(3).map { Double($0 + 1) } == record["last"].doubles, "\(record["population"].double)")
      #expect(stream.uniform() == record["next_runif"].double, "after \(record["population"].double)")
    }
  }

  @Test("Wishart matrices and multivariate normal numbers of orders 1 to 6")
  func matrices() throws {
    let records = try Reference.json("rng/variates.json")["matrices"].array
    #expect(records.count == 6)
    for record in records {
      let p = record["order"].int
      let covariance = Matrix(rows: p, columns: p, storage: record["covariance"].doubles)
      var stream = AnyKind(record)
      var found: [Double] = []
      for _ in 0..<2 {
        found += try stream.wishart(degreesOfFreedom: record["df"].double, scale: covariance).storage
      }
      // Sums of p products of either sign: relative to the largest entry.
      let expected = record["wishart"].doubles
      expectClose(found, expected, absolute: 1e-14 * expected.map(abs).max()!, "Wishart \(p)")
      #expect(stream.uniform() == record["after_wishart"].double)
      stream = AnyKind(record)
      let normal = try stream.multivariateNormal(
        count: 3, mean: (1...p).map(Double.init), covariance: covariance)
      // Eigenvectors carry rounding errors over their gaps, here above a hundredth of the largest value.
      let expected3 = Matrix(rows: 3, columns: p, storage: record["normal"].doubles)
      let vectors = LapackSigns.eigen(covariance).vectors
      for i in 0..<3 {
        for k in 0..<p {
          func along(_ draws: Matrix) -> Double {
            (0..<p).reduce(0) { $0 + vectors[$1, k] * (draws[i, $1] - Double($1 + 1)) }
          }
          // Up to the sign, which LAPACK's rounding decides from order 3 on, and here decides otherwise at 3
          // and 6.
          let (ours, theirs) = (along(normal), along(expected3))
          expectClose(abs(ours), abs(theirs), absolute: 1e-12, "normal \(p), vector \(k)")
          #expect(p == 3 || p == 6 || (ours < 0) == (theirs < 0), "normal \(p), vector \(k)")
        }
      }
    }
  }

  @Test("Signs of eigenvectors of 2 × 2 covariances, among them singular and diagonal ones")
  func pairs() throws {
    let records = try Reference.json("rng/variates.json")["pairs"].array
    #expect(records.count == 12)
    for record in records {
      let covariance = record["covariance"].doubles
      var stream = AnyKind(record)
      let found = try stream.multivariateNormal(
        count: 2, mean: [0, 10], covariance: Matrix(rows: 2, columns: 2, storage: covariance))
      expectClose(found.storage, record["normal"].doubles, absolute: 1e-14, "\(covariance)")
    }
  }

  @Test("Multinomial counts")
  func multinomial() throws {
    let records = try Reference.json("rng/variates.json")["multinomial"].array
    #expect(records.count == 4)
    for record in records {
      let weights = record["weights"].doubles
      var stream = AnyKind(record)
      var sums = [Double](repeating: 0, count: weights.count)
      var last: [Double] = []
      for k in 1...record["repeats"].int {
        last = try stream.multinomial(trials: record["trials"].int, weights: weights).map(Double.init)
        for c in sums.indices { sums[c] += Double(k) * last[c] }
      }
      #expect(sums == record["sums"].doubles && last == record["last"].doubles, "\(weights)")
      #expect(stream.uniform() == record["next_runif"].double, "after \(weights)")
    }
  }

  @Test("Impossible matrices and counts are named and draw nothing")
  func errors() {
    var stream = RStream(seed: 1)
    let singular = Matrix([[1, 1], [1, 1]])
    #expect(throws: RandomStreamError.invalidWishart(degreesOfFreedom: 3, rows: 2, columns: 2)) {
      try stream.wishart(degreesOfFreedom: 3, scale: singular)
    }
    #expect(throws: RandomStreamError.invalidWishart(degreesOfFreedom: 1.5, rows: 2, columns: 2)) {
      try stream.wishart(degreesOfFreedom: 1.5, scale: .identity(2))
    }
    #expect(throws: RandomStreamError.invalidCovariance(rows: 2, columns: 2, means: 3)) {
      try stream.multivariateNormal(count: 1, mean: [0, 0, 0], covariance: singular)
    }
    #expect(throws: RandomStreamError.invalidCovariance(rows: 2, columns: 2, means: 2)) {
      try stream.multivariateNormal(count: 1, mean: [0, 0], covariance: Matrix([[1, 2], [2, 1]]))
    }
    #expect(throws: RandomStreamError.negativeSize(-1)) {
      try stream.multivariateNormal(count: -1, mean: [0, 0], covariance: singular)
    }
    #expect(throws: RandomStreamError.negativeSize(-1)) { try stream.multinomial(trials: -1, weights: [1]) }
    #expect(throws: RandomStreamError.invalidWeight(index: 1, value: -1)) {
      try stream.multinomial(trials: 1, weights: [1, -1])
    }
    #expect(stream == RStream(seed: 1))
  }
}

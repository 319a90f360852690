import LinearAlgebra
import TestSupport
import Testing

@testable import Distributions

/// The seeds recorded from R; the call texts are the same in every file.
let recordedSeeds: [Int32] = [-5, 0, 1, 42, 123, 2023, 892_174_303, 2_147_483_647]

/// An R call of the recorded files, and how it is made here. Samples count from 1 in R.
struct RecordedCall: Sendable {
  let source: String
  /// Whether the values agree to the last bit; else to 1e-14, because they go through the C library's
  /// functions.
  let isExact: Bool
  let draw: @Sendable (inout RStream) throws -> [Double]

  init(_ source: String, exact: Bool, _ draw: @escaping @Sendable (inout RStream) throws -> [Double]) {
    self.source = source
    self.isExact = exact
    self.draw = draw
  }

  func check(_ found: [Double], _ expected: [Double], _ label: String) {
    if isExact {
      #expect(found == expected, "\(label)")
    } else {
      expectClose(found, expected, relative: 1e-14, label)
    }
  }

  private static func sample(
    _ n: Int, _ count: Int? = nil, _ replacing: Bool = false, _ weights: [Double]? = nil
  ) -> @Sendable (inout RStream) throws -> [Double] {
    { stream in
      try stream.sampleIndices(below: n, count: count, replacing: replacing, weights: weights)
        .map { Double($0 + 1) }
    }
  }

  private static func repeated(
    _ count: Int, _ one: @escaping @Sendable (inout RStream) -> Double
  ) -> @Sendable (inout RStream) throws -> [Double] {
    { stream in (0..<count).map { _ in one(&stream) } }
  }

  /// Every recorded call.
  static let table: [RecordedCall] = [
    .init("runif(2)", exact: true) { try $0.uniform(count: 2) },
    .init("runif(3)", exact: true) { try $0.uniform(count: 3) },
    .init("runif(10)", exact: true) { try $0.uniform(count: 10) },
    .init("runif(622)", exact: true) { try $0.uniform(count: 622) },
    .init("runif(6, -3, 8.5)", exact: true) { try $0.uniform(count: 6, minimum: [-3], maximum: [8.5]) },
    .init("rnorm(2)", exact: false) { try $0.normal(count: 2) },
    .init("rnorm(3)", exact: false) { try $0.normal(count: 3) },
    .init("rnorm(10)", exact: false) { try $0.normal(count: 10) },
    .init("rnorm(6, 2, 5)", exact: false) { try $0.normal(count: 6, mean: [2], standardDeviation: [5]) },
    .init("rnorm(6, c(0, 10, 100), c(1, 2))", exact: false) {
      try $0.normal(count: 6, mean: [0, 10, 100], standardDeviation: [1, 2])
    },
    .init("rexp(10)", exact: false) { try $0.exponential(count: 10) },
    .init("rexp(5, 0.25)", exact: false) { try $0.exponential(count: 5, rate: [0.25]) },
    .init("sample(10)", exact: true, sample(10)),
    .init("sample(5, 20, TRUE)", exact: true, sample(5, 20, true)),
    .init("sample(10, 4)", exact: true, sample(10, 4)),
    .init("sample(100, 7)", exact: true, sample(100, 7)),
    .init("sample(c(3, 8, 1, 9))", exact: true) { try $0.permutation(of: [3, 8, 1, 9]) },
    .init("sample(1000000, 5, TRUE)", exact: true, sample(1_000_000, 5, true)),
    .init(
      "sample(4, 12, TRUE, c(0.1, 0.2, 0.3, 0.4))", exact: true, sample(4, 12, true, [0.1, 0.2, 0.3, 0.4])),
    .init(
      "sample(4, 3, FALSE, c(0.1, 0.2, 0.3, 0.4))", exact: true, sample(4, 3, false, [0.1, 0.2, 0.3, 0.4])),
    .init("rgamma(8, 0.3)", exact: false, repeated(8) { $0.gamma(shape: 0.3, scale: 1) }),
    .init("rgamma(8, 0.9)", exact: false, repeated(8) { $0.gamma(shape: 0.9, scale: 1) }),
    .init("rgamma(8, 1)", exact: false, repeated(8) { $0.gamma(shape: 1, scale: 1) }),
    .init("rgamma(8, 2.5)", exact: false, repeated(8) { $0.gamma(shape: 2.5, scale: 1) }),
    .init("rgamma(8, 50)", exact: false, repeated(8) { $0.gamma(shape: 50, scale: 1) }),
    .init("rgamma(3, 0.4)", exact: false, repeated(3) { $0.gamma(shape: 0.4, scale: 1) }),
    .init("rgamma(6, 3, 2)", exact: false, repeated(6) { $0.gamma(shape: 3, scale: 0.5) }),
    .init("rbeta(8, 0.5, 0.5)", exact: false, repeated(8) { $0.beta(shape1: 0.5, shape2: 0.5) }),
    .init("rbeta(8, 2, 3)", exact: false, repeated(8) { $0.beta(shape1: 2, shape2: 3) }),
    .init("rbeta(8, 1, 1)", exact: false, repeated(8) { $0.beta(shape1: 1, shape2: 1) }),
    .init("rbeta(8, 0.7, 4)", exact: false, repeated(8) { $0.beta(shape1: 0.7, shape2: 4) }),
    .init("rbeta(2, 2, 3)", exact: false, repeated(2) { $0.beta(shape1: 2, shape2: 3) }),
    .init("rbinom(10, 5, 0.3)", exact: true, repeated(10) { Double($0.binomial(size: 5, probability: 0.3)) }),
    .init(
      "rbinom(10, 20, 0.7)", exact: true, repeated(10) { Double($0.binomial(size: 20, probability: 0.7)) }),
    .init(
      "rbinom(10, 100, 0.4)", exact: true, repeated(10) { Double($0.binomial(size: 100, probability: 0.4)) }),
    .init(
      "rbinom(4, 100, 0.4)", exact: true, repeated(4) { Double($0.binomial(size: 100, probability: 0.4)) }),
    .init(
      "rbinom(10, 1000, 0.02)", exact: true,
      repeated(10) { Double($0.binomial(size: 1000, probability: 0.02)) }),
    .init(
      "rbinom(10, 100000, 0.6)", exact: true,
      repeated(10) { Double($0.binomial(size: 100_000, probability: 0.6)) }),
    .init("rbinom(3, 60, 0.3)", exact: true, repeated(3) { Double($0.binomial(size: 60, probability: 0.3)) }),
    .init("rbinom(3, 9, 0.2)", exact: true, repeated(3) { Double($0.binomial(size: 9, probability: 0.2)) }),
    .init("rpois(10, 0.5)", exact: true, repeated(10) { Double($0.poisson(mean: 0.5)) }),
    .init("rpois(10, 4)", exact: true, repeated(10) { Double($0.poisson(mean: 4)) }),
    .init("rpois(10, 9.99)", exact: true, repeated(10) { Double($0.poisson(mean: 9.99)) }),
    .init("rpois(10, 10)", exact: true, repeated(10) { Double($0.poisson(mean: 10)) }),
    .init("rpois(10, 37.5)", exact: true, repeated(10) { Double($0.poisson(mean: 37.5)) }),
    .init("rpois(10, 1000)", exact: true, repeated(10) { Double($0.poisson(mean: 1000)) }),
    .init("rpois(3, 50)", exact: true, repeated(3) { Double($0.poisson(mean: 50)) }),
    .init("rpois(4, 30)", exact: true, repeated(4) { Double($0.poisson(mean: 30)) }),
    .init("rpois(2, 31)", exact: true, repeated(2) { Double($0.poisson(mean: 31)) }),
    .init("rpois(3, 30)", exact: true, repeated(3) { Double($0.poisson(mean: 30)) }),
    .init("rt(6, 1)", exact: false, repeated(6) { $0.studentT(degreesOfFreedom: 1) }),
    .init("rchisq(6, 1)", exact: false, repeated(6) { $0.chiSquared(degreesOfFreedom: 1) }),
    .init("rt(6, 3)", exact: false, repeated(6) { $0.studentT(degreesOfFreedom: 3) }),
    .init("rchisq(6, 3)", exact: false, repeated(6) { $0.chiSquared(degreesOfFreedom: 3) }),
    .init("rt(6, 4.5)", exact: false, repeated(6) { $0.studentT(degreesOfFreedom: 4.5) }),
    .init("rchisq(6, 4.5)", exact: false, repeated(6) { $0.chiSquared(degreesOfFreedom: 4.5) }),
    .init("rt(6, 30)", exact: false, repeated(6) { $0.studentT(degreesOfFreedom: 30) }),
    .init("rchisq(6, 30)", exact: false, repeated(6) { $0.chiSquared(degreesOfFreedom: 30) }),
    .init("rt(2, 5)", exact: false, repeated(2) { $0.studentT(degreesOfFreedom: 5) }),
    .init(
      "rf(5, 3, 12)", exact: false,
      repeated(5) { $0.fRatio(numeratorDegreesOfFreedom: 3, denominatorDegreesOfFreedom: 12) }),
    .init("rcauchy(5)", exact: false, repeated(5) { $0.cauchy() }),
    .init("rlogis(5)", exact: false, repeated(5) { $0.logistic() }),
    .init(
      "rlnorm(5, 1, 0.5)", exact: false, repeated(5) { $0.logNormal(meanLog: 1, standardDeviationLog: 0.5) }),
    .init("rweibull(5, 2, 3)", exact: false, repeated(5) { $0.weibull(shape: 2, scale: 3) }),
    .init("rgeom(6, 0.3)", exact: true, repeated(6) { Double($0.geometric(probability: 0.3)) }),
    .init(
      "rnbinom(6, 3, 0.4)", exact: true,
      repeated(6) { Double($0.negativeBinomial(size: 3, probability: 0.4)) }),
    .init(
      "rnbinom(6, size = 2.5, mu = 6)", exact: true,
      repeated(6) { Double($0.negativeBinomial(size: 2.5, mean: 6)) }),
    .init(
      "rhyper(6, 12, 9, 7)", exact: true,
      repeated(6) { Double($0.hypergeometric(white: 12, black: 9, draws: 7)) }),
    .init("rbinom(8, c(1, 10, 60, 400), c(0.2, 0.5, 0.9, 0.35))", exact: true) { stream in
      let (sizes, chances) = ([1, 10, 60, 400], [0.2, 0.5, 0.9, 0.35])
      return (0..<8).map { Double(stream.binomial(size: sizes[$0 % 4], probability: chances[$0 % 4])) }
    },
    .init("rbinom(5, 1, c(0.1, 0.9, 0.5))", exact: true) { stream in
      // R recycles over the five draws.
      (0..<5).map { stream.bernoulli(probability: [0.1, 0.9, 0.5][$0 % 3]) ? 1 : 0 }
    },
    .init("rpois(8, c(0.7, 15, 200))", exact: true) { stream in
      (0..<8).map { Double(stream.poisson(mean: [0.7, 15, 200][$0 % 3])) }
    },
    .init("sample(8)", exact: true, sample(8)),
    .init("runif(1)", exact: true) { try $0.uniform(count: 1) },
    .init("rnorm(5)", exact: false) { try $0.normal(count: 5) },
    .init("rexp(2)", exact: false) { try $0.exponential(count: 2) },
    .init("sample(20000000, 5)", exact: true, sample(20_000_000, 5)),
    .init("sample(10000000000, 3)", exact: true, sample(10_000_000_000, 3)),
    .init("sample(3000000000, 3, TRUE)", exact: true, sample(3_000_000_000, 3, true)),
    .init("sample(250, 6, TRUE, 1:250)", exact: true, sample(250, 6, true, (1...250).map(Double.init))),
    .init("as.vector(rmultinom(2, 12, c(0.2, 0.5, 0.3)))", exact: true) { stream in
      let first = try stream.multinomial(trials: 12, weights: [0.2, 0.5, 0.3])
      return try (first + stream.multinomial(trials: 12, weights: [0.2, 0.5, 0.3])).map(Double.init)
    },
    .init("as.vector(rWishart(1, 5, matrix(c(2, 0.5, 0.5, 1), 2)))", exact: false) {
      try $0.wishart(degreesOfFreedom: 5, scale: Matrix([[2, 0.5], [0.5, 1]])).storage
    },
    .init("as.vector(MASS::mvrnorm(3, c(1, -2), matrix(c(4, 1.2, 1.2, 1), 2)))", exact: false) {
      try $0.multivariateNormal(count: 3, mean: [1, -2], covariance: Matrix([[4, 1.2], [1.2, 1]])).storage
    },
  ]

  static func named(_ source: String) -> RecordedCall? { table.first { $0.source == source } }
}

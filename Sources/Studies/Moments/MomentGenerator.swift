import Distributions
import MixedModels

/// Draws the moments of data sets, exactly in distribution, without drawing a row.
///
/// Given x, the moments of a group are independent: with σ its residual standard deviation and df_j = n_j − 2 (n_j − 1 where x is constant or none)
///
///     x̄_j ~ N(m, s²/n_j)                     S_xx ~ s²χ²(n_j − 1)
///     ȳ_j ~ N(α_j + β_jx̄_j, σ²/n_j)          S_xy ~ N(β_jS_xx, σ²S_xx)          RSS_j ~ σ²χ²(df_j)
///
/// (Cochran 1934, doi:10.1017/S0305004100016595). Most strategies need Σ RSS_j ~ σ²χ²(Σ df_j) alone, one number; RSS_j are split from it when they are needed
/// (`splitResiduals`), by independent χ²(df_j) scaled to that sum, whose shares do not depend on it (Lukacs 1955, doi:10.1214/aoms/1177728549). So a
/// replicate's numbers do not depend on which strategies are fitted to it.
///
/// Five normals and a χ² a group and replicate at most; nothing is allocated. A workspace for one task.
public final class MomentGenerator {
  /// The purposes of a replicate's streams, counted from the generator's first.
  enum Purpose: UInt32 {
    case moments = 0
    case residuals = 1
    case rows = 2
  }

  /// How many streams of a replicate are used, from `firstStream` on.
  public static let streamCount: UInt32 = 3

  /// The design.
  public let design: MomentDesign
  /// The moments of the last replicate.
  public let moments: GroupMoments
  /// The true coefficients of its groups, α_j and β_j: a column each.
  public let constants, slopes: UnsafePointer<Double>

  private let seed: UInt64
  private let scenario, firstStream: UInt32
  private var replicate: UInt32 = 0
  private let values: UnsafeMutablePointer<Double>
  private let alpha, beta: UnsafeMutablePointer<Double>
  /// √n_j⁻¹ and df_j, and room for sizes.
  private let inverseRoots, degrees: UnsafeMutablePointer<Double>
  private let sizes: UnsafeMutableBufferPointer<Int>
  private var totalDegrees = 0.0

  /// A generator of one cell of a study.
  /// - Parameters:
  ///   - seed: of the study.
  ///   - scenario: the cell's number in its streams' keys.
  ///   - firstStream: the number of the first of the `streamCount` streams that each replicate uses.
  public init(_ design: MomentDesign, seed: UInt64, scenario: UInt32, firstStream: UInt32 = 0) {
    self.design = design
    self.seed = seed
    self.scenario = scenario
    self.firstStream = firstStream
    let groups = design.groupCount
    moments = GroupMoments(groupCount: groups)
    values = .allocate(capacity: 4 * groups)
    values.initialize(repeating: 0, count: 4 * groups)
    (alpha, beta, inverseRoots, degrees) = (
      values, values + groups, values + 2 * groups, values + 3 * groups
    )
    (constants, slopes) = (UnsafePointer(alpha), UnsafePointer(beta))
    sizes = .allocate(capacity: groups)
    sizes.initialize(repeating: 0)
    if case .fixed(let given) = design.sizes {
      for (j, size) in given.enumerated() { sizes[j] = size }
      writeSizes()
    }
    if case .fixed(let x) = design.predictor { writePredictor(x) }
    writeDegrees()
  }

  deinit {
    values.deallocate()
    sizes.deallocate()
  }

  private func stream(_ purpose: Purpose) -> KeyedStream {
    KeyedStream(
      seed: seed, scenario: scenario, replicate: replicate, stream: firstStream &+ purpose.rawValue)
  }

  private func writeSizes() {
    for j in 0..<moments.groupCount {
      precondition(sizes[j] > 0, "a group of \(sizes[j]) rows was drawn")
      moments.counts[j] = Double(sizes[j])
      inverseRoots[j] = 1 / moments.counts[j].squareRoot()
    }
    moments.sizesVersion += 1
  }

  private func writePredictor(_ x: [[Double]]) {
    let own = GroupMoments(
      x: x.flatMap(\.self), y: x.flatMap(\.self), codes: x.indices.flatMap { j in x[j].map { _ in j } },
      groupCount: x.count)
    for j in x.indices {
      moments.xMeans[j] = own.xMeans[j]
      moments.xSquares[j] = own.xSquares[j]
    }
    moments.predictorVersion += 1
  }

  private func writeDegrees() {
    totalDegrees = 0
    for j in 0..<moments.groupCount {
      degrees[j] = max(0, moments.counts[j] - (moments.xSquares[j] > 0 ? 2 : 1))
      totalDegrees += degrees[j]
    }
  }

  /// Draws a replicate: its moments, and the true coefficients.
  public func draw(_ replicate: UInt32) {
    self.replicate = replicate
    var stream = stream(.moments)
    if case .drawn(_, let fill) = design.sizes {
      fill(sizes, &stream)
      writeSizes()
      writeDegrees()
    }
    let known = design.variances
    let sigma = known.residual
    if design.hasPredictor {
      if case .normal(let mean, let standardDeviation) = design.predictor {
        drawPredictor(mean, standardDeviation, &stream)
      }
      drawLines(&stream)
    } else {
      let (constant, spread) = (design.fixedEffects.constant, known.constant)
      for j in 0..<moments.groupCount {
        let own = constant + spread * stream.normal()
        alpha[j] = own
        moments.yMeans[j] = own + sigma * (inverseRoots[j] * stream.normal())
      }
    }
    moments.totalResidualSquares = sigma * sigma * stream.chiSquared(degreesOfFreedom: totalDegrees)
    moments.hasGroupResiduals = false
  }

  private func drawPredictor(_ mean: Double, _ spread: Double, _ stream: inout KeyedStream) {
    let counts = moments.counts
    for j in 0..<moments.groupCount {
      moments.xMeans[j] = mean + spread * (inverseRoots[j] * stream.normal())
      moments.xSquares[j] = spread * spread * stream.chiSquared(degreesOfFreedom: counts[j] - 1)
    }
    moments.predictorVersion &+= 1
    writeDegrees()
  }

  private func drawLines(_ stream: inout KeyedStream) {
    let known = design.variances
    let (first, second, sigma) = (known.constant, known.slope, known.residual)
    let along = known.correlation
    let across = max(0, 1 - along * along).squareRoot()
    let (constant, slope) = design.fixedEffects
    for j in 0..<moments.groupCount {
      let u = stream.normal()
      let v = stream.normal()
      let a = constant + first * u
      let b = slope + second * (along * u + across * v)
      (alpha[j], beta[j]) = (a, b)
      let squares = moments.xSquares[j]
      moments.yMeans[j] = a + b * moments.xMeans[j] + sigma * (inverseRoots[j] * stream.normal())
      moments.crossProducts[j] = b * squares + sigma * (squares.squareRoot() * stream.normal())
    }
  }

  /// Splits the residual sum of squares of the last replicate into those of its groups; does nothing the second time.
  public func splitResiduals() {
    if moments.hasGroupResiduals { return }
    moments.hasGroupResiduals = true
    var stream = stream(.residuals)
    var sum = 0.0
    for j in 0..<moments.groupCount {
      moments.residualSquares[j] = stream.chiSquared(degreesOfFreedom: degrees[j])
      sum += moments.residualSquares[j]
    }
    let scale = sum > 0 ? moments.totalResidualSquares / sum : 0
    for j in 0..<moments.groupCount { moments.residualSquares[j] *= scale }
  }

  /// A stream for the rows of the last replicate.
  var rowStream: KeyedStream { stream(.rows) }
}

import Distributions
import MixedModels

/// A design with one grouping factor, at most one predictor and normal effects and residuals, of whose data sets moments can be drawn instead of rows:
///
///     y_ij = α_j + β_jx_ij + ε_ij,  (α_j, β_j) ~ N(β, Σ),  ε_ij ~ N(0, σ²)
public struct MomentDesign: Sendable {
  /// How many rows each group has.
  public enum Sizes: Sendable {
    /// The same in every replicate, each at least 1.
    case fixed([Int])
    /// Drawn in every replicate: the closure fills one number a group, each at least 1.
    case drawn(groupCount: Int, @Sendable (UnsafeMutableBufferPointer<Int>, inout KeyedStream) -> Void)
  }

  /// Where the predictor comes from.
  public enum Predictor: Sendable {
    /// There is none.
    case none
    /// The same values in every replicate, group after group; they fit `Sizes.fixed`.
    case fixed([[Double]])
    /// Drawn for every row of every replicate from N(mean, standardDeviation²).
    case normal(mean: Double, standardDeviation: Double)
  }

  /// Rows by group.
  public let sizes: Sizes
  /// The predictor.
  public let predictor: Predictor
  /// The means of constant and slope over the population of groups.
  public let fixedEffects: (constant: Double, slope: Double)
  /// The standard deviations, σ among them, and the correlation: what the closed form for known variances is given.
  public let variances: MomentFit.KnownVariances

  /// A design.
  /// - Precondition: sizes are at least 1 and fit a fixed predictor; without a predictor the slope is 0 everywhere.
  public init(
    sizes: Sizes, predictor: Predictor = .none, fixedEffects: (constant: Double, slope: Double),
    variances: MomentFit.KnownVariances
  ) {
    if case .fixed(let sizes) = sizes {
      precondition(!sizes.isEmpty && sizes.allSatisfy { $0 > 0 }, "group sizes \(sizes)")
    }
    switch predictor {
    case .none:
      precondition(fixedEffects.slope == 0 && variances.slope == 0, "a slope without a predictor")
    case .fixed(let values):
      guard case .fixed(let sizes) = sizes, sizes == values.map(\.count) else {
        preconditionFailure("a fixed predictor needs the sizes of its groups")
      }
    case .normal(let mean, let standardDeviation):
      precondition(
        mean.isFinite && standardDeviation >= 0 && standardDeviation.isFinite,
        "predictor N(\(mean), \(standardDeviation)²)")
    }
    self.sizes = sizes
    self.predictor = predictor
    self.fixedEffects = fixedEffects
    self.variances = variances
  }

  /// The number of groups.
  public var groupCount: Int {
    switch sizes {
    case .fixed(let sizes): sizes.count
    case .drawn(let count, _): count
    }
  }

  /// Whether there is a predictor.
  public var hasPredictor: Bool { if case .none = predictor { false } else { true } }
}

import LinearAlgebra

/// The profiled criterion of a linear mixed model as a function of the relative covariance Ψ (q×q) of all random effects, with gradient and
/// Hessian: what optimizers, profiles and tests see of a model, however its data are reduced.
///
///     f(Ψ) = log|V| + m(1 + log(2πr²/m)) [+ log|X'V⁻¹X| for REML],   V = W⁻¹ + ZΨZ',   m = n or n − p
///
/// β and σ are profiled out. Everything is in the coordinates of `WhitenedDesign`. Entries of Ψ between terms are 0.
///
/// A workspace for one task: it owns its memory.
class CovarianceCriterion {
  typealias Pointer = UnsafeMutablePointer<Double>

  let method: EstimationMethod
  /// Number of random effects of all terms (q) and of fixed effects (p).
  let effectCount: Int
  let fixedCount: Int
  /// The columns of each random-effects term.
  let blocks: [Range<Int>]
  /// Pairs (a, b), a ≤ b, of entries of Ψ that are free: both in one term.
  let directions: [(a: Int, b: Int)]
  /// m; a workspace that takes on one design after another sets it.
  final var degreesOfFreedom: Double

  /// The value at the last evaluation; infinite where Ψ made a factorization fail.
  final var value = 0.0
  /// Penalized residual sum of squares r² and σ² = r²/m at the last evaluation, y being scaled.
  final var residualSquares = 0.0
  final var sigmaSquared: Double { residualSquares / degreesOfFreedom }

  /// β (p) and L_x = chol(X'V⁻¹X) (p×p) at the last evaluation.
  final let beta: Pointer
  final let fixedFactor: Pointer
  /// D (q×q), df = tr(D dΨ), and the Hessian (s×s) over `directions`.
  final let gradient: Pointer
  final let hessian: Pointer
  /// t_E = −∂r²/∂E for each direction (s).
  final let tSums: Pointer
  private let block: ScratchBlock

  init(method: EstimationMethod, blocks: [Range<Int>], fixedCount p: Int, rowCount: Int) {
    self.method = method
    self.blocks = blocks
    effectCount = blocks.last?.upperBound ?? 0
    fixedCount = p
    directions = blocks.flatMap { block in
      block.flatMap { b in (block.lowerBound...b).map { (a: $0, b: b) } }
    }
    degreesOfFreedom = Double(method == .reml ? rowCount - p : rowCount)
    let (q, d) = (effectCount, directions.count)
    block = ScratchBlock(count: p + p * p + q * q + d * d + d)
    beta = block.take(p)
    fixedFactor = block.take(p * p)
    gradient = block.take(q * q)
    hessian = block.take(d * d)
    tSums = block.take(d)
  }

  /// Evaluates f at Ψ (q×q, symmetric) and keeps what the derivatives need.
  /// - Returns: f, or infinity if rounding breaks a factorization.
  func evaluate(at psi: Pointer) -> Double { preconditionFailure("a criterion is made from data") }

  /// D and the Hessian at the last evaluation.
  final func differentiate() { differentiate(precision: nil) }

  /// The same, or with σ held the derivatives of log|V| + r²/σ² [+ log|X'V⁻¹X|]: m/r² becomes 1/σ², and the Hessian's last term is missing.
  /// - Parameter precision: 1/σ²; nil for the derivatives of f.
  func differentiate(precision: Double?) { preconditionFailure("a criterion is made from data") }

  /// Whether `hessian` is the exact one, not average information.
  var hasExactHessian: Bool { true }
  /// Z_j'V⁻¹X (q×p) at the last evaluation, all of one grouping factor's columns of Z by level, factor after factor.
  var fixedProducts: [(columns: [Int], levels: [Matrix])] {
    preconditionFailure("a criterion is made from data")
  }

  /// psi ← one scoring step from Ψ = 0, not yet positive definite; false where the data do not give one.
  func fillMomentStart(_ psi: Pointer) -> Bool { false }

  /// The Monte Carlo standard error of the value at the last evaluation; 0 where it is exact.
  var valueError: Double { 0 }
  /// Whether effects and predictors together fit y exactly, so that r² has no lower bound but 0.
  var mayFallWithoutEnd: Bool { false }
  /// Whether the criterion is known to level off as effects grow, although they fit y exactly.
  var levelsOff: Bool { false }
  /// The least r², y having length 1, that is more than rounding.
  var leastResidualSquares: Double { 0 }
  /// The least r² of which products keep enough digits.
  var leastPreciseSquares: Double { 0 }
  /// Whether r² at the last evaluation is as good as nothing, y being fitted exactly.
  var hasNoResiduals: Bool { residualSquares < 1e-6 && mayFallWithoutEnd }
  /// Whether one evaluation takes so long that only one start is worth its time.
  var isExpensive: Bool { false }
  /// Whether effects vary over several factors, which can stand for each other where levels are few.
  var hasSeveralFactors: Bool { false }
  /// Whether minima far from each other are likely.
  var needsWideSearch: Bool { false }
  /// For each effect how much of its column other columns can stand for (`WhitenedDesign.Coordinates.inflations`).
  var inflations: [Double] { preconditionFailure("a criterion is made from data") }
  /// The number of levels of the smallest grouping factor.
  var leastGroupCount: Int { 0 }
}

import LinearAlgebra

/// The numbers of a generalized linear mixed model with one or several grouping factors.
///
///     η = o + Xβ + Σ_f Z_f b_f,   b_fj = Λ_f u_fj for level j of factor f,   u_fj ~ N(0, I),   y | η ~ the family with mean g⁻¹(η)
///
/// Rows may stand in any order. Λ has a block for each term; the effects of a factor are those of its terms, in the terms' order.
struct GeneralizedData: Sendable {
  /// Family and link.
  var model: ObservationModel
  /// y: successes, counts or positive numbers (n).
  var response: [Double]
  /// m: trials, or prior weights that multiply the log-density (n); nil for 1.
  var trials: [Double]?
  /// o (n); nil for 0.
  var offset: [Double]?
  /// X (n×p) with linearly independent columns.
  var fixed: Matrix
  /// Z: the columns of all terms side by side (n×q), each as it is in its rows, not spread over levels.
  var random: Matrix
  /// The terms' columns of Z; effects of different terms are independent.
  var blocks: [Range<Int>]
  /// For each grouping factor the level of each row, 0 ..< levelCount, and the number of levels J_f; levels without rows have the distribution of the
  /// population.
  var factors: [(codes: [Int], levelCount: Int)]
  /// For each term the factor over whose levels it varies.
  var factorOfBlock: [Int]
  /// Whether the negative binomial's θ or Gamma's shape is estimated too; the family's own is then where it starts.
  var estimatesDispersion = false
  /// y and m before rows with equal predictors were summed, for the constant of the density; nil where none were.
  var ungrouped: (response: [Double], trials: [Double]?)?

  /// y and m that the constant of the density is computed from.
  var constantRows: (response: [Double], trials: [Double]?) { ungrouped ?? (response, trials) }

  /// Number of elements of θ: the lower triangles of the terms' blocks of Λ.
  var thetaCount: Int { blocks.reduce(0) { $0 + $1.count * ($1.count + 1) / 2 } }

  /// The columns of Z that vary over each factor's levels.
  var columnsOfFactor: [[Int]] {
    factors.indices.map { f in zip(blocks, factorOfBlock).flatMap { $1 == f ? Array($0) : [] } }
  }

  /// - Precondition: the arrays fit together, codes are levels, every column belongs to one term, and every factor has one.
  func checkShape() {
    precondition(
      !estimatesDispersion || model.family.hasDispersion, "\(model.family.name) has nothing to estimate")
    let n = response.count
    precondition(fixed.rows == n && random.rows == n, "rows differ from \(n) responses")
    precondition(trials?.count ?? n == n && offset?.count ?? n == n, "trials or offset differ from \(n) rows")
    for (codes, levelCount) in factors {
      precondition(codes.count == n, "\(codes.count) codes for \(n) responses")
      precondition(codes.allSatisfy { $0 >= 0 && $0 < levelCount }, "codes beyond \(levelCount) levels")
    }
    precondition(
      blocks.flatMap(Array.init) == Array(0..<random.columns), "blocks do not cover \(random.columns) columns"
    )
    precondition(
      factorOfBlock.count == blocks.count && Set(factorOfBlock) == Set(factors.indices),
      "\(factorOfBlock) for \(blocks.count) terms of \(factors.count) factors")
  }
}

/// Which second derivative stands in the determinant of Laplace's approximation, and scales the nodes of quadrature.
public enum DeterminantWeights: String, Sendable, Hashable, CaseIterable {
  /// Its expected value, Fisher's information, as in lme4.
  case expected
  /// The second derivative itself, as in TMB. The same for canonical links.
  case observed
}

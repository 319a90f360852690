import LinearAlgebra

/// The numbers of a generalized linear mixed model with one grouping factor.
///
///     η = o + Xβ + Zb,   b_j = Λu_j for group j,   u_j ~ N(0, I),   y | η ~ the family with mean g⁻¹(η)
///
/// Rows may stand in any order.
struct GroupwiseData: Sendable {
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
  /// Z: the columns of all terms side by side (n×q).
  var random: Matrix
  /// The terms' columns of Z; effects of different terms are independent.
  var blocks: [Range<Int>]
  /// The group of each row, 0 ..< groupCount.
  var codes: [Int]
  /// J; groups without rows have the distribution of the population.
  var groupCount: Int
  /// Whether the negative binomial's θ or Gamma's shape is estimated too; the family's own is then where it starts.
  var estimatesDispersion = false

  /// Number of elements of θ: the lower triangles of the terms' blocks of Λ.
  var thetaCount: Int { blocks.reduce(0) { $0 + $1.count * ($1.count + 1) / 2 } }

  /// - Precondition: the arrays fit together, codes are groups, and every group of columns belongs to one block.
  func checkShape() {
    precondition(
      !estimatesDispersion || model.family.hasDispersion, "\(model.family.name) has nothing to estimate")
    let n = response.count
    precondition(fixed.rows == n && random.rows == n && codes.count == n, "rows differ from \(n) responses")
    precondition(trials?.count ?? n == n && offset?.count ?? n == n, "trials or offset differ from \(n) rows")
    precondition(codes.allSatisfy { $0 >= 0 && $0 < groupCount }, "codes beyond \(groupCount) groups")
    precondition(
      blocks.flatMap(Array.init) == Array(0..<random.columns), "blocks do not cover \(random.columns) columns"
    )
  }
}

/// Which second derivative stands in the determinant of Laplace's approximation, and scales the nodes of quadrature.
public enum DeterminantWeights: String, Sendable, Hashable, CaseIterable {
  /// Its expected value, Fisher's information, as in lme4.
  case expected
  /// The second derivative itself, as in TMB. The same for canonical links.
  case observed
}

import LinearAlgebra

/// The one test of being on the boundary: with D = diag(root mean square of each random-effect column), a term is on it when the smallest
/// singular value of DΛ is below 1e-4. The direction names the effect. Units of the predictors do not matter.
enum BoundaryTest {
  static let threshold = 1e-4

  /// The boundary directions of every term.
  /// - Parameters:
  ///   - lengths: root mean squares of Z's columns.
  ///   - except: effects whose variance is no estimate, by their columns of Z.
  static func boundaries(
    of lambda: Matrix, in model: some MixedModel, lengths: [Double], except: [Int] = []
  ) -> [FitDiagnostics.Boundary] {
    return model.terms.flatMap { term -> [FitDiagnostics.Boundary] in
      let columns = term.columns.filter { !except.contains($0) }
      let d = columns.count
      var scaled = Matrix(rows: d, columns: d)
      for (i, row) in columns.enumerated() {
        for (j, column) in columns.enumerated() { scaled[i, j] = lengths[row] * lambda[row, column] }
      }
      let names = columns.map { term.names[$0 - term.columns.lowerBound] }
      return boundaries(ofScaled: scaled, term: term.label, names: names)
    }
  }

  /// Root mean squares of Z's columns: over √J they are the lengths of R_b's columns.
  static func lengths(of model: LinearMixedModel) -> [Double] {
    let scale = model.reducedData.design.effectScale
    return model.terms.flatMap { term in
      let share = Double(model.factors[term.factor].levels.count) / Double(model.frame.response.count)
      return term.columns.map { (scale.column($0).reduce(0) { $0 + $1 * $1 } * share).squareRoot() }
    }
  }

  /// The smaller singular value of DΛ = [first, 0; lower, last] for two effects: σ_min = |det|/σ_max, which keeps its accuracy beside a large σ_max.
  @inline(__always)
  static func leastSingularValue(_ first: Double, _ lower: Double, _ last: Double) -> Double {
    let squares = first * first + lower * lower + last * last
    let determinant = abs(first * last)
    let apart = max(0, (squares - 2 * determinant) * (squares + 2 * determinant)).squareRoot()
    let largest = ((squares + apart) / 2).squareRoot()
    return largest > 0 ? determinant / largest : 0
  }

  private static func boundaries(
    ofScaled scaled: Matrix, term: String, names: [String]
  ) -> [FitDiagnostics.Boundary] {
    let d = scaled.rows
    let singularValues = oneSidedJacobi(scaled)
    let zero = (0..<d).filter { scaled.row($0).reduce(0) { $0 + $1 * $1 } < threshold * threshold }
    var result = zero.map {
      FitDiagnostics.Boundary(term: term, effects: [names[$0]], kind: .zeroVariance)
    }
    let singular = singularValues.filter { $0 < threshold }.count
    guard singular > zero.count else { return result }
    // Directions without variance that are no single effect: a pair on a line, or a wider combination.
    var pairs: [FitDiagnostics.Boundary] = []
    let varying = (0..<d).filter { !zero.contains($0) }
    for (k, i) in varying.enumerated() {
      for j in varying[(k + 1)...] {
        // The smaller singular value of the pair's two rows, from their product and the angle between them.
        let (first, second) = (scaled.row(i), scaled.row(j))
        let (a, b) = (length(first), length(second))
        let along = zip(first, second).reduce(0) { $0 + ($1.0 / a) * ($1.1 / b) }
        let across = length(zip(first, second).map { $1 / b - along * $0 / a })
        let correlation = along
        // σ_min ≈ |sin|·ab/√(a² + b²) for nearly parallel rows.
        if across * a * b / (a * a + b * b).squareRoot() < threshold {
          pairs.append(
            .init(
              term: term, effects: [names[i], names[j]],
              kind: .perfectCorrelation(correlation < 0 ? -1 : 1)))
        }
      }
    }
    result +=
      pairs.isEmpty
      ? [.init(term: term, effects: varying.map { names[$0] }, kind: .combination(dimensions: d - singular))]
      : pairs
    return result
  }

  private static func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  /// Singular values by rotating columns until they are orthogonal: small ones keep their accuracy beside large ones, which eigenvalues
  /// of the product would lose.
  private static func oneSidedJacobi(_ matrix: Matrix) -> [Double] {
    let d = matrix.columns
    var a = matrix
    for _ in 0..<40 {
      var rotated = false
      for q in 0..<d {
        for p in 0..<q {
          var (xx, yy, xy) = (0.0, 0.0, 0.0)
          for i in 0..<d {
            xx += a[i, p] * a[i, p]
            yy += a[i, q] * a[i, q]
            xy += a[i, p] * a[i, q]
          }
          if abs(xy) <= 1e-15 * (xx * yy).squareRoot() || xy == 0 { continue }
          rotated = true
          let zeta = (yy - xx) / (2 * xy)
          let t = (zeta < 0 ? -1 : 1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
          let c = 1 / (1 + t * t).squareRoot()
          for i in 0..<d {
            let (x, y) = (a[i, p], a[i, q])
            a[i, p] = c * x - c * t * y
            a[i, q] = c * t * x + c * y
          }
        }
      }
      if !rotated { break }
    }
    return (0..<d).map { length(a.column($0)) }
  }
}

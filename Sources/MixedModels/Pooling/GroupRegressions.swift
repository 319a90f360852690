import LinearAlgebra

/// Least squares group by group on the columns of a mixed model: no pooling, and LSDV.
///
/// No pooling regresses each group's y on its own rows of [Z X]. LSDV gives each group its own coefficients of Z but one coefficient to each column
/// of X that does not vary, by eliminating Z_j within groups (Frisch & Waugh 1933, doi:10.2307/1907330): no dummy column is ever formed.
public struct GroupRegressions: Sendable {
  /// Names of the coefficients, each once: random effects first, then the other fixed effects. There is a constant, `(Intercept)`, only
  /// if the model has one.
  public let names: [String]
  /// Estimates, groups (in the order of the model's levels) × names, in the unit of the response per unit of the column; NaN where
  /// a group's rows do not determine the coefficient.
  public let estimates: Matrix
  /// Standard errors of the estimates, of the same shape; NaN also where no degree of freedom is left for a variance.
  public let errors: Matrix
  /// The residual standard deviation of LSDV, in the unit of the response; NaN where each group has its own or no degree of freedom is left.
  public let sigma: Double
  /// For each group whether its rows determine all coefficients.
  public var determined: [Bool] { (0..<estimates.rows).map { estimates.row($0).allSatisfy { !$0.isNaN } } }

  /// The columns of a model: those that vary by group, then the fixed effects among the rest.
  private struct Columns {
    let names: [String]
    let varyingCount: Int
    let values: [[Double]]

    init(_ model: LinearMixedModel) {
      var names: [String] = []
      var values: [[Double]] = []
      for (k, name) in model.randomEffectNames.enumerated() where !names.contains(name) {
        names.append(name)
        values.append(model.randomMatrix.column(k))
      }
      varyingCount = names.count
      for (k, name) in model.fixedEffectNames.enumerated() where !names.contains(name) {
        names.append(name)
        values.append(model.fixedMatrix.column(k))
      }
      self.names = names
      self.values = values
    }

    /// All columns, the constant first.
    var constantFirst: [Int] {
      guard let constant = names.firstIndex(of: "(Intercept)") else { return Array(names.indices) }
      return [constant] + names.indices.filter { $0 != constant }
    }

    func matrix(rows: [Int], order: [Int]) -> Matrix {
      Matrix(
        rows: rows.count, columns: order.count, storage: order.flatMap { k in rows.map { values[k][$0] } })
    }

    func matrix(rows: [Int], columns: Range<Int>) -> Matrix {
      Matrix(
        rows: rows.count, columns: columns.count, storage: columns.flatMap { k in rows.map { values[k][$0] } }
      )
    }
  }

  /// The response of each row without the offset, times √w.
  private static func weightedResponse(_ model: LinearMixedModel) -> [Double] {
    let response = model.frame.responseBesideOffset
    return model.frame.rowFactors.map { zip(response, $0).map(*) } ?? response
  }

  private static func rowsByGroup(_ model: LinearMixedModel) -> [[Int]] {
    var rows = [[Int]](repeating: [], count: model.groupLevels.count)
    for (i, code) in model.groupCodes.enumerated() { rows[code].append(i) }
    return rows
  }

  /// One regression a group, each with its own residual variance.
  ///
  /// - Parameter model: gives the columns, the groups and the rows in use.
  /// - Returns: estimates and errors. Nothing is thrown: a coefficient that a group does not determine is NaN (of a constant predictor, the
  ///   slope, while the constant keeps the group's mean).
  /// - Complexity: O(rows · columns²).
  public static func noPooling(_ model: LinearMixedModel) -> GroupRegressions {
    let response = weightedResponse(model)
    let factors = model.frame.rowFactors
    let columns = Columns(model)
    let count = columns.names.count
    let groups = rowsByGroup(model)
    var estimates = Matrix(rows: groups.count, columns: count)
    var errors = Matrix(rows: groups.count, columns: count)
    for (j, rows) in groups.enumerated() {
      // The constant comes first, so that a group with one x keeps it and not the slope.
      let qr = PivotedQR(
        columns.matrix(rows: rows, order: columns.constantFirst),
        rowFactors: factors.map { all in rows.map { all[$0] } })
      var effects = rows.map { response[$0] }
      qr.applyTransposedQ(to: &effects)
      let solution = qr.coefficients(fromEffects: effects)
      let df = rows.count - qr.rank
      let rss = effects[qr.rank...].reduce(0) { $0 + $1 * $1 }
      let variance = df > 0 ? rss / Double(df) : .nan
      let gram = qr.inverseGram
      for (place, k) in columns.constantFirst.enumerated() {
        estimates[j, k] = solution[place]
        errors[j, k] = (gram[place, place] * variance).squareRoot()
      }
    }
    return GroupRegressions(names: columns.names, estimates: estimates, errors: errors, sigma: .nan)
  }

  /// Own coefficients a group for what varies, common ones (repeated in every group's row) for the rest, one residual variance.
  ///
  /// - Returns: estimates and errors; a coefficient that the rows do not determine is NaN.
  /// - Complexity: O(rows · columns²).
  public static func lsdv(_ model: LinearMixedModel) -> GroupRegressions {
    let columns = Columns(model)
    let q = columns.varyingCount
    let common = columns.names.count - q
    let groups = rowsByGroup(model)
    let response = weightedResponse(model)
    let factors = model.frame.rowFactors
    let n = response.count

    // Each group's Z_j is taken out of the other columns and of y; the rest is one regression.
    var factored: [PivotedQR] = []
    var turned: [[[Double]]] = []
    var rest = Matrix(rows: n, columns: common)
    var restResponse = [Double](repeating: 0, count: n)
    var ranks = 0
    for rows in groups {
      let qr = PivotedQR(
        columns.matrix(rows: rows, columns: 0..<q), rowFactors: factors.map { all in rows.map { all[$0] } })
      var effects: [[Double]] = []
      for k in q...(q + common) {
        var column = rows.map {
          k < q + common ? columns.values[k][$0] * (factors?[$0] ?? 1) : response[$0]
        }
        qr.applyTransposedQ(to: &column)
        effects.append(column)
        for i in 0..<qr.rank { column[i] = 0 }
        qr.applyQ(to: &column)
        for (i, row) in rows.enumerated() {
          if k < q + common { rest[row, k - q] = column[i] } else { restResponse[row] = column[i] }
        }
      }
      ranks += qr.rank
      factored.append(qr)
      turned.append(effects)
    }
    // A column that the groups' own coefficients span is aliased: what is left of it is rounding.
    for k in 0..<common {
      var whole = 0.0
      for (i, value) in columns.values[q + k].enumerated() {
        let own = value * (factors?[i] ?? 1)
        whole += own * own
      }
      let left = rest.column(k).reduce(0) { $0 + $1 * $1 }
      if left < 1e-14 * whole { for i in 0..<n { rest[i, k] = 0 } }
    }
    let outer = PivotedQR(rest)
    var effects = restResponse
    outer.applyTransposedQ(to: &effects)
    let gamma = outer.coefficients(fromEffects: effects)
    let df = n - ranks - outer.rank
    let variance = df > 0 ? effects[outer.rank...].reduce(0) { $0 + $1 * $1 } / Double(df) : .nan
    let gammaGram = outer.inverseGram

    var estimates = Matrix(rows: groups.count, columns: q + common)
    var errors = Matrix(rows: groups.count, columns: q + common)
    let known = (0..<common).filter { !gamma[$0].isNaN }
    for j in groups.indices {
      let qr = factored[j]
      // b_j = b_j(y) − Σ b_j(x_k)γ_k, so Var = σ²((Z'Z)⁻¹ + KVK').
      let own = qr.coefficients(fromEffects: turned[j][common])
      let shifts = (0..<common).map { qr.coefficients(fromEffects: turned[j][$0]) }
      let gram = qr.inverseGram
      for k in 0..<q {
        var value = own[k]
        var spread = gram[k, k]
        for a in known {
          value -= shifts[a][k] * gamma[a]
          for b in known { spread += shifts[a][k] * gammaGram[a, b] * shifts[b][k] }
        }
        estimates[j, k] = value
        errors[j, k] = (spread * variance).squareRoot()
      }
      for k in 0..<common {
        estimates[j, q + k] = gamma[k]
        errors[j, q + k] = (gammaGram[k, k] * variance).squareRoot()
      }
    }
    return GroupRegressions(
      names: columns.names, estimates: estimates, errors: errors, sigma: variance.squareRoot())
  }
}

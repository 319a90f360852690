import LinearAlgebra
import ModelFormula

/// The hypotheses of type III: for each term the estimable functions that belong to it alone.
///
/// With b the coefficients of all levels of every factor (`OverparameterizedDesign`) and E a term,
///
///     A = {ℓ estimable: zero on the terms that are neither E nor contain it}
///     B = {ℓ in A: zero on E, too}
///
/// the hypothesis of E is ℓ'b = 0 for all ℓ in A orthogonal to B. Where every combination of levels occurs, this compares means over the levels of
/// the other factors; where some do not, it depends on which, but not on labels or contrasts.
///
/// All is computed in the coefficients β of treatment contrasts: their columns X span the others, X_f = XC, so that the estimable ℓ are C'm, and ℓ'b is m'β.
/// Satterthwaite's denominator depends on how a hypothesis is written. Its rows are the identity on the term's own β, as lmerTest's.
///
/// A term without such a function has none to test, e.g. one whose columns are sums of another term's.
/// - Reference: Goodnight (1980), doi:10.1080/03610928008827893.
struct MarginalHypotheses {
  /// For each term that can be tested, rows of functions of the model's fixed effects.
  private(set) var rows: [Int: Matrix] = [:]
  /// Combinations of levels that no row of the data has.
  let emptyCells: [String]

  private let design: OverparameterizedDesign
  /// C (p×P), each column and each row in units of its numeric part's length.
  private let generators: Matrix

  init(_ model: LinearMixedModel) {
    let design = model.frame.overparameterized
    self.design = design
    emptyCells = design.emptyCells
    let n = design.matrix.rows
    let all = PivotedQR(design.selecting(design.treatmentColumns), rowFactors: model.frame.rowFactors)
    let kept = all.pivot[..<all.rank].sorted().map { design.treatmentColumns[$0] }
    let x = design.selecting(kept)
    let qr = PivotedQR(x)
    let place = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let scale = design.columnScales
    var c = Matrix(rows: kept.count, columns: scale.count)
    for k in scale.indices {
      if let row = place[k] {
        c[row, k] = 1
        continue
      }
      let coefficients = qr.solution(for: Array(design.matrix.storage[k * n..<(k + 1) * n]))
      for (i, value) in coefficients.enumerated() {
        c[i, k] = value * scale[kept[i]] / scale[k]
      }
    }
    generators = c
    // β of treatment contrasts as functions of the model's.
    let change =
      model.fixedMatrix == x
      ? nil
      : Matrix((0..<model.fixedMatrix.columns).map { qr.solution(for: model.fixedMatrix.column($0)) })
    for term in 1..<(model.frame.fixedCoding.termNames.count + 1) {
      var functions = hypothesis(of: term)
      if term == design.constantTerm { functions += hypothesis(of: 0) }
      let own = kept.indices.filter { design.termOfColumn[kept[$0]] == term }
      let others = kept.indices.filter { design.termOfColumn[kept[$0]] != term }
      let echelon = MarginalHypotheses.echelon(functions, columns: own + others)
      guard !echelon.isEmpty else { continue }
      let treatment = echelon.map { pivot, row in
        row.enumerated().map { $1 * scale[kept[$0]] / scale[kept[pivot]] }
      }
      rows[term] = Matrix(change.map { change in treatment.map { change * $0 } } ?? treatment)
    }
  }

  /// m for independent functions of a term: A's that are orthogonal to B.
  private func hypothesis(of term: Int) -> [[Double]] {
    let terms = design.termOfColumn
    let unrelated = terms.indices.filter { terms[$0] != term && !design.isContained(term, in: terms[$0]) }
    let own = terms.indices.filter { terms[$0] == term }
    let a = generators.selecting(columns: unrelated).orthogonalComplement
    guard a.columns > 0 else { return [] }
    let functions = generators.transposed * a
    let b = functions.transposed.selecting(columns: own).orthogonalComplement
    let result = a * (functions.transposed * (functions * b)).orthogonalComplement
    return (0..<result.columns).map { result.column($0) }
  }

  /// Rows in reduced echelon form, the given columns first, each with the column in which it is 1.
  private static func echelon(
    _ rows: [[Double]], columns: [Int]
  ) -> [(pivot: Int, row: [Double])] {
    var rows = rows
    var pivots: [Int] = []
    for column in columns where pivots.count < rows.count {
      let next = pivots.count
      let largest = (next..<rows.count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? next
      guard abs(rows[largest][column]) > MarginalHypotheses.tolerance else { continue }
      rows.swapAt(next, largest)
      let divisor = rows[next][column]
      rows[next] = rows[next].map { $0 / divisor }
      for i in rows.indices where i != next {
        let factor = rows[i][column]
        if factor != 0 { rows[i] = zip(rows[i], rows[next]).map { $0 - factor * $1 } }
      }
      pivots.append(column)
    }
    return Array(zip(pivots, rows))
  }

  /// C has entries of the order of 1, and errors of 1e-16 times the condition of X, which its rank's tolerance bounds by about 1e7.
  fileprivate static let tolerance = 1e-7
}

extension OverparameterizedDesign {
  /// Some of the columns.
  fileprivate func selecting(_ columns: [Int]) -> Matrix { matrix.selecting(columns: columns) }

  /// For each column the length of its numeric part over all rows: columns of one unit share a scale, since a term's indicators share out the rows.
  fileprivate var columnScales: [Double] {
    let n = matrix.rows
    var squares: [Int: [String: Double]] = [:]
    for (k, term) in termOfColumn.enumerated() {
      let square = matrix.storage[k * n..<(k + 1) * n].reduce(0) { $0 + $1 * $1 }
      squares[term, default: [:]][numericPartOfColumn[k], default: 0] += square
    }
    return termOfColumn.indices.map { k in
      let square = squares[termOfColumn[k]]?[numericPartOfColumn[k]] ?? 0
      return square > 0 ? square.squareRoot() : 1
    }
  }
}

extension PivotedQR {
  /// Least-squares coefficients, 0 for aliased columns.
  fileprivate func solution(for y: [Double]) -> [Double] {
    var effects = y
    applyTransposedQ(to: &effects)
    return coefficients(fromEffects: effects).map { $0.isNaN ? 0 : $0 }
  }
}

extension Matrix {
  fileprivate func selecting(columns places: [Int]) -> Matrix {
    Matrix(rows: rows, columns: places.count, storage: places.flatMap { column($0) })
  }

  /// Orthonormal columns that span all that is orthogonal to the columns.
  fileprivate var orthogonalComplement: Matrix {
    let lengths = (0..<columns).map { j in column(j).reduce(0) { $0 + $1 * $1 }.squareRoot() }
    // What is left of a zero is rounding.
    let least = MarginalHypotheses.tolerance * max(1, lengths.max() ?? 0)
    let qr = PivotedQR(selecting(columns: lengths.indices.filter { lengths[$0] > least }))
    var result = Matrix(rows: rows, columns: rows - qr.rank)
    for j in 0..<result.columns {
      var vector = [Double](repeating: 0, count: rows)
      vector[qr.rank + j] = 1
      qr.applyQ(to: &vector)
      for i in 0..<rows { result[i, j] = vector[i] }
    }
    return result
  }
}

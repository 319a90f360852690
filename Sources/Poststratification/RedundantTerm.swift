import LinearAlgebra
import ModelFormula
import Tables

/// A random intercept whose variance the rest of the model has already, so that data cannot tell it from there: the fit is the same
/// without it.
///
/// - `(1 | gender:region)` beside `(1 + gender | region)` with a gender of two values: with Z the rows (1, gender) of a region's
///   cells, an invertible square, Σ may take up τ²Z⁻¹Z⁻ᵀ, and gives what the term would give.
/// - `(1 | gender)` beside a fixed effect of gender: the constants of its levels are in the fixed effects.
public struct RedundantTerm: Sendable, Equatable {
  /// The term as the formula has it, e.g. `(1 | gender:region)`.
  public let term: String
  /// Its grouping factor.
  public let factor: String
  /// The term that spans it, e.g. `(1 + gender | region)`; nil for the fixed effects.
  public let spannedBy: String?
  /// Its place among the formula's terms.
  let place: Int

  /// All of a model's, in the order of the formula.
  static func all(in frame: ModelFrame) -> [RedundantTerm] {
    let designs = frame.random
    let terms = frame.formula.randomTerms
    // Behind `||` one written term is several designs; these are told by their columns.
    let isWritten = terms.count == designs.count
    func text(_ k: Int) -> String {
      if isWritten { return terms[k].text }
      let names = designs[k].columnNames.map { $0 == "(Intercept)" ? "1" : $0 }
      return "(\(names.joined(separator: " + ")) | \(designs[k].groupingExpression.text))"
    }
    var found: [RedundantTerm] = []
    for k in designs.indices where designs[k].columnNames == ["(Intercept)"] {
      let grouping = designs[k].grouping
      if spans(frame.fixed, levelsOf: grouping) {
        found.append(RedundantTerm(term: text(k), factor: grouping.name, spannedBy: nil, place: k))
        continue
      }
      let other = designs.indices.first { s in
        s != k && !found.contains { $0.place == s } && takesUp(designs[s], grouping)
          // Of two intercepts over one factor the later is told.
          && !(s > k && designs[s].columnNames == ["(Intercept)"]
            && designs[s].grouping.codes == grouping.codes)
      }
      if let other {
        found.append(RedundantTerm(term: text(k), factor: grouping.name, spannedBy: text(other), place: k))
      }
    }
    return found
  }

  /// The columns that have one value in each level of a factor, a row a level that occurs.
  private static func constantRows(
    _ x: Matrix, _ grouping: CategoricalColumn
  ) -> (rows: [[Double]], first: [Int]) {
    var first = [Int](repeating: -1, count: grouping.levels.count)
    for (row, code) in grouping.codes.enumerated() where first[code] < 0 { first[code] = row }
    let constant = (0..<x.columns).filter { j in
      grouping.codes.indices.allSatisfy { x[$0, j] == x[first[grouping.codes[$0]], j] }
    }
    let occurring = first.filter { $0 >= 0 }
    return (occurring.map { row in constant.map { x[row, $0] } }, occurring)
  }

  /// Whether a matrix' columns span the indicators of a factor's levels.
  private static func spans(_ x: Matrix, levelsOf grouping: CategoricalColumn) -> Bool {
    let rows = constantRows(x, grouping).rows
    guard let width = rows.first?.count, rows.count <= width else { return false }
    return PivotedQR(Matrix(rows)).rank == rows.count
  }

  /// Whether a term's covariance matrix can take up a variance between the levels of a factor within its own: each of these lies in one level of
  /// the term's factor, those of one level have different rows of effects, and all different rows are linearly independent.
  private static func takesUp(_ design: ModelFrame.RandomDesign, _ grouping: CategoricalColumn) -> Bool {
    let (rows, first) = constantRows(design.matrix, grouping)
    guard let width = rows.first?.count, width > 0 else { return false }
    var upper = [Int](repeating: -1, count: grouping.levels.count)
    for (row, code) in grouping.codes.enumerated() {
      let own = design.grouping.codes[row]
      if upper[code] >= 0, upper[code] != own { return false }
      upper[code] = own
    }
    var different: [[Double]] = []
    var met: Set<[Int]> = []
    for (level, row) in rows.enumerated() {
      let kind = different.firstIndex(of: row) ?? different.count
      if kind == different.count { different.append(row) }
      guard met.insert([upper[grouping.codes[first[level]]], kind]).inserted, different.count <= width else {
        return false
      }
    }
    return PivotedQR(Matrix(different)).rank == different.count
  }
}

extension PoststratifiedEstimates {
  /// The formula without the terms that others span; nil where there are none.
  public var leanFormula: String? {
    if redundantTerms.isEmpty { return nil }
    let frame = fit.frame
    guard frame.formula.randomTerms.count == frame.random.count else { return nil }
    let places = Set(redundantTerms.map(\.place))
    let kept = frame.formula.randomTerms.indices.filter { !places.contains($0) }
    return frame.formula.fixedText + kept.map { " + " + frame.formula.randomTerms[$0].text }.joined()
  }
}

extension ModelFormula.RandomTerm {
  /// The term with its bar, e.g. `(1 + gender | region)`.
  var text: String {
    let names = [effects.hasIntercept ? "1" : "0"] + effects.terms.map(\.name)
    return "(\(names.joined(separator: " + ")) | \(groupingFactor.text))"
  }
}

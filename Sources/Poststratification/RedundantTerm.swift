import LinearAlgebra
import ModelFormula
import Tables

/// A random intercept whose variance the rest of the model has already, so that data cannot tell it from there: the fit is the same
/// without it.
///
/// - `(1 | gender:region)` beside `(1 + gender | region)` with a gender of two values: with Z the rows (1, gender) of a region's
///   cells, an invertible square, Σ may take up τ²Z⁻¹Z⁻ᵀ, and gives what the term would give.
/// - `(1 | gender:region)` beside `(1 + gender || region)` with a factor gender, split into a variance for each of its levels: all
///   of these may grow by τ². A number of 0 and 1 has no variance of its own where it is 0, and takes up nothing.
/// - `(1 | province)` beside `(1 | region:province)` where provinces lie in regions: the groups are the same.
/// - `(1 | gender)` beside a fixed effect of gender: the constants of its levels are in the fixed effects.
public struct RedundantTerm: Sendable, Equatable {
  /// The term as the formula has it, e.g. `(1 | gender:region)`.
  public let term: String
  /// Its grouping factor.
  public let factor: String
  /// The term that spans it, e.g. `(1 + gender | region)`, or the sum of several; nil for the fixed effects.
  public let spannedBy: String?
  /// How it is spanned.
  public let reason: Reason
  /// Its place among the formula's terms.
  let place: Int

  /// Ways to be spanned by the rest of a model.
  public enum Reason: Sendable, Equatable {
    /// The fixed effects have a constant for each level.
    case fixedEffects
    /// Another term has a constant for each of the same groups.
    case sameGroups
    /// The covariance matrix of a term of wider groups has a free variance for each kind of cell.
    case covarianceMatrix
    /// Terms of wider groups have a variance for each kind of cell.
    case variances
  }

  /// All of a model's, in the order of the formula.
  static func all(in frame: ModelFrame) -> [RedundantTerm] {
    let designs = frame.random
    let terms = frame.formula.randomTerms
    // Behind `||` one written term is several designs; these are told by their columns.
    let isWritten = terms.count == designs.count
    func text(_ k: Int) -> String {
      if isWritten { return terms[k].text }
      let names = designs[k].columnNames.map { $0 == "(Intercept)" ? "1" : $0 }
      let effects = (names.contains("1") ? names : ["0"] + names).joined(separator: " + ")
      return "(\(effects) | \(designs[k].groupingExpression.text))"
    }
    let indicators = indicatorRuns(designs)
    var found: [RedundantTerm] = []
    for k in designs.indices where designs[k].columnNames == ["(Intercept)"] {
      let grouping = designs[k].grouping
      if spans(frame.fixed, levelsOf: grouping) {
        found.append(
          RedundantTerm(
            term: text(k), factor: grouping.name, spannedBy: nil, reason: .fixedEffects, place: k))
        continue
      }
      let other = designs.indices.first { s in
        if s == k || found.contains(where: { $0.place == s }) { return false }
        let isSame = hasSameGroups(designs[s].grouping, grouping)
        // Of two intercepts over the same groups the later is told.
        if isSame, s > k, designs[s].columnNames == ["(Intercept)"] { return false }
        return takesUp(designs[s], grouping) || (isSame && hasConstant(designs[s].matrix))
      }
      if let other {
        let isSame = hasSameGroups(designs[other].grouping, grouping)
        found.append(
          RedundantTerm(
            term: text(k), factor: grouping.name, spannedBy: text(other),
            reason: isSame ? .sameGroups : .covarianceMatrix, place: k))
      } else if let run = indicators.first(where: { hasSameGroups($0.cells, grouping) }) {
        found.append(
          RedundantTerm(
            term: text(k), factor: grouping.name,
            spannedBy: run.places.map(text).joined(separator: " + "), reason: .variances, place: k))
      }
    }
    return found
  }

  /// Terms of one column each, side by side over the same groups, whose columns are the indicators of the levels of a factor: their
  /// places, and the cells of group and level. So `||` splits a factor.
  private static func indicatorRuns(
    _ designs: [ModelFrame.RandomDesign]
  ) -> [(places: Range<Int>, cells: CategoricalColumn)] {
    var runs: [(places: Range<Int>, cells: CategoricalColumn)] = []
    for start in designs.indices {
      let grouping = designs[start].grouping
      // The level whose indicator is 1, row by row; −1 before it is met.
      var level = [Int](repeating: -1, count: grouping.codes.count)
      for k in start..<designs.count {
        guard designs[k].columnNames.count == 1, designs[k].columnNames != ["(Intercept)"],
          designs[k].grouping.codes == grouping.codes, mark(designs[k].matrix, as: k - start, in: &level)
        else { break }
        if level.contains(-1) { continue }
        let count = k - start + 1
        if count > 1 {
          let cells = zip(grouping.codes, level).map { $0 * count + $1 }
          runs.append(
            (
              start..<(k + 1),
              CategoricalColumn(
                name: "", levels: (0..<grouping.levels.count * count).map(String.init), codes: cells)
            ))
        }
        break
      }
    }
    return runs
  }

  /// Notes the rows in which an indicator is 1.
  /// - Returns: false for a column that is none or meets one noted before.
  private static func mark(_ indicator: Matrix, as place: Int, in level: inout [Int]) -> Bool {
    for row in level.indices {
      switch indicator[row, 0] {
      case 0: continue
      case 1 where level[row] < 0: level[row] = place
      default: return false
      }
    }
    return true
  }

  /// Whether two factors divide the rows alike, whatever their levels are called.
  private static func hasSameGroups(_ a: CategoricalColumn, _ b: CategoricalColumn) -> Bool {
    var (ofA, ofB): ([Int: Int], [Int: Int]) = ([:], [:])
    for (x, y) in zip(a.codes, b.codes) {
      if ofA[x, default: y] != y || ofB[y, default: x] != x { return false }
      ofA[x] = y
      ofB[y] = x
    }
    return true
  }

  /// Whether a matrix' columns span a constant.
  private static func hasConstant(_ x: Matrix) -> Bool {
    let ones = [Double](repeating: 1, count: x.rows)
    let wide = Matrix(rows: x.rows, columns: x.columns + 1, storage: x.storage + ones)
    return PivotedQR(wide).rank == PivotedQR(x).rank
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
    let terms = fit.frame.formula.randomTerms
    guard let owners = fit.frame.termsOfDesigns else { return nil }
    let dropped = Set(redundantTerms.map { owners[$0.place] })
    let kept = terms.indices.filter { !dropped.contains($0) }
    // What `||` parted stands together again where it parted a factor's levels, which no single bars can write.
    let isSplit = owners.count > terms.count
    var texts: [String] = []
    var met: Set<Int> = []
    for k in kept where met.insert(k).inserted {
      let own = kept.filter {
        isSplit && terms[k].isUncorrelated && terms[$0].doubleBar == terms[k].doubleBar
          && terms[$0].groupingFactor.text == terms[k].groupingFactor.text
      }
      met.formUnion(own)
      texts.append(own.isEmpty ? terms[k].text : ModelFormula.RandomTerm.uncorrelated(own.map { terms[$0] }))
    }
    return ([fit.frame.formula.fixedText] + texts).joined(separator: " + ")
  }
}

extension ModelFrame {
  /// For each design of random effects the term of the formula that it comes from; nil where they do not match.
  fileprivate var termsOfDesigns: [Int]? {
    var owners: [Int] = []
    for (t, term) in formula.randomTerms.enumerated() {
      guard owners.count < random.count else { return nil }
      let first = random[owners.count]
      owners.append(t)
      guard term.isUncorrelated, first.coding.isPart else { continue }
      while owners.count < random.count {
        let next = random[owners.count]
        guard next.coding.isPart, next.groupingExpression.text == first.groupingExpression.text,
          next.coding.factorNamesOfTerms == first.coding.factorNamesOfTerms
        else { break }
        owners.append(t)
      }
    }
    return owners.count == random.count ? owners : nil
  }
}

extension ModelFormula.RandomTerm {
  /// The term with its bar, e.g. `(1 + gender | region)`.
  var text: String {
    let names = [effects.hasIntercept ? "1" : "0"] + effects.terms.map(\.name)
    return "(\(names.joined(separator: " + ")) | \(groupingFactor.text))"
  }

  /// Terms of one `||`, e.g. `(1 + gender || region)`.
  static func uncorrelated(_ terms: [ModelFormula.RandomTerm]) -> String {
    let names =
      [terms.contains { $0.effects.hasIntercept } ? "1" : "0"]
      + terms.flatMap { $0.effects.terms.map(\.name) }
    return "(\(names.joined(separator: " + ")) || \(terms[0].groupingFactor.text))"
  }
}

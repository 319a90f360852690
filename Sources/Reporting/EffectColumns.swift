import ModelFormula
import Tables

/// The effects of a formula: one a term, or, where data tell that a term that varies has several columns, one a column.
///
/// A factor of k levels has k − 1 slopes, `poly(x, 2)` two: each with a standard deviation of its own.
struct EffectColumns {
  /// A fixed effect beside the constant.
  struct Fixed {
    /// Its name.
    let name: String
    /// The texts of the term's factors, and the names of the columns that stand for them.
    let parts: [(factor: String, name: String)]
  }

  /// The fixed effects in order, the constant left out.
  private(set) var fixed: [Fixed] = []
  /// The random-effects terms: what varies over which factor, the constant as `(Intercept)`.
  private(set) var random: [(factor: String, effects: [String])] = []
  /// Terms by the columns that stand for them.
  private(set) var termOfColumn: [String: String] = [:]

  /// - Parameters:
  ///   - frame: the formula on data; nil without.
  ///   - expanded: the terms (`manyColumned`) that stand column by column.
  init(_ formula: ModelFormula, frame: ModelFrame?, expanded: Set<Set<String>>, groupLevel: [Set<String>]) {
    guard let frame, !expanded.isEmpty else {
      fixed = formula.fixed.terms.map { term in
        Fixed(name: term.name, parts: term.factors.map { ($0.text, $0.text) })
      }
      random = formula.randomTerms.map { ($0.groupingFactor.text, $0.effectNames) }
      return
    }
    var known = KnownColumns()
    let coding = frame.fixedCoding
    for (t, term) in formula.fixed.terms.enumerated() {
      let texts = term.factors.map(\.text)
      // A product with predictors of groups belongs to the slope that remains without them.
      let isExpanded = ([Set<String>()] + groupLevel).contains { level in
        expanded.contains(Set(texts.filter { !level.contains($0) }))
      }
      guard isExpanded else {
        fixed.append(Fixed(name: term.name, parts: texts.map { ($0, $0) }))
        continue
      }
      for j in coding.columnNames.indices where coding.termOfColumn[j] == t + 1 {
        let parts = coding.partsOfColumns[j]
        let name = known.name(parts, frame.fixed.column(j))
        termOfColumn[name] = term.name
        fixed.append(Fixed(name: name, parts: Array(zip(texts, parts)).map { (factor: $0, name: $1) }))
      }
    }
    for design in frame.random {
      let coding = design.coding
      var effects: [String] = []
      for j in coding.columnNames.indices {
        let t = coding.termOfColumn[j]
        if t == 0 {
          effects.append("(Intercept)")
        } else if expanded.contains(Set(coding.factorNamesOfTerms[t - 1])) {
          let name = known.name(coding.partsOfColumns[j], design.matrix.column(j))
          termOfColumn[name] = coding.termNames[t - 1]
          effects.append(name)
        } else {
          effects.append(coding.termNames[t - 1])
        }
      }
      random.append((design.groupingExpression.text, effects))
    }
  }

  /// The terms, as sets of their factors' texts, that vary and have several columns in the random or in the fixed part.
  static func manyColumned(_ frame: ModelFrame) -> Set<Set<String>> {
    func counts(_ coding: DesignCoding) -> [Set<String>: Int] {
      var counts: [Set<String>: Int] = [:]
      for t in coding.termOfColumn where t > 0 {
        counts[Set(coding.factorNamesOfTerms[t - 1]), default: 0] += 1
      }
      return counts
    }
    let fixed = counts(frame.fixedCoding)
    var many: Set<Set<String>> = []
    var seen: [Set<String>: Int] = [:]
    for design in frame.random {
      for (term, count) in counts(design.coding) {
        // Behind || each column is a design of its own.
        seen[term, default: 0] += design.coding.isPart ? count : 0
        if max(count, seen[term]!, fixed[term] ?? 1) > 1 { many.insert(term) }
      }
    }
    return many
  }
}

/// Columns by their names: the same name for the same column, another for another.
private struct KnownColumns {
  private var columns: [[String]: (name: String, values: [Double])] = [:]

  mutating func name(_ parts: [String], _ values: [Double]) -> String {
    // Factors may stand in another order behind a bar.
    let key = parts.sorted()
    let name = parts.joined(separator: ":")
    guard let known = columns[key] else {
      columns[key] = (name, values)
      return name
    }
    // The indicator of level 1 and the first of other contrasts are both f1.
    return known.values == values ? known.name : "dummy(\(name))"
  }
}

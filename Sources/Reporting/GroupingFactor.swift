import ModelFormula

/// A grouping factor of a formula, and how it is made of columns.
struct GroupingFactor: Equatable {
  /// The factor as an expression.
  let expression: FormulaExpression
  /// The columns it is made of, the innermost first.
  let columns: [String]
  /// As R names it, e.g. `cask:batch`.
  var text: String { expression.text }

  private init(_ expression: FormulaExpression) {
    self.expression = expression
    columns = expression.variables
  }

  /// The grouping factors of a formula in the order of appearance, except that outer ones stand before those within them: of
  /// `batch/cask` first batch, then cask:batch.
  static func all(of formula: ModelFormula) -> [GroupingFactor] {
    var all: [GroupingFactor] = []
    for term in formula.randomTerms where !all.contains(where: { $0.text == term.groupingFactor.text }) {
      let factor = GroupingFactor(term.groupingFactor)
      all.insert(factor, at: all.firstIndex { $0.isWithin(factor) } ?? all.count)
    }
    return all
  }

  /// Whether the factor's levels are combinations of another's levels with more.
  func isWithin(_ other: GroupingFactor) -> Bool { Set(columns).isStrictSuperset(of: other.columns) }

  /// The factor as words: `cask within batch` where batch is a grouping factor and cask is none, else `combination of a and b`.
  func phrase(among factors: [GroupingFactor], _ words: ExplanationWords) -> String {
    let (name, around) = parts(among: factors, words)
    return words.isChinese ? around + name : name + around
  }

  /// One level as words: `cask k within batch`.
  func level(_ index: Formula, among factors: [GroupingFactor], _ words: ExplanationWords) -> Formula {
    let (name, around) = parts(among: factors, words)
    return .text(words.pick("\(name) ", "\(around)第 ")) + index + .text(words.pick(around, " 个\(name)"))
  }

  /// The factor's own name, and what says in which other it is nested (in Chinese it stands first).
  private func parts(
    among factors: [GroupingFactor], _ words: ExplanationWords
  ) -> (name: String, around: String) {
    if let label = words.label(text) { return (words.withoutArticle(label), "") }
    if columns.count < 2 { return (words.withoutArticle(words.name(columns.first ?? text)), "") }
    guard let outer = outer(among: factors) else { return combination(columns, words) }
    let own = combination(columns.filter { !outer.columns.contains($0) }, words)
    let around = outer.phrase(among: factors, words)
    return (own.name, words.pick("\(own.around) within \(around)", "\(around)内的\(own.around)"))
  }

  /// The grouping factor in which this one is nested by the formula; nil where its parts are grouping factors beside each other.
  func outer(among factors: [GroupingFactor]) -> GroupingFactor? {
    let around = factors.filter { isWithin($0) }
    guard let outer = around.max(by: { $0.columns.count < $1.columns.count }) else { return nil }
    return around.allSatisfy { $0 == outer || outer.isWithin($0) } ? outer : nil
  }

  private func combination(
    _ columns: [String], _ words: ExplanationWords
  ) -> (name: String, around: String) {
    let names = words.list(columns.map(words.name))
    if columns.count == 1 { return (words.withoutArticle(names), "") }
    return (words.pick("combination", "组合"), words.pick(" of \(names)", "\(names)的"))
  }
}

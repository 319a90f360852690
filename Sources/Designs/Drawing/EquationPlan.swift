import LinearAlgebra
import ModelFormula
import Tables

/// A design's equation before its numbers: the columns of the fixed part, and the terms of the random part
/// with the names of their effects.
struct EquationPlan: Sendable {
  /// One random-effects term.
  struct Term: Sendable {
    /// The grouping factor's place among `groups`.
    let group: Int
    /// `school`, and `school.1` for the second term of a factor, as in a fit's variance components.
    let label: String
    /// How its effects become columns.
    let coding: DesignCoding
    /// What the formula has.
    let list: TermList
    /// Whether it comes from `||`.
    let isUncorrelated: Bool
    /// The names of the effects.
    var effectNames: [String] { coding.columnNames }
  }

  let formula: ModelFormula
  let responseName: String
  /// The coding of the fixed part on example values; what `scale`, `poly` and `ns` learn is learned anew from
  /// each draw.
  let fixedCoding: DesignCoding
  let groups: [GroupPlan]
  let terms: [Term]
  /// A table of example values, with all names of categorical predictors.
  let examples: DataTable
  /// Whether a function of the formula learns from the data.
  let learns: Bool

  /// Reads a formula against the columns of a design.
  /// - Throws: `DesignFault` at `response.formula`.
  init(_ text: String, catalog: ColumnCatalog, rows: RowPlan) throws(DesignFault) {
    let path = ["response", "formula"]
    func fault(_ error: FormulaError) -> DesignFault { DesignFault(path, error.inDesign) }
    do throws(FormulaError) { formula = try ModelFormula(text) } catch { throw fault(error) }
    guard case .variable(let name, _) = formula.response else {
      throw DesignFault(
        path,
        "the response '\(formula.response.text)'; a plain name would work (a function of it goes into the model that is fitted)"
      )
    }
    try ColumnCatalog.checkName(name, at: path)
    if catalog[name] != nil {
      throw DesignFault(path, "the response '\(name)' is a level or a predictor too; another name would work")
    }
    responseName = name
    examples = catalog.exampleTable
    var groups: [GroupPlan] = []
    var terms: [Term] = []
    let graph = rows.graph
    let effects = formula.fixed.terms + formula.randomTerms.flatMap(\.effects.terms)
    for variable in (effects.flatMap(\.factors) + formula.offsets).flatMap(\.variables) {
      guard let entry = catalog[variable] else {
        throw fault(formula.missingColumn(variable, available: catalog.names))
      }
      if entry.isLevel, case .level(let k) = entry.place, rows.fixedCount(k) == nil {
        throw DesignFault(
          path,
          "'\(variable)' among the predictors, but how many units it has is drawn; a level with a fixed number of units would work"
        )
      }
    }
    do throws(FormulaError) {
      fixedCoding = try DesignCoding(
        formula.fixed, levelsOf: examples, learningFrom: examples, formula: formula.source)
    } catch { throw fault(error) }
    for term in formula.randomTerms {
      let own = try GroupPlan(term.groupingFactor, graph: graph)
      let place = groups.firstIndex { $0.text == own.text } ?? groups.count
      if place == groups.count { groups.append(own) }
      let coding: DesignCoding
      do throws(FormulaError) {
        coding = try DesignCoding(
          term.effects, levelsOf: examples, learningFrom: examples, formula: formula.source)
      } catch { throw fault(error) }
      if coding.columnNames.isEmpty {
        throw DesignFault(
          path, "nothing varies over '\(own.text)'; 1 or a predictor before the bar would work")
      }
      let count = terms.count { $0.group == place }
      for earlier in terms where earlier.group == place {
        if let twice = coding.columnNames.first(where: earlier.effectNames.contains) {
          throw DesignFault(
            path,
            "'\(twice)' varies twice over '\(own.text)'; one term for each effect of a factor would work")
        }
      }
      terms.append(
        Term(
          group: place, label: count == 0 ? own.text : "\(own.text).\(count)", coding: coding,
          list: term.effects, isUncorrelated: term.isUncorrelated))
    }
    self.groups = groups
    self.terms = terms
    learns = formula.fixed.learns || terms.contains { $0.list.learns }
  }

  /// The names of the fixed effects.
  var fixedNames: [String] { fixedCoding.columnNames }

  /// β in the order of the columns.
  /// - Throws: `DesignFault` for a wrong count or names that are no columns, with the list of those that are.
  func fixedEffects(_ beta: DesignResponse.Coefficients) throws(DesignFault) -> [Double] {
    let names = fixedNames
    let path = ["response", "beta"]
    switch beta {
    case .listed(let values):
      guard values.count == names.count else {
        throw DesignFault(
          path,
          "\(values.count) coefficients for \(names.count) columns; one for each of \(names.joined(separator: ", ")) would work"
        )
      }
      for (i, value) in values.enumerated() where !value.isFinite {
        throw DesignFault(path + [String(i + 1)], "\(shortestText(value)); a finite number would work")
      }
      return values
    case .named(let list):
      var values = [Double?](repeating: nil, count: names.count)
      for named in list {
        guard let k = names.firstIndex(of: named.name) else {
          let meant =
            NearestNames.close(to: named.name, among: names).map { " (did you mean '\($0)'?)" } ?? ""
          throw DesignFault(
            path + [named.name],
            "no column '\(named.name)'\(meant); columns are \(names.joined(separator: ", "))")
        }
        guard named.value.isFinite else {
          throw DesignFault(path + [named.name], "\(shortestText(named.value)); a finite number would work")
        }
        values[k] = named.value
      }
      if let k = values.firstIndex(where: { $0 == nil }) {
        throw DesignFault(
          path, "no coefficient for '\(names[k])'; columns are \(names.joined(separator: ", "))")
      }
      return values.map { $0! }
    }
  }

  /// The codings on a drawn table, anew where functions learn from it.
  func codings(on data: DataTable) throws(DesignFault) -> (fixed: DesignCoding, terms: [DesignCoding]) {
    guard learns else { return (fixedCoding, terms.map(\.coding)) }
    do throws(FormulaError) {
      var own: [DesignCoding] = []
      for term in terms {
        own.append(
          try DesignCoding(term.list, levelsOf: examples, learningFrom: data, formula: formula.source))
      }
      let fixed = try DesignCoding(
        formula.fixed, levelsOf: examples, learningFrom: data, formula: formula.source)
      return (fixed, own)
    } catch { throw DesignFault(["response", "formula"], "in this draw: \(error.inDesign)") }
  }
}

extension FormulaError {
  /// The message without the word that tells what kind of text is at fault, which the place in the design
  /// tells.
  var inDesign: String {
    let text = "\(self)"
    return text.hasPrefix("formula: ") ? String(text.dropFirst("formula: ".count)) : text
  }
}

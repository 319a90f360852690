import Designs
import ModelFormula
import Specifications
import Tables

/// What the formulas of a study's strategies are, and where they are written.
extension StudySpecification {
  /// The text of the formula that a strategy fits.
  package func formulaText(of strategy: StudyStrategy, _ design: DataDesign) -> String {
    strategy.formula ?? formula ?? design.formula.source
  }

  /// Where that formula is written: at the strategy, at the study, or at the design's response.
  package func formulaNode(of strategy: StudyStrategy) -> SpecificationNode {
    strategy.formulaNode ?? node[path: ["formula"]] ?? design.node[path: ["response", "formula"]] ?? node
  }

  /// A fault of that formula at its place, which tells that it is one.
  package func formulaFault(_ error: any Error, of strategy: StudyStrategy) -> SpecificationError {
    let (text, word) = ("\(error)", "formula: ")
    return formulaNode(of: strategy).fault(
      text.hasPrefix(word) ? String(text.dropFirst(word.count)) : text)
  }

  /// - Throws: `SpecificationError` at the rate of a column that is missing in every row and that a strategy's formula uses.
  func checkMissing(
    _ found: DataDesign, _ tree: SpecificationNode, of cell: StudyCell
  ) throws(SpecificationError) {
    for rule in found.missing where rule.rate >= 1 {
      for strategy in strategies {
        // A formula that cannot be read is told where it is read to be fitted.
        guard let formula = try? ModelFormula(formulaText(of: strategy, found)) else { continue }
        let parts =
          [formula.response] + formula.fixed.terms.flatMap(\.factors) + formula.offsets
          + formula.randomTerms.flatMap { [$0.groupingFactor] + $0.effects.terms.flatMap(\.factors) }
        guard parts.contains(where: { $0.variables.contains(rule.column) }) else { continue }
        let path = ["missing", rule.column]
        let written = tree[path: path + ["rate"]] ?? tree[path: path] ?? tree
        throw written.fault(
          "rate \(shortestText(rule.rate)) leaves no row with '\(rule.column)', which '\(formula.source)' needs; a rate below 1 would work"
            + (cell.settings.isEmpty ? "" : " (with \(cell.label))"))
      }
    }
  }
}

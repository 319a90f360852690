import LinearAlgebra
import MixedModels

/// The table of variances, standard deviations and correlations of random effects, as R lays it out.
struct VarianceComponentsText {
  let components: [VarianceComponent]
  /// Residual standard deviation; nil for a model without one.
  let sigma: Double?
  /// Significant digits of the numbers; nil for two decimals, as `arm::display` shows them.
  let digits: Int?

  /// The lines of the table.
  func text(showingVariances: Bool) -> String {
    let rows = components.reduce(0) { $0 + $1.names.count } + (sigma == nil ? 0 : 1)
    var columnNames = ["Groups", "Name"]
    var cells: [[String]] = []
    for component in components {
      for (i, name) in component.names.enumerated() { cells.append([i == 0 ? component.label : "", name]) }
    }
    if sigma != nil { cells.append(["Residual", ""]) }

    let variances = components.flatMap { $0.covariance.diagonal } + (sigma.map { [$0 * $0] } ?? [])
    let deviations = components.flatMap(\.standardDeviations) + (sigma.map { [$0] } ?? [])
    if showingVariances {
      columnNames.append("Variance")
      for (row, text) in formatted(variances).enumerated() { cells[row].append(text) }
    }
    columnNames.append("Std.Dev.")
    for (row, text) in formatted(deviations).enumerated() { cells[row].append(text) }

    let largest = components.reduce(1) { max($0, $1.names.count) }
    if largest > 1 {
      // arm keeps the column of the last effect, which is empty.
      let width = digits == nil ? largest : largest - 1
      columnNames += ["Corr"] + [String](repeating: "", count: width - 1)
      var row = 0
      for component in components {
        for texts in correlationTexts(component) {
          cells[row] += texts + [String](repeating: "", count: width - texts.count)
          row += 1
        }
      }
      if sigma != nil { cells[row] += [String](repeating: "", count: width) }
    }
    return PrintedLayout.matrix(
      rowNames: [String](repeating: "", count: rows), columnNames: columnNames, cells: cells, alignment: .left
    )
  }

  private func formatted(_ values: [Double]) -> [String] {
    digits.map { CommonFormat.texts(values, digits: $0) } ?? CommonFormat.rounded(values, decimals: 2)
  }

  /// For each effect its correlations with the effects before it, all of a term in one format.
  private func correlationTexts(_ component: VarianceComponent) -> [[String]] {
    let q = component.names.count
    let decimals = digits.map { max(2, $0 - 2) } ?? 2
    let texts = CommonFormat.rounded(component.correlations.storage, decimals: decimals)
    return (0..<q).map { i in (0..<i).map { j in texts[i + j * q] } }
  }
}

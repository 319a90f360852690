import ModelFormula
import Tables

extension DataDesign {
  /// The laws of predictors that are drawn with others or computed from them, by column.
  package func law(of column: String) -> DesignPredictor.Law? {
    predictors.first { $0.columns.contains(column) }?.law
  }

  /// The column that holds a predictor's means over the units of a level, if there is one.
  package func mean(of predictor: String, by level: String) -> String? {
    predictors.first { $0.law == .mean(of: predictor, by: level) }?.name
  }

  /// Rows of this design's data with other values of predictors: what the design centres or computes from them follows.
  ///
  /// A centred predictor keeps its group's mean unless that is among the values. Means stay as they are unless they are.
  /// - Parameters:
  ///   - rows: rows of data that were drawn from this design.
  ///   - values: by column one number a row.
  /// - Throws: `FormulaError` where arithmetic cannot be done.
  package func moving(
    _ rows: DataTable, to values: [String: [Double]]
  ) throws(FormulaError) -> DataTable {
    var moved = values
    func table(_ columns: [Column]) -> DataTable {
      DataTable(
        columns.map { column in moved[column.name].map { Column(column.name, $0) } ?? column },
        name: rows.name)
    }
    for placed in plan.predictors where placed.predictor.isDerived && moved[placed.predictor.name] == nil {
      let name = placed.predictor.name
      switch placed.predictor.law {
      case .centered(let x, let by):
        let mean = mean(of: x, by: by).flatMap { values[$0] }
        guard moved[x] != nil || mean != nil, let old = rows[x]?.numbers, let centered = rows[name]?.numbers
        else { continue }
        let new = moved[x] ?? old
        moved[name] = new.indices.map { new[$0] - (mean?[$0] ?? old[$0] - centered[$0]) }
      case .computed(let text):
        guard let expression = placed.expression, expression.variables.contains(where: { moved[$0] != nil })
        else { continue }
        moved[name] = try expression.number(in: table(rows.columns), formula: text)
      default: continue
      }
    }
    return table(rows.columns)
  }
}

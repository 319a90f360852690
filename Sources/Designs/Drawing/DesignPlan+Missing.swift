import Distributions
import Tables

extension DesignPlan {
  /// Draws which units of a column are missing, and takes their values out of the table's column. Returns the
  /// number of rows without a value.
  func apply<Stream: VariateStream>(
    _ plan: MissingPlan, to columns: inout [Column],
    _ values: [String: (values: UnitValues, place: ColumnPlace)], response: [Double], _ units: DesignUnits,
    from stream: inout Stream
  ) -> Int {
    let count: Int
    if case .level(let k) = plan.place { count = units.counts[k] } else { count = units.rowCount }
    let on = plan.rule.depends.map { self.values(of: $0.on, at: plan.place, values, response, units) }
    let p = plan.probabilities(count: count, on)
    let isGone = p.map { stream.uniform() < $0 }
    let gone = rowUnits(of: plan.place, units).map { $0.map { isGone[$0] } } ?? isGone
    let k = columns.firstIndex { $0.name == plan.rule.column }!
    switch columns[k].values {
    case .real(var x):
      for i in x.indices where gone[i] { x[i] = .nan }
      columns[k] = Column(columns[k].name, x)
    case .text(var x):
      for i in x.indices where gone[i] { x[i] = nil }
      columns[k] = Column(columns[k].name, .text(x))
    case .integer, .logical: preconditionFailure("predictors and responses are numbers or texts")
    }
    return gone.count { $0 }
  }

  /// The complete values of a column at a place.
  private func values(
    of name: String, at place: ColumnPlace,
    _ known: [String: (values: UnitValues, place: ColumnPlace)], _ response: [Double], _ units: DesignUnits
  ) -> [Double] {
    if name == equation.responseName { return response }
    let graph = rows.graph
    let entry = catalog[name]!
    var numbers: [Double]
    if let x = known[name] {
      numbers = x.values.numbers
    } else {
      // A level's column: its times, or the numbers of its units.
      guard case .level(let k) = entry.place else { return [] }
      if let (first, last) = graph.levels[k].times {
        numbers = (0..<units.counts[k]).map { Double(first + $0 % (last - first + 1)) }
      } else {
        numbers = (0..<units.counts[k]).map { Double($0 + 1) }
      }
    }
    guard entry.place != place, case .level(let upper) = entry.place else { return numbers }
    if case .level(let lower) = place, lower != rows.rowLevel {
      return units.units(of: upper, for: lower, in: graph)!.map { numbers[$0] }
    }
    return units.ofRow[upper].map { numbers[$0] }
  }
}

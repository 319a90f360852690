import Distributions
import Tables

extension DesignPlan {
  /// For each row the weight with which it is drawn into the sample.
  /// - Parameters:
  ///   - data: all columns, nothing missing.
  ///   - intercepts: of a level's name the standard deviates of its units' random intercepts.
  /// - Throws: `DesignFault` for weights that are not finite.
  func weights(
    _ plan: SamplePlan, _ data: DataTable, _ units: DesignUnits, intercepts: (String) -> [Double]
  ) throws(DesignFault) -> [Double] {
    var all = [Double](repeating: 1, count: data.rowCount)
    for weight in plan.law.weights {
      let column = data[weight.column]!
      switch weight.law {
      case .exponential(let rate):
        let x = column.numbers!
        for i in all.indices { all[i] *= Portable.exp(rate * x[i]) }
      case .effect(let rate):
        let own = intercepts(weight.column).map { Portable.exp(rate * $0) }
        let ofRow = units.ofRow[rows.graph.index(of: weight.column)!]
        for i in all.indices { all[i] *= own[ofRow[i]] }
      case .named(let list):
        if let x = column.numbers {
          let values = Dictionary(list.map { (Double($0.name)!, $0.value) }, uniquingKeysWith: { $1 })
          for i in all.indices { if let w = values[x[i]] { all[i] *= w } }
        } else {
          let factor = column.factor
          let named = Dictionary(list.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
          let own = factor.levels.map { named[$0] ?? 1 }
          for i in all.indices { all[i] *= own[factor.codes[i]] }
        }
      }
      if let bad = all.firstIndex(where: { !$0.isFinite }) {
        throw DesignFault(
          ["sample", "weights", weight.column],
          "the weight is \(shortestText(all[bad])) in row \(bad + 1) of this draw; a smaller rate would work")
      }
    }
    return all
  }

  /// The expectation of every row's response, of a binomial one for one trial.
  func expectations(_ eta: [Double]) -> [Double] {
    switch family {
    case .gaussian: eta
    case .binary(let link), .binomial(_, let link): eta.map { link.probability($0) }
    case .count: eta.map { Portable.exp($0) }
    }
  }
}

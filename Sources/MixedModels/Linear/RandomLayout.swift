import ModelFormula

/// The random-effects terms of a frame in the model's order, their columns side by side, and the factors over which they vary.
struct RandomLayout {
  let terms: [RandomTerm]
  let factors: [RandomFactor]
  /// The columns of Z (n×q).
  let columns: DesignColumns

  /// - Throws: `FitError` for terms without effects, and effects that stand twice over one factor.
  init(_ frame: ModelFrame) throws(FitError) {
    var terms: [RandomTerm] = []
    var names: [String] = []
    var designs: [DesignColumns] = []
    var next = 0
    let random = frame.random
    // Entries are looked into, not copied.
    for index in RandomLayout.order(random.indices.map { random[$0].grouping.levels.count }) {
      let group = random[index].grouping.name
      let count = random[index].columns.count
      let effects = random[index].columnNames
      let place = terms.count { names[$0.factor] == group }
      let label = place == 0 ? group : "\(group).\(place)"
      if effects.isEmpty { throw .emptyTerm(factor: label) }
      if place == 0 { names.append(group) }
      terms.append(
        .init(
          label: label, names: effects, columns: next..<next + count,
          factor: names.firstIndex(of: group)!, design: index))
      designs.append(random[index].columns)
      next += count
    }
    factors = names.indices.map { f in
      let own = terms.filter { $0.factor == f }
      let grouping = random[own[0].design].grouping
      return .init(
        name: grouping.name, levels: grouping.levels, codes: grouping.codes,
        effectNames: own.flatMap(\.names), columns: own.flatMap(\.columns))
    }
    for factor in factors {
      let effects = factor.effectNames
      if let repeated = effects.first(where: { name in effects.filter { $0 == name }.count > 1 }) {
        throw .repeatedEffect(effect: repeated, factor: factor.name)
      }
    }
    self.terms = terms
    columns = DesignColumns(joining: designs, rows: frame.response.count)
  }

  /// lme4's order of terms: as they are written if no term has more levels than the one before it; else by decreasing numbers of levels, of
  /// equal ones the last first.
  private static func order(_ counts: [Int]) -> [Int] {
    if zip(counts, counts.dropFirst()).allSatisfy({ $0 >= $1 }) { return Array(counts.indices) }
    return counts.indices.sorted { (counts[$0], $0) > (counts[$1], $1) }
  }
}

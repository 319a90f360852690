import ModelFormula
import Tables

/// A grouping factor of a design's formula: a level, points in time, or the combinations of several.
struct GroupPlan: Sendable {
  /// One level of the combination.
  struct Part: Sendable, Equatable {
    let level: Int
    /// The number of points in time where the level lies within another: its groups are the points, not its
    /// units.
    let times: Int?
  }

  /// The factor as the formula has it, e.g. `school` or `subject:item`.
  let text: String
  let parts: [Part]

  /// - Throws: `DesignFault` for names that are no levels.
  init(_ expression: FormulaExpression, graph: LevelGraph) throws(DesignFault) {
    let found = try GroupPlan.parts(of: expression, graph)
    parts = found
    text = found.count == 1 ? graph.levels[found[0].level].name : expression.text
  }

  private static func parts(
    of expression: FormulaExpression, _ graph: LevelGraph
  ) throws(DesignFault) -> [Part] {
    var parts: [Part] = []
    for name in expression.variables {
      guard let k = graph.index(of: name) else { throw unknown(name, graph) }
      let isNested = graph.levels[k].parent != nil
      parts.append(Part(level: k, times: isNested ? graph.levels[k].timeCount : nil))
    }
    return parts
  }

  private static func unknown(_ name: String, _ graph: LevelGraph) -> DesignFault {
    let names = graph.levels.map(\.name)
    let meant = NearestNames.close(to: name, among: names).map { " (did you mean '\($0)'?)" } ?? ""
    return DesignFault(
      ["response", "formula"],
      "the grouping factor '\(name)' is no level\(meant); levels are \(names.joined(separator: ", "))")
  }

  /// The groups of one draw.
  struct Groups: Sendable {
    /// How many there are, those without rows included.
    let count: Int
    /// The group of every row, from 0.
    let ofRow: [Int]
    /// For each part the unit (or point in time) of every group.
    let codes: [[Int]]

    /// The groups of some of the rows.
    func sampling(_ rows: [Int]) -> Groups {
      Groups(count: count, ofRow: rows.map { ofRow[$0] }, codes: codes)
    }
  }

  /// The groups of drawn units. Combinations are those that occur, in the order of their parts.
  func groups(_ units: DesignUnits) -> Groups {
    func codes(_ part: Part) -> (count: Int, ofRow: [Int]) {
      let own = units.ofRow[part.level]
      guard let times = part.times else { return (units.counts[part.level], own) }
      return (times, own.map { $0 % times })
    }
    let first = codes(parts[0])
    if parts.count == 1 {
      return Groups(count: first.count, ofRow: first.ofRow, codes: [Array(0..<first.count)])
    }
    var (ofRow, occurring) = (first.ofRow, (0..<first.count).map { [$0] })
    for part in parts.dropFirst() {
      let next = codes(part)
      let pairs = zip(ofRow, next.ofRow).map { $0 * next.count + $1 }
      let kept = Set(pairs).sorted()
      var place: [Int: Int] = [:]
      for (k, pair) in kept.enumerated() { place[pair] = k }
      occurring = kept.map { occurring[$0 / next.count] + [$0 % next.count] }
      ofRow = pairs.map { place[$0]! }
    }
    return Groups(
      count: occurring.count, ofRow: ofRow, codes: parts.indices.map { k in occurring.map { $0[k] } })
  }

  /// The names of groups, as the data's columns have them.
  func labels(_ groups: Groups, graph: LevelGraph) -> [String] {
    (0..<groups.count).map { group in
      zip(parts, groups.codes).map { part, codes in
        let code = codes[group]
        return graph.levels[part.level].names.map { $0[code] } ?? String(code + 1)
      }.joined(separator: ":")
    }
  }

  /// The units of a level to which the groups belong; nil where a group's rows may belong to several.
  func units(of upper: Int, _ groups: Groups, _ units: DesignUnits, graph: LevelGraph) -> [Int]? {
    for (part, codes) in zip(parts, groups.codes) where graph.isAbove(upper, part.level) {
      // A point in time that lies within all countries belongs to none of them.
      if part.times != nil { continue }
      guard let way = units.units(of: upper, for: part.level, in: graph) else { continue }
      return codes.map { way[$0] }
    }
    return nil
  }
}

import Distributions
import Tables

/// How the units of all levels, and the rows, come about: what is drawn first.
struct RowPlan: Sendable {
  let graph: LevelGraph
  let rows: DesignResponse.Rows
  /// The level that makes the rows; nil where levels are crossed.
  let rowLevel: Int?
  /// The crossed levels.
  let crossed: [Int]
  /// For each level the entry of `crossed` (or the row level's 0) from which it is reached; nil where no row
  /// belongs to it.
  let source: [Int?]

  /// - Throws: `DesignFault` for levels that make no rows, and sizes that make no groups.
  init(_ graph: LevelGraph, rows asked: DesignResponse.Rows?) throws(DesignFault) {
    self.graph = graph
    let names = graph.levels.map(\.name)
    let path = ["response", "level"]
    func place(_ name: String, _ more: [String]) throws(DesignFault) -> Int {
      if let k = graph.index(of: name) { return k }
      throw DesignFault(path + more, "no level '\(name)'; levels are \(names.joined(separator: ", "))")
    }
    let leaves = graph.leaves
    if let asked {
      rows = asked
    } else if leaves.count == 1 {
      rows = .units(of: names[leaves[0]])
    } else {
      let ends = leaves.map { names[$0] }
      throw DesignFault(
        ["response"],
        "'level' is missing: no level lies within \(ends.joined(separator: " or ")), so say which makes the rows (level: \(ends[0])) or cross them (level: {cross: [\(ends.joined(separator: ", "))]})"
      )
    }
    switch rows {
    case .units(let name):
      let k = try place(name, [])
      (rowLevel, crossed) = (k, [])
      source = graph.levels.indices.map { graph.isAbove($0, k) ? 0 : nil }
    case .crossed(let cross):
      rowLevel = nil
      var places: [Int] = []
      for (i, name) in cross.levels.enumerated() {
        let k = try place(name, ["cross", String(i + 1)])
        if let other = places.first(where: { !graph.reach[$0].isDisjoint(with: graph.reach[k]) }) {
          throw DesignFault(
            path + ["cross", String(i + 1)],
            "'\(name)' and '\(names[other])' share a level above them; levels that lie beside each other can be crossed"
          )
        }
        places.append(k)
      }
      crossed = places
      source = graph.levels.indices.map { level in places.firstIndex { graph.isAbove(level, $0) } }
      try RowPlan.check(cross, path)
    }
    if let idle = source.firstIndex(where: { $0 == nil }) {
      throw DesignFault(
        ["levels", names[idle]],
        "no row belongs to '\(names[idle])'; cross it with the others (response.level), let another level belong to it, or leave it out"
      )
    }
    try checkUnits()
  }

  private static func check(_ cross: CrossedRows, _ path: [String]) throws(DesignFault) {
    guard cross.levels.count >= 2 else {
      throw DesignFault(path + ["cross"], "\(cross.levels.count) level; two or more are crossed")
    }
    guard cross.perCell >= 1, cross.perCell <= DesignError.largestTable else {
      throw DesignFault(
        path + ["per_cell"], "\(cross.perCell) rows a cell; 1 to \(DesignError.largestTable) would work")
    }
    switch cross.cells {
    case .all: break
    case .fraction(let share):
      guard share > 0, share <= 1 else {
        throw DesignFault(
          path + ["fraction"], "\(shortestText(share)) of the cells; above 0 and up to 1 would work")
      }
    case .sees(let each, let count):
      guard cross.levels.count == 2 else {
        throw DesignFault(path + ["sees"], "\(cross.levels.count) levels are crossed; 'sees' is for two")
      }
      guard cross.levels.contains(each) else {
        throw DesignFault(
          path + ["each"],
          "'\(each)' is not among the crossed levels; \(cross.levels.joined(separator: " or ")) would work")
      }
      guard count >= 1 else {
        throw DesignFault(path + ["sees"], "\(count) units; 1 or more would work")
      }
    }
  }

  /// The number of units of a level where it does not depend on a draw.
  func fixedCount(_ level: Int) -> Int? {
    switch graph.levels[level].units {
    case .counted(let n): return n
    case .named(let names): return names.count
    case .times(let first, let last, let per):
      let steps = last - first + 1
      return per == nil ? steps : fixedCount(graph.above[level][0]).map { $0 * steps }
    case .nested(_, let size):
      guard let parents = fixedCount(graph.above[level][0]) else { return nil }
      switch size {
      case .fixed(let n): return parents * n
      case .listed(let list): return list.reduce(0, +) * (parents / max(1, list.count))
      case .oneTiny(let n, let tiny): return (parents - 1) * n + tiny
      case .uniform, .lognormal, .poisson: return nil
      }
    }
  }

  private func checkUnits() throws(DesignFault) {
    let most = DesignError.largestTable
    for (k, level) in graph.levels.enumerated() {
      let path = ["levels", level.name]
      switch level.units {
      case .counted(let n):
        guard n >= 1, n <= most else {
          throw DesignFault(path, "\(n) units; a level has 1 to \(most)")
        }
      case .named(let names):
        if names.isEmpty { throw DesignFault(path, "an empty list of names; a level has one unit or more") }
        var seen: Set<String> = []
        for (i, name) in names.enumerated() {
          if name.isEmpty || name == "NA" {
            throw DesignFault(
              path + [String(i + 1)], "the name '\(name)' reads as a missing value; another would work")
          }
          if !seen.insert(name).inserted {
            throw DesignFault(
              path + [String(i + 1)], "the name '\(name)' occurs twice; units have different names")
          }
        }
      case .times(let first, let last, _):
        guard last >= first else {
          throw DesignFault(
            path + ["time"], "time goes from \(first) back to \(last); the first point comes first")
        }
        guard last - first < most, abs(first) <= 1_000_000_000, abs(last) <= 1_000_000_000 else {
          throw DesignFault(
            path + ["time"], "time goes from \(first) to \(last); at most \(most) points would work")
        }
      case .nested(_, let size):
        try size.check(at: path + ["size"], parents: fixedCount(graph.above[k][0]))
      }
      for member in level.belongs { try checkWeights(member, path + ["belongs", member.level]) }
      if let n = fixedCount(k), n > most {
        throw DesignFault(path, "\(n) units of '\(level.name)'; one data set has at most \(most) rows")
      }
      if case .nested(_, let size) = level.units, case .poisson(let mean, _, _) = size,
        let parents = fixedCount(graph.above[k][0]), Double(parents) * mean > Double(most)
      {
        throw DesignFault(
          path,
          "about \(Int(Double(parents) * mean)) units of '\(level.name)'; one data set has at most \(most) rows"
        )
      }
    }
    if case .crossed(let cross) = rows { try checkCells(cross) }
  }

  private func checkCells(_ cross: CrossedRows) throws(DesignFault) {
    let counts = crossed.map { fixedCount($0) ?? 1 }
    let cells = counts.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max / 2 : $0 * $1 }
    let most = DesignError.largestTable
    guard cells <= most else {
      throw DesignFault(["response", "level"], "\(cells) cells; at most \(most) would work")
    }
    var rows = Double(cells) * Double(cross.perCell)
    switch cross.cells {
    case .all: break
    case .fraction(let share):
      rows = (Double(cells) * share).rounded(.toNearestOrEven) * Double(cross.perCell)
      guard rows >= 1 else {
        throw DesignFault(
          ["response", "level", "fraction"],
          "\(shortestText(share)) of \(cells) cells is none; a larger fraction would work")
      }
    case .sees(let each, let count):
      let other = cross.levels[0] == each ? 1 : 0
      if let n = fixedCount(crossed[other]), count > n {
        throw DesignFault(
          ["response", "level", "sees"],
          "\(count) of \(n) units of '\(cross.levels[other])'; at most \(n) would work")
      }
      rows = Double(counts[1 - other] * count) * Double(cross.perCell)
    }
    guard rows <= Double(most) else {
      throw DesignFault(["response", "level"], "\(Int(rows)) rows; one data set has at most \(most)")
    }
  }

  private func checkWeights(_ member: DesignLevel.Membership, _ path: [String]) throws(DesignFault) {
    guard let weights = member.weights else { return }
    for (i, w) in weights.enumerated() where !(w >= 0 && w.isFinite) {
      throw DesignFault(path + [String(i + 1)], "weight \(shortestText(w)); weights are 0 or more")
    }
    guard weights.reduce(0, +) > 0 else { throw DesignFault(path, "no weight is above 0") }
    guard let k = graph.index(of: member.level), let n = fixedCount(k) else {
      throw DesignFault(
        path, "weights for '\(member.level)', whose number of units is drawn; 'uniform' would work")
    }
    guard weights.count == n else {
      throw DesignFault(
        path, "\(weights.count) weights for the \(n) units of '\(member.level)'; one for each would work")
    }
  }

  /// Whether nothing about units and rows is drawn.
  var isFixed: Bool {
    for level in graph.levels {
      if !level.belongs.isEmpty { return false }
      if case .nested(_, let size) = level.units, size.isRandom { return false }
    }
    if case .crossed(let cross) = rows, cross.cells != .all { return false }
    return true
  }
}

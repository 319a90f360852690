/// The levels of a design from the top down, and which lie above which.
struct LevelGraph: Sendable {
  /// The levels, each behind those above it, else as listed.
  let levels: [DesignLevel]
  /// For each level those right above it: the one it lies within, then those it belongs to.
  let above: [[Int]]
  /// For each level those at or above it.
  let reach: [Set<Int>]

  /// Sorts levels.
  /// - Throws: `DesignFault` for names that repeat or are unknown, circles, and levels that a level reaches
  ///   in two ways.
  init(_ listed: [DesignLevel]) throws(DesignFault) {
    if listed.isEmpty {
      throw DesignFault(["levels"], "no level; a design has one level or more, e.g. school: 30")
    }
    var named: [String: DesignLevel] = [:]
    for level in listed {
      if named.updateValue(level, forKey: level.name) != nil {
        throw DesignFault(["levels", level.name], "the level '\(level.name)' occurs twice")
      }
    }
    let names = listed.map(\.name)
    for level in listed {
      if let per = level.parent, named[per] == nil {
        throw DesignFault(["levels", level.name, "per"], "no level " + Self.unknown(per, names))
      }
      for member in level.belongs where named[member.level] == nil {
        throw DesignFault(
          ["levels", level.name, "belongs", member.level], "no level " + Self.unknown(member.level, names))
      }
    }
    var sorted: [DesignLevel] = []
    var place: [String: Int] = [:]
    var waiting = listed
    while !waiting.isEmpty {
      guard
        let next = waiting.firstIndex(where: { level in
          ([level.parent].compactMap { $0 } + level.belongs.map(\.level)).allSatisfy { place[$0] != nil }
        })
      else {
        let level = waiting[0]
        throw DesignFault(
          ["levels", level.name] + (level.parent.map { _ in ["per"] } ?? ["belongs"]),
          "levels lie within each other in a circle: \(Self.circle(from: level, named)); one of them would have to be a count"
        )
      }
      let level = waiting.remove(at: next)
      place[level.name] = sorted.count
      sorted.append(level)
    }
    levels = sorted
    above = sorted.map { level in
      ([level.parent].compactMap { $0 } + level.belongs.map(\.level)).map { place[$0]! }
    }
    var reach: [Set<Int>] = []
    for k in sorted.indices {
      var own: Set<Int> = [k]
      for (edge, upper) in above[k].enumerated() {
        if let twice = own.intersection(reach[upper]).min() {
          let last = sorted[k].parent == nil ? sorted[k].belongs[edge] : sorted[k].belongs[max(0, edge - 1)]
          throw DesignFault(
            ["levels", sorted[k].name, "belongs", last.level],
            "a unit of '\(sorted[k].name)' would get its '\(sorted[twice].name)' in two ways; leave out one of them"
          )
        }
        own.formUnion(reach[upper])
      }
      reach.append(own)
    }
    self.reach = reach
  }

  /// The place of a level by its name.
  func index(of name: String) -> Int? { levels.firstIndex { $0.name == name } }

  /// Levels that no other lies within or belongs to.
  var leaves: [Int] {
    let upper = Set(above.flatMap { $0 })
    return levels.indices.filter { !upper.contains($0) }
  }

  /// Whether one level lies at or above another.
  func isAbove(_ upper: Int, _ lower: Int) -> Bool { reach[lower].contains(upper) }

  private static func unknown(_ name: String, _ names: [String]) -> String {
    "'\(name)'; levels are \(names.joined(separator: ", "))"
  }

  private static func circle(from level: DesignLevel, _ named: [String: DesignLevel]) -> String {
    var way = [level.name]
    var next = level.parent ?? level.belongs.first?.level
    while let name = next, !way.contains(name), let level = named[name] {
      way.append(name)
      next = level.parent ?? level.belongs.first?.level
    }
    if let next { way.append(next) }
    return way.joined(separator: " in ")
  }
}

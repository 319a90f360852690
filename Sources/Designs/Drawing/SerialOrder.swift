import Tables

/// Rows in the order of time within units, for autocorrelated residuals.
struct SerialOrder: Sendable {
  /// Rows, unit after unit, by time.
  let order: [Int]
  /// For each place of `order` the time since the row before; 0 at the first row of a unit.
  let steps: [Int]

  /// Sorts rows.
  /// - Throws: `DesignFault` if a unit has two rows at one time.
  init(_ units: DesignUnits, within: Int, time: Int, graph: LevelGraph) throws(DesignFault) {
    let (first, last) = graph.levels[time].times!
    let groups = units.ofRow[within]
    let times = units.ofRow[time].map { $0 % (last - first + 1) }
    order = groups.indices.sorted { (groups[$0], times[$0], $0) < (groups[$1], times[$1], $1) }
    var steps: [Int] = []
    steps.reserveCapacity(order.count)
    for (k, row) in order.enumerated() {
      if k == 0 || groups[order[k - 1]] != groups[row] {
        steps.append(0)
        continue
      }
      let step = times[row] - times[order[k - 1]]
      guard step > 0 else {
        let names = graph.levels[within].names
        throw DesignFault(
          ["response", "residual", "ar1"],
          "'\(graph.levels[within].name)' \(names?[groups[row]] ?? String(groups[row] + 1)) has two rows at \(graph.levels[time].name) \(first + times[row]); autocorrelation needs one row at a time"
        )
      }
      steps.append(step)
    }
    self.steps = steps
  }

  /// The levels of a law's autocorrelation.
  /// - Throws: `DesignFault` for correlations, levels and shapes that do not suit.
  static func levels(
    of law: ResidualLaw, _ rows: RowPlan
  ) throws(DesignFault) -> (within: Int, time: Int)? {
    guard let serial = law.serial else { return nil }
    let path = ["response", "residual"]
    let graph = rows.graph
    guard abs(serial.correlation) < 1 else {
      throw DesignFault(
        path + ["ar1"],
        "autocorrelation \(shortestText(serial.correlation)); between -1 and 1, both excluded, would work")
    }
    guard law.shape == .normal else {
      throw DesignFault(
        path + ["ar1"], "autocorrelation of residuals that are not normal; leave out 't' or 'skewed'")
    }
    let names = graph.levels.map(\.name)
    guard let time = graph.index(of: serial.time), graph.levels[time].times != nil else {
      let times = graph.levels.filter { $0.times != nil }.map(\.name)
      throw DesignFault(
        path + ["time"],
        "'\(serial.time)' is no level of points in time; "
          + (times.isEmpty
            ? "one like year: {time: 1..10, per: \(names[0])} would work"
            : "\(times.joined(separator: ", ")) would work"))
    }
    guard let within = graph.index(of: serial.within) else {
      throw DesignFault(
        path + ["within"], "no level '\(serial.within)'; levels are \(names.joined(separator: ", "))")
    }
    if within == time {
      throw DesignFault(path + ["within"], "'\(serial.within)' is the time itself; another level would work")
    }
    return (within, time)
  }
}

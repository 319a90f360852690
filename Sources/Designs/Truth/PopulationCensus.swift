import Tables

/// The rows of a design counted by cells: areas (the units of all levels but the rows' own) crossed with the
/// predictors that the sample names.
public struct PopulationCensus: Sendable {
  /// One row a cell that has rows, sorted by its columns: levels, cell predictors, predictors of the areas, then
  /// `N`, the number of rows, and `truth`, the mean of their expectations (of a binary response the mean
  /// probability).
  public let cells: DataTable
  /// The areas of every level, then the groups of every cell predictor.
  public let areas: [AreaTruth]
  /// The whole.
  public let total: AreaTruth.Row
  /// For each row of the population its group in every entry of `areas`.
  private let codes: [[Int]]

  /// Counts a population.
  /// - Parameters:
  ///   - data: its columns, nothing missing.
  ///   - means: the expectation of every row.
  ///   - outcomes: the response of every row.
  /// - Throws: `DesignFault` for predictors that have too many values to make cells.
  init(
    _ plan: SamplePlan, _ data: DataTable, _ units: DesignUnits, means: [Double], outcomes: [Double],
    plan design: DesignPlan
  ) throws(DesignFault) {
    let graph = design.rows.graph
    let trials = if case .binomial(let n, _) = design.family { Double(n) } else { 1.0 }
    var cell = [Int](repeating: 0, count: data.rowCount)
    var codes: [[Int]] = []
    var names: [(name: String, levels: [String])] = []
    func refine(_ own: [Int], _ count: Int) {
      let pairs = zip(cell, own).map { $0 * count + $1 }
      var place: [Int: Int] = [:]
      for (k, pair) in Set(pairs).sorted().enumerated() { place[pair] = k }
      cell = pairs.map { place[$0]! }
    }
    for k in plan.areas {
      let level = graph.levels[k]
      refine(units.ofRow[k], units.counts[k])
      // Points in time within several countries are the same point.
      if let (first, last) = level.times {
        let steps = last - first + 1
        codes.append(units.ofRow[k].map { $0 % steps })
        names.append((level.name, (first...last).map(String.init)))
      } else {
        codes.append(units.ofRow[k])
        names.append((level.name, level.names ?? (1...max(1, units.counts[k])).map(String.init)))
      }
    }
    for name in plan.cells {
      let factor = data[name]!.factor
      guard factor.levels.count <= 1000 else {
        throw DesignFault(
          ["sample", "cells"],
          "'\(name)' has \(factor.levels.count) values in this draw; at most 1000 make cells")
      }
      refine(factor.codes, factor.levels.count)
      codes.append(factor.codes)
      names.append((name, factor.levels))
    }
    let count = (cell.max() ?? -1) + 1
    var first = [Int](repeating: -1, count: count)
    var sizes = [Int](repeating: 0, count: count)
    var sums = [Double](repeating: 0, count: count)
    for i in cell.indices {
      if first[cell[i]] < 0 { first[cell[i]] = i }
      sizes[cell[i]] += 1
      sums[cell[i]] += means[i]
    }
    let shown = plan.areas.map { graph.levels[$0].name } + plan.cells + plan.areaPredictors
    cells = DataTable(
      shown.map { data[$0]!.selecting(rows: first) } + [
        Column(SamplePlan.countColumn, sizes),
        Column(SamplePlan.truthColumn, zip(sums, sizes).map { $0 / Double($1) }),
      ])
    let y = outcomes.map { $0 / trials }
    areas = zip(names, codes).map { name, own in
      AreaTruth(factor: name.name, levels: name.levels, codes: own, means: means, outcomes: y)
    }
    total = AreaTruth(factor: "", levels: [""], codes: cell.map { _ in 0 }, means: means, outcomes: y).rows[0]
    self.codes = codes
  }

  private init(cells: DataTable, areas: [AreaTruth], total: AreaTruth.Row, codes: [[Int]]) {
    (self.cells, self.areas, self.total, self.codes) = (cells, areas, total, codes)
  }

  /// The same with the numbers of sampled rows.
  func sampling(_ rows: [Int]) -> PopulationCensus {
    PopulationCensus(
      cells: cells,
      areas: zip(areas, codes).map { area, codes in area.sampling(rows.map { codes[$0] }) },
      total: total.sampling(rows.count), codes: codes)
  }
}

/// What is true of the groups of one column of a population.
public struct AreaTruth: Sendable, Equatable {
  /// One group.
  public struct Row: Sendable, Equatable {
    /// Its name.
    public let level: String
    /// Rows in the population.
    public let populationCount: Int
    /// Rows in the sample.
    public let sampleCount: Int
    /// The mean of their expectations: what a survey estimates; NaN for a group without rows.
    public let mean: Double
    /// The mean of their responses, the realised one of this population.
    public let realisedMean: Double

    func sampling(_ count: Int) -> Row {
      Row(
        level: level, populationCount: populationCount, sampleCount: count, mean: mean,
        realisedMean: realisedMean)
    }
  }

  /// The column.
  public let factor: String
  /// Its groups.
  public let rows: [Row]

  init(factor: String, rows: [Row]) {
    self.factor = factor
    self.rows = rows
  }

  init(factor: String, levels: [String], codes: [Int], means: [Double], outcomes: [Double]) {
    var (counts, sums) = (
      [Int](repeating: 0, count: levels.count), [Double](repeating: 0, count: levels.count)
    )
    var realised = sums
    for i in codes.indices {
      counts[codes[i]] += 1
      sums[codes[i]] += means[i]
      realised[codes[i]] += outcomes[i]
    }
    self.init(
      factor: factor,
      rows: levels.indices.map {
        let n = Double(counts[$0])
        return Row(
          level: levels[$0], populationCount: counts[$0], sampleCount: 0, mean: sums[$0] / n,
          realisedMean: realised[$0] / n)
      })
  }

  /// The same with the numbers of sampled rows, whose groups are given.
  func sampling(_ codes: [Int]) -> AreaTruth {
    var counts = [Int](repeating: 0, count: rows.count)
    for code in codes { counts[code] += 1 }
    return AreaTruth(factor: factor, rows: zip(rows, counts).map { $0.sampling($1) })
  }
}

import Distributions
import ModelFormula
import Tables

/// What is drawn for one predictor, before values are made of it.
enum PredictorDeviates: Sendable {
  /// Standard deviates or raw numbers, one list a column.
  case numbers([[Double]])
  /// Categories, from 0.
  case codes([Int])
  /// Standard normal deviates: of the groups of each group part, and of the units.
  case parts(groups: [[Double]], own: [Double])
  /// Nothing: derived.
  case none
}

/// The values of a column: one a unit of its place.
enum UnitValues: Sendable {
  case numbers([Double])
  case names([Int], [String])

  /// The numbers; empty for names.
  var numbers: [Double] {
    if case .numbers(let x) = self { return x }
    return []
  }

  /// The values at some units, as a column.
  func column(_ name: String, at units: [Int]?) -> Column {
    switch self {
    case .numbers(let x): return Column(name, units.map { $0.map { x[$0] } } ?? x)
    case .names(let codes, let names):
      return Column(name, .text((units.map { $0.map { codes[$0] } } ?? codes).map { names[$0] }))
    }
  }
}

extension PlacedPredictor {
  /// Draws what the law needs: deviates of groups first, then of units; joint laws unit after unit.
  func deviates<Stream: VariateStream>(
    _ units: DesignUnits, _ graph: LevelGraph, from stream: inout Stream
  ) -> PredictorDeviates {
    let count = self.count(units)
    func normals(_ n: Int) -> [Double] { standardNormals(n, from: &stream) }
    switch predictor.law {
    case .normal:
      if predictor.groupParts.isEmpty { return .numbers([normals(count)]) }
      let groups = factors.map { normals(units.counts[$0]) }
      return .parts(groups: groups, own: withinShare > 0 ? normals(count) : [])
    case .lognormal: return .numbers([normals(count)])
    case .uniform: return .numbers([uniforms(count, from: &stream)])
    case .poisson(let mean):
      return .numbers([(0..<count).map { _ in Double(stream.poisson(mean: mean)) }])
    case .binary(let p): return .numbers([(0..<count).map { _ in stream.uniform() < p ? 1 : 0 }])
    case .categorical(let list):
      let bounds = CumulativeWeights(list.map(\.probability))
      return .codes((0..<count).map { _ in bounds.place(of: stream.uniform()) })
    case .numbers(let list): return .numbers([turns(units, graph).map { list[$0 % list.count] }])
    case .names(let list):
      var different: [String] = []
      let codes = list.map { name -> Int in
        if let k = different.firstIndex(of: name) { return k }
        different.append(name)
        return different.count - 1
      }
      return .codes(turns(units, graph).map { codes[$0 % codes.count] })
    case .none: return .numbers([[Double](repeating: 0, count: count)])
    case .jointNormal(let names, _, _, _):
      var columns = [[Double]](repeating: [], count: names.count)
      for _ in 0..<count { for j in columns.indices { columns[j].append(stream.normal()) } }
      return .numbers(columns)
    case .mean, .centered, .computed: return .none
    }
  }

  /// How many values there are.
  private func count(_ units: DesignUnits) -> Int {
    switch place {
    case .level(let k): units.counts[k]
    case .rows: units.rowCount
    }
  }

  /// The place of each unit within its unit above (of each row within its cell), from 0.
  private func turns(_ units: DesignUnits, _ graph: LevelGraph) -> [Int] {
    guard case .level(let k) = place else { return units.withinCell! }
    guard graph.levels[k].parent != nil else { return Array(0..<units.counts[k]) }
    var (turns, last, next): ([Int], Int, Int) = ([], -1, 0)
    turns.reserveCapacity(units.counts[k])
    for parent in units.up[k][0] {
      if parent != last { (last, next) = (parent, 0) }
      turns.append(next)
      next += 1
    }
    return turns
  }

  /// The values of its columns.
  /// - Parameters:
  ///   - intercepts: the standardised random intercepts of a factor's groups.
  ///   - known: the values of a column listed before.
  func values(
    _ deviates: PredictorDeviates, _ units: DesignUnits, _ graph: LevelGraph,
    intercepts: (String) -> [Double], known: (String) -> (values: UnitValues, place: ColumnPlace)?
  ) throws(DesignFault) -> [UnitValues] {
    var values = try untrended(deviates, units, graph, intercepts, known)
    if let time, case .numbers(var x) = values[0] {
      let (first, last) = graph.levels[time].times!
      let points: [Int]
      switch place {
      case .level(let k): points = units.units(of: time, for: k, in: graph)!
      case .rows: points = units.ofRow[time]
      }
      for i in x.indices { x[i] += predictor.trend * Double(points[i] % (last - first + 1)) }
      values = [.numbers(x)]
    }
    return values
  }

  private func untrended(
    _ deviates: PredictorDeviates, _ units: DesignUnits, _ graph: LevelGraph,
    _ intercepts: (String) -> [Double], _ known: (String) -> (values: UnitValues, place: ColumnPlace)?
  ) throws(DesignFault) -> [UnitValues] {
    switch (predictor.law, deviates) {
    case (.normal(let m, let s), .numbers(let z)): return [.numbers(z[0].map { m + s * $0 })]
    case (.normal(let m, let s), .parts(let groups, let own)):
      return [.numbers(mixed(groups, own, units, graph, intercepts).map { m + s * $0 })]
    case (.lognormal(let m, let s), .numbers(let z)):
      return [.numbers(z[0].map { Portable.exp(m + s * $0) })]
    case (.uniform(let a, let b), .numbers(let u)): return [.numbers(u[0].map { a + (b - a) * $0 })]
    case (.categorical(let list), .codes(let codes)): return [.names(codes, list.map(\.name))]
    case (.names(let list), .codes(let codes)):
      var seen: Set<String> = []
      return [.names(codes, list.filter { seen.insert($0).inserted })]
    case (.jointNormal(_, let means, let sds, _), .numbers(let z)):
      return means.indices.map { i in
        .numbers(
          z[0].indices.map { unit in
            var sum = 0.0
            for k in 0...i { sum += lower[i][k] * z[k][unit] }
            return means[i] + sds[i] * sum
          })
      }
    case (_, .numbers(let x)): return [.numbers(x[0])]
    case (.mean(let name, _), _): return [.numbers(means(of: known(name)!, units))]
    case (.centered(let name, _), _):
      let x = known(name)!
      let means = self.means(of: x, units)
      let above: [Int]
      switch place {
      case .level(let k): above = units.units(of: by!, for: k, in: graph)!
      case .rows: above = units.ofRow[by!]
      }
      return [.numbers(zip(x.values.numbers, above).map { $0 - means[$1] })]
    case (.computed(let text), _): return [.numbers(try computed(text, units, graph, known))]
    default: preconditionFailure("\(predictor.law) with other deviates")
    }
  }

  /// Σ √share·g + √(1 − Σ share)·z of each unit.
  private func mixed(
    _ groups: [[Double]], _ own: [Double], _ units: DesignUnits, _ graph: LevelGraph,
    _ intercepts: (String) -> [Double]
  ) -> [Double] {
    guard case .level(let k) = place else { return [] }
    let within = withinShare.squareRoot()
    var sum = own.isEmpty ? [Double](repeating: 0, count: units.counts[k]) : own.map { within * $0 }
    for (i, part) in predictor.groupParts.enumerated() {
      let weight = part.share.squareRoot()
      let rest = (1 - part.correlation * part.correlation).squareRoot()
      var g = groups[i]
      if part.correlation != 0 {
        let b = intercepts(part.factor)
        for j in g.indices { g[j] = part.correlation * b[j] + rest * g[j] }
      }
      let group = units.units(of: factors[i], for: k, in: graph)!
      for unit in sum.indices { sum[unit] += weight * g[group[unit]] }
    }
    return sum
  }

  /// The means over the rows of each unit of `by`; NaN for a unit without rows.
  private func means(of x: (values: UnitValues, place: ColumnPlace), _ units: DesignUnits) -> [Double] {
    let groups = units.ofRow[by!]
    var sums = [Double](repeating: 0, count: units.counts[by!])
    var sizes = sums
    let values = x.values.numbers
    for row in 0..<units.rowCount {
      let unit: Int
      if case .level(let k) = x.place { unit = units.ofRow[k][row] } else { unit = row }
      sums[groups[row]] += values[unit]
      sizes[groups[row]] += 1
    }
    return zip(sums, sizes).map { $0 / $1 }
  }

  /// Arithmetic on a table of its columns at its place.
  private func computed(
    _ text: String, _ units: DesignUnits, _ graph: LevelGraph,
    _ known: (String) -> (values: UnitValues, place: ColumnPlace)?
  ) throws(DesignFault) -> [Double] {
    func at(_ other: ColumnPlace) -> [Int]? {
      if other == place { return nil }
      guard case .level(let upper) = other else { return nil }
      switch place {
      case .level(let k): return units.units(of: upper, for: k, in: graph)
      case .rows: return units.ofRow[upper]
      }
    }
    var columns: [Column] = []
    for name in expression!.variables {
      if let x = known(name) {
        columns.append(x.values.column(name, at: at(x.place)))
      } else if let k = graph.index(of: name), let (first, last) = graph.levels[k].times {
        let points = at(.level(k)) ?? Array(0..<units.counts[k])
        columns.append(Column(name, points.map { Double(first + $0 % (last - first + 1)) }))
      }
    }
    let values: [Double]
    do { values = try expression!.number(in: DataTable(columns), formula: text) } catch {
      throw DesignFault(["predictors", predictor.name, "computed"], "'\(text)': \(error.inDesign)")
    }
    if let bad = values.first(where: { !$0.isFinite }) {
      throw DesignFault(
        ["predictors", predictor.name, "computed"],
        "'\(text)' is \(shortestText(bad)) in this draw; arithmetic that is finite for all values would work")
    }
    return values
  }
}

/// So many standard normal numbers.
func standardNormals<Stream: VariateStream>(_ count: Int, from stream: inout Stream) -> [Double] {
  [Double](unsafeUninitializedCapacity: count) { buffer, made in
    for i in 0..<count { buffer[i] = stream.normal() }
    made = count
  }
}

/// So many uniform numbers.
func uniforms<Stream: VariateStream>(_ count: Int, from stream: inout Stream) -> [Double] {
  [Double](unsafeUninitializedCapacity: count) { buffer, made in
    for i in 0..<count { buffer[i] = stream.uniform() }
    made = count
  }
}

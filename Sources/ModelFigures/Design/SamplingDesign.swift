import ModelFormula
import Plotting
import Tables

/// How the rows of data fall into the levels of grouping factors: which factor lies within which, and how many rows each level has. No model is fitted.
public struct SamplingDesign: Sendable {
  /// A grouping factor on the rows used.
  public struct Factor: Sendable {
    /// Its name in the formula, `cask:batch`.
    public let name: String
    /// What the factor adds to the one it lies within where its name says that it does, `cask` of `cask:batch`, as `batch/cask` is read, or where each of
    /// its levels lies within one; otherwise its name: the levels of `worker:machine` are not those of `machine`.
    public let ownName: String
    /// Its levels.
    public let levels: [String]
    /// For each level what it adds to the one it lies within.
    public let ownLevels: [String]
    /// The level of each row.
    public let codes: [Int]
    /// Rows of each level.
    public let sizes: [Int]
    /// For each level the level of the next coarser factor that it lies within; empty for the coarsest and for crossed factors.
    public let parents: [Int]
  }

  /// How the factors lie to each other.
  public enum Structure: Sendable, Equatable {
    /// Each within the one before it.
    case nested
    /// Not all of them.
    case crossed
  }

  /// The factors, coarsest first.
  public let factors: [Factor]
  /// How they lie to each other.
  public let structure: Structure
  /// Number of rows used.
  public let rowCount: Int
  /// Rows left out for a missing value.
  public let omittedCount: Int

  /// Reads the factors behind a formula's bars.
  /// - Throws: `FormulaError`; `ModelFigureError.noGroups` for a formula without bars.
  public init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles(),
    response kind: ResponseKind = .numbers
  ) throws {
    guard !formula.randomTerms.isEmpty else { throw ModelFigureError.noGroups(formula: formula.source) }
    self.init(try ModelFrame(formula, data: data, roles: roles, response: kind))
  }

  /// Reads the factors of a frame.
  /// - Precondition: it has a random-effects term.
  public init(_ frame: ModelFrame) {
    precondition(!frame.random.isEmpty, "no grouping factor")
    var groupings: [CategoricalColumn] = []
    for design in frame.random where !groupings.contains(where: { $0.name == design.grouping.name }) {
      groupings.append(design.grouping)
    }
    let order = groupings.indices.sorted {
      (groupings[$0].levels.count, $1) < (groupings[$1].levels.count, $0)
    }
    groupings = order.map { groupings[$0] }
    let parents = zip(groupings, groupings.dropFirst()).map { SamplingDesign.parents(of: $1, in: $0) }
    let isNested = parents.allSatisfy { $0 != nil }
    factors = groupings.indices.map { f in
      let grouping = groupings[f]
      let within = isNested && f > 0 ? parents[f - 1] : nil
      let outer = within == nil ? nil : groupings[f - 1]
      let ownLevels = grouping.levels.indices.map { j in
        SamplingDesign.rest(of: grouping.levels[j], within: within.flatMap { outer?.levels[$0[j]] })
      }
      return Factor(
        name: grouping.name,
        ownName: SamplingDesign.ownName(of: grouping.name, within: outer?.name, levels: ownLevels),
        levels: grouping.levels, ownLevels: ownLevels, codes: grouping.codes, sizes: grouping.counts,
        parents: within ?? [])
    }
    structure = isNested ? .nested : .crossed
    rowCount = frame.response.count
    omittedCount = frame.omittedCount
  }

  /// The level of `outer` in which all rows of each level of `inner` lie; nil if rows of one level lie in several.
  static func parents(of inner: CategoricalColumn, in outer: CategoricalColumn) -> [Int]? {
    var parents = [Int](repeating: -1, count: inner.levels.count)
    for (own, around) in zip(inner.codes, outer.codes) {
      if parents[own] == -1 { parents[own] = around }
      if parents[own] != around { return nil }
    }
    return parents
  }

  private static func ownName(of name: String, within outer: String?, levels: [String]) -> String {
    let rest = rest(of: name, within: outer)
    let saysNested = outer.map { name.hasSuffix(":" + $0) || name.hasSuffix(":(\($0))") } ?? false
    return saysNested || Set(levels).count == levels.count ? rest : name
  }

  /// `cask` of `cask:batch` within `batch`, and so with levels; a name that does not hold the outer one is left whole.
  static func rest(of name: String, within outer: String?) -> String {
    guard let outer else { return name }
    for text in [outer, "(\(outer))"] {
      if name.hasSuffix(":" + text) { return String(name.dropLast(text.count + 1)) }
      if name.hasPrefix(text + ":") { return String(name.dropFirst(text.count + 1)) }
    }
    return name
  }

  /// Numbers of a nested design that differ from level to level, finest factor first: the rows of a factor's levels, or (with `inner`) the levels of the
  /// next finer factor within each.
  var spreads: [(factor: Int, inner: Int?, sizes: [Int])] {
    var all: [(factor: Int, inner: Int?, sizes: [Int])] = []
    for f in factors.indices.reversed() {
      all.append((f, nil, factors[f].sizes))
      guard f > 0 else { continue }
      var children = [Int](repeating: 0, count: factors[f - 1].levels.count)
      for parent in factors[f].parents { children[parent] += 1 }
      all.append((f - 1, f, children))
    }
    return all.filter { Set($0.sizes).count > 1 }
  }

  /// Rows of each pair of levels of two factors: levels of the first × levels of the second.
  public func counts(_ first: Int, _ second: Int) -> [[Int]] {
    let (a, b) = (factors[first], factors[second])
    var counts = [[Int]](repeating: [Int](repeating: 0, count: b.levels.count), count: a.levels.count)
    for (i, j) in zip(a.codes, b.codes) { counts[i][j] += 1 }
    return counts
  }

  /// Pairs of factors of which neither lies within the other.
  public var crossedPairs: [(Int, Int)] {
    func column(_ f: Int) -> CategoricalColumn {
      CategoricalColumn(name: factors[f].name, levels: factors[f].levels, codes: factors[f].codes)
    }
    return factors.indices.flatMap { a in
      factors.indices.filter { b in
        b > a && SamplingDesign.parents(of: column(b), in: column(a)) == nil
      }.map { (a, $0) }
    }
  }
}

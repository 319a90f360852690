/// One level of a design: schools, classes in schools, pupils, items, years.
///
/// The column of a level holds the unit of each row: numbers 1, 2, … that no two units share, the units'
/// names, or points in time.
public struct DesignLevel: Sendable, Equatable {
  /// The units of a level.
  public enum Units: Sendable, Equatable {
    /// So many units, numbered from 1.
    case counted(Int)
    /// Units with names.
    case named([String])
    /// Units within the units of another level.
    case nested(per: String, size: GroupSizeLaw)
    /// Points in time from the first to the last: the same for all units of the level `per`, or a level of
    /// its own that others are crossed with.
    case times(first: Int, last: Int, per: String?)
  }

  /// A level that lies beside the nesting: each unit is assigned one of its units.
  public struct Membership: Sendable, Equatable {
    /// The level to which each unit belongs.
    public let level: String
    /// For each of that level's units its weight, of any positive sum; equal chances when nil.
    public let weights: [Double]?

    /// Membership by weights, or by equal chances.
    public init(_ level: String, weights: [Double]? = nil) {
      self.level = level
      self.weights = weights
    }
  }

  /// The name, which is the column's name too.
  public let name: String
  /// The units.
  public let units: Units
  /// The levels that its units belong to beside the nesting.
  public let belongs: [Membership]

  /// A level.
  public init(_ name: String, _ units: Units, belongs: [Membership] = []) {
    self.name = name
    self.units = units
    self.belongs = belongs
  }

  /// The level within whose units its own lie.
  public var parent: String? {
    switch units {
    case .counted, .named: nil
    case .nested(let per, _): per
    case .times(_, _, let per): per
    }
  }

  /// First and last point in time, where the units are such.
  var times: (first: Int, last: Int)? {
    guard case .times(let first, let last, _) = units else { return nil }
    return (first, last)
  }

  /// The number of points in time, where the units are such.
  var timeCount: Int? {
    guard case .times(let first, let last, _) = units else { return nil }
    return last - first + 1
  }

  /// The names of units, or of points in time; nil where units are numbered.
  var names: [String]? {
    switch units {
    case .named(let names): names
    case .times(let first, let last, _): (first...last).map(String.init)
    case .counted, .nested: nil
    }
  }
}

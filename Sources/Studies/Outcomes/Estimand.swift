/// A quantity that every strategy of a study estimates, with its known true value.
public struct Estimand: Sendable, Equatable {
  /// What is estimated.
  public enum Kind: String, Sendable {
    /// A parameter of the population: a fixed effect, a standard deviation, a correlation.
    case parameter
    /// A coefficient of each group in the data, α_j or β_j: as many numbers as groups.
    case group
    /// A coefficient of one more group of the same population, drawn beside the data.
    case newGroup = "new_group"
  }

  /// The address, quotes left out: `fixed.x`, `random.school.(Intercept).sd`, `random.school.(Intercept).x` (a correlation), `residual.sd`,
  /// `coef.school.(Intercept)` (of each group), `new.school.(Intercept)` (of one more).
  public let address: String
  /// What kind of quantity.
  public let kind: Kind
  /// Where its numbers stand among all numbers of a replicate.
  public let members: Range<Int>

  /// An estimand.
  public init(_ address: String, kind: Kind, members: Range<Int>) {
    self.address = address
    self.kind = kind
    self.members = members
  }
}

/// The estimands of one cell, one after another.
public struct EstimandLayout: Sendable, Equatable {
  /// The estimands in order.
  public private(set) var estimands: [Estimand] = []
  /// How many numbers they have together.
  public private(set) var memberCount = 0

  /// No estimands.
  public init() {}

  /// The first estimands alone.
  func prefix(_ count: Int) -> EstimandLayout {
    var layout = EstimandLayout()
    layout.estimands = Array(estimands.prefix(count))
    layout.memberCount = layout.estimands.last?.members.upperBound ?? 0
    return layout
  }

  /// Adds an estimand of some numbers behind those that are there.
  public mutating func append(_ address: String, kind: Estimand.Kind, count: Int = 1) {
    estimands.append(Estimand(address, kind: kind, members: memberCount..<memberCount + count))
    memberCount += count
  }
}

/// One row of estimates: what is estimated, and its number with everything that belongs to it.
public struct EstimateRow: Sendable, Equatable {
  /// The kinds of rows, by broom.mixed's words where it has one.
  public enum Effect: String, Sendable {
    case fixed
    case variance = "ran_pars"
    case mode = "ran_vals"
    case coefficient = "ran_coefs"
    case scalar
    case pooling
    case truth
    case prediction
    case influence
  }

  /// Where the number lives.
  public let address: Address
  /// The kind of row.
  public let effect: Effect
  /// The grouping factor, where the row has one.
  public let group: String?
  /// Its level, where the row has one.
  public let level: String?
  /// The term, where the row has one.
  public let term: String?
  /// The numbers by broom's column names (`estimate`, `std.error`, `statistic`, `p.value`, `weight`, …), the main one first.
  public let quantities: [Quantity]

  /// A named number.
  public struct Quantity: Sendable, Equatable {
    /// What the number is.
    public let name: String
    /// The number.
    public let value: Double
    /// A named number.
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// A row.
  /// - Precondition: there is at least one quantity.
  public init(
    _ address: [String], effect: Effect, group: String? = nil, level: String? = nil, term: String? = nil,
    _ quantities: [Quantity]
  ) {
    precondition(!quantities.isEmpty, "a row of estimates needs a number")
    self.address = Address(address)
    self.effect = effect
    self.group = group
    self.level = level
    self.term = term
    self.quantities = quantities
  }

  /// The number of a name; addresses may say `se` for `std.error` and `p` for `p.value`.
  public subscript(name: String) -> Double? {
    let full = EstimateRow.shortNames[name] ?? name
    return quantities.first { $0.name == full }?.value
  }

  /// The main number.
  public var estimate: Double { quantities[0].value }
  /// The standard error, where the row has one.
  public var standardError: Double? { self["std.error"] }

  static let shortNames = ["se": "std.error", "p": "p.value"]
}

import Tables

/// All numbers of one result, in order, each found by its address.
public struct Estimates: Sendable, Equatable {
  /// The rows in the order in which they are reported.
  public private(set) var rows: [EstimateRow]
  private var index: [Address: Int]

  /// An empty collection, or one from rows.
  /// - Precondition: addresses differ.
  public init(_ rows: [EstimateRow] = []) {
    self.rows = []
    index = [:]
    for row in rows { append(row) }
  }

  /// Adds a row at the end.
  public mutating func append(_ row: EstimateRow) {
    precondition(index[row.address] == nil, "two rows at \(row.address)")
    index[row.address] = rows.count
    rows.append(row)
  }

  /// Adds a number that stands alone, such as a criterion.
  public mutating func append(scalar name: String..., value: Double) {
    append(EstimateRow(name, effect: .scalar, [.init("estimate", value)]))
  }

  /// The number at an address: a row's main number, or with one part more (`se`, `statistic`, `p`, `sd`, `weight`, …) that number of the row.
  public subscript(address: Address) -> Double? {
    if let place = index[address] { return rows[place].estimate }
    guard let last = address.parts.last, let place = index[Address(Array(address.parts.dropLast()))] else {
      return nil
    }
    return rows[place][last]
  }

  /// The number at a written address.
  /// - Throws: `AddressError.malformed`, or `.unknown` with the three addresses that begin most alike.
  public func value(at text: String) throws(AddressError) -> Double {
    let address = try Address(parsing: text)
    if let value = self[address] { return value }
    let near = NearestNames.of(address.description, among: rows.map(\.address.description))
    throw .unknown(text, near: near)
  }
}

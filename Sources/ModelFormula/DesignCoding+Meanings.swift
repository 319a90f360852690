/// What the coefficient of a design's column says.
public enum ColumnMeaning: Sendable, Equatable {
  /// The expectation where all other columns are 0.
  case constant
  /// The change for one unit more of a number.
  case slope
  /// The difference of a factor's level from the factor's first level.
  case difference(factor: String, from: String)
  /// The expectation at a factor's level where all other columns are 0, in a model without a constant.
  case level(factor: String)
  /// An interaction, a basis, or contrasts other than treatments.
  case other
}

extension DesignCoding {
  /// The meaning of every column, in the order of `columnNames`.
  public var meanings: [ColumnMeaning] {
    columnNames.indices.map { k in
      guard termOfColumn[k] > 0 else { return .constant }
      let parts = terms[termOfColumn[k] - 1]
      guard parts.count == 1, let part = parts.first else { return .other }
      return switch part.coding {
      case .number: .slope
      case .indicators(let levels):
        part.columns.lowerBound > 0
          ? .difference(factor: part.expression.text, from: levels[0])
          : .level(factor: part.expression.text)
      case .basis, .contrasts: .other
      }
    }
  }
}

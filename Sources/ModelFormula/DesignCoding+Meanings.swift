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

/// A factor at one of its levels.
public struct FactorLevel: Sendable, Equatable {
  /// The factor, as the formula has it.
  public let factor: String
  /// The level.
  public let level: String
  /// All levels of the factor.
  public let levels: [String]

  /// A level of a factor.
  public init(factor: String, level: String, levels: [String]) {
    self.factor = factor
    self.level = level
    self.levels = levels
  }
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

  /// For each column that is 1 in the rows of certain levels and 0 in all others these levels; none for others.
  public var levelsOfColumns: [[FactorLevel]] {
    var places = [Int](repeating: 0, count: terms.count)
    return columnNames.indices.map { k in
      guard termOfColumn[k] > 0 else { return [] }
      let term = termOfColumn[k] - 1
      // The first factor's columns change fastest.
      var place = places[term]
      places[term] += 1
      var found: [FactorLevel] = []
      for part in terms[term] {
        guard case .indicators(let levels) = part.coding else { return [] }
        let level = levels[part.columns.lowerBound + place % part.columns.count]
        found.append(FactorLevel(factor: part.expression.text, level: level, levels: levels))
        place /= part.columns.count
      }
      return found
    }
  }
}

extension ModelFormula {
  /// The error for a name that is no column, with its place: where it reads like an interaction written with a point, the place and the formula that was
  /// probably meant; for `.` the columns that the formula does not name yet.
  package func missingColumn(_ name: String, available: [String]) -> FormulaError {
    if name == "." {
      let named = allColumns
      return .missingVariable(".", available: available.filter { !named.contains($0) })
    }
    var places: [Int] = []
    for side in [response, writtenRightSide] { side.collectPlaces(of: name, into: &places) }
    guard let first = places.min() else { return .missingVariable(name, available: available) }
    guard let parts = FormulaError.columns(joinedByPoints: name, available: available) else {
      return .unknownColumn(name, formula: source, column: first, available: available)
    }
    let interaction = parts.map(FormulaExpression.quotedIfNeeded).joined(separator: ":")
    var bytes = Array(source.utf8)
    for place in places.sorted(by: >) {
      let length = name.utf8.count + (bytes[place] == UInt8(ascii: "`") ? 2 : 0)
      bytes.replaceSubrange(place..<place + length, with: interaction.utf8)
    }
    return .syntax(
      formula: source, column: first, found: "'\(name)'",
      hint: "no column has this name; perhaps you mean \(String(decoding: bytes, as: UTF8.self))")
  }
}

extension ModelFormula {
  /// Every column that the formula names, in the order of the text.
  package var columnsInOrder: [String] {
    var seen: Set<String> = []
    return (response.variables + writtenRightSide.variables).filter { seen.insert($0).inserted }
  }

  /// Every column that the formula names.
  private var allColumns: Set<String> {
    let groups = randomTerms.flatMap { $0.groupingFactor.variables } + offsets.flatMap(\.variables)
    return predictors.union(groups + response.variables)
  }
}

extension FormulaExpression {
  /// Where a column is named, in bytes of UTF-8.
  fileprivate func collectPlaces(of column: String, into places: inout [Int]) {
    switch self {
    case .variable(let name, let at): if name == column { places.append(at) }
    case .number, .logical: break
    case .call(_, let arguments, _): for a in arguments { a.collectPlaces(of: column, into: &places) }
    case .binary(_, let left, let right, _):
      left.collectPlaces(of: column, into: &places)
      right.collectPlaces(of: column, into: &places)
    case .named(_, let inner, _), .sign(_, let inner, _), .parenthesized(let inner, _):
      inner.collectPlaces(of: column, into: &places)
    }
  }
}

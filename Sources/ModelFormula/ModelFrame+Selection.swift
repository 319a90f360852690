import LinearAlgebra
import Tables

extension ModelFrame {
  /// The same frame with other numbers in place of the response, one a used row.
  /// - Precondition: there are as many.
  public func replacingResponse(by numbers: [Double]) -> ModelFrame {
    precondition(numbers.count == response.count, "\(numbers.count) numbers for \(response.count) rows")
    var copy = self
    copy.response = numbers
    return copy
  }

  /// The frame of some of the used rows, columns coded as before: levels, contrasts, and what `scale`, `poly` and `ns` learned stay; grouping factors
  /// have the levels that are left.
  /// - Parameter places: which of the used rows, by their place among them.
  public func selecting(_ places: [Int]) -> ModelFrame {
    var copy = self
    copy.usedRows = places.map { usedRows[$0] }
    copy.response = places.map { response[$0] }
    copy.fixed = fixed.selecting(rows: places)
    copy.weights = weights.map { all in places.map { all[$0] } }
    copy.offset = offset.map { all in places.map { all[$0] } }
    copy.random = random.map { design in
      RandomDesign(
        coding: design.coding, matrix: design.matrix.selecting(rows: places),
        grouping: design.grouping.selecting(places), groupingExpression: design.groupingExpression)
    }
    return copy
  }
}

extension Matrix {
  fileprivate func selecting(rows places: [Int]) -> Matrix {
    Matrix(
      rows: places.count, columns: columns,
      storage: (0..<columns).flatMap { k in places.map { storage[$0 + k * rows] } })
  }
}

extension CategoricalColumn {
  /// The factor on some rows, with the levels that occur there.
  public func selecting(_ places: [Int]) -> CategoricalColumn {
    var number = [Int](repeating: -1, count: levels.count)
    for place in places where codes[place] >= 0 { number[codes[place]] = 0 }
    var kept: [String] = []
    for level in levels.indices where number[level] == 0 {
      number[level] = kept.count
      kept.append(levels[level])
    }
    return CategoricalColumn(
      name: name, levels: kept, codes: places.map { codes[$0] < 0 ? -1 : number[codes[$0]] })
  }
}

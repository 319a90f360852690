import Tables

extension ModelFrame {
  /// The same frame with other numbers in place of the response, one a used row: of successes among trials, their numbers.
  /// - Precondition: there are as many.
  public func replacingResponse(by numbers: [Double]) -> ModelFrame {
    precondition(numbers.count == response.count, "\(numbers.count) numbers for \(response.count) rows")
    var copy = self
    copy.response = numbers
    if let binomial {
      copy.binomial?.successes = numbers
      copy.response = zip(numbers, binomial.trials).map { $0 / $1 }
    }
    return copy
  }

  /// Numbers as `replacingResponse(by:)` takes them as a column of the data, missing in rows that the frame leaves out: in the form in which the data have
  /// the response, levels or shares; of `cbind(successes, failures)` the successes.
  /// - Precondition: there is a number for each row used.
  public func responseColumn(_ name: String, of numbers: [Double]) -> Column {
    precondition(numbers.count == response.count, "\(numbers.count) numbers for \(response.count) rows")
    if let levels = successLevels {
      var texts = [String?](repeating: nil, count: data.rowCount)
      for (place, row) in usedRows.enumerated() {
        texts[row] = numbers[place] > 0 ? levels.success : levels.failure
      }
      return Column(name, .text(texts))
    }
    var column = [Double](repeating: .nan, count: data.rowCount)
    let trials = binomial?.form == .proportions ? binomial?.trials : nil
    for (place, row) in usedRows.enumerated() { column[row] = numbers[place] / (trials?[place] ?? 1) }
    return Column(name, column)
  }

  /// Failure and success, where the response is a column of two levels.
  public var successLevels: SuccessLevels? {
    guard case .levels(let levels) = binomial?.form else { return nil }
    return levels
  }

  /// Whether a table is the one that the frame was made from, as far as the columns of the model go.
  public func isMade(from other: DataTable) -> Bool {
    other.rowCount == data.rowCount
      && data.columns.allSatisfy { column in other[column.name]?.hasSameEntries(as: column) ?? false }
  }

  /// The prior weights of other rows, NaN where one is missing or not positive; nil where the model has no weights or the table no such column.
  public func weights(for data: DataTable) -> [Double]? {
    guard let name = roles.weights, let numbers = data[name]?.numbers else { return nil }
    return numbers.map { $0 > 0 ? $0 : .nan }
  }

  /// The frame of some of the used rows, columns coded as before: levels, contrasts, and what `scale`, `poly` and `ns` learned stay; grouping factors
  /// have the levels that are left.
  /// - Parameter places: which of the used rows, by their place among them.
  public func selecting(_ places: [Int]) -> ModelFrame {
    var copy = self
    let rows = usedRows
    copy.usedRows = places.map { rows[$0] }
    copy.response = places.map { response[$0] }
    copy.binomial = binomial?.selecting(places)
    copy.fixedColumns = fixedColumns.selecting(rows: places)
    copy.weights = weights.map { all in places.map { all[$0] } }
    copy.offset = offset.map { all in places.map { all[$0] } }
    copy.random = random.map { design in
      RandomDesign(
        coding: design.coding, columns: design.columns.selecting(rows: places),
        grouping: design.grouping.selecting(places), groupingExpression: design.groupingExpression)
    }
    return copy
  }
}

extension Column {
  /// Whether entries are equal, missing ones with missing ones.
  fileprivate func hasSameEntries(as other: Column) -> Bool {
    guard case .real(let a) = values, case .real(let b) = other.values else { return values == other.values }
    return a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
  }
}

extension DesignColumns {
  fileprivate func selecting(rows places: [Int]) -> DesignColumns {
    DesignColumns(
      entries.map { entries in
        switch entries {
        case .constant: entries
        case .varying(let values): .varying(places.map { values[$0] })
        }
      }, rows: places.count)
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

import ModelFormula
import Tables

/// How the levels of two grouping factors meet in data.
struct FactorMeeting: Equatable {
  /// The two factors, by position.
  let first: Int
  let second: Int
  /// Their numbers of levels.
  let levels: (Int, Int)
  /// How many levels of the first meet several of the second, and the other way round.
  let meetingSeveral: (Int, Int)
  /// Whether every level of one meets every level of the other.
  let isComplete: Bool

  static func == (a: FactorMeeting, b: FactorMeeting) -> Bool {
    a.first == b.first && a.second == b.second && a.levels == b.levels && a.isComplete == b.isComplete
      && a.meetingSeveral == b.meetingSeveral
  }

  /// All pairs of which the formula does not make one of the other; nil without data.
  /// - Throws: `FormulaError` for a column that the data do not have.
  static func all(_ factors: [GroupingFactor], in data: DataTable?) throws(FormulaError) -> [FactorMeeting]? {
    guard let data else { return nil }
    var groupings: [CategoricalColumn] = []
    for factor in factors { groupings.append(try ModelFrame.grouping(factor.expression, in: data)) }
    return unrelatedPairs(factors).map { FactorMeeting($0, $1, groupings) }
  }

  /// The pairs of which the formula does not make one of the other.
  static func unrelatedPairs(_ factors: [GroupingFactor]) -> [(Int, Int)] {
    factors.indices.flatMap { a in
      factors.indices.filter { b in
        b > a && !factors[a].isWithin(factors[b]) && !factors[b].isWithin(factors[a])
      }.map { (a, $0) }
    }
  }

  private init(_ first: Int, _ second: Int, _ groupings: [CategoricalColumn]) {
    let (a, b) = (groupings[first], groupings[second])
    var pairs: Set<Int> = []
    for (i, j) in zip(a.codes, b.codes) where i >= 0 && j >= 0 { pairs.insert(i * b.levels.count + j) }
    var met = ([Int](repeating: 0, count: a.levels.count), [Int](repeating: 0, count: b.levels.count))
    for pair in pairs {
      met.0[pair / b.levels.count] += 1
      met.1[pair % b.levels.count] += 1
    }
    self.first = first
    self.second = second
    levels = (met.0.count { $0 > 0 }, met.1.count { $0 > 0 })
    meetingSeveral = (met.0.count { $0 > 1 }, met.1.count { $0 > 1 })
    isComplete = pairs.count == levels.0 * levels.1
  }
}

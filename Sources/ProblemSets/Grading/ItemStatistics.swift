import Glibc
import Labs

/// How one question of a set did: how many had it, how hard it was, which mistakes were made.
public struct ItemStatistics: Sendable, Equatable {
  /// One mistake and how often it was made.
  public struct Mistake: Sendable, Equatable {
    /// The mistake's id.
    public var id: String
    /// How many students made it.
    public var count: Int
    /// Share of the points that it earns.
    public var credit: Double
    /// What students are told.
    public var feedback: [LabLanguage: String]
  }

  /// The problem's id.
  public var problem: String
  /// The problem's title.
  public var titles: [LabLanguage: String]
  /// The answer's id.
  public var answer: String
  /// Whether the problem asks for more than this answer.
  public var isPart: Bool
  /// Whether a person marks it.
  public var isByHand: Bool
  /// Students who were asked.
  public var count: Int
  /// Students with full marks.
  public var right: Int
  /// Those of them whose number has other digits than asked for.
  public var imprecise: Int
  /// Students with some of a multiple choice.
  public var partial: Int
  /// Students with a wrong answer that is no known mistake.
  public var wrong: Int
  /// Students whose answer could not be read.
  public var unreadable: Int
  /// Students without an answer.
  public var missing: Int
  /// Students with two answers of which none was taken.
  public var double: Int
  /// The mistakes that the keys know, those of students' variants together, in the order of the keys.
  public var mistakes: [Mistake]
  /// Mean share of the points, missing answers as 0: 1 is easiest. nil where a person marks.
  public var difficulty: Double?
  /// Correlation of the share with the points of all other answers; nil where one of them does not vary.
  public var discrimination: Double?
}

extension SetGrading {
  /// Statistics of every answer, in the order of the keys.
  public func itemStatistics() -> [ItemStatistics] {
    var order: [[String]] = []
    var cells: [[String]: [(problem: Problem, answer: VariantAnswer, graded: GradedAnswer)]] = [:]
    for problem in problems {
      for (answer, graded) in zip(problem.key.answers, problem.answers) {
        let name = [problem.key.problem, answer.id]
        if cells[name] == nil { order.append(name) }
        cells[name, default: []].append((problem, answer, graded))
      }
    }
    var totals: [String: Double] = [:]
    for problem in problems { totals[problem.key.student, default: 0] += problem.points }
    return order.map { name in
      let cells = cells[name]!
      let first = cells[0]
      func count(_ verdict: GradedAnswer.Verdict) -> Int { cells.count { $0.graded.verdict == verdict } }
      let shares = cells.compactMap { cell in
        cell.graded.share.map { share in
          let own = share * cell.answer.weight * cell.problem.key.points
          return (share, (totals[cell.problem.key.student] ?? 0) - own)
        }
      }
      return ItemStatistics(
        problem: name[0], titles: first.problem.key.titles, answer: name[1],
        isPart: first.problem.key.answers.count > 1, isByHand: first.answer.isEssay,
        count: cells.count, right: count(.right) + count(.rightButPrecision),
        imprecise: count(.rightButPrecision),
        partial: count(.partial) + (first.answer.isEssay ? 0 : count(.marked)), wrong: count(.wrong),
        unreadable: count(.unreadable), missing: count(.missing), double: count(.double),
        mistakes: mistakes(cells.map { ($0.answer, $0.graded) }),
        difficulty: first.answer.isEssay || shares.isEmpty
          ? nil : shares.reduce(0) { $0 + $1.0 } / Double(shares.count),
        discrimination: first.answer.isEssay ? nil : correlation(shares))
    }
  }

  private func mistakes(_ cells: [(VariantAnswer, GradedAnswer)]) -> [ItemStatistics.Mistake] {
    var found: [ItemStatistics.Mistake] = []
    var positions: [String: Int] = [:]
    for (answer, graded) in cells {
      for mistake in answer.key.knownMistakes {
        if let i = positions[mistake.id] {
          // A key holds the languages of its student's sheet; another student's may hold the other.
          found[i].feedback.merge(mistake.feedback) { told, other in told.isEmpty ? other : told }
        } else {
          positions[mistake.id] = found.count
          found.append(mistake)
        }
      }
      for id in graded.mistakes {
        if let i = positions[id] { found[i].count += 1 }
      }
    }
    return found
  }

  /// Pearson's correlation, summed about the means; nil where one side does not vary or fewer than three
  /// pairs are there.
  private func correlation(_ pairs: [(Double, Double)]) -> Double? {
    guard pairs.count > 2 else { return nil }
    let n = Double(pairs.count)
    let meanX = pairs.reduce(0) { $0 + $1.0 } / n
    let meanY = pairs.reduce(0) { $0 + $1.1 } / n
    var xx = 0.0
    var yy = 0.0
    var xy = 0.0
    for (x, y) in pairs {
      xx += (x - meanX) * (x - meanX)
      yy += (y - meanY) * (y - meanY)
      xy += (x - meanX) * (y - meanY)
    }
    let smallest = 1e-20 * n
    guard xx > smallest, yy > smallest * max(1, meanY * meanY) else { return nil }
    return xy / (xx * yy).squareRoot()
  }
}

extension VariantAnswer {
  /// Whether a person marks it.
  var isEssay: Bool { if case .essay = key { true } else { false } }
}

extension AnswerKey {
  /// The mistakes that the key knows, none of them made yet.
  var knownMistakes: [ItemStatistics.Mistake] {
    switch self {
    case .number(let key):
      key.misconceptions.map {
        ItemStatistics.Mistake(id: $0.id, count: 0, credit: $0.credit, feedback: $0.feedback)
      }
    case .single(let options), .multiple(let options):
      options.filter { !$0.isRight }.map {
        ItemStatistics.Mistake(id: $0.id, count: 0, credit: $0.credit, feedback: $0.feedback)
      }
    case .essay: []
    }
  }
}

extension ItemStatistics {
  /// Students who made exactly one known mistake instead of the right answer: of a number or a single choice.
  public var misconceived: Int { count - right - partial - wrong - unreadable - missing - double - open }

  /// Essays that were given.
  var open: Int { isByHand ? count - missing - double : 0 }
}

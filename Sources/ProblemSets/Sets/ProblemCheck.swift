import Dispatch
import Labs
import Synchronization
import Tables

/// A trial of problems over many seeds: does each build, does its key score full marks and each mistake its credit, how often is drawn again?
public struct ProblemCheck: Sendable {
  /// The problems.
  public let problems: [Problem]
  /// How many variants of each are made.
  public let seeds: Int
  /// How many variants also draw their figures.
  public let drawnSeeds: Int
  /// How many variants are made at the same time.
  public let threads: Int

  /// The specification.
  public init(_ problems: [Problem], seeds: Int = 100, drawnSeeds: Int = 2, threads: Int = 1) {
    self.problems = problems
    self.seeds = seeds
    self.drawnSeeds = drawnSeeds
    self.threads = threads
  }

  /// What was found of one problem.
  public struct Row: Sendable {
    /// The problem.
    public let problem: Problem
    /// How many variants were made.
    public let built: Int
    /// Draws that failed a test, by kind.
    public let redraws: [DrawFailure.Kind: Int]
    /// Each failed test with its count, the most frequent first.
    public let failures: [DrawFailure.Count]
    /// How many differ in their keys.
    public let distinct: Int
    /// What is wrong; empty where all is well.
    public let faults: [String]
  }

  /// What one seed gave; the variant itself is not kept.
  private struct Outcome: Sendable {
    var failures: [DrawFailure] = []
    var faults: [String] = []
    /// A digest of task and key; empty where there is no variant.
    var content: [UInt8] = []
  }

  /// Makes all variants.
  public func run(with runner: any CommandRunner & Sendable) -> [Row] {
    let outcomes = Mutex([Outcome](repeating: Outcome(), count: problems.count * seeds))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while true {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < problems.count * seeds else { return }
        let outcome = outcome(of: problems[k / seeds], seed: k % seeds, runner)
        outcomes.withLock { $0[k] = outcome }
      }
    }
    return outcomes.withLock { all in
      problems.enumerated().map { i, problem in row(problem, all[(i * seeds)..<((i + 1) * seeds)]) }
    }
  }

  private func outcome(
    of problem: Problem, seed: Int, _ runner: any CommandRunner & Sendable
  ) -> Outcome {
    let builder = VariantBuilder(problem, runner: runner, figures: seed < drawnSeeds ? .svg : .none)
    do throws(ProblemError) {
      let built = try builder.variant(
        from: VariantSeed(
          courseKey: Array("check".utf8), set: "check", problem: problem.id, owner: String(seed + 1)))
      let faults = VariantTrial(built.variant).faults.map { "seed \(seed + 1): \($0)" }
      return Outcome(
        failures: built.failures, faults: faults,
        content: domainHash("content", [Array(VariantTrial.content(of: built.variant).utf8)]))
    } catch { return Outcome(faults: ["seed \(seed + 1): \(error)"]) }
  }

  private func row(_ problem: Problem, _ outcomes: ArraySlice<Outcome>) -> Row {
    var faults = outcomes.flatMap(\.faults)
    let failures = outcomes.flatMap(\.failures)
    let contents = outcomes.map(\.content).filter { !$0.isEmpty }
    let distinct = Set(contents).count
    let varies = problem.parameters.contains(where: \.isDrawn) || !problem.body.blocks.isEmpty
    if contents.count > 1, distinct == 1, varies {
      faults.append("all \(contents.count) variants are the same")
    }
    return Row(
      problem: problem, built: contents.count,
      redraws: Dictionary(grouping: failures, by: \.kind).mapValues(\.count), failures: failures.counted,
      distinct: distinct, faults: faults)
  }
}

/// Answers a variant with its key and with each mistake, as a student writes them, and grades the answers.
struct VariantTrial {
  let faults: [String]

  init(_ variant: ProblemVariant) {
    var faults: [String] = []
    for answer in variant.answers {
      switch answer.key {
      case .number(let key): faults += VariantTrial.faults(key).map { "answer '\(answer.id)': \($0)" }
      case .single(let options):
        for (i, option) in options.enumerated() {
          let share = answer.key.grade(OptionLetter.of(i)).share
          if share != (option.isRight ? 1 : option.credit) || (share == 1) != option.isRight {
            faults.append("answer '\(answer.id)': the option '\(option.id)' scores \(share ?? 0)")
          }
        }
      case .multiple(let options):
        let right = options.indices.filter { options[$0].isRight }.map(OptionLetter.of)
        if answer.key.grade(right.joined(separator: ";")).share != 1 {
          faults.append("answer '\(answer.id)': the right options do not score full marks")
        }
        for (i, option) in options.enumerated() where !option.isRight {
          if answer.key.grade(OptionLetter.of(i)).share != 0 {
            faults.append("answer '\(answer.id)': the wrong option '\(option.id)' alone scores")
          }
        }
      case .essay(let rubric):
        for lines in rubric.values where abs(lines.reduce(0) { $0 + $1.points } - variant.points) > 1e-9 {
          faults.append("answer '\(answer.id)': the rubric does not sum to the points")
        }
      }
      if let texts = VariantTrial.doubledOption(answer.key) {
        faults.append("answer '\(answer.id)': \(texts)")
      }
    }
    if abs(variant.answers.reduce(0) { $0 + $1.weight } - 1) > 1e-9 {
      faults.append("the weights do not sum to 1")
    }
    self.faults = faults
  }

  private static func faults(_ key: NumberKey) -> [String] {
    var faults: [String] = []
    func share(_ value: Double) -> Double? { AnswerKey.number(key).grade(written(value, key)).share }
    if share(key.value) != 1 { faults.append("the key does not score full marks") }
    for mistake in key.misconceptions where share(mistake.value) != mistake.credit {
      let found = share(mistake.value).map { shortestText($0) } ?? "nothing"
      faults.append("the mistake '\(mistake.id)' scores \(found), not \(shortestText(mistake.credit))")
    }
    return faults
  }

  /// A number as a student writes it, with the digits asked for.
  static func written(_ value: Double, _ key: NumberKey) -> String {
    FixedDecimals.text(value, key.decimals) + (key.isPercent ? "%" : "")
  }

  private static func doubledOption(_ key: AnswerKey) -> String? {
    guard let options = key.options else { return nil }
    for language in LabLanguage.allCases {
      let texts = options.compactMap { $0.text[language] }
      if Set(texts).count < texts.count { return "two options have one text in \(language.rawValue)" }
    }
    return nil
  }

  /// What makes two variants the same task.
  static func content(of variant: ProblemVariant) -> String { "\(variant.answers)\(variant.stem[.en] ?? [])" }
}

extension AnswerKey {
  /// The options of a choice.
  var options: [ChoiceOption]? {
    switch self {
    case .single(let options), .multiple(let options): options
    default: nil
    }
  }
}

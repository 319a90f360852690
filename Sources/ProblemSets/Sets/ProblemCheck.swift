import Dispatch
import Labs
import Synchronization
import Tables

/// A trial of problems over many seeds: does each build, does its key score full marks and each mistake its credit, how often is drawn again?
///
/// A problem of which the first few seeds make no variant is not tried with the others.
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
    /// How many seeds were tried: all, or the first few where none of these made a variant.
    public let tried: Int
    /// What is wrong, each fault once with its place and how many seeds had it; empty where all is well.
    public let faults: [String]
  }

  /// So many seeds show whether a problem can be built at all.
  private static let firstSeeds = 3
  /// From so many variants on, a key that never differs is told.
  private static let seedsForTypedKeys = 10

  /// What one seed gave; the variant itself is not kept.
  private struct Outcome: Sendable {
    var failures: [DrawFailure] = []
    var faults: [String] = []
    /// A digest of task and key; empty where there is no variant.
    var content: [UInt8] = []
    /// The numbers that are right, in the order of the answers; nil for other answers.
    var values: [Double?] = []
  }

  /// Makes all variants.
  public func run(with runner: any CommandRunner & Sendable) -> [Row] {
    let few = min(seeds, ProblemCheck.firstSeeds)
    let first = outcomes(problems.flatMap { problem in (0..<few).map { (problem, $0) } }, runner)
    var all = problems.indices.map { Array(first[($0 * few)..<(($0 + 1) * few)]) }
    let hopeful = problems.indices.filter { all[$0].contains { !$0.content.isEmpty } }
    let more = seeds - few
    let others = outcomes(hopeful.flatMap { i in (few..<seeds).map { (problems[i], $0) } }, runner)
    for (place, i) in hopeful.enumerated() { all[i] += others[(place * more)..<((place + 1) * more)] }
    return problems.indices.map { row(problems[$0], all[$0]) }
  }

  /// What pairs of a problem and a seed give, side by side, in their order.
  private func outcomes(
    _ trials: [(problem: Problem, seed: Int)], _ runner: any CommandRunner & Sendable
  ) -> [Outcome] {
    let outcomes = Mutex([Outcome](repeating: Outcome(), count: trials.count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while true {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < trials.count else { return }
        let outcome = outcome(of: trials[k].problem, seed: trials[k].seed, runner)
        outcomes.withLock { $0[k] = outcome }
      }
    }
    return outcomes.withLock { $0 }
  }

  private func outcome(
    of problem: Problem, seed: Int, _ runner: any CommandRunner & Sendable
  ) -> Outcome {
    let builder = VariantBuilder(problem, runner: runner, figures: seed < drawnSeeds ? .svg : .none)
    do throws(ProblemError) {
      let built = try builder.variant(
        from: VariantSeed(
          courseKey: Array("check".utf8), set: "check", problem: problem.id, owner: String(seed + 1)))
      return Outcome(
        failures: built.failures, faults: VariantTrial(built.variant).faults.map { "\(problem.file): \($0)" },
        content: domainHash("content", [Array(VariantTrial.content(of: built.variant).utf8)]),
        values: built.variant.answers.map { if case .number(let key) = $0.key { key.value } else { nil } })
    } catch {
      switch error {
      case .faults(let faults): return Outcome(faults: faults.map(\.description))
      case .noVariant(_, _, _, let failures):
        // Without counts, which differ between seeds: one fault for all of them.
        let words = failures.prefix(ProblemError.mostTold).map(\.failure.description).sorted()
          .joined(separator: "; ")
        let place = failures.first?.failure.location?.description ?? problem.file
        return Outcome(faults: ["\(place): no draw passes its tests: \(words); \(error.advice)"])
      }
    }
  }

  private func row(_ problem: Problem, _ outcomes: [Outcome]) -> Row {
    var faults = counted(outcomes.map(\.faults))
    let failures = outcomes.flatMap(\.failures)
    let contents = outcomes.map(\.content).filter { !$0.isEmpty }
    let distinct = Set(contents).count
    let varies = problem.parameters.contains(where: \.isDrawn) || !problem.body.blocks.isEmpty
    if contents.count > 1, distinct == 1, varies {
      faults.append("\(problem.file): all \(contents.count) variants are the same")
    }
    faults += typedKeys(problem, outcomes.filter { !$0.content.isEmpty }.map(\.values))
    return Row(
      problem: problem, built: contents.count,
      redraws: Dictionary(grouping: failures, by: \.kind).mapValues(\.count), failures: failures.counted,
      distinct: distinct, tried: outcomes.count, faults: faults)
  }

  /// Each fault once, in the order of the seeds, with how many seeds had it.
  private func counted(_ faults: [[String]]) -> [String] {
    var order: [String] = []
    var seedsOf: [String: [Int]] = [:]
    for (i, list) in faults.enumerated() {
      for fault in list where seedsOf[fault]?.last != i + 1 {
        if seedsOf[fault] == nil { order.append(fault) }
        seedsOf[fault, default: []].append(i + 1)
      }
    }
    return order.map { fault in
      let found = seedsOf[fault]!
      let tried = faults.count
      let left = tried < seeds ? "; the other \(seeds - tried) were not tried" : ""
      if found.count == tried, tried > 1 { return "\(fault) (in each of \(tried) seeds\(left))" }
      let which =
        found.count == 1 ? "seed \(found[0])" : "\(found.count) of \(tried) seeds, \(found[0]) the first"
      return "\(fault) (\(which)\(left))"
    }
  }

  /// Answers whose key is the same in all variants although no number of a fit is in it.
  private func typedKeys(_ problem: Problem, _ values: [[Double?]]) -> [String] {
    guard values.count >= ProblemCheck.seedsForTypedKeys else { return [] }
    return problem.answers.indices.compactMap { i in
      let answer = problem.answers[i]
      guard case .number(let number) = answer.content, let first = values[0][i],
        values.allSatisfy({ $0[i] == first }), !KeySources(problem).hasFit(number.value)
      else { return nil }
      return "\(answer.location): answer '\(answer.id)' is typed: its key is \(shortestText(first)) in all "
        + "\(values.count) variants; compute it from a fit, or from a number that differs between variants"
    }
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

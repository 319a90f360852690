import Estimates
import Labs

/// Makes variants of one problem.
public struct VariantBuilder: Sendable {
  /// The problem.
  public let problem: Problem
  /// The languages in which texts and figures are made.
  public let languages: [LabLanguage]
  /// The form of figures.
  public let figures: VariantFigures
  /// After how many draws that fail a test there is an error.
  public static let mostDraws = 200
  /// After so many draws in a row on which the same command fails in the same words there is an error.
  static let mostFailedCommands = 20
  private let runner: any CommandRunner & Sendable

  /// What makes variants of a problem.
  public init(
    _ problem: Problem, runner: any CommandRunner & Sendable, languages: [LabLanguage] = LabLanguage.allCases,
    figures: VariantFigures = .svg
  ) {
    self.problem = problem
    self.runner = runner
    self.languages = languages
    self.figures = figures
  }

  /// A variant, and how it came about.
  public struct Built: Sendable {
    /// The variant.
    public let variant: ProblemVariant
    /// The seed of its data.
    public let dataSeed: Int
    /// The tests that earlier draws failed, one a draw.
    public let failures: [DrawFailure]
  }

  /// The variant of an owner. Draws that fail a test are counted and drawn again.
  /// - Throws: `ProblemError.faults` for what no draw can mend, `.noVariant` after 200 draws, or 20 on which
  ///   one command fails.
  public func variant(from seed: VariantSeed) throws(ProblemError) -> Built {
    var failures: [DrawFailure] = []
    while failures.count < VariantBuilder.mostDraws {
      let draw = seed.draw(failures.count)
      do {
        let variant = try variant(of: draw)
        return Built(variant: variant, dataSeed: draw.dataSeed, failures: failures)
      } catch let failure as DrawFailure {
        failures.append(failure)
        if failure.kind == .command, failures.count >= VariantBuilder.mostFailedCommands,
          failures.suffix(VariantBuilder.mostFailedCommands).allSatisfy({ $0 == failure })
        {
          break
        }
      } catch let error as ProblemError {
        throw error
      } catch {
        throw .faults([LabFault(at: LabLocation(file: problem.file, line: 1), "\(error)")])
      }
    }
    throw .noVariant(
      problem: problem.id, owner: seed.owner, draws: failures.count, failures: failures.counted)
  }

  private func variant(of draw: VariantDraw) throws -> ProblemVariant {
    var scope = VariantScope(dataSeed: draw.dataSeed)
    try draw.draw(problem.parameters, into: &scope)
    let early = Set(problem.parameters.map(\.name) + ["seed"])
    try require(scope) { $0.allSatisfy { early.contains($0.parts[0]) } }
    var run = VariantRun(
      problem, seed: draw.dataSeed, runner: runner, languages: languages, figures: figures)
    try run.compute(into: &scope)
    var full = scope
    for result in problem.results {
      guard case .computed(let expression, let digits) = result.law else { continue }
      try result.compute(expression, digits, in: &scope)
      try result.compute(expression, nil, in: &full)
    }
    try require(scope) { !$0.allSatisfy { early.contains($0.parts[0]) } }
    let keys = try VariantKeys(problem, scope, full: full, draw, languages: languages).answers()
    let texts = VariantTexts(problem, scope)
    try run.draw(scope) { try texts.altText($0, $1) }
    var stem: [LabLanguage: [StemPiece]] = [:]
    var solution: [LabLanguage: String] = [:]
    for language in languages {
      stem[language] = try texts.stem(language, run.outcomes[language] ?? [:])
      solution[language] = try texts.solution(language, run.outcomes[language] ?? [:])
    }
    return ProblemVariant(
      problem: problem.id, code: draw.code, titles: problem.titles, points: problem.points, stem: stem,
      answers: keys, solution: solution, files: run.files)
  }

  private func require(_ scope: VariantScope, where isDue: ([Address]) -> Bool) throws {
    for condition in problem.requirements where isDue(condition.addresses) {
      let holds: Bool
      do { holds = try condition.holds(scope.value) } catch {
        throw ProblemError.faults([
          LabFault(
            at: condition.location ?? LabLocation(file: problem.file, line: 1),
            "require '\(condition.text)': \(error)")
        ])
      }
      if !holds { throw DrawFailure(.requirement, "not \(condition.text)", at: condition.location) }
    }
  }
}

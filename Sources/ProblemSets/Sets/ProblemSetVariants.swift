import Dispatch
import Labs
import Synchronization

/// Numbered variants of a set's problems, for pools of questions in which nobody's own variant is.
///
/// Variant 1, 2, … of a problem come from the course key as students' variants do; a number stands in place of a student's id, marked
/// as one, so that no student has the same.
public struct ProblemSetVariants: ProblemVariantSource, Sendable {
  private let problemSet: ProblemSet
  private let courseKey: CourseKey
  private let runner: any CommandRunner & Sendable
  private let figures: VariantFigures
  private let threads: Int

  /// Variants of a set.
  public init(
    _ set: ProblemSet, courseKey: CourseKey, runner: any CommandRunner & Sendable,
    figures: VariantFigures = .png, threads: Int = 1
  ) {
    problemSet = set
    self.courseKey = courseKey
    self.runner = runner
    self.figures = figures
    self.threads = threads
  }

  /// The set's id.
  public var set: String { problemSet.id }
  /// The set's title in both languages.
  public var titles: [LabLanguage: String] { problemSet.titles }

  /// For each problem of the set, in its order, variants in both languages.
  /// - Throws: the first `ProblemError` in this order.
  public func variants(count: Int) throws -> [[ProblemVariant]] {
    let problems = problemSet.problems
    let total = problems.count * count
    let made = Mutex([Result<ProblemVariant, ProblemError>?](repeating: nil, count: total))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, total))) { _ in
      while true {
        let k = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard k < total else { return }
        let result = Result<ProblemVariant, ProblemError> { () throws(ProblemError) in
          try variant(k % count + 1, of: k / count)
        }
        made.withLock { $0[k] = result }
      }
    }
    let all = try made.withLock { list in try list.compactMap { try $0?.get() } }
    return problems.indices.map { Array(all[($0 * count)..<(($0 + 1) * count)]) }
  }

  private func variant(_ number: Int, of place: Int) throws(ProblemError) -> ProblemVariant {
    let problem = problemSet.problems[place]
    let seed = VariantSeed(
      courseKey: courseKey.bytes, set: problemSet.id, problem: problem.id, owner: "variant\u{0}\(number)")
    var variant = try VariantBuilder(problem, runner: runner, figures: figures).variant(from: seed).variant
    variant.points = problemSet.points[place]
    return variant
  }
}

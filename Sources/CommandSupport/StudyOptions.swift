import ArgumentParser
import Glibc
import Specifications
import Studies

/// A span of time: 90 and 90s are seconds, 55m minutes, 2h hours, 1d days.
package struct TimeSpan: ExpressibleByArgument {
  /// The span in seconds.
  package let seconds: Double

  package init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Double(unit == nil ? argument[...] : argument.dropLast()), number > 0, number.isFinite
    else {
      return nil
    }
    seconds = number * (unit ?? 1)
  }
}

/// How a study's work is done on this machine.
package struct StudyWorkOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How many replicates are computed at once (default: SLURM_CPUS_PER_TASK, else the processors this process may use). Results do not depend on it.",
      valueName: "N"))
  var threads: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Stop after this time: 55m, 2h or 1d; 90 and 90s are seconds. What is finished is saved.",
      valueName: "time"))
  var until: TimeSpan?

  @OptionGroup var progress: ProgressOption

  package init() {}

  package func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); from 1 to 1024 would work")
    }
  }

  /// How many threads work.
  package var threadCount: Int {
    if let threads { return threads }
    if let text = getenv("SLURM_CPUS_PER_TASK"), let count = Int(String(cString: text)), count > 0 {
      return count
    }
    return Machine.usableProcessors
  }

  /// Listens to requests to stop. Comes before anything is read: a signal must not find the program deaf.
  package func listening() -> StopRequest { StopRequest(after: until?.seconds) }

  /// Runs blocks until asked to stop, with progress where it is wanted.
  package func run(
    _ study: StudySpecification, _ tasks: [StudyWork.Task], into sink: some BlockSink, until stop: StopRequest
  ) throws -> StudyWork.Outcome {
    let total = tasks.reduce(0) { $0 + $1.block.count }
    return try progress.shown(total) { (update: (@Sendable (Int) -> Void)?) throws -> StudyWork.Outcome in
      var report: (@Sendable (StudyWork.Progress) -> Void)?
      if let update { report = { update($0.replicates.done) } }
      return try StudyWork(study).run(
        tasks, threads: threadCount, into: sink, shouldStop: { stop.isDue }, progress: report)
    }
  }
}

/// A study's folder: `plan.json`, `segments/`, `results/`.
package struct StudyPlace {
  /// The plan's path.
  package let plan: String
  /// The folder.
  package let folder: String

  /// The place of a plan, or of the plan in a folder.
  package init(_ path: String) {
    let isPlan = path.hasSuffix(".json")
    plan = isPlan ? path : (path.hasSuffix("/") ? path : path + "/") + "plan.json"
    let parent = plan.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    folder = parent.isEmpty ? (plan.hasPrefix("/") ? "/" : ".") : parent
  }

  /// The folder of segments.
  package var segments: String { folder + "/segments" }

  /// Reads the plan.
  /// - Throws: `NoPlan` where there is none.
  package func read() throws -> StudyPlan {
    let bytes: [UInt8]
    do { bytes = try StudyFolder.read(plan) } catch { throw NoPlan(place: self, error: error) }
    return try StudyPlan(bytes: bytes, path: plan)
  }

  /// Reads the segments that are there.
  package func store(of study: StudySpecification) throws -> StudyStore {
    try StudyFolder.make(segments)
    return try StudyStore(folder: segments, study: study)
  }
}

/// A place without a plan.
package struct NoPlan: Error, CustomStringConvertible {
  let place: StudyPlace
  let error: StoreError

  package var description: String {
    if place.folder.hasSuffix(".yml") || place.folder.hasSuffix(".yaml") {
      return
        "'\(place.folder)' is a study's specification, not its folder; the DIR of 'mlm study run \(place.folder) --out DIR' or 'mlm study plan \(place.folder) --out DIR' would work here"
    }
    return
      "\(error); a folder that 'mlm study run SPEC.yml --out DIR' or 'mlm study plan SPEC.yml --out DIR' made would work"
  }
}

/// A number that the study named in the same command does not have: exit code 64, as for any fault of usage.
package struct UsageFault: ExitCoding, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
  package var exitCode: Int32 { 64 }
}

/// Results that are not all there.
package struct IncompleteStudy: ExitCoding, CustomStringConvertible {
  package let description: String
  package init(_ description: String) { self.description = description }
  package var exitCode: Int32 { 3 }
}

extension StoreError: ExitCoding {
  /// 4 for sums that contradict each other, else 1.
  package var exitCode: Int32 { if case .conflict = self { 4 } else { 1 } }
}

import ArgumentParser
import CommandSupport
import Labs
import ProblemSets
import Tables

/// `mlm problems check`: a trial of problems over many seeds.
struct ProblemsCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Try problems over many seeds: keys, mistakes, draws that fail a test.",
    discussion: """
      Every variant must build, its key must score full marks and each mistake its credit. The table shows how many draws were \
      repeated and why: a condition that does not hold, a number that is degenerate, a fit on a boundary, mistakes too close to \
      the key (separation), options without exactly one right or two of one text, a command that fails. A key that is the same in \
      all of ten or more variants, and comes from no fit, is typed. Each fault is told once, with its place and \
      how many seeds had it. Exit 1 with faults.

      Example: mlm problems check labs/problems/*.problem.md --seeds 100
      Example: mlm problems check labs/sets/foundations.yml
      """)

  @Argument(help: ArgumentHelp("Problems, or sets.", valueName: "F.problem.md|SET.yml"))
  var files: [String]

  @Option(name: .long, help: ArgumentHelp("Variants of each problem.", valueName: "N"))
  var seeds = 100

  @Flag(name: .long, help: "Say which test failed how often.")
  var details = false

  @OptionGroup var thread: ThreadOption

  /// So many faults of one problem are told.
  private static let mostFaults = 20

  func validate() throws {
    if !(1...100_000).contains(seeds) {
      throw ValidationError("--seeds is \(seeds); from 1 to 100000 would work")
    }
  }

  func run() throws {
    try reportingErrors {
      var problems: [Problem] = []
      var unread: [String] = []
      for file in files {
        do throws(ProblemError) {
          let found = file.hasSuffix(".md") ? [try problem(file)] : try ProblemSet(file: file).problems
          problems += found.filter { one in !problems.contains { $0.file == one.file } }
        } catch { unread.append("\(error)") }
      }
      let rows = ProblemCheck(problems, seeds: seeds, threads: thread.count).run(with: RepeatingRunner())
      try Terminal.print(table(rows).text())
      for row in rows where details {
        for count in row.failures {
          Terminal.note(
            "\(row.problem.id): \(count.failure.kind.rawValue): \(count.failure) (\(count.count) times)")
        }
      }
      var faults = unread
      for row in rows {
        faults += row.faults.prefix(Self.mostFaults)
        if row.faults.count > Self.mostFaults {
          faults.append("\(row.problem.file): and \(row.faults.count - Self.mostFaults) more faults")
        }
      }
      for fault in faults { Terminal.note(fault) }
      if !faults.isEmpty { throw ExitCode(1) }
    }
  }

  private func problem(_ file: String) throws(ProblemError) -> Problem {
    let bytes: [UInt8]
    do { bytes = try InputFile.bytes(file) } catch {
      throw .faults([LabFault(at: LabLocation(file: file, line: 1), "\(error)")])
    }
    return try Problem(parsing: bytes, file: file)
  }

  private func table(_ rows: [ProblemCheck.Row]) -> TextTable {
    let kinds = DrawFailure.Kind.allCases
    return TextTable(
      [
        .init("problem"), .init("type"), .init("archetype"), .init("built", .right),
        .init("distinct", .right),
      ]
        + kinds.map { .init($0.rawValue, .right) } + [.init("faults", .right)],
      rows: rows.map { row in
        [
          row.problem.id, row.problem.kind.rawValue, row.problem.archetype, String(row.built),
          String(row.distinct),
        ]
          + kinds.map { String(row.redraws[$0] ?? 0) } + [String(row.faults.count)]
      })
  }
}

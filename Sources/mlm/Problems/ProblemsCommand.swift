import ArgumentParser
import CommandSupport
import Glibc
import Labs
import ProblemSets

/// `mlm problems`: individual problem sets with computed keys.
struct ProblemsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "problems",
    abstract: "Problem sets: individual data, computed keys, mistakes with feedback.",
    subcommands: [
      ProblemsBuildCommand.self, ProblemsCheckCommand.self, ProblemsFindCommand.self,
      ProblemsGradeCommand.self, ProblemsExportCommand.self,
    ])
}

/// How many things are done at the same time.
struct ThreadOption: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Threads (default: all processors).", valueName: "N"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads is \(threads); from 1 to 1024 would work")
    }
  }

  /// The number of threads.
  var count: Int { threads ?? ThreadOption.processors }

  /// The processors of this machine.
  static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}

import ArgumentParser
import CommandSupport
import Labs

/// A subcommand that computes one result. It prints and writes nothing itself, so that a lab block and a terminal run the same code.
protocol ReportingCommand: ParsableCommand {
  /// What the command prints, notes, reports and writes.
  func result(in context: CommandContext) throws -> CommandResult
}

extension ReportingCommand {
  /// Runs the command for a terminal.
  func run() throws {
    try reportingErrors {
      let result = try result(in: CommandContext(language: .en, recordsEstimates: false))
      try FileWriting.write(result.files)
      if let echo = result.echo { Terminal.note(echo) }
      for note in result.notes { Terminal.note(note) }
      try Terminal.print(result.output)
      if result.wasStopped { throw ExitCode(StopRequest.exitCode) }
    }
  }
}

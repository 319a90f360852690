import ArgumentParser
import Glibc
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
    }
  }
}

/// Turns any error but a usage error into its text on standard error and exit code 1.
func reportingErrors(_ body: () throws -> Void) throws {
  // A reader that has had enough (`mlm … | head`) is told by writing, not by a signal.
  signal(SIGPIPE, SIG_IGN)
  do {
    try body()
  } catch let error as ValidationError {
    throw error
  } catch {
    Terminal.note("mlm: \(error)")
    throw ExitCode(1)
  }
}

/// The two streams of a terminal.
enum Terminal {
  /// Writes data to standard output.
  /// - Throws: `FileWritingError` if it cannot take them, e.g. because the disk behind it is full.
  static func print(_ text: String) throws(FileWritingError) {
    do throws(FileWritingError) { try write(text, to: 1) } catch {
      // A reader that has had enough (`mlm … | head`) is no failure.
      if errno != EPIPE { throw error }
    }
  }

  /// Writes a note to standard error; nothing can be done if that fails.
  static func note(_ text: String) { try? write(text + "\n", to: 2) }

  /// Writes to standard error as it is, for a line that changes.
  static func write(_ text: String) { try? write(text, to: 2) }

  private static func write(_ text: String, to descriptor: Int32) throws(FileWritingError) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBufferPointer {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw .failed(
          path: FileWritingError.standardOutput, action: "write", reason: String(cString: strerror(errno)))
      }
      start += count
    }
  }
}

import ArgumentParser
import Glibc

/// An error that ends the program with an exit code of its own.
package protocol ExitCoding: Error {
  /// The exit code (README: 1 data or model at fault, 3 incomplete, 4 conflict, 75 stopped early but saved).
  var exitCode: Int32 { get }
}

/// Turns any error but a usage error into its text on standard error and its exit code, 1 unless it has one of its own.
package func reportingErrors(_ body: () throws -> Void) throws {
  // A reader that has had enough (`mlm … | head`) is told by writing, not by a signal.
  signal(SIGPIPE, SIG_IGN)
  // A limit on the size of files is an error of writing as a full disk is.
  signal(SIGXFSZ, SIG_IGN)
  do {
    try body()
  } catch let error as ValidationError {
    throw error
  } catch let code as ExitCode {
    throw code
  } catch {
    Terminal.note("mlm: \(error)")
    throw ExitCode((error as? any ExitCoding)?.exitCode ?? 1)
  }
}

/// The two streams of a terminal.
package enum Terminal {
  /// Writes data to standard output.
  /// - Throws: `TerminalError` if it cannot take them, e.g. because the disk behind it is full.
  package static func print(_ text: String) throws(TerminalError) {
    do throws(TerminalError) { try write(text, to: 1) } catch {
      // A reader that has had enough (`mlm … | head`) is no failure.
      if errno != EPIPE { throw error }
    }
  }

  /// Writes a note to standard error; nothing can be done if that fails.
  package static func note(_ text: String) { try? write(text + "\n", to: 2) }

  /// Writes to standard error as it is, for a line that changes.
  package static func write(_ text: String) { try? write(text, to: 2) }

  private static func write(_ text: String, to descriptor: Int32) throws(TerminalError) {
    let bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBufferPointer {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw TerminalError(reason: String(cString: strerror(errno)))
      }
      start += count
    }
  }
}

/// Standard output that cannot take the data, e.g. because the disk behind it is full.
package struct TerminalError: Error, Equatable, CustomStringConvertible {
  let reason: String
  package var description: String { "cannot write to standard output: \(reason)" }
}

import Glibc
import Labs

/// Reading whole files and standard input.
enum InputFile {
  /// The bytes of a file.
  /// - Throws: `InputFileError` with the system's reason.
  static func bytes(_ path: String) throws(InputFileError) -> [UInt8] {
    let context = CommandContext(language: .en)
    do throws(LabFileError) { return try context.read(path) } catch {
      throw InputFileError(message: "\(error)")
    }
  }

  /// All of standard input.
  static func standardInput() throws(InputFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(0, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw InputFileError(message: "cannot read standard input: \(String(cString: strerror(errno)))")
      }
      bytes += chunk[..<count]
    }
  }
}

/// Why a file could not be read.
struct InputFileError: Error, Equatable, CustomStringConvertible {
  let message: String
  var description: String { message }
}

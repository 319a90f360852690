import Glibc

/// The bytes of a file on disk.
/// - Parameter onlyRegular: refuses devices and pipes, whose bytes are not the same when read again.
/// - Throws: `LabFileError.unreadable` with the system's reason.
package func readFile(_ path: String, onlyRegular: Bool = false) throws(LabFileError) -> [UInt8] {
  var facts = stat()
  if onlyRegular, stat(path, &facts) == 0, ![S_IFREG, S_IFDIR].contains(facts.st_mode & S_IFMT) {
    throw .unreadable(path: path, reason: "a lab reads files, not devices or pipes", written: [])
  }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw unreadable(path) }
  defer { close(descriptor) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0 {
      if errno == EINTR { continue }
      throw unreadable(path)
    }
    if count == 0 { return bytes }
    bytes += chunk[..<count]
  }
}

private func unreadable(_ path: String) -> LabFileError {
  .unreadable(path: path, reason: systemMessage(errno), written: [])
}

/// The system's words for an error number.
package func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }

import Glibc

/// Files of a study's folder: read whole, written whole.
///
/// A file appears under its name only when it is complete and on disk: written beside it as `NAME.part`, flushed, renamed, the folder flushed. Folders are
/// listed, never asked for a name: network file systems remember for a while that a name was not there.
package enum StudyFolder {
  /// Names in a folder, sorted.
  package static func names(in folder: String) throws(StoreError) -> [String] {
    guard let handle = opendir(folder) else { throw failure(folder, "list") }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Makes a folder where there is none.
  package static func make(_ folder: String) throws(StoreError) {
    var made = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      made += (made.isEmpty || made.hasSuffix("/") ? "" : "/") + part
      if mkdir(made, 0o777) != 0 && errno != EEXIST { throw failure(made, "make the folder") }
    }
  }

  /// The bytes of a file.
  package static func read(_ path: String) throws(StoreError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "read") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "read") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Some bytes of a file.
  package static func read(_ path: String, _ range: Range<Int>) throws(StoreError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "read") }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: range.count)
    var done = 0
    while done < range.count {
      let count = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress! + done, range.count - done, range.lowerBound + done)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "read") }
      if count == 0 { throw .damaged(path: path, what: "it is shorter than a moment ago") }
      done += count
    }
    return bytes
  }

  /// Writes a file whole: others see the old one or the new one, also after a crash.
  package static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
    let part = path + "." + randomName() + ".part"
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure(part, "write") }
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        let error = failure(part, "write")
        close(descriptor)
        unlink(part)
        throw error
      }
      start += count
    }
    guard fsync(descriptor) == 0, close(descriptor) == 0, rename(part, path) == 0 else {
      let error = failure(path, "write")
      unlink(part)
      throw error
    }
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    let handle = open(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder, O_RDONLY | O_CLOEXEC)
    if handle >= 0 {
      fsync(handle)
      close(handle)
    }
  }

  /// Sixteen hexadecimal digits that no other process has: process numbers repeat between machines.
  package static func randomName() -> String {
    var generator = SystemRandomNumberGenerator()
    let digits = String(generator.next(), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func failure(_ path: String, _ action: String) -> StoreError {
    .file(path: path, action: action, reason: String(cString: strerror(errno)))
  }
}

extension StudyFolder {
  /// Has a file made under another name beside its place and gives it its own when it is complete.
  package static func replace(
    _ path: String, _ make: (String) throws(StoreError) -> Void
  ) throws(StoreError) {
    let part = path + "." + randomName() + ".part"
    do {
      try make(part)
    } catch {
      unlink(part)
      throw error
    }
    guard rename(part, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(part)
      throw .file(path: path, action: "write", reason: reason)
    }
  }
}

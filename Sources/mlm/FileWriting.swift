import Glibc
import Labs

/// Writes files so that nobody ever sees half of one: each goes to a temporary name in its folder and is
/// renamed when all are complete. Devices and pipes are written as they are; a symbolic link stays one, its file is
/// replaced; a replaced file's permissions stay.
enum FileWriting {
  /// Writes files; no file is replaced before all of them are complete beside their places.
  /// - Parameters:
  ///   - folder: where relative paths begin.
  ///   - makingFolders: makes missing folders; otherwise a path into one is an error, so that a slip shows.
  ///   - onlyIfChanged: leaves a file alone that has these bytes already, so that its time does not change.
  /// - Throws: `FileWritingError` with path, action and the system's reason.
  static func write(
    _ files: [OutputFile], into folder: String = "", makingFolders: Bool = false, onlyIfChanged: Bool = false
  ) throws(FileWritingError) {
    var named: Set<String> = []
    func placed(_ file: OutputFile) -> String {
      folder.isEmpty || file.path.hasPrefix("/") ? file.path : folder + "/" + file.path
    }
    for file in files where !named.insert(place(of: placed(file))).inserted { throw .twice(file.path) }
    var waiting: [(temporary: String, final: String)] = []
    do throws(FileWritingError) {
      for file in files {
        let path = linkTarget(placed(file)) ?? placed(file)
        if let failure = file.failure {
          throw FileWritingError.failed(path: path, action: "write", reason: "\(failure)")
        }
        if onlyIfChanged, (try? InputFile.bytes(path)) == file.bytes { continue }
        if isDevice(path) {
          try writeBytes(file.bytes, to: path, shown: path)
          continue
        }
        try checkFolder(of: path, making: makingFolders)
        if access(path, F_OK) == 0, access(path, W_OK) != 0 {
          throw FileWritingError.failed(path: path, action: "write", reason: reason)
        }
        let temporary = path + ".writing-\(getpid())"
        waiting.append((temporary, path))
        try writeBytes(file.bytes, to: temporary, shown: path)
        var facts = stat()
        if stat(path, &facts) == 0 { chmod(temporary, facts.st_mode & 0o7777) }
      }
      for (temporary, path) in waiting where rename(temporary, path) != 0 {
        throw .failed(path: path, action: "write", reason: reason)
      }
    } catch {
      for (temporary, _) in waiting { unlink(temporary) }
      throw error
    }
  }

  /// What a path names, however it is spelt: the folder as the system knows it, and the name in it.
  private static func place(of path: String) -> String {
    if let resolved = realpath(path, nil) {
      defer { free(resolved) }
      return String(cString: resolved)
    }
    let parts = path.split(separator: "/").filter { $0 != "." }
    let folder = (path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
    guard let resolved = realpath(folder.isEmpty ? "." : folder, nil) else {
      return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
    defer { free(resolved) }
    return String(cString: resolved) + "/" + (parts.last ?? "")
  }

  /// Whether two paths name one file that would be replaced.
  static func isSameFile(_ a: String, _ b: String) -> Bool { !isDevice(a) && place(of: a) == place(of: b) }

  /// The file behind a symbolic link; nil where none stands at the path.
  private static func linkTarget(_ path: String) -> String? {
    var facts = stat()
    guard !path.hasPrefix("/dev/"), lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK,
      let resolved = realpath(path, nil)
    else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Whether something stands at the path that is no file to be replaced: a device, a pipe, or one of the process's own streams.
  private static func isDevice(_ path: String) -> Bool {
    if path.hasPrefix("/dev/") { return true }
    var facts = stat()
    guard stat(path, &facts) == 0 else { return false }
    let kind = facts.st_mode & S_IFMT
    return kind == S_IFCHR || kind == S_IFBLK || kind == S_IFIFO
  }

  private static var reason: String { String(cString: strerror(errno)) }

  private static func writeBytes(_ bytes: [UInt8], to path: String, shown: String) throws(FileWritingError) {
    guard let file = fopen(path, "wb") else { throw .failed(path: shown, action: "write", reason: reason) }
    let complete = fwrite(bytes, 1, bytes.count, file) == bytes.count && fflush(file) == 0
    let failure = reason
    if fclose(file) != 0 || !complete {
      throw .failed(path: shown, action: "write", reason: complete ? reason : failure)
    }
  }

  /// Sees to it that the folder of a path is there, and that no folder stands at the path itself.
  private static func checkFolder(of path: String, making: Bool) throws(FileWritingError) {
    var facts = stat()
    if path.hasSuffix("/") || stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR {
      throw .isFolder(path)
    }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true).dropLast()
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in parts {
      prefix += (prefix.isEmpty || prefix == "/" ? "" : "/") + part
      if stat(prefix, &facts) == 0 { continue }
      guard making else { throw .noFolder(prefix, for: path) }
      if mkdir(prefix, 0o777) != 0, errno != EEXIST {
        throw .failed(path: prefix, action: "make the folder", reason: reason)
      }
    }
  }
}

/// Why a file could not be written.
enum FileWritingError: Error, Equatable, CustomStringConvertible {
  case failed(path: String, action: String, reason: String)
  case twice(String)
  case isFolder(String)
  case noFolder(String, for: String)

  var description: String {
    switch self {
    case .failed(let path, let action, let reason):
      "cannot \(action) '\(path)': \(reason)"
    case .twice(let path): "two outputs are to go to '\(path)'; nothing was written"
    case .isFolder(let path): "cannot write '\(path)': this is a folder; a file name is needed"
    case .noFolder(let folder, let path):
      "cannot write '\(path)': there is no folder '\(folder)'; make it first"
    }
  }
}

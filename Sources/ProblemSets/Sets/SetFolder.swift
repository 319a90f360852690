import Glibc
import Labs

/// Writing many files so that nobody sees a half of one: all go into a folder beside their places and are moved when all are there.
struct SetFolder {
  /// The folder for everything.
  let path: String
  /// Where files stand until all are written.
  var staging: String { path + "/.building" }

  /// Makes the folder and an empty staging folder in it.
  func prepare() throws(SetFolderError) {
    try SetFolder.make(path)
    SetFolder.remove(staging)
    try SetFolder.make(staging)
  }

  /// Writes a file below the staging folder; its folders are made.
  func write(_ bytes: [UInt8], to name: String) throws(SetFolderError) {
    let place = staging + "/" + name
    if let slash = place.lastIndex(of: "/") { try SetFolder.make(String(place[..<slash])) }
    let file = try SetFileWriter(place)
    try file.write(bytes)
    try file.close()
  }

  /// Takes a file back that was written below the staging folder.
  func withdraw(_ name: String) { unlink(staging + "/" + name) }

  /// Moves everything into its place; files of other names stay, and what a file replaces is kept if it is
  /// another.
  /// - Parameter kept: where a replaced file goes, relative to the folder; nil where it is kept already.
  /// - Returns: the names of files that were replaced by others, in order.
  func finish(keepingReplaced kept: (_ name: String) -> String?) throws(SetFolderError) -> [String] {
    var replaced: [String] = []
    for name in SetFolder.files(below: staging) {
      let target = path + "/" + name
      if let old = try? readFile(target), old != (try? readFile(staging + "/" + name)) {
        replaced.append(name)
        if let place = kept(name) { try SetFolder.move(target, to: path + "/" + place) }
      }
      try SetFolder.move(staging + "/" + name, to: target)
    }
    SetFolder.remove(staging)
    return replaced
  }

  /// Moves a file; the folders of its place are made.
  static func move(_ file: String, to target: String) throws(SetFolderError) {
    if let slash = target.lastIndex(of: "/") { try make(String(target[..<slash])) }
    if rename(file, target) != 0 { throw .failed(target, systemMessage(errno)) }
  }

  /// Leaves nothing behind of what was not finished.
  func abandon() { SetFolder.remove(staging) }

  /// Makes a folder and those above it.
  static func make(_ path: String) throws(SetFolderError) {
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += (prefix.isEmpty || prefix == "/" ? "" : "/") + part
      if mkdir(prefix, 0o777) == 0 || errno == EEXIST { continue }
      throw .failed(prefix, systemMessage(errno))
    }
    var facts = stat()
    if stat(path, &facts) != 0 || facts.st_mode & S_IFMT != S_IFDIR { throw .failed(path, "it is no folder") }
  }

  /// The names in a folder, sorted by bytes.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  /// All files below a folder, relative to it.
  static func files(below path: String) -> [String] {
    names(in: path).flatMap { name in
      isFolder(path + "/" + name) ? files(below: path + "/" + name).map { name + "/" + $0 } : [name]
    }
  }

  /// Removes a folder with all that is in it; links are removed, not followed.
  static func remove(_ path: String) {
    guard isFolder(path) else { return }
    for name in names(in: path) {
      let inner = path + "/" + name
      if isFolder(inner) { remove(inner) } else { unlink(inner) }
    }
    rmdir(path)
  }
}

/// Why a folder could not be written.
public enum SetFolderError: Error, Equatable, Sendable, CustomStringConvertible {
  case failed(String, String)
  /// What is there was made with another course key, or for another set.
  case otherKey(String, String)

  /// The fault in words.
  public var description: String {
    switch self {
    case .failed(let path, let reason): "cannot write '\(path)': \(reason)"
    case .otherKey(_, let message): message
    }
  }
}

/// A file that is written part by part.
///
/// Not `Sendable`: one thread writes at a time.
final class SetFileWriter {
  private let path: String
  private var file: UnsafeMutablePointer<FILE>?

  init(_ path: String) throws(SetFolderError) {
    self.path = path
    file = fopen(path, "wb")
    if file == nil { throw .failed(path, systemMessage(errno)) }
  }

  deinit { if let file { fclose(file) } }

  func write(_ bytes: [UInt8]) throws(SetFolderError) {
    if let file, fwrite(bytes, 1, bytes.count, file) != bytes.count {
      throw .failed(path, systemMessage(errno))
    }
  }

  func write(_ text: String) throws(SetFolderError) { try write(Array(text.utf8)) }

  func close() throws(SetFolderError) {
    guard let file else { return }
    self.file = nil
    if fclose(file) != 0 { throw .failed(path, systemMessage(errno)) }
  }
}

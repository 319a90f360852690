import Glibc
import Labs

/// Writes a folder so that nobody ever sees half of it: it is made beside its place and renamed when it is
/// complete.
enum FolderWriting {
  /// Writes files into a new folder.
  /// - Parameters:
  ///   - files: paths below the folder.
  ///   - folder: where it is to stand; no folder with anything in it may stand there.
  ///   - replacing: puts a folder that stands there aside, as `FOLDER.previous`.
  /// - Throws: `FileWritingError` or `FolderWritingError`; nothing is left behind.
  static func write(_ files: [OutputFile], to folder: String, replacing: Bool) throws {
    var place = folder
    while place.count > 1, place.hasSuffix("/") { place.removeLast() }
    let previous = place + ".previous"
    var facts = stat()
    let exists = lstat(place, &facts) == 0
    if exists, stat(place, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR {
      throw FolderWritingError.isFile(place)
    }
    let isFilled = exists && !isEmpty(place)
    if isFilled {
      guard replacing else { throw FolderWritingError.isFilled(place) }
      if lstat(previous, &facts) == 0 { throw FolderWritingError.previousStands(previous) }
    }
    let temporary = place + ".writing-\(getpid())"
    do {
      try FileWriting.write(files, into: temporary, makingFolders: true)
      if isFilled, rename(place, previous) != 0 { throw FolderWritingError.failed(place, reason) }
      if rename(temporary, place) != 0 {
        let why = reason
        if isFilled { rename(previous, place) }
        throw FolderWritingError.failed(place, why)
      }
    } catch {
      remove(files, below: temporary)
      throw error
    }
  }

  private static var reason: String { String(cString: strerror(errno)) }

  private static func isEmpty(_ folder: String) -> Bool {
    guard let stream = opendir(folder) else { return false }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    return count <= 2
  }

  /// Removes what was written, and the folders that held it.
  private static func remove(_ files: [OutputFile], below folder: String) {
    var folders: Set<String> = []
    for file in files {
      unlink(folder + "/" + file.path)
      var parts = file.path.split(separator: "/").dropLast()
      while !parts.isEmpty {
        folders.insert(parts.joined(separator: "/"))
        parts = parts.dropLast()
      }
    }
    for inner in folders.sorted(by: { $0.utf8.count > $1.utf8.count }) { rmdir(folder + "/" + inner) }
    rmdir(folder)
  }
}

/// Why a folder could not be written.
enum FolderWritingError: Error, Equatable, CustomStringConvertible {
  case isFile(String)
  case isFilled(String)
  case previousStands(String)
  case failed(String, String)

  var description: String {
    switch self {
    case .isFile(let path): "cannot write the folder '\(path)': a file stands there"
    case .isFilled(let path):
      "the folder '\(path)' is not empty; name another one, or --replace puts it aside as '\(path).previous'"
    case .previousStands(let path): "'\(path)' stands there already and is kept; move it away first"
    case .failed(let path, let reason): "cannot write the folder '\(path)': \(reason)"
    }
  }
}

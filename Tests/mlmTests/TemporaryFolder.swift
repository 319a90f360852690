import Foundation

/// A folder for a test's files, which is gone when the test is done with it.
struct TemporaryFolder {
  let path: String

  /// Runs a step with a new folder and removes it afterwards, whatever happened.
  static func use<Result>(_ body: (TemporaryFolder) throws -> Result) throws -> Result {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("mlm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    return try body(TemporaryFolder(path: place.path))
  }

  /// Writes a text and returns its path.
  func file(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }
}

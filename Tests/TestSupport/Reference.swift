import Foundation

/// The recorded results of R under `Tests/Reference`.
public enum Reference {
  /// The folder of recorded results, found from this file's place in the tree.
  public static let directory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Reference")

  /// The JSON document at a path below `Tests/Reference`.
  public static func json(_ path: String) throws -> JSON {
    try JSON(parsing: Data(contentsOf: directory.appendingPathComponent(path)))
  }

  /// The bytes of a file below `Tests/Reference`.
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: directory.appendingPathComponent(path)))
  }

  /// The text of a file below `Tests/Reference`.
  public static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }
}

import Foundation
import Testing

@testable import Labs
@testable import mlm

@Suite("Writing files")
struct FileWritingTests {
  /// A folder that goes when the body ends.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("mlm-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("one file under two spellings is refused, and its old content stays")
  func twoSpellings() throws {
    try inFolder { folder in
      try "old".write(toFile: folder + "/a.csv", atomically: false, encoding: .utf8)
      for (first, second) in [("a.csv", "./a.csv"), ("a.csv", "sub/../a.csv"), ("new.csv", ".//new.csv")] {
        try? FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
        let files = [
          OutputFile(path: folder + "/" + first, bytes: [1]),
          OutputFile(path: folder + "/" + second, bytes: [2]),
        ]
        #expect(throws: FileWritingError.twice(folder + "/" + second)) { try FileWriting.write(files) }
      }
      #expect(text(folder + "/a.csv") == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.csv", "sub"])
    }
  }

  @Test("a symbolic link stays one and permissions stay; a failing file leaves the others alone")
  func linksAndPermissions() throws {
    try inFolder { folder in
      let manager = FileManager.default
      let (target, link) = (folder + "/target", folder + "/link")
      try "old".write(toFile: target, atomically: false, encoding: .utf8)
      try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: target)
      try manager.createSymbolicLink(atPath: link, withDestinationPath: target)
      try FileWriting.write([OutputFile(path: link, bytes: Array("new".utf8))])
      #expect(text(target) == "new")
      #expect(try manager.destinationOfSymbolicLink(atPath: link) == target)
      #expect(try manager.attributesOfItem(atPath: target)[.posixPermissions] as? Int == 0o600)

      let files = [
        OutputFile(path: target, bytes: [1]), OutputFile(path: folder + "/nowhere/x", bytes: [2]),
      ]
      #expect(throws: FileWritingError.noFolder(folder + "/nowhere", for: folder + "/nowhere/x")) {
        try FileWriting.write(files)
      }
      #expect(text(target) == "new")
      #expect(try manager.contentsOfDirectory(atPath: folder).sorted() == ["link", "target"])
    }
  }
}

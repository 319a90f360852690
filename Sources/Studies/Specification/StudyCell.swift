import Crypto

/// One scenario of a study: the design with some of its parameters set.
public struct StudyCell: Sendable, Equatable {
  /// The number in the grid, from 1.
  public let number: Int
  /// What is set, in the order of the grid's axes, values as they were written.
  public let settings: [Setting]
  /// Hash of all the design's named parameters and of what is set: 16 hexadecimal digits. It names the cell in files and, with the study's
  /// seed, gives its random numbers; neither depends on the other cells of the grid.
  public let identifier: String

  /// One parameter's value.
  public struct Setting: Sendable, Equatable {
    /// A named parameter of the design or a path into it.
    public let name: String
    /// The value as text.
    public let value: String
  }

  /// - Parameters:
  ///   - number: in the grid, from 1.
  ///   - settings: what the grid sets.
  ///   - defaults: named parameters of the design with the values they have where nothing is set.
  init(number: Int, settings: [Setting], defaults: [Setting]) {
    self.number = number
    self.settings = settings
    var all = settings
    for parameter in defaults where !settings.contains(where: { $0.name == parameter.name }) {
      all.append(parameter)
    }
    all.sort { $0.name < $1.name }
    identifier = String(Digest.hex(["cell"] + all.map { "\($0.name)=\($0.value)" }).prefix(16))
  }

  /// The key of the cell's random streams in a study of a seed.
  func streamKey(seed: UInt64) -> UInt64 {
    UInt64(Digest.hex(["stream", String(seed), identifier]).prefix(16), radix: 16)!
  }

  /// "J = 10, n = 5"; the design as it stands for a study without grid.
  public var label: String {
    settings.isEmpty
      ? "the design" : settings.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
  }
}

/// SHA-256 of texts.
enum Digest {
  /// 64 hexadecimal digits of some lines.
  static func hex(_ lines: [String]) -> String { hex(Array(lines.joined(separator: "\n").utf8)) }

  /// 64 hexadecimal digits of bytes.
  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    var text = ""
    for byte in SHA256.hash(data: bytes) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }
}

import Labs
import Tables

/// An id as the name of a folder or file: ASCII letters, digits, `-`, `_`, and points that come neither first nor last stay; every other byte of its
/// UTF-8 becomes `%` and two digits, so that different ids have different folders and the id can be read back. So does the first letter of
/// names that Windows keeps for devices.
public struct FolderName: Sendable, Equatable {
  /// The name.
  public let text: String

  /// The name for an id.
  /// - Parameter escapesCapitals: writes capital letters as `%` and two digits too, so that `ab` and `AB`
  ///   have different folders where capitals do not count.
  public init(_ id: String, escapesCapitals: Bool = false) {
    var text = ""
    let last = id.utf8.count - 1
    let isDevice = FolderName.devices.contains(String(id.uppercased().prefix { $0 != "." }))
    for (i, byte) in id.utf8.enumerated() {
      let c = Character(UnicodeScalar(byte))
      let isPlain = c.isLetter || c.isNumber || c == "-" || c == "_" || (c == "." && i > 0 && i < last)
      if byte < 0x80, isPlain, !(isDevice && i == 0), !(escapesCapitals && c.isUppercase) {
        text.append(c)
      } else {
        text += "%" + hexadecimal([byte]).uppercased()
      }
    }
    self.text = text
  }

  /// Names for ids that all computers can tell apart: where names differ in capitals only, the capitals are escaped.
  public static func all(of ids: [String]) -> [String] {
    let byName = Dictionary(grouping: ids) { FolderName($0).text.lowercased() }
    return ids.map { id in
      let plain = FolderName(id).text
      return byName[plain.lowercased()]!.count > 1 ? FolderName(id, escapesCapitals: true).text : plain
    }
  }

  private static let devices: Set<String> = {
    let numbered = (1...9).flatMap { ["COM\($0)", "LPT\($0)"] }
    return Set(["CON", "PRN", "AUX", "NUL"] + numbered)
  }()

  /// The id behind a folder's name; nil where it is none.
  public static func id(of text: String) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest.removeFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}

import TestSupport
import Testing

/// Which numbers of a printed page have been compared with something.
final class ComparedNumbers {
  fileprivate var paths: Set<String> = []
}

/// A part of the chapter's printed output, every leaf of which is the text that was printed.
///
/// Reading a text for its name or order leaves no trace; only `compare` and what is built on it do, so that
/// `expectAllCompared` finds each printed number that no test looked at.
struct PrintedPart {
  let json: JSON
  private let path: String
  private let compared: ComparedNumbers

  /// A whole page.
  init(_ json: JSON) {
    self.init(json: json, path: "", compared: ComparedNumbers())
  }

  private init(json: JSON, path: String, compared: ComparedNumbers) {
    self.json = json
    self.path = path
    self.compared = compared
  }

  subscript(key: String) -> PrintedPart {
    PrintedPart(json: json[key], path: path + "." + key, compared: compared)
  }
  /// The elements of an array.
  var items: [PrintedPart] {
    json.array.enumerated().map {
      PrintedPart(json: $1, path: path + "[\($0)]", compared: compared)
    }
  }
  /// The members of an object, by name.
  var members: [String: PrintedPart] {
    Dictionary(uniqueKeysWithValues: json.object.keys.map { ($0, self[$0]) })
  }
  var isPrinted: Bool { !json.isNull }

  /// The printed text; what is asked for must be there.
  var text: String {
    guard let text = json.string else {
      Issue.record("nothing was printed at \(path)")
      return ""
    }
    return text
  }

  /// The printed text, to be compared with a result.
  func compare() -> String {
    compared.paths.insert(path)
    return text
  }

  /// Expects that a value rounds to the printed number: half a unit of its last digit, and a hair for ties.
  func expect(_ value: Double, _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
    let number = compare()
    let parts = number.split(separator: "e")
    guard let expected = Double(number), let mantissa = parts.first else {
      Issue.record("\(path): '\(number)' is no number", sourceLocation: sourceLocation)
      return
    }
    let decimals =
      mantissa.firstIndex(of: ".").map { mantissa.distance(from: $0, to: mantissa.endIndex) - 1 } ?? 0
    var unit = 1.0
    for _ in 0..<decimals { unit /= 10 }
    if parts.count > 1 {
      let power = Int(parts[1])!
      for _ in 0..<abs(power) { unit = power < 0 ? unit / 10 : unit * 10 }
    }
    expectClose(
      value, expected, relative: 1e-12, absolute: 0.5 * unit * (1 + 1e-9), "\(path) \(label)",
      sourceLocation: sourceLocation)
  }

  /// Expects a count, or a constant as written in a program.
  func expectExactly(_ value: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(Double(compare()) == value, "\(path)", sourceLocation: sourceLocation)
  }

  /// Expects that every number of this part has been compared, and returns how many there are.
  @discardableResult
  func expectAllCompared(sourceLocation: SourceLocation = #_sourceLocation) -> Int {
    var count = 0
    var missed: [String] = []
    func walk(_ part: PrintedPart) {
      switch part.json {
      case .object: for member in part.members.values { walk(member) }
      case .array: for item in part.items { walk(item) }
      case .string(let text):
        guard Double(text) != nil else { return }
        count += 1
        if !compared.paths.contains(part.path) { missed.append(part.path) }
      default: missed.append(part.path)
      }
    }
    walk(self)
    #expect(missed.isEmpty, "not compared: \(missed.sorted())", sourceLocation: sourceLocation)
    return count
  }
}

import Glibc
import Tables

/// A phrase with values in it. The phrases of several cells that differ in values only become one that names all of them, so that a report
/// tells what a grid sets and not what its first cell has.
///
/// In a literal, numbers and `value:` are values; texts are words:
///
/// ```swift
/// let phrase: DesignPhrase = "normal with mean \(law.mean) and SD \(law.sd)"
/// ```
struct DesignPhrase: Equatable, ExpressibleByStringInterpolation {
  /// Words and values in turn: `values[k]` stands before `words[k + 1]`.
  private(set) var words = [""]
  private(set) var values: [String] = []

  init(stringLiteral text: String) { words = [text] }
  init(_ text: String) { words = [text] }
  init(stringInterpolation built: StringInterpolation) { self = built.phrase }

  /// Collects the parts of a literal.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var phrase = DesignPhrase("")
    init(literalCapacity: Int, interpolationCount: Int) {}
    mutating func appendLiteral(_ text: String) { phrase.words[phrase.words.count - 1] += text }
    mutating func appendInterpolation(_ text: String) { appendLiteral(text) }
    mutating func appendInterpolation(value: String) {
      phrase.values.append(value)
      phrase.words.append("")
    }
    mutating func appendInterpolation(_ number: Int) { appendInterpolation(value: String(number)) }
    mutating func appendInterpolation(_ number: Double) {
      appendInterpolation(value: DesignPhrase.text(of: number))
    }
    mutating func appendInterpolation(_ other: DesignPhrase) {
      appendLiteral(other.words[0])
      for (value, text) in zip(other.values, other.words.dropFirst()) {
        appendInterpolation(value: value)
        appendLiteral(text)
      }
    }
  }

  /// The phrase as it stands.
  var text: String { words[0] + zip(values, words.dropFirst()).map { $0 + $1 }.joined() }

  /// A number with seven significant digits at most: more are rounding of arithmetic in the study's file.
  static func text(of number: Double) -> String {
    guard number != 0, abs(number) < 1e7, number.isFinite else { return shortestText(number) }
    let scale = pow(10, 6 - log10(abs(number)).rounded(.down))
    guard scale.isFinite else { return shortestText(number) }
    return shortestText((number * scale).rounded() / scale)
  }

  /// The phrases of several cells as one: values that differ are listed, and so are phrases of other words.
  static func over(_ phrases: [DesignPhrase], _ words: StudyWords) -> String {
    var kinds: [[DesignPhrase]] = []
    for phrase in phrases {
      if let k = kinds.firstIndex(where: { $0[0].words == phrase.words }) {
        kinds[k].append(phrase)
      } else {
        kinds.append([phrase])
      }
    }
    let texts = kinds.map { own in
      zip(own[0].values.indices, own[0].words.dropFirst()).reduce(own[0].words[0]) { text, next in
        let values = distinct(own.map { $0.values[next.0] })
        let isSet = values.count > 1 && kinds.count == 1
        // No blank follows a full-width parenthesis.
        let rest = isSet && words.language == .zh && next.1.first == " " ? next.1.dropFirst() : next.1[...]
        return text + words.alternatives(values, isSet: isSet) + rest
      }
    }
    return texts.count <= 1
      ? texts.first ?? "" : texts.joined(separator: words.either("; or ", "；或 ")) + words.bySetting
  }

  /// Each text once, in order.
  static func distinct(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return texts.filter { seen.insert($0).inserted }
  }
}

extension StudyWords {
  /// Said of what differs between cells.
  var bySetting: String { either(" (as the grid sets)", "（由网格设定）") }

  /// "0, 0.4 or 0.8 (as the grid sets)"; of many the first and the last.
  func alternatives(_ values: [String], isSet: Bool) -> String {
    guard values.count > 1, let last = values.last else { return values.first ?? "" }
    let first = values.count <= 8 ? Array(values.dropLast()) : Array(values.prefix(4)) + ["…"]
    return first.joined(separator: either(", ", "、")) + either(" or ", " 或 ") + last
      + (isSet ? bySetting : "")
  }
}

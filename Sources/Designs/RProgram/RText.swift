import ModelFormula
import Tables

/// Pieces of R's language.
enum RText {
  /// A number.
  static func number(_ x: Double) -> String { shortestText(x) }

  /// A vector of numbers, or the only one.
  static func vector(_ x: [Double]) -> String {
    x.count == 1 ? number(x[0]) : "c(" + x.map(number).joined(separator: ", ") + ")"
  }

  /// A text in quotation marks.
  static func quoted(_ text: String) -> String {
    var out = "\""
    for c in text {
      switch c {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default: out.append(c)
      }
    }
    return out + "\""
  }

  /// A vector of texts.
  static func vector(_ x: [String]) -> String { "c(" + x.map(quoted).joined(separator: ", ") + ")" }

  /// A matrix from its rows.
  static func matrix(_ rows: [[Double]]) -> String {
    "rbind(" + rows.map { "c(" + $0.map(number).joined(separator: ", ") + ")" }.joined(separator: ", ") + ")"
  }

  /// An element of a list by its name.
  static func member(_ list: String, _ name: String) -> String {
    FormulaExpression.quotedIfNeeded(name) == name ? "\(list)$\(name)" : "\(list)[[\(quoted(name))]]"
  }

  /// A sum, with the sign of the second number.
  static func affine(_ mean: Double, _ sd: Double, _ z: String) -> String {
    let scaled = sd == 1 ? z : "\(number(sd)) * \(z)"
    return mean == 0 ? scaled : "\(number(mean)) + \(scaled)"
  }
}

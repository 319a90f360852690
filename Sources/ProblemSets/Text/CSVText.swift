/// Rows of text as CSV (RFC 4180, UTF-8, line feeds), where every field keeps its spelling: ids such as `007`
/// stay as they are.
///
/// A text that a spreadsheet would take for a formula (`=cmd|x!A0`, `@name`, `+1 kg`) gets an apostrophe
/// before it, which spreadsheets do not show; numbers stay as they are.
public enum CSVText {
  /// One row with its line end.
  public static func line(_ fields: [String]) -> String {
    if fields.count == 1, fields[0].isEmpty { return "\"\"\n" }
    return fields.map(field).joined(separator: ",") + "\n"
  }

  /// The text with an apostrophe before it where a spreadsheet would calculate it.
  static func guarded(_ text: String) -> String {
    isFormula(String(text.drop { $0 == "'" })) ? "'" + text : text
  }

  /// The text as it was before `guarded`.
  static func unguarded(_ text: String) -> String {
    text.hasPrefix("'") && isFormula(String(text.drop { $0 == "'" })) ? String(text.dropFirst()) : text
  }

  /// Whether a spreadsheet would calculate a text: it begins with `= + - @` or a control character and is no
  /// number.
  private static func isFormula(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else {
      return false
    }
    return Double(text) == nil
  }

  /// A field, in quotes where it needs them.
  private static func field(_ plain: String) -> String {
    let text = guarded(plain)
    let utf8 = text.utf8
    let needsQuotes =
      utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D } || utf8.first == 0x20
      || utf8.last == 0x20 || text.unicodeScalars.first == "\u{FEFF}"
    guard needsQuotes else { return text }
    var out = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { out += "\"" }
      out.unicodeScalars.append(scalar)
    }
    return out + "\""
  }
}

/// Rows of text as CSV (RFC 4180, UTF-8, line feeds), where every field keeps its spelling: ids such as `007`
/// stay as they are.
public enum CSVText {
  /// One row with its line end.
  public static func line(_ fields: [String]) -> String {
    if fields.count == 1, fields[0].isEmpty { return "\"\"\n" }
    return fields.map(field).joined(separator: ",") + "\n"
  }

  /// A field, in quotes where it needs them.
  private static func field(_ text: String) -> String {
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

/// Marks in pandoc's HTML what screen readers and styles need to know and pandoc does not say: which header cell heads a
/// column, and which cells head a row (the texts at its left end; in a table of words the first).
///
/// It reads pandoc's own layout, one cell a line; whatever else a line holds stays as it is.
struct TableHeads {
  /// The HTML with `scope` on its header cells.
  let html: String

  init(in html: String) {
    var lines = html.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var isInBody = false
    var row: [Int] = []
    for (i, line) in lines.enumerated() where line.hasPrefix("<t") || line.hasPrefix("</t") {
      if line.hasPrefix("<tbody") {
        isInBody = true
      } else if line.hasPrefix("</tbody") {
        isInBody = false
      } else if line.hasPrefix("<th>") || line.hasPrefix("<th ") {
        lines[i] = "<th scope=\"col\"" + line.dropFirst(3)
      } else if line.hasPrefix("<td") {
        row.append(i)
      } else if line.hasPrefix("</tr") {
        if isInBody { TableHeads.markHeads(of: row, in: &lines) }
        row = []
      }
    }
    self.html = lines.joined(separator: "\n")
  }

  private static func markHeads(of row: [Int], in lines: inout [String]) {
    let heads = row.prefix { isText(lines[$0]) }
    for i in heads.count == row.count ? heads.prefix(1) : heads {
      lines[i] = "<th scope=\"row\"" + lines[i].dropFirst(3).dropLast(5) + "</th>"
    }
  }

  /// Whether a line is a whole cell with a text at its left.
  private static func isText(_ line: String) -> Bool {
    guard line.hasSuffix("</td>") else { return false }
    return ["<td>", "<td style=\"text-align: left;\">"].contains {
      line.hasPrefix($0) && line.count > $0.count + "</td>".count
    }
  }
}

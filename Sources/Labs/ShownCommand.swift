/// A block's commands as readers see them: lines that are too long are continued by a backslash before an option, so that they fit the
/// page and can still be copied.
struct ShownCommand {
  /// The lines.
  let lines: [String]

  /// - Parameter width: how many characters a line may have.
  init(_ body: [String], width: Int = 80) {
    var lines: [String] = []
    var quote: Character?
    for line in body {
      let wasQuoted = quote != nil
      let words = ShownCommand.words(line, quote: &quote)
      if line.count <= width || wasQuoted || quote != nil || words.first != "mlm" || line.hasSuffix("\\") {
        lines.append(line)
        continue
      }
      // An option and its values stay together; so do `mlm`, its subcommand and the plain words behind them.
      var groups: [String] = []
      for (i, word) in words.enumerated() {
        let isQuoted = word.hasPrefix("'") || word.hasPrefix("\"")
        if i == 0 || word.hasPrefix("-") || (isQuoted && !words[i - 1].hasPrefix("-")) {
          groups.append(word)
        } else {
          groups[groups.count - 1] += " " + word
        }
      }
      var current = groups[0]
      for group in groups.dropFirst() {
        if current.count + 1 + group.count + 2 <= width {
          current += " " + group
        } else {
          lines.append(current + " \\")
          current = "  " + group
        }
      }
      lines.append(current)
    }
    self.lines = lines
  }

  /// The words of a line with their quotes; `quote` is the one open at its beginning, then at its end.
  private static func words(_ line: String, quote: inout Character?) -> [String] {
    var words: [String] = []
    var word = ""
    var isEscaped = false
    for c in line {
      if isEscaped {
        isEscaped = false
      } else if c == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if c == open { quote = nil }
      } else if c == "'" || c == "\"" {
        quote = c
      } else if c == " " || c == "\t" {
        if !word.isEmpty { words.append(word) }
        word = ""
        continue
      }
      word.append(c)
    }
    if !word.isEmpty { words.append(word) }
    return words
  }
}

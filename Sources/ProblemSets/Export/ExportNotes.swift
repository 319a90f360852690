/// What the one who imports should know: each thing once, with the problems that it is about.
struct ExportNotes {
  private var order: [String] = []
  private var problems: [String: [String]] = [:]

  /// Notes something about a problem.
  mutating func tell(_ problem: String, _ text: String) {
    if problems[text] == nil { order.append(text) }
    if problems[text]?.contains(problem) != true { problems[text, default: []].append(problem) }
  }

  /// The notes in the order in which they first came.
  var lines: [String] {
    order.map { text in
      let names = problems[text]!
      return names.count == 1
        ? "problem '\(names[0])': \(text)" : "problems \(names.joined(separator: ", ")): \(text)"
    }
  }
}

/// The grammar of Moodle's cloze marks: `{W:TYPE:alternatives}`.
struct ClozeReader {
  private static let numeric: Set = ["NUMERICAL", "NM"]
  private static let single: Set = [
    "MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS",
    "MULTICHOICE_VS",
    "MCVS", "MULTICHOICE_HS", "MCHS",
  ]
  private static let multiple: Set = [
    "MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS",
  ]

  /// The parts of a text, with their weights.
  /// - Throws: `ImportFault` where a mark opens and cannot be read.
  static func parts(_ text: String) throws(ImportFault) -> [(part: GradedPart, weight: Double)] {
    let characters = Array(text)
    var parts: [(part: GradedPart, weight: Double)] = []
    var i = 0
    while i < characters.count {
      guard characters[i] == "{", let head = head(characters, from: i + 1) else {
        i += 1
        continue
      }
      let (alternatives, end) = try alternatives(characters, from: head.end)
      parts.append((try part(head.type, alternatives), head.weight))
      i = end
    }
    return parts
  }

  /// `W:TYPE:` behind a brace; nil where the brace opens no mark.
  private static func head(_ characters: [Character], from start: Int) -> (
    weight: Double, type: String, end: Int
  )? {
    var k = start
    while k < characters.count, characters[k].isASCII, characters[k].isNumber { k += 1 }
    let weight = String(characters[start..<k])
    guard k < characters.count, characters[k] == ":", let colon = characters[(k + 1)...].firstIndex(of: ":")
    else {
      return nil
    }
    let type = String(characters[(k + 1)..<colon])
    guard numeric.contains(type) || single.contains(type) || multiple.contains(type) else { return nil }
    return (weight.isEmpty ? 1 : Double(weight)!, type, colon + 1)
  }

  /// Alternatives up to the closing brace: each its text and its feedback.
  ///
  /// `~` and `}` end an alternative unless a backslash stands before them; `#` begins its feedback unless a
  /// backslash or `&` does, so that character references hold.
  private static func alternatives(
    _ characters: [Character], from start: Int
  ) throws(ImportFault) -> (list: [String], end: Int) {
    var list: [String] = []
    var text = ""
    var inFeedback = false
    var k = start
    while k < characters.count {
      let c = characters[k]
      let before = k > start ? characters[k - 1] : " "
      if c == "~" || c == "}", before != "\\" {
        list.append(text)
        text = ""
        inFeedback = false
        if c == "}" { return (list, k + 1) }
      } else if c == "#", before != "\\", before != "&", !inFeedback {
        inFeedback = true
      } else if !inFeedback {
        text.append(c)
      }
      k += 1
    }
    throw ImportFault("a cloze mark is never closed")
  }

  private static func part(_ type: String, _ alternatives: [String]) throws(ImportFault) -> GradedPart {
    var graded: [(share: Double, text: String)] = []
    for alternative in alternatives { graded.append(try self.graded(alternative)) }
    if numeric.contains(type) {
      var answers: [(value: Double, tolerance: Double, share: Double)] = []
      for (share, text) in graded {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 2 else { throw ImportFault("'\(text)' is no value with a tolerance") }
        answers.append((try MoodleNumber.parsed(fields[0]), try MoodleNumber.parsed(fields[1]), share))
      }
      guard answers.contains(where: { $0.share == 1 }) else {
        throw ImportFault("no number of a cloze mark earns 100")
      }
      return .numeric(answers)
    }
    guard graded.allSatisfy({ !$0.text.trimmingSpaces().isEmpty }) else {
      throw ImportFault("an option without text")
    }
    return try GradedPart.choice(graded.map(\.share), isSingle: single.contains(type), "cloze")
  }

  /// `=text`, `%50%text` or `text`.
  private static func graded(_ alternative: String) throws(ImportFault) -> (share: Double, text: String) {
    if alternative.hasPrefix("=") { return (1, String(alternative.dropFirst())) }
    guard alternative.hasPrefix("%") else { return (0, alternative) }
    let rest = alternative.dropFirst()
    guard let end = rest.firstIndex(of: "%"), let share = LegalFraction.imported(String(rest[..<end])) else {
      throw ImportFault("'\(alternative.prefix(20))' begins with no grade of Moodle's")
    }
    return (share, String(rest[rest.index(after: end)...]))
  }
}

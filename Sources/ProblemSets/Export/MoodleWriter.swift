import Labs

/// Moodle's XML: a category for each problem, in it its variants.
///
/// One number becomes `numerical` with one answer for the key and one for each misconception, in order of
/// precedence, since Moodle takes the first that fits; a choice becomes `multichoice`, several answers
/// `cloze`, a text `essay`. Essays beside other answers become questions of their own in a category beside
/// the problem's. Pictures and data stand in the question.
struct MoodleWriter {
  let export: QuestionExport
  let language: LabLanguage
  var told = ExportNotes()
  /// What the one who imports should know.
  var notes: [String] { told.lines }

  init(_ export: QuestionExport, _ language: LabLanguage) {
    self.export = export
    self.language = language
  }

  /// The document; its first byte is that of the XML declaration.
  mutating func document() throws(ExportError) -> String {
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<quiz>\n"
    for variants in export.problems {
      let name = variants[0].problem
      if variants.contains(where: { $0.files.contains { $0.mediaType == "image/svg+xml" } }) {
        told.tell(name, "not every Moodle site shows SVG pictures; PNG is shown everywhere")
      }
      let parts = MoodleParts(of: variants)
      if !parts.automatic.isEmpty {
        out += category([section, name])
        for variant in parts.automatic { out += try question(variant) }
      }
      for (id, essays) in parts.essays {
        out += category([section, parts.automatic.isEmpty ? name : "\(name)-\(id)"])
        for variant in essays { out += try question(variant, part: parts.automatic.isEmpty ? nil : id) }
      }
    }
    return out + "</quiz>\n"
  }

  /// The set with the language: variants of two languages would else stand in one category, of which one is drawn.
  private var section: String { "\(export.set) (\(language.rawValue))" }

  private func category(_ path: [String]) -> String {
    // A slash parts categories.
    let names = path.map { $0.replacing("/", with: "//") }
    let text = "$course$/top/" + names.joined(separator: "/")
    return
      "<question type=\"category\">\n<category><text>\(XMLText.escaped(text))</text>"
      + "</category>\n</question>\n"
  }

  private mutating func question(_ variant: ProblemVariant, part: String? = nil) throws(ExportError) -> String
  {
    let text = ExportedText(variant: variant, language: language)
    if variant.answers.count > 1 { return try cloze(text) }
    let answer = variant.answers[0]
    switch answer.key {
    case .number(let key): return frame("numerical", text, part: part, numerical(key, text))
    case .single(let options):
      return frame("multichoice", text, part: part, try choice(options, text, isSingle: true))
    case .multiple(let options):
      return frame("multichoice", text, part: part, try choice(options, text, isSingle: false))
    case .essay(let rubric): return frame("essay", text, part: part, essay(rubric, text))
    }
  }

  /// What all questions have, around what one type has.
  func frame(
    _ type: String, _ text: ExportedText, part: String?, stem: String? = nil, _ inner: String
  ) -> String {
    let variant = text.variant
    let title = text.title + (part.map { " (\($0))" } ?? "") + " · " + variant.code
    let body = stem ?? text.stem(address: Self.address) { _ in "______" }
    var out = "<question type=\"\(type)\">\n<name><text>\(XMLText.escaped(title))</text></name>\n"
    out += field("questiontext", body, text)
    out += field("generalfeedback", text.solution(address: Self.address), text)
    if type != "cloze" { out += "<defaultgrade>\(ExportedNumber.text(variant.points))</defaultgrade>\n" }
    out += "<penalty>\(penalty)</penalty>\n<hidden>0</hidden>\n"
    let id = [export.set, variant.problem, part, variant.code, language.rawValue].compactMap { $0 }
    out += "<idnumber>\(XMLText.escaped(id.joined(separator: "-")))</idnumber>\n"
    out += inner
    out += "<tags><tag><text>\(XMLText.escaped(variant.problem))</text></tag></tags>\n</question>\n"
    return out
  }

  /// The importer knows 1/3 as 0.3333333.
  private var penalty: String {
    abs(export.options.penalty - 1 / 3.0) < 0.005 ? "0.3333333" : ExportedNumber.text(export.options.penalty)
  }

  static func address(_ file: VariantFile) -> String {
    "@@PLUGINFILE@@/" + ExportedText.flatName(file.path) + (file.role == .data ? "?forcedownload=1" : "")
  }

  /// A text field with the files that it names beside the text.
  func field(_ name: String, _ html: String, _ text: ExportedText) -> String {
    var out = "<\(name) format=\"html\">\n<text>\(XMLText.cdata(html))</text>\n"
    var seen: Set<String> = []
    for file in text.files {
      let name = ExportedText.flatName(file.path)
      guard html.contains("@@PLUGINFILE@@/\(name)"), seen.insert(name).inserted else { continue }
      out += "<file name=\"\(name)\" path=\"/\" encoding=\"base64\">\(Base64Text.encode(file.bytes))</file>\n"
    }
    return out + "</\(name)>\n"
  }

  private func feedback(_ texts: [LabLanguage: String], _ text: ExportedText, as name: String = "feedback")
    -> String
  {
    field(name, text.short(texts, address: Self.address), text)
  }

  mutating func fraction(_ share: Double, _ text: ExportedText, _ id: String) -> String {
    let legal = LegalFraction.nearest(share)
    if legal.isMoved {
      told.tell(
        text.variant.problem,
        "the credit of '\(id)', \(AnswerText.points(share * 100)) %, becomes \(legal.text) %, the nearest "
          + "that Moodle takes"
      )
    }
    return legal.text
  }

  private mutating func numerical(_ key: NumberKey, _ text: ExportedText) -> String {
    func answer(_ fraction: String, _ value: Double, _ tolerance: Double, _ said: [LabLanguage: String])
      -> String
    {
      "<answer fraction=\"\(fraction)\" format=\"moodle_auto_format\">\n<text>\(ExportedNumber.text(value))</text>\n"
        + feedback(said, text) + "<tolerance>\(ExportedNumber.tolerance(tolerance))</tolerance>\n</answer>\n"
    }
    var out = answer("100", key.value, key.tolerance, GradingWords.right)
    for mistake in key.misconceptions {
      out += answer(
        fraction(mistake.credit, text, mistake.id), mistake.value, mistake.tolerance, mistake.feedback)
    }
    if key.isPercent {
      // The sign may be typed and changes nothing.
      return out
        + "<units><unit><multiplier>1</multiplier><unit_name>%</unit_name></unit>"
        + "</units>\n<unitgradingtype>0</unitgradingtype>\n"
        + "<unitpenalty>0</unitpenalty>\n<showunits>0</showunits>\n<unitsleft>0</unitsleft>\n"
    }
    return out
  }

  private mutating func choice(
    _ options: [ChoiceOption], _ text: ExportedText, isSingle: Bool
  ) throws(ExportError) -> String {
    try checkRight(options, text, isSingle: isSingle)
    var out =
      "<single>\(isSingle)</single>\n<shuffleanswers>\(export.options.shufflesOptions)</shuffleanswers>\n"
    out += "<answernumbering>ABCD</answernumbering>\n<showstandardinstruction>0</showstandardinstruction>\n"
    out += feedback(GradingWords.right, text, as: "correctfeedback")
    out += feedback(GradingWords.partial, text, as: "partiallycorrectfeedback")
    out += feedback(GradingWords.wrong, text, as: "incorrectfeedback")
    for option in options {
      let share = option.isRight && isSingle ? 1 : option.credit
      out += "<answer fraction=\"\(fraction(share, text, option.id))\" format=\"html\">\n"
      out += "<text>\(XMLText.cdata(text.short(option.text, address: Self.address)))</text>\n"
      for file in text.files where text.names(file, in: option.text[language] ?? "") {
        let name = ExportedText.flatName(file.path)
        out +=
          "<file name=\"\(name)\" path=\"/\" encoding=\"base64\">\(Base64Text.encode(file.bytes))</file>\n"
      }
      out += feedback(option.feedback, text) + "</answer>\n"
    }
    return out
  }

  func checkRight(_ options: [ChoiceOption], _ text: ExportedText, isSingle: Bool) throws(ExportError) {
    let right = options.count(where: \.isRight)
    if right == 0 || (isSingle && right != 1) {
      throw ExportError(
        problem: text.variant.problem,
        "\(right) of \(options.count) options are right; \(isSingle ? "one" : "at least one") would work")
    }
  }

  private func essay(_ rubric: [LabLanguage: [RubricLine]], _ text: ExportedText) -> String {
    "<responseformat>editor</responseformat>\n<responserequired>1</responserequired>\n"
      + "<responsefieldlines>15</responsefieldlines>\n<attachments>0</attachments>\n"
      + "<attachmentsrequired>0</attachmentsrequired>\n" + field("graderinfo", text.rubric(rubric), text)
      + "<responsetemplate format=\"html\"><text></text></responsetemplate>\n"
  }
}

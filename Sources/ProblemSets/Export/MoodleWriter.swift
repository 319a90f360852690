import Labs

/// Moodle's XML: a category for each problem, in it its variants.
///
/// One number becomes `numerical` with one answer for the key and one for each misconception, in order of precedence, since Moodle takes
/// the first that fits; a choice becomes `multichoice`, several answers `cloze`, a text `essay`. Essays beside other answers become questions of
/// their own in a category beside the problem's. Pictures and data stand in the question.
struct MoodleWriter {
  private let export: QuestionExport
  private let language: LabLanguage
  private var told = ExportNotes()
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
        out += category([export.set, name])
        for variant in parts.automatic { out += try question(variant) }
      }
      for (id, essays) in parts.essays {
        out += category([export.set, parts.automatic.isEmpty ? name : "\(name)-\(id)"])
        for variant in essays { out += try question(variant, part: parts.automatic.isEmpty ? nil : id) }
      }
    }
    return out + "</quiz>\n"
  }

  private func category(_ path: [String]) -> String {
    // A slash parts categories.
    let names = path.map { $0.replacing("/", with: "//") }
    let text = "$course$/top/" + names.joined(separator: "/")
    return
      "<question type=\"category\">\n<category><text>\(XMLText.escaped(text))</text></category>\n</question>\n"
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
  private func frame(
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

  private static func address(_ file: VariantFile) -> String {
    "@@PLUGINFILE@@/" + ExportedText.flatName(file.path) + (file.role == .data ? "?forcedownload=1" : "")
  }

  /// A text field with the files that it names beside the text.
  private func field(_ name: String, _ html: String, _ text: ExportedText) -> String {
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

  private mutating func fraction(_ share: Double, _ text: ExportedText, _ id: String) -> String {
    let legal = LegalFraction.nearest(share)
    if legal.isMoved {
      told.tell(
        text.variant.problem,
        "the credit of '\(id)', \(AnswerText.points(share * 100)) %, becomes \(legal.text) %, the nearest that Moodle takes"
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
        + "<units><unit><multiplier>1</multiplier><unit_name>%</unit_name></unit></units>\n<unitgradingtype>0</unitgradingtype>\n"
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

  private func checkRight(_ options: [ChoiceOption], _ text: ExportedText, isSingle: Bool) throws(ExportError)
  {
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

  private mutating func cloze(_ text: ExportedText) throws(ExportError) -> String {
    let variant = text.variant
    let weights = ClozeWeights.of(variant.answers.map(\.weight), points: variant.points)
    if !weights.isExact {
      told.tell(
        variant.problem, "the parts' weights are rounded to whole numbers, as cloze questions need them"
      )
    }
    var marks: [String] = []
    for (answer, weight) in zip(variant.answers, weights.whole) {
      marks.append(try clozeMark(answer, weight, text))
    }
    var stem = text.stem(address: Self.address) { ClozeText.outside("\u{E000}\($0)\u{E001}") }
    stem = ClozeText.outside(stem)
    for (i, mark) in marks.enumerated() { stem = stem.replacing("\u{E000}\(i)\u{E001}", with: mark) }
    for i in variant.answersWithoutBlank(language) {
      stem += "\n<p>\(XMLText.escaped(variant.answers[i].id)): \(marks[i])</p>"
    }
    if abs(Double(weights.whole.reduce(0, +)) - variant.points) > 1e-9 {
      told.tell(
        variant.problem,
        "as a cloze question it is worth \(weights.whole.reduce(0, +)) in Moodle's bank, the sum of its parts' weights; the quiz scales it to \(AnswerText.points(variant.points))"
      )
    }
    return frame("cloze", text, part: nil, stem: stem, "")
  }

  private mutating func clozeMark(_ answer: VariantAnswer, _ weight: Int, _ text: ExportedText)
    throws(ExportError)
    -> String
  {
    var alternatives: [String] = []
    func said(_ feedback: [LabLanguage: String]) -> String {
      let html = text.short(feedback, address: Self.address)
      return html.isEmpty ? "" : "#" + ClozeText.inside(html)
    }
    switch answer.key {
    case .number(let key):
      alternatives.append(
        "=\(ExportedNumber.text(key.value)):\(ExportedNumber.tolerance(key.tolerance))"
          + said(GradingWords.right))
      for mistake in key.misconceptions {
        let share = fraction(mistake.credit, text, mistake.id)
        alternatives.append(
          "%\(share)%\(ExportedNumber.text(mistake.value)):\(ExportedNumber.tolerance(mistake.tolerance))"
            + said(mistake.feedback))
      }
      return "{\(weight):NUMERICAL:\(alternatives.joined(separator: "~"))}"
    case .single(let options), .multiple(let options):
      let isSingle = if case .single = answer.key { true } else { false }
      try checkRight(options, text, isSingle: isSingle)
      for option in options {
        let share = fraction(option.isRight && isSingle ? 1 : option.credit, text, option.id)
        let sign = share == "100" ? "=" : share == "0" ? "" : "%\(share)%"
        alternatives.append(
          sign + ClozeText.alternative(text.short(option.text, address: Self.address)) + said(option.feedback)
        )
      }
      // Radio buttons and boxes, since drop-downs show no formulas.
      return
        "{\(weight):\(isSingle ? "MULTICHOICE_V" : "MULTIRESPONSE"):\(alternatives.joined(separator: "~"))}"
    case .essay:
      throw ExportError(problem: text.variant.problem, "an essay cannot be a part of a cloze question")
    }
  }
}

/// A problem's answers parted into those a machine marks, together, and essays, one by one.
struct MoodleParts {
  let automatic: [ProblemVariant]
  let essays: [(id: String, variants: [ProblemVariant])]

  init(of variants: [ProblemVariant]) {
    let answers = variants[0].answers
    let byHand = answers.indices.filter { answers[$0].isEssay }
    let others = answers.indices.filter { !answers[$0].isEssay }
    automatic = others.isEmpty ? [] : byHand.isEmpty ? variants : variants.map { $0.part(with: others) }
    essays = byHand.map { i in
      (answers[i].id, answers.count == 1 ? variants : variants.map { $0.part(with: [i]) })
    }
  }
}

/// Whole weights of a cloze question's parts.
enum ClozeWeights {
  /// Whole numbers in the proportion of the weights: with the sum `points` where there are such, else the smallest, or hundredths where
  /// there are none below 100.
  static func of(_ weights: [Double], points: Double = 0) -> (whole: [Int], isExact: Bool) {
    let sum = weights.reduce(0, +)
    let shares = weights.map { $0 / sum * points }
    if points <= 1000, shares.allSatisfy({ abs($0 - $0.rounded()) < 1e-6 && $0 > 0.5 }) {
      return (shares.map { Int($0.rounded()) }, true)
    }
    for total in 1...100 {
      let scaled = weights.map { $0 / sum * Double(total) }
      if scaled.allSatisfy({ abs($0 - $0.rounded()) < 1e-6 && $0 > 0.5 }) {
        return (scaled.map { Int($0.rounded()) }, true)
      }
    }
    return (weights.map { max(1, Int(($0 / sum * 100).rounded())) }, false)
  }
}

/// Text in and around cloze marks.
enum ClozeText {
  /// Text inside an alternative: what would end it becomes character references.
  static func inside(_ html: String) -> String {
    html.replacing("}", with: "&#125;").replacing("~", with: "&#126;").replacing("\n", with: " ")
      .replacingHash()
  }

  /// The text of an option: signs at its beginning that mean a grade are hidden as well.
  static func alternative(_ html: String) -> String {
    let text = inside(html)
    guard let first = text.unicodeScalars.first, first == "=" || first == "%" else { return text }
    return "&#\(first.value);" + text.dropFirst()
  }

  /// Text around marks: a brace that could begin one is hidden.
  static func outside(_ html: String) -> String {
    var out = String.UnicodeScalarView()
    let scalars = Array(html.unicodeScalars)
    for (i, scalar) in scalars.enumerated() {
      let next = i + 1 < scalars.count ? scalars[i + 1] : " "
      if scalar == "{", next == ":" || ("0"..."9").contains(next) {
        out.append(contentsOf: "&#123;".unicodeScalars)
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }
}

extension String {
  /// The text with `#` as a character reference, those of references left alone.
  fileprivate func replacingHash() -> String {
    var out = String.UnicodeScalarView()
    var before: Unicode.Scalar = " "
    for scalar in unicodeScalars {
      if scalar == "#", before != "&" {
        out.append(contentsOf: "&#35;".unicodeScalars)
      } else {
        out.append(scalar)
      }
      before = scalar
    }
    return String(out)
  }
}

import Labs

/// A QTI 2.1 package: a test with a section for each problem, from which one variant is drawn; an item is
/// marked answer by answer, misconceptions included.
struct QTI21Writer {
  private let export: QuestionExport
  private let language: LabLanguage
  private var told = ExportNotes()
  /// What the one who imports should know.
  var notes: [String] { told.lines }

  init(_ export: QuestionExport, _ language: LabLanguage) {
    self.export = export
    self.language = language
  }

  private static let namespace =
    "xmlns=\"http://www.imsglobal.org/xsd/imsqti_v2p1\" "
    + "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
    + "xsi:schemaLocation=\"http://www.imsglobal.org/xsd/imsqti_v2p1 "
    + "http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd\""

  private struct Item {
    let id: String
    let path: String
    let document: String
    let files: [String]
  }

  /// The files of the archive.
  mutating func entries() throws(ExportError) -> [ZipArchive.Entry] {
    var items: [[Item]] = []
    var files: [String: [UInt8]] = [:]
    for variants in export.problems {
      var section: [Item] = []
      for variant in variants {
        let text = ExportedText(variant: variant, language: language)
        for file in text.files { files["items/" + Self.address(file, variant)] = file.bytes }
        section.append(try item(text))
      }
      items.append(section)
    }
    let test = testDocument(items)
    var entries = [ZipArchive.Entry(path: "test.xml", bytes: Array(test.utf8))]
    entries.append(
      ZipArchive.Entry(path: "imsmanifest.xml", bytes: Array(manifest(items.flatMap { $0 }).utf8)))
    entries += items.joined().map { ZipArchive.Entry(path: $0.path, bytes: Array($0.document.utf8)) }
    entries += files.keys.sorted().map { ZipArchive.Entry(path: $0, bytes: files[$0]!) }
    return entries
  }

  private static func address(_ file: VariantFile, _ variant: ProblemVariant) -> String {
    "files/\(variant.problem)-\(variant.code)-\(ExportedText.flatName(file.path))"
  }

  private func testDocument(_ items: [[Item]]) -> String {
    let title = export.titles[language] ?? export.titles[.en] ?? export.set
    var sections = ""
    for (variants, items) in zip(export.problems, items) {
      let id = Self.identifier("section", variants[0].problem)
      let refs = items.map {
        "<assessmentItemRef identifier=\"ref_\($0.id)\" href=\"\($0.path)\" fixed=\"false\"/>"
      }
      sections += """
        <assessmentSection identifier="\(id)" title="\(XMLText.escaped(ExportedText(variant: variants[0], language: language).title))" \
        visible="true">
        <selection select="1"/>
        \(refs.joined(separator: "\n"))
        </assessmentSection>

        """
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <assessmentTest \(Self.namespace) identifier="\(Self.identifier("test", export.set + "." + language.rawValue))" \
      title="\(XMLText.escaped(title))">
      <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"><defaultValue><value>0</value></defaultValue></outcomeDeclaration>
      <testPart identifier="part1" navigationMode="nonlinear" submissionMode="individual">
      \(sections)</testPart>
      <outcomeProcessing>
      <setOutcomeValue identifier="SCORE"><sum><testVariables variableIdentifier="SCORE"/></sum></setOutcomeValue>
      </outcomeProcessing>
      </assessmentTest>

      """
  }

  private func manifest(_ items: [Item]) -> String {
    var resources =
      "<resource identifier=\"res_test\" type=\"imsqti_test_xmlv2p1\" href=\"test.xml\">\n<file "
      + "href=\"test.xml\"/>\n"
    resources += items.map { "<dependency identifierref=\"res_\($0.id)\"/>\n" }.joined() + "</resource>\n"
    for item in items {
      resources +=
        "<resource identifier=\"res_\(item.id)\" type=\"imsqti_item_xmlv2p1\" href=\"\(item.path)\">\n"
      resources += ([item.path] + item.files).map { "<file href=\"\($0)\"/>\n" }.joined() + "</resource>\n"
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xsi:schemaLocation="http://www.imsglobal.org/xsd/imscp_v1p1 http://www.imsglobal.org/xsd/qti/qtiv2p1/qtiv2p1_imscpv1p2_v1p0.xsd" \
      identifier="\(Self.identifier("manifest", export.set + "." + language.rawValue))">
      <metadata><schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion></metadata>
      <organizations/>
      <resources>
      \(resources)</resources>
      </manifest>

      """
  }

  /// An identifier of letters, digits, `_`, `-` and `.` that begins with a letter.
  private static func identifier(_ kind: String, _ name: String) -> String {
    let plain = name.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType == .decimal
          || "_-.".unicodeScalars.contains($0))
    }
    return "\(kind)_" + (plain ? name : ContentID.of([name]))
  }

  private mutating func item(_ text: ExportedText) throws(ExportError) -> Item {
    let variant = text.variant
    let place: (VariantFile) -> String = { Self.address($0, variant) }
    let id = Self.identifier("item", "\(variant.problem)-\(variant.code)")
    var declarations = ""
    // All responses are declared before any outcome.
    var outcomes = ""
    var processing = ""
    var blocks = ""
    var feedback = Feedback()
    for (k, answer) in variant.answers.enumerated() {
      let response = "RESPONSE_\(k + 1)"
      let share = answer.weight * variant.points
      switch answer.key {
      case .number(let key):
        declarations += declaration(response, "single", "float", [ExportedNumber.text(key.value)])
        processing += numberProcessing(key, response, k + 1, share, text, place, &feedback)
      case .single(let options), .multiple(let options):
        let isSingle = if case .single = answer.key { true } else { false }
        let right = options.filter(\.isRight)
        if right.isEmpty || (isSingle && right.count != 1) {
          throw ExportError(problem: variant.problem, "\(right.count) options of '\(answer.id)' are right")
        }
        declarations += choiceDeclaration(options, response, share, isSingle: isSingle)
        processing +=
          "<responseCondition><responseIf><not><isNull><variable identifier=\"\(response)\"/></isNull></not>"
          + "<setOutcomeValue identifier=\"SCORE_\(k + 1)\"><mapResponse identifier=\"\(response)\"/>"
          + "</setOutcomeValue></responseIf></responseCondition>\n"
        processing += optionFeedback(options, response, text, place, isSingle: isSingle, &feedback)
        blocks += choiceInteraction(options, response, text, place, isSingle: isSingle)
      case .essay(let rubric):
        declarations +=
          "<responseDeclaration identifier=\"\(response)\" cardinality=\"single\" baseType=\"string\"/>\n"
        blocks += "<extendedTextInteraction responseIdentifier=\"\(response)\" expectedLines=\"15\"/>\n"
        blocks += "<rubricBlock view=\"scorer\">\(text.rubric(rubric))</rubricBlock>\n"
        told.tell(variant.problem, "the text '\(answer.id)' scores nothing until a person marks it")
      }
      outcomes += outcome("SCORE_\(k + 1)")
    }
    let stem = self.stem(text, place)
    let sum = variant.answers.indices.map { "<variable identifier=\"SCORE_\($0 + 1)\"/>" }.joined()
    let solution = text.solution(address: place)
    if !solution.isEmpty {
      feedback.add("solution", Self.xhtml(solution), title: text.pick("Solution", "解答"))
    }
    let document = """
      <?xml version="1.0" encoding="UTF-8"?>
      <assessmentItem \(Self.namespace) identifier="\(id)" title="\(XMLText.escaped(text.title + " · " + variant.code))" \
      adaptive="false" timeDependent="false" xml:lang="\(language == .en ? "en" : "zh-CN")">
      \(declarations)\(outcomes)\(outcome("SCORE"))\(outcome("MAXSCORE", ExportedNumber.text(variant.points)))\
      <outcomeDeclaration identifier="FEEDBACK" cardinality="multiple" baseType="identifier"/>
      <itemBody>
      \(stem)
      \(blocks)</itemBody>
      <responseProcessing>
      \(processing)\
      \(solution.isEmpty ? "" : feedback.setting("solution"))\
      <setOutcomeValue identifier="SCORE"><sum>\(sum)</sum></setOutcomeValue>
      </responseProcessing>
      \(feedback.markup)</assessmentItem>

      """
    let files = text.files.map { "items/" + place($0) }
    return Item(id: id, path: "items/\(id).xml", document: document, files: files)
  }

  /// The modal feedback of an item.
  private struct Feedback {
    var markup = ""

    mutating func add(_ id: String, _ html: String, title: String = "") {
      let name = title.isEmpty ? "" : " title=\"\(XMLText.escaped(title))\""
      markup +=
        "<modalFeedback outcomeIdentifier=\"FEEDBACK\" identifier=\"\(id)\" showHide=\"show\"\(name)>\(html)</modalFeedback>\n"
    }

    func setting(_ id: String) -> String {
      "<setOutcomeValue identifier=\"FEEDBACK\"><multiple><variable identifier=\"FEEDBACK\"/>"
        + "<baseValue baseType=\"identifier\">\(id)</baseValue></multiple></setOutcomeValue>\n"
    }
  }

  private func declaration(_ id: String, _ cardinality: String, _ type: String, _ values: [String]) -> String
  {
    "<responseDeclaration identifier=\"\(id)\" cardinality=\"\(cardinality)\" "
      + "baseType=\"\(type)\"><correctResponse>"
      + values.map { "<value>\($0)</value>" }.joined() + "</correctResponse></responseDeclaration>\n"
  }

  private func outcome(_ id: String, _ value: String = "0") -> String {
    "<outcomeDeclaration identifier=\"\(id)\" cardinality=\"single\" baseType=\"float\"><defaultValue>"
      + "<value>\(value)</value></defaultValue></outcomeDeclaration>\n"
  }

  /// The stem with its blanks; a number without a blank of its own gets one below the text.
  private func stem(_ text: ExportedText, _ place: (VariantFile) -> String) -> String {
    let variant = text.variant
    func entry(_ i: Int) -> String {
      guard case .number = variant.answers[i].key else { return "______" }
      return "<textEntryInteraction responseIdentifier=\"RESPONSE_\(i + 1)\" expectedLength=\"12\"/>"
    }
    var out = text.stem(address: place, blank: entry)
    for i in variant.answersWithoutBlank(language) {
      guard case .number = variant.answers[i].key else { continue }
      let name = variant.answers.count > 1 ? XMLText.escaped(variant.answers[i].id) + ": " : ""
      out += "\n<p>\(name)\(entry(i))</p>"
    }
    return Self.xhtml(out)
  }

  /// XHTML without what QTI 2.1 does not take: styles.
  private static func xhtml(_ html: String) -> String {
    var out = html
    for style in ["text-align:left", "text-align:right", "text-align:center"] {
      out = out.replacing(" style=\"\(style);padding:0 0.6em\"", with: "")
    }
    return out.replacing(" style=\"max-width:100%\"", with: "")
  }

  private func numberProcessing(
    _ key: NumberKey, _ response: String, _ number: Int, _ share: Double, _ text: ExportedText,
    _ place: (VariantFile) -> String, _ feedback: inout Feedback
  ) -> String {
    func branch(_ tag: String, _ centre: String, _ tolerance: Double, _ score: Double, _ id: String?)
      -> String
    {
      let half = ExportedNumber.tolerance(tolerance)
      return
        "<\(tag)><equal toleranceMode=\"absolute\" tolerance=\"\(half) \(half)\" "
        + "includeLowerBound=\"true\" includeUpperBound=\"true\">"
        + "<variable identifier=\"\(response)\"/>\(centre)</equal>"
        + "<setOutcomeValue identifier=\"SCORE_\(number)\">"
        + "<baseValue baseType=\"float\">\(ExportedNumber.text(score))</baseValue></setOutcomeValue>"
        + (id.map { feedback.setting($0) } ?? "") + "</\(tag)>\n"
    }
    var out = "<responseCondition>\n"
    out +=
      "<responseIf><isNull><variable identifier=\"\(response)\"/></isNull>"
      + "<setOutcomeValue identifier=\"SCORE_\(number)\"><baseValue baseType=\"float\">0</baseValue>"
      + "</setOutcomeValue></responseIf>\n"
    out += branch(
      "responseElseIf", "<correct identifier=\"\(response)\"/>", key.tolerance, share, nil)
    for (m, mistake) in key.misconceptions.enumerated() {
      let html = text.short(mistake.feedback, address: place)
      let id = html.isEmpty ? nil : "feedback_\(number)_\(m + 1)"
      if let id { feedback.add(id, Self.xhtml(html)) }
      let centre = "<baseValue baseType=\"float\">\(ExportedNumber.text(mistake.value))</baseValue>"
      out += branch("responseElseIf", centre, mistake.tolerance, share * mistake.credit, id)
    }
    return out + "</responseCondition>\n"
  }

  private static func optionID(_ index: Int) -> String { "option_\(OptionLetter.of(index))" }

  private func choiceDeclaration(
    _ options: [ChoiceOption], _ response: String, _ share: Double, isSingle: Bool
  ) -> String {
    let right = options.indices.filter { options[$0].isRight }.map(Self.optionID)
    var out =
      "<responseDeclaration identifier=\"\(response)\" "
      + "cardinality=\"\(isSingle ? "single" : "multiple")\" baseType=\"identifier\"><correctResponse>"
    out += right.map { "<value>\($0)</value>" }.joined() + "</correctResponse>"
    out += "<mapping defaultValue=\"0\" lowerBound=\"0\" upperBound=\"\(ExportedNumber.text(share))\">"
    for (i, option) in options.enumerated() {
      let credit = option.isRight && isSingle ? 1 : option.credit
      out +=
        "<mapEntry mapKey=\"\(Self.optionID(i))\" mappedValue=\"\(ExportedNumber.text(share * credit))\"/>"
    }
    return out + "</mapping></responseDeclaration>\n"
  }

  private func optionFeedback(
    _ options: [ChoiceOption], _ response: String, _ text: ExportedText, _ place: (VariantFile) -> String,
    isSingle: Bool, _ feedback: inout Feedback
  ) -> String {
    var out = ""
    for (i, option) in options.enumerated() {
      let html = text.short(option.feedback, address: place)
      if html.isEmpty { continue }
      let id = "feedback_\(response)_\(OptionLetter.of(i))"
      feedback.add(id, Self.xhtml(html))
      let chosen =
        "<baseValue baseType=\"identifier\">\(Self.optionID(i))</baseValue>"
        + "<variable identifier=\"\(response)\"/>"
      let test = isSingle ? "<match>\(chosen)</match>" : "<member>\(chosen)</member>"
      out +=
        "<responseCondition><responseIf>\(test)\(feedback.setting(id))</responseIf></responseCondition>\n"
    }
    return out
  }

  private func choiceInteraction(
    _ options: [ChoiceOption], _ response: String, _ text: ExportedText, _ place: (VariantFile) -> String,
    isSingle: Bool
  ) -> String {
    var out =
      "<choiceInteraction responseIdentifier=\"\(response)\" "
      + "shuffle=\"\(export.options.shufflesOptions)\" maxChoices=\"\(isSingle ? 1 : 0)\">\n"
    for (i, option) in options.enumerated() {
      out +=
        "<simpleChoice identifier=\"\(Self.optionID(i))\">\(Self.xhtml(text.short(option.text, address: place)))</simpleChoice>\n"
    }
    return out + "</choiceInteraction>\n"
  }
}

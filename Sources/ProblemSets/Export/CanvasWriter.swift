import Labs

/// QTI 1.2 as Canvas imports it: an assessment with a section for each problem, from which one variant is
/// drawn.
///
/// Canvas has neither cloze questions with numbers nor partial credit for numbers: each answer is a question
/// of its own that repeats the text, and misconceptions earn nothing.
struct CanvasWriter {
  private let export: QuestionExport
  private let language: LabLanguage
  private var told = ExportNotes()
  /// What the one who imports should know.
  var notes: [String] { told.lines }
  /// Pictures and data by their path in the archive.
  private var files: [String: [UInt8]] = [:]

  init(_ export: QuestionExport, _ language: LabLanguage) {
    self.export = export
    self.language = language
  }

  private static let smallest = 1e-4

  /// The files of the archive.
  mutating func entries() throws(ExportError) -> [ZipArchive.Entry] {
    var sections = ""
    for variants in export.problems {
      for k in variants[0].answers.indices {
        let isPart = variants[0].answers.count > 1
        let parts = isPart ? variants.map { $0.part(with: [k]) } : variants
        sections += try section(parts, isPart: isPart)
        if isPart {
          told.tell(
            variants[0].problem,
            "Canvas has no questions of several numbers; each part is a question that repeats the text"
          )
        }
      }
    }
    let title = export.titles[language] ?? export.titles[.en] ?? export.set
    let id = "i" + ContentID.of(["assessment", export.set, language.rawValue, sections])
    let assessment = """
      <?xml version="1.0" encoding="UTF-8"?>
      <questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xsi:schemaLocation="http://www.imsglobal.org/xsd/ims_qtiasiv1p2 http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd">
      <assessment ident="\(id)" title="\(XMLText.escaped(title))">
      <qtimetadata><qtimetadatafield><fieldlabel>cc_maxattempts</fieldlabel><fieldentry>1</fieldentry></qtimetadatafield></qtimetadata>
      <section ident="root_section">
      \(sections)</section>
      </assessment>
      </questestinterop>

      """
    var entries = [
      text("\(id)/\(id).xml", assessment), text("\(id)/assessment_meta.xml", meta(id, title)),
      text("imsmanifest.xml", manifest(id)),
    ]
    entries += files.keys.sorted().map { ZipArchive.Entry(path: $0, bytes: files[$0]!) }
    return entries
  }

  private func text(_ path: String, _ text: String) -> ZipArchive.Entry {
    ZipArchive.Entry(path: path, bytes: Array(text.utf8))
  }

  private func meta(_ id: String, _ title: String) -> String {
    let points = export.problems.reduce(0) { $0 + $1[0].points }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <quiz identifier="\(id)" xmlns="http://canvas.instructure.com/xsd/cccv1p0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xsi:schemaLocation="http://canvas.instructure.com/xsd/cccv1p0 https://canvas.instructure.com/xsd/cccv1p0.xsd">
      <title>\(XMLText.escaped(title))</title>
      <description></description>
      <shuffle_answers>\(export.options.shufflesOptions)</shuffle_answers>
      <scoring_policy>keep_highest</scoring_policy>
      <quiz_type>assignment</quiz_type>
      <points_possible>\(ExportedNumber.text(points))</points_possible>
      <allowed_attempts>1</allowed_attempts>
      </quiz>

      """
  }

  private func manifest(_ id: String) -> String {
    var resources = """
      <resource identifier="\(id)" type="imsqti_xmlv1p2">
      <file href="\(id)/\(id).xml"/>
      <dependency identifierref="\(id)_meta"/>
      </resource>
      <resource identifier="\(id)_meta" type="associatedcontent/imscc_xmlv1p1/learning-application-resource" href="\(id)/assessment_meta.xml">
      <file href="\(id)/assessment_meta.xml"/>
      </resource>

      """
    for path in files.keys.sorted() {
      let fileID = "f" + ContentID.of([path])
      resources +=
        "<resource identifier=\"\(fileID)\" type=\"webcontent\" href=\"\(path)\">\n<file href=\"\(path)\"/>\n</resource>\n"
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <manifest identifier="m\(id)" xmlns="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1" \
      xmlns:lom="http://ltsc.ieee.org/xsd/imsccv1p1/LOM/resource" xmlns:imsmd="http://www.imsglobal.org/xsd/imsmd_v1p2" \
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xsi:schemaLocation="http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1 http://www.imsglobal.org/xsd/imscp_v1p1.xsd">
      <metadata><schema>IMS Content</schema><schemaversion>1.1.3</schemaversion></metadata>
      <organizations/>
      <resources>
      \(resources)</resources>
      </manifest>

      """
  }

  private mutating func section(_ variants: [ProblemVariant], isPart: Bool) throws(ExportError) -> String {
    let first = variants[0]
    let name = isPart ? "\(first.problem)-\(first.answers[0].id)" : first.problem
    var items = ""
    for variant in variants { items += try item(variant, isPart: isPart) }
    let id = "s" + ContentID.of(["section", export.set, name, language.rawValue])
    let points = ExportedNumber.text(first.points)
    return """
      <section ident="\(id)" title="\(XMLText.escaped(name))">
      <selection_ordering><selection><selection_number>1</selection_number><selection_extension>\
      <points_per_item>\(points)</points_per_item></selection_extension></selection></selection_ordering>
      \(items)</section>

      """
  }

  private static func address(_ file: VariantFile, _ variant: ProblemVariant) -> String {
    "images/\(variant.problem)-\(variant.code)-\(ExportedText.flatName(file.path))"
  }

  private mutating func item(_ variant: ProblemVariant, isPart: Bool) throws(ExportError) -> String {
    let text = ExportedText(variant: variant, language: language)
    for file in text.files { files[Self.address(file, variant)] = file.bytes }
    let place: (VariantFile) -> String = { "%24IMS-CC-FILEBASE%24/" + Self.address($0, variant) }
    let stem = text.stem(address: place) { _ in "______" }
    let answer = variant.answers[0]
    let solution = text.solution(address: place)
    let body: (type: String, presentation: String, processing: String, feedback: String)
    switch answer.key {
    case .number(let key): body = try numerical(key, variant)
    case .single(let options): body = try single(options, text, place)
    case .multiple(let options): body = try multiple(options, text, place)
    case .essay:
      body = (
        "essay_question",
        "<response_str ident=\"response1\" rcardinality=\"Single\"><render_fib>"
          + "<response_label ident=\"answer1\" rshuffle=\"No\"/></render_fib></response_str>",
        "<respcondition continue=\"No\"><conditionvar><other/></conditionvar></respcondition>", ""
      )
    }
    let id =
      "q"
      + ContentID.of([
        "item", export.set, variant.problem, variant.code, answer.id, language.rawValue, stem,
        body.processing,
      ])
    let title = text.title + (isPart ? " (\(answer.id))" : "") + " · " + variant.code
    let general = solution.isEmpty ? "" : feedback("general_fb", solution)
    let generalCondition =
      solution.isEmpty
      ? ""
      : "<respcondition continue=\"Yes\"><conditionvar><other/></conditionvar>"
        + "<displayfeedback feedbacktype=\"Response\" linkrefid=\"general_fb\"/></respcondition>\n"
    let points = ExportedNumber.text(variant.points)
    return """
      <item ident="\(id)" title="\(XMLText.escaped(title))">
      <itemmetadata><qtimetadata>
      \(metadata("question_type", body.type))
      \(metadata("points_possible", points))
      \(metadata("assessment_question_identifierref", "a" + id))
      </qtimetadata></itemmetadata>
      <presentation>
      <material><mattext texttype="text/html">\(XMLText.escaped(stem))</mattext></material>
      \(body.presentation)
      </presentation>
      <resprocessing>
      <outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
      \(generalCondition)\(body.processing)
      </resprocessing>
      \(general)\(body.feedback)</item>

      """
  }

  private func metadata(_ label: String, _ entry: String) -> String {
    "<qtimetadatafield><fieldlabel>\(label)</fieldlabel><fieldentry>\(entry)</fieldentry></qtimetadatafield>"
  }

  private func feedback(_ id: String, _ html: String) -> String {
    "<itemfeedback ident=\"\(id)\"><flow_mat><material>"
      + "<mattext texttype=\"text/html\">\(XMLText.escaped(html))</mattext></material></flow_mat>"
      + "</itemfeedback>\n"
  }

  private typealias Body = (type: String, presentation: String, processing: String, feedback: String)

  private mutating func numerical(_ key: NumberKey, _ variant: ProblemVariant) throws(ExportError) -> Body {
    guard abs(key.value) >= Self.smallest else {
      throw ExportError(
        problem: variant.problem,
        "Canvas takes numbers of size 0.0001 or more and the answer is \(ExportedNumber.text(key.value)); "
          + "ask for it in another unit"
      )
    }
    if !key.misconceptions.isEmpty {
      told.tell(
        variant.problem,
        "Canvas knows no partial credit and no feedback for numbers; misconceptions earn nothing there"
      )
    }
    let margin = ExportedNumber.tolerance(key.tolerance)
    let half = Double(margin)!
    let value = ExportedNumber.text(key.value)
    let presentation =
      "<response_str ident=\"response1\" rcardinality=\"Single\"><render_fib fibtype=\"Decimal\">"
      + "<response_label ident=\"answer1\"/></render_fib></response_str>"
    let (low, high) = (ExportedNumber.text(key.value - half), ExportedNumber.text(key.value + half))
    let processing = """
      <respcondition continue="No">
      <conditionvar><or><varequal respident="response1" margin="\(margin)" margintype="absolute">\(value)</varequal>\
      <and><vargte respident="response1">\(low)</vargte><varlte respident="response1">\(high)</varlte></and></or></conditionvar>
      <setvar action="Set" varname="SCORE">100</setvar>
      </respcondition>
      """
    return ("numerical_question", presentation, processing, "")
  }

  /// Options as labels with ids of their content.
  private func labels(
    _ options: [ChoiceOption], _ text: ExportedText, _ place: (VariantFile) -> String
  ) -> (ids: [String], markup: String) {
    let ids = options.map { "o" + ContentID.of([text.variant.problem, text.variant.code, $0.id]).prefix(12) }
    let markup = zip(ids, options).map { id, option in
      "<response_label ident=\"\(id)\"><material>"
        + "<mattext texttype=\"text/html\">\(XMLText.escaped(text.short(option.text, address: place)))</mattext></material></response_label>"
    }.joined(separator: "\n")
    return (ids, markup)
  }

  private func comments(
    _ options: [ChoiceOption], _ ids: [String], _ text: ExportedText, _ place: (VariantFile) -> String
  ) -> (conditions: String, feedback: String) {
    var conditions = ""
    var all = ""
    for (id, option) in zip(ids, options) {
      let html = text.short(option.feedback, address: place)
      if html.isEmpty { continue }
      conditions +=
        "<respcondition continue=\"Yes\"><conditionvar><varequal respident=\"response1\">\(id)</varequal>"
        + "</conditionvar>"
        + "<displayfeedback feedbacktype=\"Response\" linkrefid=\"\(id)_fb\"/></respcondition>\n"
      all += feedback("\(id)_fb", html)
    }
    return (conditions, all)
  }

  private mutating func single(
    _ options: [ChoiceOption], _ text: ExportedText, _ place: (VariantFile) -> String
  ) throws(ExportError) -> Body {
    guard options.count(where: \.isRight) == 1 else {
      throw ExportError(
        problem: text.variant.problem, "\(options.count(where: \.isRight)) options are right; one would work")
    }
    if options.contains(where: { !$0.isRight && $0.credit > 0 }) {
      told.tell(
        text.variant.problem,
        "Canvas knows no partial credit for single choices; wrong options earn nothing there"
      )
    }
    let (ids, markup) = labels(options, text, place)
    let (conditions, all) = comments(options, ids, text, place)
    let right = ids[options.firstIndex(where: \.isRight)!]
    let presentation =
      "<response_lid ident=\"response1\" rcardinality=\"Single\">"
      + "<render_choice>\n\(markup)\n</render_choice></response_lid>"
    let processing =
      conditions
      + "<respcondition continue=\"No\"><conditionvar>"
      + "<varequal respident=\"response1\">\(right)</varequal></conditionvar>"
      + "<setvar action=\"Set\" varname=\"SCORE\">100</setvar></respcondition>"
    return ("multiple_choice_question", presentation, processing, all)
  }

  private mutating func multiple(
    _ options: [ChoiceOption], _ text: ExportedText, _ place: (VariantFile) -> String
  ) throws(ExportError) -> Body {
    guard options.contains(where: \.isRight) else {
      throw ExportError(problem: text.variant.problem, "no option is right; at least one would work")
    }
    told.tell(
      text.variant.problem,
      "Canvas itself shares out the credit of a multiple choice: each right option adds as much as each "
        + "wrong one takes away"
    )
    let (ids, markup) = labels(options, text, place)
    let (conditions, all) = comments(options, ids, text, place)
    let terms = zip(ids, options).map { id, option in
      let equal = "<varequal respident=\"response1\">\(id)</varequal>"
      return option.isRight ? equal : "<not>\(equal)</not>"
    }
    let presentation =
      "<response_lid ident=\"response1\" rcardinality=\"Multiple\">"
      + "<render_choice>\n\(markup)\n</render_choice></response_lid>"
    let processing =
      conditions
      + "<respcondition continue=\"No\"><conditionvar><and>\(terms.joined())</and></conditionvar>"
      + "<setvar action=\"Set\" varname=\"SCORE\">100</setvar></respcondition>"
    return ("multiple_answers_question", presentation, processing, all)
  }
}

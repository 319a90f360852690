/// Reads a QTI 1.2 archive as Canvas's importer does.
struct CanvasReader {
  /// How the importer understands a number's conditions.
  enum NumberKind: Equatable {
    case exact(Double)
    case margin(Double, margin: Double)
    case range(Double, Double)
    case precision(Double)
  }

  /// The questions of an archive.
  /// - Throws: `ImportFault` at the first thing that would stop the import or lose something.
  static func questions(_ bytes: [UInt8]) throws(ImportFault) -> [ImportedQuestion] {
    let entries: [ZipArchive.Entry]
    do throws(ZipArchive.Fault) { entries = try ZipArchive.entries(of: bytes) } catch {
      throw ImportFault(error.message)
    }
    let manifest = try document("imsmanifest.xml", in: entries)
    try PackageChecks.checkListed(manifest, entries)
    guard let resource = manifest.descendants("resource").first(where: { $0["type"] == "imsqti_xmlv1p2" }),
      let path = resource.first("file")?["href"]
    else { throw ImportFault("the manifest names no assessment") }
    let root = try document(path, in: entries)
    guard root.name == "questestinterop", root["xmlns"] != nil else {
      throw ImportFault("the default namespace is not declared")
    }
    let meta = try document(
      (path.split(separator: "/").first.map(String.init) ?? "") + "/assessment_meta.xml", in: entries)
    guard meta.name == "quiz" else { throw ImportFault("assessment_meta.xml holds no quiz") }
    guard let top = root.first("assessment", "section") else { throw ImportFault("no section") }
    let paths = Set(entries.map(\.path))
    var questions: [ImportedQuestion] = []
    var ids: Set<String> = []
    for section in top.all("section") {
      guard section.first("selection_ordering", "selection", "selection_number")?.text == "1",
        let points = section.first(
          "selection_ordering", "selection", "selection_extension", "points_per_item")?.text,
        Double(points) != nil
      else { throw ImportFault("a section does not draw one question with its points") }
      for item in section.all("item") {
        guard let id = item["ident"], ids.insert(id).inserted else {
          throw ImportFault("the id '\(item["ident"] ?? "")' stands twice")
        }
        questions.append(try question(item, section["title"] ?? "", paths))
      }
    }
    return questions
  }

  static func document(_ path: String, in entries: [ZipArchive.Entry]) throws(ImportFault) -> XMLElement {
    guard let entry = entries.first(where: { $0.path == path }) else {
      throw ImportFault("'\(path)' is not in the archive")
    }
    do throws(XMLFault) { return try XMLParser.parse(entry.bytes) } catch {
      throw ImportFault("\(path), \(error)")
    }
  }

  private static func question(_ item: XMLElement, _ category: String, _ paths: Set<String>)
    throws(ImportFault) -> ImportedQuestion
  {
    let name = item["title"] ?? ""
    let fields = item.descendants("qtimetadatafield")
    guard
      let type = fields.first(where: { $0.first("fieldlabel")?.text == "question_type" })?.first(
        "fieldentry")?.text,
      let processing = item.first("resprocessing")
    else { throw ImportFault("'\(name)' has no type or no scoring") }
    for text in item.descendants("mattext").map(\.text) {
      for piece in text.pieces(after: "%24IMS-CC-FILEBASE%24/") {
        let path = String(piece.prefix { !"\"'?)<> ".contains($0) })
        if !paths.contains(path) {
          throw ImportFault("'\(name)' names '\(path)', which is not in the archive")
        }
      }
    }
    let links = Set(item.all("itemfeedback").compactMap { $0["ident"] })
    for link in item.descendants("displayfeedback") where !links.contains(link["linkrefid"] ?? "") {
      throw ImportFault("'\(name)' shows feedback that is not there")
    }
    // The first condition that sets the score decides; those before only show feedback.
    let scoring = processing.all("respcondition").filter { $0.first("setvar") != nil }
    let code = CodeBlocks.of(html: item.first("presentation", "material", "mattext")?.text ?? "")
    switch type {
    case "numerical_question":
      guard item.descendants("render_fib").count == 1,
        item.descendants("render_fib")[0]["fibtype"] == "Decimal"
      else {
        throw ImportFault("'\(name)' has not exactly one field for a decimal number")
      }
      var kinds: [NumberKind] = []
      for condition in scoring { kinds.append(try numberKind(condition, name)) }
      if kinds.isEmpty { throw ImportFault("'\(name)' accepts nothing") }
      return ImportedQuestion(category: category, name: name, partCount: 1, isByHand: false, code: code) {
        responses throws(ImportFault) in
        guard case .number(let x) = responses.first ?? .nothing else { return 0 }
        return kinds.contains { accepts(x, $0) } ? 1 : 0
      }
    case "multiple_choice_question", "multiple_answers_question":
      let ids = item.descendants("response_label").compactMap { $0["ident"] }
      guard Set(ids).count == ids.count, !scoring.isEmpty else {
        throw ImportFault("'\(name)': options share an id, or none is right")
      }
      return ImportedQuestion(category: category, name: name, partCount: 1, isByHand: false, code: code) {
        responses throws(ImportFault) in
        guard case .options(let chosen) = responses.first ?? .nothing else { return 0 }
        let ticked = Set(chosen.map { ids[$0] })
        for condition in scoring {
          guard let test = condition.first("conditionvar") else { continue }
          if test.elements.allSatisfy({ holds($0, ticked) }) {
            return (Double(condition.first("setvar")!.text) ?? 0) / 100
          }
        }
        return 0
      }
    case "essay_question":
      return ImportedQuestion(category: category, name: name, partCount: 1, isByHand: true, code: code) {
        _ throws(ImportFault) in 0
      }
    default: throw ImportFault("'\(name)': the type '\(type)' is not known")
    }
  }

  private static func holds(_ test: XMLElement, _ ticked: Set<String>) -> Bool {
    switch test.name {
    case "varequal": ticked.contains(test.text)
    case "not": !test.elements.allSatisfy { holds($0, ticked) }
    case "and": test.elements.allSatisfy { holds($0, ticked) }
    case "or": test.elements.contains { holds($0, ticked) }
    default: false
    }
  }

  /// The importer's classes: equal and both bounds alike is exact, equal beside other bounds is a margin,
  /// bounds alone are a range.
  static func numberKind(_ condition: XMLElement, _ name: String) throws(ImportFault) -> NumberKind {
    func number(_ tag: String) throws(ImportFault) -> Double? {
      guard let text = condition.descendants(tag).first?.text else { return nil }
      guard let x = Double(text), x.isFinite else { throw ImportFault("'\(name)': '\(text)' is no number") }
      return x
    }
    let low = try number("vargte")
    let high = try number("varlte")
    guard let value = try number("varequal") else {
      guard let low, let high, low <= high else { throw ImportFault("'\(name)' accepts no number") }
      return .range(low, high)
    }
    guard abs(value) >= 1e-4 else {
      throw ImportFault("'\(name)': the number \(value) is too small for Canvas")
    }
    if condition.descendants("vargt").first != nil { return .precision(value) }
    guard let low, let high else { return .exact(value) }
    let texts = ["varequal", "vargte", "varlte"].map { condition.descendants($0)[0].text }
    if Set(texts).count == 1 { return .exact(value) }
    let equal = condition.descendants("varequal")[0]
    guard equal["margintype"] == "absolute", let margin = equal["margin"].flatMap(Double.init) else {
      return .margin(value, margin: value - low)
    }
    guard abs(value - low - margin) < 1e-9 * max(1, abs(value)),
      abs(high - value - margin) < 1e-9 * max(1, abs(value))
    else {
      throw ImportFault("'\(name)': the margin and the bounds say different things")
    }
    return .margin(value, margin: margin)
  }

  private static func accepts(_ x: Double, _ kind: NumberKind) -> Bool {
    switch kind {
    case .exact(let value): x == value
    case .margin(let value, let margin): abs(x - value) <= margin + 1e-12 * max(1, abs(value))
    case .range(let low, let high): x >= low && x <= high
    case .precision(let value): x == value
    }
  }
}

/// What holds of every package with a manifest.
enum PackageChecks {
  /// Each file that the manifest lists is in the archive, and each file of the archive is listed.
  static func checkListed(_ manifest: XMLElement, _ entries: [ZipArchive.Entry]) throws(ImportFault) {
    let listed = Set(manifest.descendants("file").compactMap { $0["href"] })
    let there = Set(entries.map(\.path)).subtracting(["imsmanifest.xml"])
    if let missing = listed.subtracting(there).sorted().first {
      throw ImportFault("the manifest lists '\(missing)', which is not there")
    }
    if let extra = there.subtracting(listed).sorted().first {
      throw ImportFault("'\(extra)' is not in the manifest")
    }
    let ids = manifest.descendants("resource").compactMap { $0["identifier"] }
    guard Set(ids).count == ids.count else { throw ImportFault("two resources have one identifier") }
    for dependency in manifest.descendants("dependency")
    where !ids.contains(dependency["identifierref"] ?? "") {
      throw ImportFault("a dependency on '\(dependency["identifierref"] ?? "")', which is no resource")
    }
  }
}

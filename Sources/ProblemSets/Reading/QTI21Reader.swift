/// Reads a QTI 2.1 package and evaluates its response processing.
struct QTI21Reader {
  /// The items of a package, section by section.
  /// - Throws: `ImportFault` at the first thing that would stop the import or lose something.
  static func questions(_ bytes: [UInt8]) throws(ImportFault) -> [ImportedQuestion] {
    let entries: [ZipArchive.Entry]
    do throws(ZipArchive.Fault) { entries = try ZipArchive.entries(of: bytes) } catch {
      throw ImportFault(error.message)
    }
    let manifest = try CanvasReader.document("imsmanifest.xml", in: entries)
    try PackageChecks.checkListed(manifest, entries)
    guard
      let testPath = manifest.descendants("resource").first(where: { $0["type"] == "imsqti_test_xmlv2p1" })?[
        "href"]
    else {
      throw ImportFault("the manifest names no test")
    }
    let test = try CanvasReader.document(testPath, in: entries)
    var questions: [ImportedQuestion] = []
    var ids: Set<String> = []
    for section in test.descendants("assessmentSection") {
      guard section.first("selection")?["select"] == "1" else {
        throw ImportFault("a section does not draw one item")
      }
      for ref in section.all("assessmentItemRef") {
        guard let path = ref["href"], let id = ref["identifier"], ids.insert(id).inserted else {
          throw ImportFault("an item without address, or twice")
        }
        let item = try QTI21Item(try CanvasReader.document(path, in: entries), Set(entries.map(\.path)))
        let category = (section["identifier"] ?? "").replacing("section_", with: "")
        questions.append(
          ImportedQuestion(
            category: category, name: item.title, partCount: item.responses.count, isByHand: item.isByHand,
            code: item.code
          ) { responses throws(ImportFault) in try item.share(of: responses) })
      }
    }
    return questions
  }
}

/// One item: its declarations, and the machine that scores it.
struct QTI21Item {
  let title: String
  let responses: [XMLElement]
  let isByHand: Bool
  let code: [String]
  private let item: XMLElement
  private let maximum: Double

  /// Checks an item.
  init(_ item: XMLElement, _ paths: Set<String>) throws(ImportFault) {
    guard item.name == "assessmentItem", let id = item["identifier"], let first = id.first,
      first.isLetter || first == "_"
    else {
      throw ImportFault("an item whose identifier does not begin with a letter")
    }
    self.item = item
    title = item["title"] ?? id
    guard item["adaptive"] == "false", item["timeDependent"] == "false", let body = item.first("itemBody")
    else {
      throw ImportFault("'\(title)': no body, or 'adaptive' and 'timeDependent' are not given")
    }
    responses = item.all("responseDeclaration")
    let order = [
      "responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback",
    ]
    let places = item.elements.map { order.firstIndex(of: $0.name) ?? -1 }
    guard places == places.sorted(), places.first == 0 else {
      throw ImportFault("'\(title)': elements that the schema does not know, or in another order")
    }
    let outcomes = item.all("outcomeDeclaration")
    guard
      let most = outcomes.first(where: { $0["identifier"] == "MAXSCORE" })?.first("defaultValue", "value")?
        .text,
      let maximum = Double(most), maximum > 0
    else { throw ImportFault("'\(title)' has no MAXSCORE") }
    self.maximum = maximum
    let interactions = ["textEntryInteraction", "choiceInteraction", "extendedTextInteraction"].flatMap {
      body.descendants($0)
    }
    let named = interactions.map { $0["responseIdentifier"] ?? "" }
    guard Set(named) == Set(responses.compactMap { $0["identifier"] }), named.count == responses.count else {
      throw ImportFault("'\(title)': interactions and responses are not the same")
    }
    isByHand = !body.descendants("extendedTextInteraction").isEmpty
    code = CodeBlocks.of(body)
    // A text entry stands within a line, never directly in the body.
    if body.elements.contains(where: { $0.name == "textEntryInteraction" || $0.name == "img" }) {
      throw ImportFault("'\(title)': text entry or picture outside a block")
    }
    let names =
      item.descendants("img").compactMap { $0["src"] } + item.descendants("a").compactMap { $0["href"] }
    for name in names where !name.contains("://") && !paths.contains("items/" + name) {
      throw ImportFault("'\(title)' names '\(name)', which is not in the package")
    }
    let shown = Set(item.all("modalFeedback").compactMap { $0["identifier"] })
    for value in item.descendants("baseValue") where value["baseType"] == "identifier" {
      let isOption = item.descendants("simpleChoice").contains { $0["identifier"] == value.text }
      if !isOption, !shown.contains(value.text) {
        throw ImportFault("'\(title)': '\(value.text)' is neither feedback nor option")
      }
    }
  }

  /// What the item's rules give, as a share of MAXSCORE.
  func share(of given: [PartResponse]) throws(ImportFault) -> Double {
    guard given.count == responses.count else {
      throw ImportFault("\(given.count) responses to \(responses.count) parts")
    }
    var machine = QTI21Machine(item)
    for (declaration, response) in zip(responses, given) { try machine.set(declaration, response) }
    try machine.run(item.first("responseProcessing")?.elements ?? [])
    guard case .float(let score) = machine.variables["SCORE"] ?? .null else {
      throw ImportFault("'\(title)' sets no SCORE")
    }
    return score / maximum
  }
}

/// Response processing: variables and the rules that set them.
struct QTI21Machine {
  /// A value of a variable or an expression.
  enum Value: Equatable {
    case null
    case float(Double)
    case identifiers([String])
    case boolean(Bool)
  }

  private let item: XMLElement
  var variables: [String: Value] = [:]

  init(_ item: XMLElement) {
    self.item = item
    for outcome in item.all("outcomeDeclaration") {
      let text = outcome.first("defaultValue", "value")?.text
      variables[outcome["identifier"] ?? ""] = text.flatMap(Double.init).map { .float($0) } ?? .null
    }
  }

  mutating func set(_ declaration: XMLElement, _ response: PartResponse) throws(ImportFault) {
    let id = declaration["identifier"] ?? ""
    switch response {
    case .nothing: variables[id] = .null
    case .number(let x): variables[id] = .float(x)
    case .options(let chosen):
      let interaction = item.descendants("choiceInteraction").first { $0["responseIdentifier"] == id }
      let ids = (interaction?.all("simpleChoice") ?? []).compactMap { $0["identifier"] }
      guard chosen.allSatisfy(ids.indices.contains) else { throw ImportFault("no such option of \(id)") }
      variables[id] = chosen.isEmpty ? .null : .identifiers(chosen.map { ids[$0] })
    }
  }

  mutating func run(_ rules: [XMLElement]) throws(ImportFault) {
    for rule in rules {
      switch rule.name {
      case "setOutcomeValue":
        guard let id = rule["identifier"], variables.keys.contains(id), let expression = rule.elements.first
        else {
          throw ImportFault("an outcome is set that is not declared")
        }
        variables[id] = try value(of: expression)
      case "responseCondition":
        for branch in rule.elements {
          if branch.name == "responseElse" {
            try run(branch.elements)
            break
          }
          guard let test = branch.elements.first else { throw ImportFault("a condition without a test") }
          if try value(of: test) == .boolean(true) {
            try run(Array(branch.elements.dropFirst()))
            break
          }
        }
      default: throw ImportFault("the rule '\(rule.name)' is not known")
      }
    }
  }

  private func declaration(_ id: String) -> XMLElement? {
    item.all("responseDeclaration").first { $0["identifier"] == id }
  }

  private func value(of e: XMLElement) throws(ImportFault) -> Value {
    let id = e["identifier"] ?? ""
    switch e.name {
    case "variable":
      guard let value = variables[id] else { throw ImportFault("the variable '\(id)' is not declared") }
      return value
    case "baseValue":
      if e["baseType"] == "identifier" { return .identifiers([e.text]) }
      guard let x = Double(e.text) else { throw ImportFault("'\(e.text)' is no number") }
      return .float(x)
    case "correct":
      let texts = declaration(id)?.first("correctResponse")?.all("value").map(\.text) ?? []
      if declaration(id)?["baseType"] == "float" {
        return texts.first.flatMap(Double.init).map { .float($0) } ?? .null
      }
      return .identifiers(texts)
    case "isNull": return .boolean(try value(of: try operand(e, 0)) == .null)
    case "not":
      guard case .boolean(let b) = try value(of: try operand(e, 0)) else { return .null }
      return .boolean(!b)
    case "equal": return try equal(e)
    case "match": return .boolean(try value(of: try operand(e, 0)) == value(of: try operand(e, 1)))
    case "member":
      guard case .identifiers(let one) = try value(of: try operand(e, 0)),
        case .identifiers(let all) = try value(of: try operand(e, 1))
      else { return .boolean(false) }
      return .boolean(all.contains(one[0]))
    case "multiple":
      var ids: [String] = []
      for part in e.elements { if case .identifiers(let more) = try value(of: part) { ids += more } }
      return ids.isEmpty ? .null : .identifiers(ids)
    case "sum":
      var sum = 0.0
      for part in e.elements {
        guard case .float(let x) = try value(of: part) else { return .null }
        sum += x
      }
      return .float(sum)
    case "mapResponse": return try mapped(id)
    default: throw ImportFault("the expression '\(e.name)' is not known")
    }
  }

  private func operand(_ e: XMLElement, _ i: Int) throws(ImportFault) -> XMLElement {
    guard e.elements.count > i else { throw ImportFault("'\(e.name)' lacks an operand") }
    return e.elements[i]
  }

  /// x₀ − t₀ ≤ y ≤ x₀ + t₁ for the first and second operand y and x₀.
  private func equal(_ e: XMLElement) throws(ImportFault) -> Value {
    guard case .float(let y) = try value(of: try operand(e, 0)),
      case .float(let x) = try value(of: try operand(e, 1))
    else { return .null }
    switch e["toleranceMode"] {
    case "exact": return .boolean(x == y)
    case "absolute":
      let bounds = (e["tolerance"] ?? "").split(separator: " ").compactMap { Double($0) }
      guard let low = bounds.first, let high = bounds.last, (1...2).contains(bounds.count) else {
        throw ImportFault("a tolerance is no pair of numbers")
      }
      let dust = 1e-12 * max(1, abs(x))
      return .boolean(y >= x - low - dust && y <= x + high + dust)
    default: throw ImportFault("the tolerance mode '\(e["toleranceMode"] ?? "")' is not known")
    }
  }

  private func mapped(_ id: String) throws(ImportFault) -> Value {
    guard let mapping = declaration(id)?.first("mapping") else { throw ImportFault("'\(id)' has no mapping") }
    guard case .identifiers(let chosen) = variables[id] ?? .null else { return .float(0) }
    let entries = Dictionary(
      mapping.all("mapEntry").map { ($0["mapKey"] ?? "", Double($0["mappedValue"] ?? "") ?? .nan) }
    ) { a, _ in a }
    var sum = 0.0
    for option in Set(chosen).sorted() {
      sum += entries[option] ?? Double(mapping["defaultValue"] ?? "") ?? 0
    }
    if let low = mapping["lowerBound"].flatMap(Double.init) { sum = max(low, sum) }
    if let high = mapping["upperBound"].flatMap(Double.init) { sum = min(high, sum) }
    return .float(sum)
  }
}

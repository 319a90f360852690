import Estimates
import Labs
import Specifications
import Tables

/// What stands between the two `---` of a problem, read.
struct ProblemFrontMatter {
  let id: String
  let titles: [LabLanguage: String]
  let kind: Problem.Kind
  let points: Double
  let archetype: String
  let tags: [String]
  let parameters: [ProblemParameter]
  let results: [ProblemParameter]
  let requirements: [ProblemCondition]
  let answers: [ProblemAnswer]
  let allowsBoundary: Bool
  let givesRLines: Bool

  private static let names = [
    "id", "title", "type", "points", "archetype", "tags", "draw", "results", "require", "answers", "boundary",
    "r-lines",
  ]

  /// What every problem has, with an example.
  private static let required = [
    ("id", "icc"), ("title", "{en: Shares of variance, zh: 方差的比例}"), ("type", "numerical"), ("points", "3"),
    ("archetype", "shrinkage (what it practises, in a word or two)"),
    ("answers", "{icc: {value: sa^2 / (sa^2 + sy^2), kind: formula, digits: 3}}"),
  ]

  /// Reads the names; faults of texts are added, the first other fault is thrown.
  init(_ node: SpecificationNode, _ faults: inout [LabFault]) throws(SpecificationError) {
    let fields = try node.fields(Self.names)
    for (name, example) in Self.required where fields[name] == nil {
      throw node.fault("'\(name)' is missing; for example \(name): \(example)")
    }
    let idNode = try fields.required("id")
    id = try idNode.text()
    guard !id.isEmpty, id.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
    else {
      throw idNode.fault("'\(id)' cannot be an id; use ASCII letters, digits, _ and -")
    }
    titles = try fields.required("title").bilingualText()
    kind = try fields.required("type").choice()
    points = try fields.required("points").amount(in: 0.25...1000)
    archetype = try fields.required("archetype").text()
    var tags: [String] = []
    for item in try fields["tags"]?.items() ?? [] { tags.append(try item.text()) }
    self.tags = tags
    parameters = try Self.parameters(fields["draw"])
    results = try Self.parameters(fields["results"])
    if let drawn = results.first(where: \.isDrawn) {
      throw SpecificationError(
        at: drawn.place, "results.\(drawn.name): results are computed; what is drawn stands under draw:")
    }
    for result in results {
      guard case .computed(let expression, _) = result.law, expression.addresses.isEmpty else { continue }
      throw SpecificationError(
        at: result.place,
        "results.\(result.name): '\(expression.text)' is typed; results are computed from fits, such as "
          + "m.residual.sd"
      )
    }
    var requirements: [ProblemCondition] = []
    for item in try fields["require"]?.items() ?? [] { requirements.append(try item.condition()) }
    self.requirements = requirements
    allowsBoundary = try fields["boundary"]?.word(["allowed", "refused"]) == "allowed"
    givesRLines = try fields["r-lines"]?.flag() ?? true
    var answers: [ProblemAnswer] = []
    for entry in try fields.required("answers").entries() {
      answers.append(try ProblemAnswer(entry, in: kind, &faults))
    }
    if answers.count > 26 {
      throw try fields.required("answers").fault("\(answers.count) answers; from 1 to 26 would work")
    }
    // A letter names a blank when answers are graded.
    for (i, entry) in try fields.required("answers").entries().enumerated() {
      let named = answers.indices.first { BlankLetter.of($0) == entry.key.lowercased() }
      guard let named, named != i else { continue }
      throw SpecificationError(
        at: entry.keyPlace,
        "the answer '\(entry.key)' has the blank (\(BlankLetter.of(i))) on sheets; call it "
          + "'\(BlankLetter.of(i))', or by a word")
    }
    self.answers = answers
  }

  private static func parameters(_ node: SpecificationNode?) throws(SpecificationError) -> [ProblemParameter]
  {
    guard let node else { return [] }
    var parameters: [ProblemParameter] = []
    for entry in try node.entries() { parameters.append(try ProblemParameter(entry)) }
    return parameters
  }
}

extension ProblemAnswer {
  private static let numberNames = [
    "value", "kind", "digits", "percent", "mcse", "zero", "weight", "mistakes",
  ]
  private static let choiceNames = ["options", "multiple", "shuffle", "weight"]

  /// Reads `id: {value: …, digits: 2, …}` or `id: {options: […]}`.
  init(_ entry: SpecificationNode.Entry, in kind: Problem.Kind, _ faults: inout [LabFault])
    throws(SpecificationError)
  {
    id = entry.key
    location = entry.keyPlace.location
    guard entry.key.isParameterName else {
      throw SpecificationError(
        at: entry.keyPlace,
        "'\(entry.key)' cannot be an answer's id; use ASCII letters, digits and _, a letter first")
    }
    if kind == .essay {
      weight = 1
      content = .essay
      return
    }
    let isChoice: Bool
    switch kind {
    case .single, .multiple: isChoice = true
    case .numerical: isChoice = false
    default: isChoice = entry.value[path: ["options"]] != nil
    }
    let fields = try entry.value.fields(isChoice ? Self.choiceNames : Self.numberNames)
    weight = try fields["weight"]?.amount(in: 0.01...100) ?? 1
    if isChoice {
      var options: [Option] = []
      for item in try fields.required("options").items() { options.append(try Option(item, &faults)) }
      let isMultiple = try fields["multiple"]?.flag() ?? false
      content = .choice(
        options, isMultiple: kind == .multiple || isMultiple, shuffles: try fields["shuffle"]?.flag() ?? true)
    } else {
      content = .number(try Number(fields, entry.value, &faults))
    }
  }
}

extension ProblemAnswer.Number {
  init(
    _ fields: SpecificationFields, _ node: SpecificationNode, _ faults: inout [LabFault]
  ) throws(SpecificationError) {
    let valueNode = try fields.required("value")
    value = try valueNode.expression()
    if value.addresses.isEmpty {
      throw valueNode.fault(
        "'\(value.text)' is a typed key; a key is computed from fits or drawn numbers, whose names stand in it"
      )
    }
    kind = try fields.required("kind").choice()
    digits = try fields["digits"]?.whole(in: 0...9) ?? 0
    if kind != .count, fields["digits"] == nil { throw node.fault("'digits' is missing") }
    isPercent = try fields["percent"]?.flag() ?? false
    error = try fields["mcse"]?.expression()
    if kind == .monteCarlo, error == nil {
      throw node.fault("'mcse' is missing; a mean over simulations needs it")
    }
    mayBeZero = try fields["zero"]?.word(["allowed", "refused"]) == "allowed"
    var mistakes: [ProblemAnswer.Mistake] = []
    for entry in try fields["mistakes"]?.entries() ?? [] {
      let inner = try entry.value.fields(["value", "credit", "feedback"])
      mistakes.append(
        ProblemAnswer.Mistake(
          id: entry.key, value: try inner.required("value").expression(),
          credit: try inner["credit"]?.amount(in: 0...0.99) ?? 0,
          feedback: try inner.required("feedback").bilingualTemplate(&faults),
          location: entry.keyPlace.location))
    }
    self.mistakes = mistakes
  }
}

extension ProblemAnswer.Option {
  init(_ node: SpecificationNode, _ faults: inout [LabFault]) throws(SpecificationError) {
    let fields = try node.fields(["id", "each", "text", "right", "credit", "feedback"])
    location = node.place.location
    id = try fields.required("id").text()
    guard id.isParameterName else {
      throw node.fault("'\(id)' cannot be an option's id; use ASCII letters, digits and _, a letter first")
    }
    if let entry = try fields["each"]?.entries().first {
      each = (entry.key, try ProblemParameter.Word.list(entry.value))
    } else {
      each = nil
    }
    text = try fields.required("text").bilingualTemplate(&faults)
    let rightNode = try fields.required("right")
    switch try rightNode.text() {
    case "true", "yes": right = .fixed(true)
    case "false", "no": right = .fixed(false)
    default: right = .condition(try rightNode.condition())
    }
    credit = try fields["credit"]?.amount(in: -1...0.99)
    if let feedbackNode = fields["feedback"] {
      feedback = try feedbackNode.bilingualTemplate(&faults)
    } else {
      feedback = [:]
    }
  }
}

extension SpecificationNode {
  func condition() throws(SpecificationError) -> ProblemCondition {
    let text = try text()
    do throws(ConditionError) {
      var condition = try ProblemCondition(parsing: text)
      condition.location = place.location
      return condition
    } catch {
      throw fault("'\(text)': column \(error.column): \(error.description)")
    }
  }

  /// A number in a range; a word is refused as such.
  func amount(in range: ClosedRange<Double>) throws(SpecificationError) -> Double {
    try refuseWord("a number from \(shortestText(range.lowerBound)) to \(shortestText(range.upperBound))")
    return try number(in: range)
  }

  /// A whole number in a range; a word is refused as such.
  func whole(in range: ClosedRange<Int>) throws(SpecificationError) -> Int {
    try refuseWord("a whole number from \(range.lowerBound) to \(range.upperBound)")
    return try integer(in: range)
  }

  /// Front matter has no named numbers here.
  private func refuseWord(_ wanted: String) throws(SpecificationError) {
    guard case .scalar(let text, _) = content, !isNull, Double(text) == nil else { return }
    let expression = try? ValueExpression(parsing: text)
    guard let expression, expression.addresses.isEmpty else {
      throw fault("'\(text)' where \(wanted) belongs")
    }
  }

  fileprivate func word(_ allowed: [String]) throws(SpecificationError) -> String {
    let found = try text()
    guard allowed.contains(found) else { throw fault(SpecificationNode.unknown(found, allowed: allowed)) }
    return found
  }
}

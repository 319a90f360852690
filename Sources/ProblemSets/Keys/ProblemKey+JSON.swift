import Estimates
import Labs

extension ProblemKey {
  /// The key as JSON; everything of the answers is in it.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [("student", .string(student))]
    if !name.isEmpty { members.append(("name", .string(name))) }
    if let language { members.append(("language", .string(language.rawValue))) }
    members += [
      ("problem", .string(problem)), ("variant", .string(code)), ("titles", .texts(titles)),
      ("points", .number(points)), ("answers", .array(answers.map(\.json))),
    ]
    return .object(members)
  }

  /// Reads a key.
  /// - Throws: `KeyFault` that names the member.
  init(_ json: JSONValue) throws(KeyFault) {
    let titles = try json.texts("titles")
    var language: LabLanguage?
    if let name = try json.optionalText("language") {
      guard let known = LabLanguage(rawValue: name) else {
        throw KeyFault("language is '\(name)'; en or zh would work")
      }
      language = known
    }
    var answers: [VariantAnswer] = []
    for item in try json.list("answers") { answers.append(try VariantAnswer(item)) }
    if answers.isEmpty { throw KeyFault("there are no answers") }
    var seen: Set<String> = []
    for answer in answers where !seen.insert(answer.id).inserted {
      throw KeyFault("two answers have the id '\(answer.id)'")
    }
    self.init(
      student: try json.text("student"), name: try json.optionalText("name") ?? "", language: language,
      problem: try json.text("problem"), code: try json.text("variant"), titles: titles,
      points: try json.amount("points"), answers: answers)
  }
}

extension VariantAnswer {
  /// The answer as JSON: id, weight, and the key's members beside them.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [("id", .string(id)), ("weight", .number(weight))]
    switch key {
    case .number(let number):
      members += [
        ("type", .string("number")), ("value", .number(number.value)),
        ("decimals", .integer(number.decimals)),
        ("tolerance", .number(number.tolerance)), ("percent", .bool(number.isPercent)),
        ("misconceptions", .array(number.misconceptions.map(\.json))),
      ]
    case .single(let options):
      members += [("type", .string("single")), ("options", .array(options.map(\.json)))]
    case .multiple(let options):
      members += [("type", .string("multiple")), ("options", .array(options.map(\.json)))]
    case .essay(let rubric):
      let lines = LabLanguage.allCases.compactMap { language in
        rubric[language].map { (language.rawValue, JSONValue.array($0.map(\.json))) }
      }
      members += [("type", .string("essay")), ("rubric", .object(lines))]
    }
    return .object(members)
  }

  init(_ json: JSONValue) throws(KeyFault) {
    let id = try json.text("id")
    do throws(KeyFault) {
      self.init(id: id, weight: try json.amount("weight"), key: try AnswerKey(json))
    } catch {
      throw KeyFault("answer '\(id)': \(error.message)")
    }
  }
}

extension AnswerKey {
  init(_ json: JSONValue) throws(KeyFault) {
    switch try json.text("type") {
    case "number":
      var misconceptions: [NumberMisconception] = []
      for item in try json.list("misconceptions") { misconceptions.append(try NumberMisconception(item)) }
      self = .number(
        NumberKey(
          value: try json.number("value"), decimals: try json.whole("decimals"),
          tolerance: try json.amount("tolerance"), isPercent: try json.flag("percent"),
          misconceptions: misconceptions))
    case "single": self = .single(try ChoiceOption.list(json))
    case "multiple": self = .multiple(try ChoiceOption.list(json))
    case "essay":
      var rubric: [LabLanguage: [RubricLine]] = [:]
      let all = try json.member("rubric")
      for language in LabLanguage.allCases where all[language.rawValue] != nil {
        var lines: [RubricLine] = []
        for item in try all.list(language.rawValue) {
          lines.append(RubricLine(points: try item.number("points"), text: try item.text("text")))
        }
        rubric[language] = lines
      }
      self = .essay(rubric: rubric)
    case let other:
      throw KeyFault("type is '\(other)'; number, single, multiple or essay would work")
    }
  }
}

extension NumberMisconception {
  var json: JSONValue {
    .object([
      ("id", .string(id)), ("value", .number(value)), ("tolerance", .number(tolerance)),
      ("credit", .number(credit)), ("feedback", .texts(feedback)),
    ])
  }

  init(_ json: JSONValue) throws(KeyFault) {
    self.init(
      id: try json.text("id"), value: try json.number("value"), tolerance: try json.amount("tolerance"),
      credit: try json.number("credit"), feedback: try json.texts("feedback"))
  }
}

extension ChoiceOption {
  var json: JSONValue {
    .object([
      ("id", .string(id)), ("text", .texts(text)), ("right", .bool(isRight)), ("credit", .number(credit)),
      ("feedback", .texts(feedback)),
    ])
  }

  static func list(_ json: JSONValue) throws(KeyFault) -> [ChoiceOption] {
    var options: [ChoiceOption] = []
    for item in try json.list("options") {
      options.append(
        ChoiceOption(
          id: try item.text("id"), text: try item.texts("text"), isRight: try item.flag("right"),
          credit: try item.number("credit"), feedback: try item.texts("feedback")))
    }
    if options.isEmpty || options.count > 26 {
      throw KeyFault("there are \(options.count) options; from 1 to 26 would work")
    }
    return options
  }
}

extension RubricLine {
  var json: JSONValue { .object([("points", .number(points)), ("text", .string(text))]) }
}

/// What is wrong in a key file, without its place.
struct KeyFault: Error, Equatable {
  let message: String
  init(_ message: String) { self.message = message }
}

extension JSONValue {
  /// Texts by language.
  static func texts(_ texts: [LabLanguage: String]) -> JSONValue {
    .object(LabLanguage.allCases.compactMap { l in texts[l].map { (l.rawValue, .string($0)) } })
  }

  fileprivate func member(_ name: String) throws(KeyFault) -> JSONValue {
    guard let value = self[name] else { throw KeyFault("'\(name)' is missing") }
    return value
  }

  fileprivate func text(_ name: String) throws(KeyFault) -> String {
    guard let text = try member(name).string else { throw KeyFault("'\(name)' is no text") }
    return text
  }

  fileprivate func optionalText(_ name: String) throws(KeyFault) -> String? {
    self[name] == nil ? nil : try text(name)
  }

  fileprivate func number(_ name: String) throws(KeyFault) -> Double {
    guard let x = try member(name).double else { throw KeyFault("'\(name)' is no number") }
    return x
  }

  fileprivate func amount(_ name: String) throws(KeyFault) -> Double {
    let x = try number(name)
    guard x >= 0, x.isFinite else { throw KeyFault("'\(name)' is \(x); 0 or more would work") }
    return x
  }

  fileprivate func whole(_ name: String) throws(KeyFault) -> Int {
    guard let n = try member(name).integer else { throw KeyFault("'\(name)' is no whole number") }
    return n
  }

  fileprivate func flag(_ name: String) throws(KeyFault) -> Bool {
    guard case .bool(let value) = try member(name) else { throw KeyFault("'\(name)' is not true or false") }
    return value
  }

  fileprivate func list(_ name: String) throws(KeyFault) -> [JSONValue] {
    guard let items = try member(name).items else { throw KeyFault("'\(name)' is no array") }
    return items
  }

  fileprivate func texts(_ name: String) throws(KeyFault) -> [LabLanguage: String] {
    let all = try member(name)
    guard case .object = all else { throw KeyFault("'\(name)' is no object of texts") }
    var texts: [LabLanguage: String] = [:]
    for language in LabLanguage.allCases where all[language.rawValue] != nil {
      texts[language] = try all.text(language.rawValue)
    }
    return texts
  }
}

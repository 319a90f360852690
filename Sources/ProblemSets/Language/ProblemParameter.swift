import Estimates
import Labs
import Specifications
import Tables

/// A named number or word that is drawn for each variant, or computed from those before it.
public struct ProblemParameter: Sendable {
  /// How a value comes about.
  enum Law: Sendable {
    /// A number from `from` in steps up to `to`; rounded to the step's digits.
    case steps(from: ValueExpression, to: ValueExpression, step: ValueExpression)
    /// One of several numbers.
    case numbers([ValueExpression])
    /// One of several words, none that the named parameters already have; with an index, the word at that place, counted from 1.
    case words([Word], except: [String], index: ValueExpression?)
    /// Arithmetic over earlier numbers, rounded where digits are told.
    case computed(ValueExpression, digits: Int?)
  }

  /// A word with its names in both languages.
  public struct Word: Sendable, Equatable {
    /// The word in commands and addresses.
    public let key: String
    /// What texts say.
    public let names: [LabLanguage: String]
  }

  /// The name in expressions and texts.
  public let name: String
  let law: Law
  let location: LabLocation
  /// Where the name stands.
  var place: SpecificationPlace {
    SpecificationPlace(file: location.file, line: location.line, column: location.column)
  }

  /// Whether it is a word.
  var isWord: Bool { if case .words = law { true } else { false } }
  /// Whether chance decides it.
  var isDrawn: Bool {
    switch law {
    case .computed, .words(_, _, index: .some): false
    default: true
    }
  }
}

extension ProblemParameter {
  /// Reads `name: {from: 1, to: 5, step: 0.5}`, `{integers: [3, 9]}`, `{numbers: […]}`, `{words: […]}`, `{value: …, digits: 2}`, or a bare
  /// expression.
  init(_ entry: SpecificationNode.Entry) throws(SpecificationError) {
    name = entry.key
    location = entry.keyPlace.location
    guard entry.key.isParameterName else {
      throw SpecificationError(
        at: entry.keyPlace, "'\(entry.key)' cannot be a name; use ASCII letters, digits and _, a letter first"
      )
    }
    guard case .mapping = entry.value.content else {
      law = .computed(try entry.value.expression(), digits: nil)
      return
    }
    let fields = try entry.value.fields([
      "from", "to", "step", "decimals", "integers", "numbers", "words", "except", "index", "value", "digits",
    ])
    if let node = fields["integers"] {
      let ends = try node.items()
      guard ends.count == 2 else { throw node.fault("two whole numbers, the smaller first, would work") }
      law = .steps(
        from: try ends[0].expression(), to: try ends[1].expression(), step: try .init(text: "1", at: node))
    } else if fields["from"] != nil || fields["to"] != nil {
      let step =
        if let node = fields["step"] { try node.expression() } else if let node = fields["decimals"] {
          try ValueExpression(text: "10^(0 - \(try node.integer(in: 0...9)))", at: node)
        } else { try ValueExpression(text: "1", at: entry.value) }
      law = .steps(
        from: try fields.required("from").expression(), to: try fields.required("to").expression(), step: step
      )
    } else if let node = fields["numbers"] {
      var list: [ValueExpression] = []
      for item in try node.items() { list.append(try item.expression()) }
      guard list.count > 1 else {
        throw node.fault(
          "\(list.isEmpty ? "no number" : "one number") to draw from; two or more would work, and "
            + "'\(name): 3' for a number that never differs")
      }
      law = .numbers(list)
    } else if let node = fields["words"] {
      var except: [String] = []
      for item in try fields["except"]?.items() ?? [] { except.append(try item.text()) }
      law = .words(try Word.list(node), except: except, index: try fields["index"]?.expression())
    } else {
      law = .computed(
        try fields.required("value").expression(), digits: try fields["digits"]?.whole(in: 0...12))
    }
    if let fault = emptyRange { throw entry.value.fault(fault) }
  }

  /// What is wrong with a range of numbers that are all typed; nil where there is something to draw, or where
  /// that is known later.
  private var emptyRange: String? {
    guard case .steps(let first, let last, let step) = law,
      [first, last, step].allSatisfy(\.addresses.isEmpty)
    else { return nil }
    let values = [first, last, step].map { $0.value { _ in .nan } }
    return ProblemParameter.emptyRange(from: values[0], to: values[1], by: values[2])
  }

  /// Why a range holds no number to draw; nil where it holds one.
  static func emptyRange(from a: Double, to b: Double, by width: Double) -> String? {
    if width > 0, a <= b, (b - a) / width < 1e9 { return nil }
    return
      "from \(shortestText(a)) to \(shortestText(b)) by \(shortestText(width)) holds no number; a step above "
      + "0 and an end not below the beginning would work"
  }
}

extension ProblemParameter.Word {
  /// Reads `[a, b]` or `{a: {en: …, zh: …}, b: 名}`.
  static func list(_ node: SpecificationNode) throws(SpecificationError) -> [ProblemParameter.Word] {
    var words: [ProblemParameter.Word] = []
    if case .mapping(let entries) = node.content {
      for entry in entries {
        words.append(.init(key: entry.key, names: try entry.value.bilingualText()))
      }
    } else {
      for item in try node.items() {
        let text = try item.text()
        words.append(.init(key: text, names: [.en: text, .zh: text]))
      }
    }
    if words.isEmpty { throw node.fault("the list is empty; at least one word is needed") }
    return words
  }
}

extension SpecificationNode {
  /// The value as an expression.
  func expression() throws(SpecificationError) -> ValueExpression {
    try ValueExpression(text: try text(), at: self)
  }

  /// A text in both languages: `{en: …, zh: …}`, or one text for both.
  func bilingualText() throws(SpecificationError) -> [LabLanguage: String] {
    if case .scalar = content {
      let text = try text()
      return [.en: text, .zh: text]
    }
    let fields = try fields(["en", "zh"])
    return [.en: try fields.required("en").text(), .zh: try fields.required("zh").text()]
  }

  /// A template in both languages.
  func bilingualTemplate(_ faults: inout [LabFault]) throws(SpecificationError) -> [LabLanguage: TextTemplate]
  {
    if case .scalar = content {
      let template = TextTemplate(try text(), at: place.location, faults: &faults)
      return [.en: template, .zh: template]
    }
    let fields = try fields(["en", "zh"])
    var templates: [LabLanguage: TextTemplate] = [:]
    for language in LabLanguage.allCases {
      let node = try fields.required(language.rawValue)
      templates[language] = TextTemplate(try node.text(), at: node.place.location, faults: &faults)
    }
    return templates
  }
}

extension ValueExpression {
  init(text: String, at node: SpecificationNode) throws(SpecificationError) {
    do throws(ValueExpressionError) { try self.init(parsing: text) } catch {
      throw node.fault("'\(text)': column \(error.column): \(error.description)")
    }
  }
}

extension String {
  /// Whether expressions can name it and texts can hold it between braces.
  var isParameterName: Bool {
    (first?.isLetter ?? false) && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
  }
}

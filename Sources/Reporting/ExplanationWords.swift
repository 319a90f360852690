/// The words of explanations in one language.
struct ExplanationWords {
  let language: Language
  /// Words for columns.
  private let names: [String: String]

  init(_ language: Language, names: [String: String] = [:]) {
    self.language = language
    self.names = names
  }

  /// The given words for a column; nil if there are none. A factor is found under the name of its column, a product part by part.
  func given(_ name: String) -> String? {
    if let words = names[name] { return words }
    let bare = ExplanationWords.bare(name)
    if let words = names[bare] { return words }
    if let open = bare.firstIndex(of: "("), bare.hasSuffix(")"),
      ["factor", "as.factor"].contains(bare[..<open])
    {
      return names[String(bare[bare.index(after: open)...].dropLast())]
    }
    let parts = name.split(separator: ":").map(String.init)
    guard parts.count > 1 else { return nil }
    let words = parts.map(given)
    guard words.contains(where: { $0 != nil }) else { return nil }
    return zip(words, parts).map { $0 ?? $1 }.joined(separator: " × ")
  }

  /// The words given for just this name.
  func label(_ name: String) -> String? { names[name] }

  /// The words for a column: those given, else its name.
  func name(_ column: String) -> String { given(column) ?? ExplanationWords.bare(column) }

  /// A name before which an article or "every" can stand.
  func withoutArticle(_ name: String) -> String {
    guard language == .en, name.lowercased().hasPrefix("the "), name.utf8.count > 4 else { return name }
    return String(name.dropFirst(4))
  }

  /// A name without the backquotes that a formula needs around it.
  static func bare(_ name: String) -> String { name.filter { $0 != "`" } }

  /// A formula as code in Markdown.
  func code(_ formula: String) -> String { formula.contains("`") ? "`` \(formula) ``" : "`\(formula)`" }

  /// Whether words are Chinese.
  var isChinese: Bool { language == .zh }

  /// One of two texts.
  func pick(_ english: String, _ chinese: String) -> String { language == .en ? english : chinese }

  /// What stands before a formula, in plain text and in Markdown.
  func modelTitle(_ number: Int?) -> (plain: String, markdown: String) {
    let title = pick("Model", "模型") + (number.map { " \($0)" } ?? "")
    return (title + colon, title + pick(".", "。"))
  }

  /// What stands before the differences of two models.
  func differenceTitle(_ first: Int, _ second: Int) -> String {
    pick("What differs between model \(first) and model \(second)", "模型 \(first) 与模型 \(second) 的差别")
  }

  /// What stands before the readings of a fit.
  var fittedTitle: String { pick("Fitted to these data", "拟合这些数据的结果") }

  /// A title and a list in plain text.
  func bulleted(_ title: String, _ items: [String]) -> String {
    title + "\n" + items.map { wrapped("  - \($0)", indent: 4) }.joined(separator: "\n")
  }

  var observationLevel: String { pick("observations", "个体层次") }
  func groupLevel(_ factor: String) -> String {
    pick("groups (\(name(factor)))", "集体层次（\(name(factor))）")
  }
  var parameters: String { pick("Parameters", "参数") }
  /// What stands before, or in place of, the parameters of a later model.
  /// - Parameters:
  ///   - lacking: symbols of the first model that the later one does not have.
  ///   - more: whether a list of new and changed parameters follows.
  func parametersAsInFirst(lacking: [String], more: Bool) -> String {
    let without = lacking.isEmpty ? "" : pick(", without \(list(lacking))", "，但没有 \(list(lacking))")
    let join = lacking.isEmpty ? pick(",", "，") : pick(", and", "，此外")
    return pick("Parameters as in model 1", "参数与模型 1 相同") + without
      + (more ? join + pick(" except for", "不同的是") : "")
  }
  var colon: String { pick(": ", "：") }
  /// Text ready to be read: in Chinese a blank between ideographs and Latin letters, digits or formulas.
  func finished(_ text: String) -> String {
    guard language == .zh else { return text }
    var out = ""
    var last: Character = " "
    for character in text {
      if last.isIdeograph && character.isLatin && character != ")" || last.isLatin && character.isIdeograph {
        out.append(" ")
      }
      out.append(character)
      last = character
    }
    return out
  }

  /// A sentence broken into lines.
  func wrapped(_ text: String, indent: Int = 0) -> String {
    TextWrapping.wrapped(finished(text), indent: indent)
  }

  var comma: String { pick(", ", "，") }
  var stop: String { pick(".", "。") }
  /// Between sentences.
  var space: String { pick(" ", "") }

  /// The symbols' meanings as one sentence.
  func sentence(_ parts: [String]) -> String { pick("where ", "其中 ") + parts.joined(separator: comma) + stop }

  /// Several things in a row: `a, b and c`.
  func list(_ items: [String]) -> String {
    guard items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: pick(", ", "、")) + pick(" and ", "和") + items.last!
  }

  /// The intercept or a slope.
  func singular(_ c: ModelEquations.Coefficient) -> String {
    c.predictor == nil ? pick("intercept", "截距") : pick("slope of \(name(c.name))", "\(name(c.name))的斜率")
  }

  /// The intercepts or slopes of groups.
  func plural(_ c: ModelEquations.Coefficient) -> String {
    c.predictor == nil ? pick("intercepts", "截距") : pick("slopes of \(name(c.name))", "\(name(c.name))的斜率")
  }
}

extension Character {
  fileprivate var isIdeograph: Bool { ("\u{4E00}"..."\u{9FFF}").contains(self) }
  fileprivate var isLatin: Bool {
    isASCII && (isLetter || isNumber || self == "$" || self == "`" || self == ")")
  }
}

import MixedModels
import ModelFormula
import Plotting

/// Language of a figure's words.
public enum FigureLanguage: String, Sendable, CaseIterable {
  /// English.
  case english = "en"
  /// Simplified Chinese.
  case chinese = "zh-CN"
}

/// A text in both languages.
public struct LocalizedText: Hashable, Sendable {
  /// English wording.
  public var english: String
  /// Chinese wording.
  public var chinese: String

  /// A text with a wording for each language.
  public init(english: String, chinese: String) {
    self.english = english
    self.chinese = chinese
  }

  /// One wording for both languages, such as a column's name.
  public init(_ text: String) {
    self.init(english: text, chinese: text)
  }

  /// A level of a grouping factor, named as in the data; one without a name is called empty.
  public static func level(_ name: String) -> LocalizedText {
    name.isEmpty ? LocalizedText(english: "(empty)", chinese: "（空）") : LocalizedText(name)
  }

  /// The wording in a language; line breaks and other control characters are shown as escapes, `\n`.
  public func callAsFunction(_ language: FigureLanguage) -> String {
    visible(language == .english ? english : chinese)
  }
}

/// A text in which control characters, which no font shows, are written as escapes.
private func visible(_ text: String) -> String {
  func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: MathText.isMark(scalar)
    }
  }
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  return text.unicodeScalars.map { scalar in
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: isControl(scalar) ? "\\u" + String(scalar.value, radix: 16, uppercase: true) : String(scalar)
    }
  }.joined()
}

/// A column as it is named on an axis.
public struct FigureVariable: Hashable, Sendable {
  /// Name of the quantity.
  public var name: LocalizedText
  /// Unit as it stands after a number, "years"; empty where there is none.
  public var unit: LocalizedText
  /// Unit as it stands after "per", "year"; empty where there is none.
  public var singularUnit: LocalizedText
  /// The column in the data, whatever it is called in the figure.
  public let column: String
  /// Whether its coefficient is a slope: not for an indicator of a factor's level or a column of a basis,
  /// which is called by its name alone.
  public var hasSlope = true

  /// A name and unit for a column.
  ///
  /// - Parameter column: its name in the data; the English name unless given.
  public init(
    _ name: LocalizedText, unit: LocalizedText = LocalizedText(""),
    per singularUnit: LocalizedText = LocalizedText(""), column: String? = nil
  ) {
    self.name = name
    self.unit = unit
    self.singularUnit = singularUnit
    self.column = column ?? name.english
  }

  /// A column known by its name alone.
  public init(_ name: String) {
    self.init(LocalizedText(name))
  }

  /// A column with the words that our own examples use for it; any other name stands for itself in both
  /// languages. Backquotes of a formula and a `factor()` around the name are not part of it.
  public static func column(_ name: String) -> FigureVariable {
    var bare = name.filter { $0 != "`" }
    for wrapper in ["factor(", "as.factor("] where bare.hasPrefix(wrapper) && bare.hasSuffix(")") {
      bare = String(bare.dropFirst(wrapper.count).dropLast())
    }
    let chinese = ["salary": "薪资", "experience": "工作年限", "department": "院系"]
    return FigureVariable(LocalizedText(english: bare, chinese: chinese[bare] ?? bare))
  }

  /// A column of a model's design. Its coefficient is a slope if it is a term of the formula; factors and
  /// bases have columns with names of their own.
  static func column(_ name: String, of model: some MixedModel) -> FigureVariable {
    var variable = column(name)
    let formula = model.formula
    let terms = formula.fixed.terms + formula.randomTerms.flatMap(\.effects.terms)
    variable.hasSlope = name == FigureWords.constant || terms.contains { $0.name == name }
    return variable
  }

  /// Axis title: name and unit.
  func title(_ language: FigureLanguage) -> String {
    let words = FigureWords(language)
    return unit(language).isEmpty ? name(language) : name(language) + words.parenthesis(unit(language))
  }
}

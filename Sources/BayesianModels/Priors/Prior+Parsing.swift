extension Prior {
  /// The distributions by the names that files use, with what their numbers are.
  static let forms: [(name: String, numbers: [String])] = [
    ("flat", []), ("normal", ["mean", "sd"]), ("t", ["df", "location", "scale"]),
    ("uniform", ["lower", "upper"]),
    ("half_normal", ["sd"]), ("half_t", ["df", "scale"]), ("half_cauchy", ["scale"]),
    ("exponential", ["rate"]),
    ("inverse_gamma", ["shape", "scale"]),
  ]

  /// Reads `normal(0, 10)` and its like; words in `forms`, `-` for `_` too.
  /// - Throws: `PriorTextError` saying what would work.
  public init(parsing text: String) throws(PriorTextError) {
    let (name, numbers) = try Prior.parts(of: text)
    guard let form = Prior.forms.first(where: { $0.name == name }) else { throw .unknown(text) }
    guard numbers.count == form.numbers.count else { throw .wrongCount(text, form: Prior.pattern(form)) }
    let x = numbers
    let prior: Prior =
      switch name {
      case "flat": .flat
      case "normal": .normal(mean: x[0], sd: x[1])
      case "t": .studentT(degreesOfFreedom: x[0], location: x[1], scale: x[2])
      case "uniform": .uniform(x[0], x[1])
      case "half_normal": .halfNormal(sd: x[0])
      case "half_t": .halfT(degreesOfFreedom: x[0], scale: x[1])
      case "half_cauchy": .halfCauchy(scale: x[0])
      case "exponential": .exponential(rate: x[0])
      default: .inverseGamma(shape: x[0], scale: x[1])
      }
    guard prior.isValid else { throw .invalidNumbers(text, form: Prior.pattern(form)) }
    self = prior
  }

  /// η of `lkj(2)`.
  public static func correlationShape(parsing text: String) throws(PriorTextError) -> Double {
    let (name, numbers) = try parts(of: text)
    guard name == "lkj" else { throw .notLKJ(text) }
    guard numbers.count == 1, numbers[0] > 0 else { throw .invalidNumbers(text, form: "lkj(shape)") }
    return numbers[0]
  }

  /// How a distribution is written.
  static func pattern(_ form: (name: String, numbers: [String])) -> String {
    form.numbers.isEmpty ? form.name : form.name + "(" + form.numbers.joined(separator: ", ") + ")"
  }

  /// The word before the parenthesis and the numbers in it.
  private static func parts(of text: String) throws(PriorTextError) -> (name: String, numbers: [Double]) {
    let plain = text.filter { $0 != " " && $0 != "\t" }
    let name = String(plain.prefix { $0 != "(" }).lowercased().map { $0 == "-" ? "_" : $0 }
    let rest = plain.dropFirst(name.count)
    if rest.isEmpty { return (String(name), []) }
    guard rest.first == "(", rest.last == ")" else { throw .unknown(text) }
    let inside = rest.dropFirst().dropLast()
    if inside.isEmpty { return (String(name), []) }
    var numbers: [Double] = []
    for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
      guard let number = Double(part), number.isFinite else { throw .noNumber(text, found: String(part)) }
      numbers.append(number)
    }
    return (String(name), numbers)
  }
}

/// What can be wrong with the text of a prior.
public enum PriorTextError: Error, Equatable, Sendable, CustomStringConvertible {
  case unknown(String)
  case wrongCount(String, form: String)
  case noNumber(String, found: String)
  case invalidNumbers(String, form: String)
  case notLKJ(String)

  /// The fault in words.
  public var description: String {
    switch self {
    case .unknown(let text):
      "'\(text)' is no prior; " + Prior.forms.map(Prior.pattern).joined(separator: ", ") + " would work"
    case .wrongCount(let text, let form): "'\(text)' has not the numbers of \(form)"
    case .noNumber(let text, let found): "'\(found)' in '\(text)' is no number"
    case .invalidNumbers(let text, let form):
      "the numbers of '\(text)' cannot be those of \(form): scales are positive, and bounds in order"
    case .notLKJ(let text):
      "'\(text)' is no prior of correlations; lkj(1), which is uniform for one correlation, or lkj(2) would work"
    }
  }
}

import MixedModels
import ModelFormula
import Tables

/// R lines that do the same as a command of ours.
public enum RCode {
  /// The lines that read a file and fit a model to it: `lm`, `glm`, `lmer`, or one `lm` or `glm` a level of a column.
  /// - Parameters:
  ///   - formula: the model.
  ///   - file: the data file's path; `-` for standard input.
  ///   - method: REML or ML; a linear model has neither.
  ///   - roles: what columns are beside the formula.
  ///   - distribution: of the response of a generalized model; nil for a linear one.
  ///   - tests: degrees of freedom of the tests of a mixed model's fixed effects, if they are wanted.
  ///   - by: the column for one linear model a level.
  ///   - formulaText: what R is to fit in place of the formula, e.g. without a `||` that R reads in another way.
  ///   - options: how the file is written.
  ///   - then: what is done with `fit` (and `df`); its summary if nothing is said.
  public static func fit(
    _ formula: ModelFormula, file: String, method: EstimationMethod, roles: ColumnRoles = ColumnRoles(),
    distribution: GeneralizedSpecification? = nil, tests: DegreesOfFreedomMethod? = nil,
    by: String? = nil, formulaText: String? = nil,
    options: CSVOptions = CSVOptions(), then: [String]? = nil
  ) -> String {
    let text = RCode.escaped(formulaText ?? formula.textForLmer)
    let data = RDataLines(
      formula, text: text, roles: roles, by: by, makesFactors: distribution?.family == .binomial)
    var call = RFitLines(formula, text: text, method: method, roles: roles, tests: tests, by: by)
    call.distribution = distribution
    let fit = then.map { call.fit.dropLast() + $0 } ?? call.fit
    let lines = call.libraries + [data.reading(file, options: options)] + data.factors + call.remarks + fit
    return lines.joined(separator: "\n") + "\n"
  }

  /// The lines that fit several models to a file and compare them.
  public static func comparison(
    _ formulas: [ModelFormula], file: String, method: EstimationMethod, roles: ColumnRoles = ColumnRoles(),
    distribution: GeneralizedSpecification? = nil, options: CSVOptions = CSVOptions()
  ) -> String {
    let texts = formulas.map { RCode.escaped($0.textForLmer) }
    let calls = zip(formulas, texts).map { formula, text in
      var call = RFitLines(formula, text: text, method: method, roles: roles, tests: nil, by: nil)
      call.distribution = distribution
      return call
    }
    let whole = zip(formulas, texts).max {
      $0.1.contains("`") == $1.1.contains("`") ? false : $1.1.contains("`")
    }!
    let data = RDataLines(
      whole.0, text: whole.1, roles: roles, by: nil, makesFactors: distribution?.family == .binomial)
    var libraries: [String] = []
    for line in calls.flatMap(\.libraries) where !libraries.contains(line) { libraries.append(line) }
    // R's anova takes its method from the first model: one with bars, if there is one.
    let names = formulas.indices.sorted {
      (formulas[$0].randomTerms.isEmpty ? 1 : 0, $0) < (formulas[$1].randomTerms.isEmpty ? 1 : 0, $1)
    }.map { "m\($0 + 1)" }
    let fits = calls.enumerated().map { index, call in
      "m\(index + 1) <- " + call.fit[0].dropFirst("fit <- ".count)
    }
    let refit = method == .reml ? ", refit = FALSE" : ""
    let lines =
      libraries + [data.reading(file, options: options)] + data.factors + fits
      + ["anova(\(names.joined(separator: ", "))\(refit))"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// A formula's text with its backslashes doubled: R reads one in a name as the beginning of an escape.
  static func escaped(_ text: String) -> String {
    text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
  }

  /// A text between quotation marks.
  public static func quoted(_ text: String) -> String {
    var out = "\""
    for character in text {
      switch character {
      case "\"", "\\": out += "\\" + String(character)
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default: out.append(character)
      }
    }
    return out + "\""
  }

  /// A column as R writes it: in backquotes where it is no plain word.
  static func name(_ column: String) -> String { escaped(FormulaExpression.quotedIfNeeded(column)) }
}

/// The lines that read a file as `df` and make factors of its columns.
struct RDataLines {
  private let roles: ColumnRoles
  /// Columns in `factor(x)` of the formula, which would forget contrasts that the column has.
  private let called: Set<String>
  /// Whether R would change a name that the model uses, because it is no plain word.
  private let keepsNames: Bool
  /// Whether texts become factors, which glm needs of a response.
  private let makesFactors: Bool

  init(
    _ formula: ModelFormula, text: String, roles: ColumnRoles, by: String?, makesFactors: Bool = false
  ) {
    self.roles = roles
    self.makesFactors = makesFactors
    called = Set(formula.factorCalls.keys)
    let named =
      roles.factors.union(roles.contrasts.keys) + [by, roles.weights, roles.offset].compactMap { $0 }
    keepsNames = text.contains("`") || named.contains { RCode.name($0) != $0 }
  }

  func reading(_ file: String, options: CSVOptions) -> String {
    var arguments = [file == "-" ? "file(\"stdin\")" : RCode.quoted(file)]
    if options.separator != "," { arguments.append("sep = " + RCode.quoted(String(options.separator))) }
    if options.decimalMark != "." { arguments.append("dec = " + RCode.quoted(String(options.decimalMark))) }
    if makesFactors { arguments.append("stringsAsFactors = TRUE") }
    if keepsNames { arguments.append("check.names = FALSE") }
    return "df <- read.csv(\(arguments.joined(separator: ", ")))"
  }

  /// A factor gets its contrasts in the data, where they hold in every part of a formula.
  var factors: [String] {
    let contrasts = roles.contrasts.filter { !called.contains($0.key) }.sorted { $0.key < $1.key }
    let columns = roles.factors.union(contrasts.map(\.key)).sorted().map(RCode.name)
    return columns.map { "df$\($0) <- factor(df$\($0))" }
      + contrasts.map { "contrasts(df$\(RCode.name($0.key))) <- \"contr.\($0.value.rawValue)\"" }
  }
}

/// The lines that fit a model to `df`.
private struct RFitLines {
  let formula: ModelFormula
  let text: String
  let method: EstimationMethod
  let roles: ColumnRoles
  let tests: DegreesOfFreedomMethod?
  let by: String?
  /// The distribution of a generalized model's response.
  var distribution: GeneralizedSpecification?

  init(
    _ formula: ModelFormula, text: String, method: EstimationMethod, roles: ColumnRoles,
    tests: DegreesOfFreedomMethod?, by: String?
  ) {
    self.formula = formula
    self.text = text
    self.method = method
    self.roles = roles
    self.tests = tests
    self.by = by
  }

  private var isMixed: Bool { !formula.randomTerms.isEmpty }

  private var isNegativeBinomial: Bool {
    if case .negativeBinomial = distribution?.family { true } else { false }
  }

  /// R's function for a model without random effects, and the argument that names its family.
  private var regression: (function: String, arguments: [String]) {
    guard let distribution else { return ("lm", []) }
    return isNegativeBinomial
      ? ("glm.nb", []) : ("glm", ["family = " + distribution.family.rCall(distribution.link)])
  }

  var libraries: [String] {
    var names: [String] = []
    if isMixed { names.append(needsTMB ? "glmmTMB" : tests == nil ? "lme4" : "lmerTest") }
    if isNegativeBinomial, !isMixed { names.append("MASS") }
    if text.contains("ns(") { names.append("splines") }
    return names.map { "library(\($0))" }
  }

  var remarks: [String] {
    var remarks: [String] = []
    if needsTMB, case .gamma = distribution?.family, distribution?.determinant == .expected {
      remarks.append("# glmmTMB has observed weights in the determinant: here --laplace observed is the same")
    }
    switch distribution?.approximation {
    case .quadrature, .automatic:
      if isMixed, !hasScalarEffect {
        remarks.append(
          "# R has quadrature for one effect of one factor only: this is Laplace's approximation")
      }
    default: break
    }
    if tests == .kenwardRoger, roles.weights != nil {
      remarks.append(
        "# R's Kenward-Roger (pbkrtest) takes no notice of prior weights; other numbers than here are to be expected"
      )
    }
    let behindBars = formula.randomTerms.flatMap { $0.effects.terms.flatMap(\.factors) }
    for call in formula.factorCalls.filter({ roles.contrasts[$0.key] != nil }).map(\.value).sorted()
    where behindBars.contains(where: { $0.text == call }) {
      remarks.append(
        "# lmer gives \(call) treatment contrasts behind bars: the same fit, its random effects in other coordinates"
      )
    }
    return remarks
  }

  var fit: [String] {
    if let by {
      let call = call(regression.function, data: "d", regression.arguments)
      return [
        "fits <- lapply(split(df, df$\(RCode.name(by))), function(d) \(call))", "lapply(fits, summary)",
      ]
    }
    guard isMixed else {
      return ["fit <- " + call(regression.function, data: "df", regression.arguments), "summary(fit)"]
    }
    if distribution != nil { return ["fit <- " + generalizedMixedCall, "summary(fit)"] }
    return [
      "fit <- " + call("lmer", data: "df", method == .ml ? ["REML = FALSE"] : []),
      tests == .kenwardRoger ? "summary(fit, ddf = \"Kenward-Roger\")" : "summary(fit)",
    ]
  }

  /// Whether lme4 has another likelihood: glmmTMB has the observed weights, and Gamma's shape in the likelihood.
  private var needsTMB: Bool {
    guard isMixed, let distribution else { return false }
    if case .gamma = distribution.family { return true }
    return distribution.determinant == .observed && !distribution.family.isCanonical(distribution.link)
  }

  /// Whether R's quadrature takes the model: one grouping factor with one effect.
  private var hasScalarEffect: Bool {
    formula.randomTerms.count == 1 && formula.randomTerms[0].effects.terms.isEmpty
  }

  /// `glmer`, or `glmer.nb`, which has its family in its name; glmmTMB where lme4 has another likelihood.
  private var generalizedMixedCall: String {
    guard let distribution else { return "" }
    if needsTMB {
      let family =
        isNegativeBinomial ? "nbinom2" : distribution.family.rCall(distribution.link)
      return call("glmmTMB", data: "df", ["family = " + family])
    }
    var arguments = regression.arguments
    // R has no rule of its own for how many nodes are enough.
    let nodes: Int? =
      switch distribution.approximation {
      case .laplace: nil
      case .quadrature(let nodes): hasScalarEffect ? nodes : nil
      case .automatic: hasScalarEffect ? 25 : nil
      case .jointMode: 0
      }
    if let nodes { arguments.append("nAGQ = \(nodes)") }
    return call(isNegativeBinomial ? "glmer.nb" : "glmer", data: "df", arguments)
  }

  private func call(_ function: String, data: String, _ arguments: [String]) -> String {
    let all = [text, "data = " + data] + arguments + roles.callArguments + calledContrasts
    return function + "(" + all.joined(separator: ", ") + ")"
  }

  /// `factor(x)` in the formula would forget the contrasts of x: they are an argument then.
  private var calledContrasts: [String] {
    let pairs = formula.factorCalls.sorted { $0.key < $1.key }.compactMap { column, call -> String? in
      guard let contrast = roles.contrasts[column] else { return nil }
      let name = call.contains("`") ? RCode.quoted(call) : "`\(call)`"
      return "\(name) = \"contr.\(contrast.rawValue)\""
    }
    return pairs.isEmpty ? [] : ["contrasts = list(\(pairs.joined(separator: ", ")))"]
  }
}

extension ColumnRoles {
  /// The arguments of R's `lm` and `lmer` for these roles; factors get their contrasts in the data instead, where they hold in every
  /// part of a formula.
  var callArguments: [String] {
    var arguments: [String] = []
    if let weights { arguments.append("weights = \(RCode.name(weights))") }
    if let offset { arguments.append("offset = \(RCode.name(offset))") }
    return arguments
  }
}

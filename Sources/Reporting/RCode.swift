import MixedModels
import ModelFormula
import Tables

/// R lines that do the same as a command of ours.
public enum RCode {
  /// The lines that read a file and fit a model to it: `lm`, `lmer`, or one `lm` a level of a column.
  /// - Parameters:
  ///   - formula: the model.
  ///   - file: the data file's path; `-` for standard input.
  ///   - method: REML or ML; a linear model has neither.
  ///   - roles: what columns are beside the formula.
  ///   - tests: degrees of freedom of the tests of a mixed model's fixed effects, if they are wanted.
  ///   - by: the column for one linear model a level.
  ///   - formulaText: what R is to fit in place of the formula, e.g. without a `||` that R reads in another way.
  ///   - options: how the file is written.
  public static func fit(
    _ formula: ModelFormula, file: String, method: EstimationMethod, roles: ColumnRoles = ColumnRoles(),
    tests: DegreesOfFreedomMethod? = nil,
    by: String? = nil, formulaText: String? = nil,
    options: CSVOptions = CSVOptions()
  ) -> String {
    var reading = file == "-" ? "file(\"stdin\")" : quoted(file)
    if options.separator != "," { reading += ", sep = " + quoted(String(options.separator)) }
    if options.decimalMark != "." { reading += ", dec = " + quoted(String(options.decimalMark)) }
    let factors = roles.factors.sorted()
    let named = factors + roles.contrasts.keys + [by, roles.weights, roles.offset].compactMap { $0 }
    // R would change names that are not plain words.
    var text = formulaText ?? formula.text
    // R reads a backslash in a name as the beginning of an escape.
    text = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
    if text.contains("`") || named.contains(where: { name($0) != $0 }) {
      reading += ", check.names = FALSE"
    }
    var lines: [String] = []
    if !formula.randomTerms.isEmpty { lines.append("library(\(tests == nil ? "lme4" : "lmerTest"))") }
    if text.contains("ns(") { lines.append("library(splines)") }
    lines.append("df <- read.csv(\(reading))")
    // `factor(x)` in the formula would forget the contrasts of x: they are an argument then.
    let called = formula.factorCalls
    for factor in Set(factors).union(roles.contrasts.keys.filter { called[$0] == nil }).sorted() {
      lines.append("df$\(name(factor)) <- factor(df$\(name(factor)))")
    }
    for (factor, contrast) in roles.contrasts.sorted(by: { $0.key < $1.key }) where called[factor] == nil {
      lines.append("contrasts(df$\(name(factor))) <- \"contr.\(contrast.rawValue)\"")
    }
    if tests == .kenwardRoger, roles.weights != nil {
      lines.append(
        "# R's Kenward-Roger (pbkrtest) takes no notice of prior weights; other numbers than here are to be expected"
      )
    }
    var extra = roles.callArguments.map { ", " + $0 }.joined()
    let pairs = called.sorted { $0.key < $1.key }.compactMap { column, call in
      roles.contrasts[column].map { "`\(call)` = \"contr.\($0.rawValue)\"" }
    }
    if !pairs.isEmpty { extra += ", contrasts = list(\(pairs.joined(separator: ", ")))" }
    if let by {
      lines.append(
        "fits <- lapply(split(df, df$\(name(by))), function(d) lm(\(text), data = d\(extra)))")
      lines.append("lapply(fits, summary)")
    } else {
      let function = formula.randomTerms.isEmpty ? "lm" : "lmer"
      let ml = !formula.randomTerms.isEmpty && method == .ml ? ", REML = FALSE" : ""
      lines.append("fit <- \(function)(\(text), data = df\(ml)\(extra))")
      lines.append(tests == .kenwardRoger ? "summary(fit, ddf = \"Kenward-Roger\")" : "summary(fit)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func quoted(_ text: String) -> String {
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
  static func name(_ column: String) -> String {
    let plain =
      column.first.map { $0.isLetter || $0 == "." } == true
      && column.allSatisfy { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
    return plain ? column : "`" + column + "`"
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

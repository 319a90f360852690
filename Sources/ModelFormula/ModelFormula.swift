import Tables

/// A model formula: response, fixed part and random-effects terms.
///
///     salary ~ experience + (1 + experience | department)
public struct ModelFormula: Sendable, Equatable {
  /// The formula as R deparses it, `||` split into separate terms as lme4 prints it, `g1/g2` as it is written.
  public var text: String { response.text + " ~ " + rightSide.text }
  /// The formula as the user wrote it.
  public let source: String
  /// The left side.
  public let response: FormulaExpression
  /// The right side, `||` split.
  private(set) var rightSide: FormulaExpression
  /// The right side as it was written.
  let writtenRightSide: FormulaExpression
  /// The fixed effects, offsets not among them.
  public let fixed: TermList
  /// What `offset(…)` adds to the linear predictor.
  public let offsets: [FormulaExpression]
  /// The random-effects terms in order of appearance; empty for a linear model.
  public let randomTerms: [RandomTerm]

  /// The effects that vary over the levels of a grouping factor.
  public struct RandomTerm: Sendable, Equatable {
    /// What varies.
    public let effects: TermList
    /// The grouping factor.
    public let groupingFactor: FormulaExpression
    /// Where the `||` stands from which the term comes; nil for a single bar.
    package let doubleBar: Int?
    /// Whether it comes from a `||`: its effects are uncorrelated.
    package var isUncorrelated: Bool { doubleBar != nil }
  }

  /// Reads a formula.
  /// - Throws: `FormulaError.syntax` with the place of the fault.
  public init(_ source: String) throws(FormulaError) {
    let tree = try FormulaParser.parse(source)
    guard case .binary("~", let left, let right, _) = tree else {
      throw .syntax(
        formula: source, column: source.utf8.count, found: "end of the formula",
        hint: "a formula has a response and ~, e.g. salary ~ experience + (1 | department)")
    }
    self.source = source
    response = left
    var bars: [RandomTerm] = []
    let (fixedPart, printed) = try ModelFormula.split(right, formula: source, into: &bars)
    var terms = try TermList(expanding: fixedPart ?? .number("1", at: 0), of: source)
    var offsets: [FormulaExpression] = []
    for term in terms.terms {
      guard
        let call = term.factors.first(where: { if case .call("offset", _, _) = $0 { true } else { false } })
      else {
        continue
      }
      guard case .call(_, let arguments, _) = call, arguments.count == 1, term.factors.count == 1 else {
        throw .unsupported(
          formula: source, column: call.position, what: call.text,
          hint: "offset() takes one column or expression and stands by itself, e.g. y ~ x + offset(log(n))")
      }
      offsets.append(arguments[0])
    }
    terms.terms.removeAll { $0.factorNames.count == 1 && $0.key.hasPrefix("offset(") }
    fixed = terms
    self.offsets = offsets
    randomTerms = bars
    let effects = fixed.terms + bars.flatMap(\.effects.terms)
    if effects.contains(where: { $0.factorNames.count == 1 && $0.key == left.text }) {
      throw .unsupported(
        formula: source, column: right.position, what: "the response '\(left.text)' on the right side too",
        hint: "a variable explains itself without error; leave it out on the right")
    }
    rightSide = printed
    writtenRightSide = right
  }

  /// The same formula, with a text that shows some of the `||` as they were written.
  func keepingDoubleBars(at places: Set<Int>) -> ModelFormula {
    var copy = self
    copy.rightSide = ModelFormula.restoring(rightSide, from: writtenRightSide, at: places)
    return copy
  }

  private static func restoring(
    _ printed: FormulaExpression, from written: FormulaExpression, at places: Set<Int>
  ) -> FormulaExpression {
    switch (printed, written) {
    case (_, .parenthesized(.binary("||", _, _, let bar), _)) where places.contains(bar): return written
    case (.binary(let op, let left, let right, let at), .binary(let own, let a, let b, _))
    where op == own && "+-".contains(op):
      return .binary(
        op, restoring(left, from: a, at: places), restoring(right, from: b, at: places), at: at)
    case (.sign(let op, let inner, let at), .sign(_, let a, _)):
      return .sign(op, restoring(inner, from: a, at: places), at: at)
    case (.parenthesized(let inner, let at), .parenthesized(let a, _)):
      return .parenthesized(restoring(inner, from: a, at: places), at: at)
    default: return printed
    }
  }

  /// The formula without its random-effects terms, as R deparses it.
  public var fixedText: String {
    let names = fixed.terms.map(\.name) + offsets.map { "offset(\($0.text))" }
    let terms = fixed.hasIntercept ? (names.isEmpty ? ["1"] : names) : ["0"] + names
    return response.text + " ~ " + terms.joined(separator: " + ")
  }

  /// The calls `factor(x)` among the predictors, by their columns.
  public var factorCalls: [String: String] {
    var calls: [String: String] = [:]
    for factor in (fixed.terms + randomTerms.flatMap(\.effects.terms)).flatMap(\.factors) {
      if case .call = factor.unwrapped, let column = factor.factorColumn { calls[column] = factor.text }
    }
    return calls
  }

  /// Whether a random-effects term has `||`.
  public var hasDoubleBar: Bool { randomTerms.contains { $0.doubleBar != nil } }

  /// The columns that the effects are made of.
  public var predictors: Set<String> {
    Set((fixed.terms + randomTerms.flatMap(\.effects.terms)).flatMap { $0.factors.flatMap(\.variables) })
  }

  /// Text columns that predictors name although most of their texts are numbers: a slip in the data may have made them text, and so
  /// factors.
  public func suspectColumns(in data: DataTable) -> [Column] {
    let predictors = (fixed.terms + randomTerms.flatMap(\.effects.terms)).flatMap(\.factors)
    return data.columns.filter { column in
      predictors.contains { $0 == .variable(column.name, at: $0.position) } && column.isMostlyNumbers
    }
  }

  /// Takes the bars out of a sum: the rest (nil when nothing is left), and the same tree with each `||` split.
  private static func split(
    _ e: FormulaExpression, formula: String, into bars: inout [RandomTerm]
  ) throws(FormulaError) -> (rest: FormulaExpression?, printed: FormulaExpression) {
    switch e {
    case .binary("+", let left, let right, let at):
      let (a, printedLeft) = try split(left, formula: formula, into: &bars)
      let (b, printedRight) = try split(right, formula: formula, into: &bars)
      let printed = FormulaExpression.binary("+", printedLeft, printedRight, at: at)
      guard let a else { return (b, printed) }
      return (b.map { .binary("+", a, $0, at: at) } ?? a, printed)
    case .binary("-", let left, let right, let at):
      let (rest, printed) = try split(left, formula: formula, into: &bars)
      try refuseBars(in: right, formula: formula)
      let less = rest.map { FormulaExpression.binary("-", $0, right, at: at) } ?? .sign("-", right, at: at)
      return (less, .binary("-", printed, right, at: at))
    case .sign("+", let operand, let at):
      let (rest, printed) = try split(operand, formula: formula, into: &bars)
      return (rest, .sign("+", printed, at: at))
    case .sign(_, let operand, _):
      try refuseBars(in: operand, formula: formula)
      return (e, e)
    case .parenthesized(.binary("|", let effects, let group, let bar), _):
      try checkBar(effects, group, formula: formula, at: bar)
      let list = try TermList(expanding: effects, of: formula)
      for factor in nested(group) {
        bars.append(RandomTerm(effects: list, groupingFactor: factor, doubleBar: nil))
      }
      return (nil, e)
    case .parenthesized(.binary("||", let effects, let group, let bar), _):
      try checkBar(effects, group, formula: formula, at: bar)
      return (nil, try splitDoubleBar(effects, group, formula: formula, at: bar, into: &bars))
    case .parenthesized(let inner, let at):
      let (rest, printed) = try split(inner, formula: formula, into: &bars)
      return (rest.map { .parenthesized($0, at: at) }, .parenthesized(printed, at: at))
    default:
      return (e, e)
    }
  }

  /// Refuses a random-effects term behind a minus.
  private static func refuseBars(in e: FormulaExpression, formula: String) throws(FormulaError) {
    switch e {
    case .parenthesized(.binary("|", _, _, _), let at), .parenthesized(.binary("||", _, _, _), let at):
      throw .syntax(
        formula: formula, column: at, found: "random-effects term \(e.text) behind a minus",
        hint: "such a term is added or left out, e.g. y ~ x + (1 | group)")
    case .parenthesized(let inner, _), .sign(_, let inner, _): try refuseBars(in: inner, formula: formula)
    case .binary("+", let left, let right, _), .binary("-", let left, let right, _):
      try refuseBars(in: left, formula: formula)
      try refuseBars(in: right, formula: formula)
    default: break
    }
  }

  private static func checkBar(
    _ effects: FormulaExpression, _ group: FormulaExpression, formula: String, at bar: Int
  ) throws(FormulaError) {
    if case .binary(let op, let first, let second, let at) = effects, op.hasPrefix("|") {
      throw .syntax(
        formula: formula, column: at, found: "second bar in one term",
        hint:
          "one bar parts the effects from the grouping factor; perhaps you mean (\(first.text) + \(second.text) | \(group.text))"
      )
    }
    switch group.unwrapped {
    case .variable: return
    case .binary(":", let first, let second, _), .binary("/", let first, let second, _):
      try checkBar(effects, first, formula: formula, at: bar)
      try checkBar(effects, second, formula: formula, at: bar)
    case .call where group.unwrapped.factorColumn != nil: return
    case .binary(let op, _, _, let at):
      throw .unsupported(
        formula: formula, column: at, what: "'\(op)' in a grouping factor",
        hint: "name one column, g1:g2 for the combinations of two, or g1/g2 for groups g2 within groups g1")
    default:
      throw .syntax(
        formula: formula, column: group.position, found: "'\(group.text)'",
        hint: "the grouping factor is the name of a column, e.g. (1 | department)")
    }
  }

  /// `g1/g2` is two grouping factors: g2 within g1, `g2:g1`, and g1. The innermost stands first, as in lme4.
  private static func nested(_ group: FormulaExpression) -> [FormulaExpression] {
    guard case .binary("/", let outer, let inner, let at) = group.unwrapped else { return [group.unwrapped] }
    let outers = nested(outer)
    // As R deparses it: c:(b:a), but b:a.
    var around = outers[0]
    if case .binary = around { around = .parenthesized(around, at: around.position) }
    return nested(inner).map { .binary(":", $0, around, at: at) } + outers
  }

  /// `(1 + x || g)` means `(1 | g) + (0 + x | g)`: no correlations.
  private static func splitDoubleBar(
    _ effects: FormulaExpression, _ group: FormulaExpression, formula: String, at bar: Int,
    into bars: inout [RandomTerm]
  ) throws(FormulaError) -> FormulaExpression {
    let list = try TermList(expanding: effects, of: formula)
    var pieces: [(TermList, FormulaExpression)] = []
    if list.hasIntercept {
      var constant = list
      constant.terms = []
      pieces.append((constant, .number("1", at: effects.position)))
    }
    for term in list.terms {
      var single = list
      single.hasIntercept = false
      single.terms = [term]
      let product = term.factors.dropFirst().reduce(term.factors[0]) {
        .binary(":", $0, $1, at: effects.position)
      }
      pieces.append((single, .binary("+", .number("0", at: effects.position), product, at: effects.position)))
    }
    guard !pieces.isEmpty else {
      throw .syntax(
        formula: formula, column: effects.position, found: "'\(effects.text)'",
        hint: "nothing varies between groups here; 1 or a column would work, e.g. (1 + x || group)")
    }
    var printed: [FormulaExpression] = []
    for (piece, left) in pieces {
      for factor in nested(group) {
        bars.append(RandomTerm(effects: piece, groupingFactor: factor, doubleBar: bar))
      }
      printed.append(.parenthesized(.binary("|", left, group, at: effects.position), at: effects.position))
    }
    let sum = printed.dropFirst().reduce(printed[0]) { .binary("+", $0, $1, at: effects.position) }
    return .parenthesized(sum, at: effects.position)
  }
}

extension FormulaExpression {
  /// The expression inside any parentheses.
  package var unwrapped: FormulaExpression {
    if case .parenthesized(let inner, _) = self { return inner.unwrapped }
    return self
  }
}

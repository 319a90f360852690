/// One term of a linear predictor: the set of variables multiplied, in order of appearance.
public struct Term: Sendable, Equatable {
  /// The factors of the product; each is a variable, a call or an arithmetic expression inside `I()`.
  public let factors: [FormulaExpression]
  /// The factors' texts.
  let factorNames: [String]
  /// The factors' texts, the same for any order of them.
  let key: String

  init(factors: [FormulaExpression]) {
    self.factors = factors
    factorNames = factors.map(\.text)
    key = factors.count == 1 ? factorNames[0] : factorNames.sorted().joined(separator: ":")
  }

  /// The name as R writes it, e.g. `x:factor(g)`.
  public var name: String { factorNames.joined(separator: ":") }
}

/// The fixed part of a formula, or the left side of a bar, expanded to terms in R's order: by number of factors, then by appearance.
public struct TermList: Sendable, Equatable {
  /// Whether there is a constant.
  public var hasIntercept: Bool
  /// All terms but the constant.
  public var terms: [Term]

  /// Expands `+ - * / : ^ ( )`, `0`, `1` and `-1`.
  /// - Throws: `FormulaError` for operators or numbers that make no term.
  public init(expanding expression: FormulaExpression, of formula: String) throws(FormulaError) {
    let sum = try TermList.expand(expression, formula: formula)
    hasIntercept = sum.intercept ?? true
    // Within a term, factors stand in the order in which they first appear in the formula.
    let highest = sum.terms.map(\.factors.count).max() ?? 0
    if highest <= 1 {
      terms = sum.terms
      return
    }
    var place: [String: Int] = [:]
    for factor in sum.appearance where place[factor] == nil { place[factor] = place.count }
    let ordered = sum.terms.map { term in
      term.factors.count == 1
        ? term
        : Term(factors: term.factors.sorted { place[$0.text, default: 0] < place[$1.text, default: 0] })
    }
    // A stable sort by order of interaction.
    terms = (1...highest).flatMap { order in ordered.filter { $0.factors.count == order } }
  }

  /// More terms than this come from a slip, such as a power of a long sum.
  private static let mostTerms = 20_000

  private struct Sum {
    var intercept: Bool?
    private(set) var terms: [Term] = []
    private(set) var appearance: [String] = []
    private var keys: Set<String> = []

    init(intercept: Bool? = nil, terms: [Term] = []) {
      self.intercept = intercept
      for term in terms { add(term) }
    }

    mutating func add(_ term: Term) {
      guard keys.insert(term.key).inserted else { return }
      terms.append(term)
      appearance += term.factorNames
    }

    mutating func remove(_ others: [Term]) {
      let gone = Set(others.map(\.key))
      terms.removeAll { gone.contains($0.key) }
      keys.subtract(gone)
    }

    /// The factors in the order in which they stand in the text, also those of terms that are there already.
    mutating func note(_ other: Sum) { appearance += other.appearance }
  }

  private static func expand(_ e: FormulaExpression, formula: String) throws(FormulaError) -> Sum {
    switch e {
    case .variable, .call:
      return Sum(terms: [Term(factors: [e])])
    case .logical, .named:
      throw .syntax(
        formula: formula, column: e.position, found: "'\(e.text)'", hint: "a column's name would work here")
    case .number(let digits, let at):
      if digits == "1" { return Sum(intercept: true) }
      if digits == "0" { return Sum(intercept: false) }
      throw .syntax(
        formula: formula, column: at, found: "number \(digits)",
        hint: "only 0 and 1 are terms; write I(…) for arithmetic")
    case .parenthesized(let inner, _):
      return try expand(inner, formula: formula)
    case .sign(let op, let operand, _):
      let sum = try expand(operand, formula: formula)
      return op == "+" ? sum : Sum(intercept: sum.intercept.map { !$0 })
    case .binary("+", let left, let right, _):
      var sum = try expand(left, formula: formula)
      let more = try expand(right, formula: formula)
      if let intercept = more.intercept { sum.intercept = intercept }
      for term in more.terms { sum.add(term) }
      return sum
    case .binary("-", let left, let right, _):
      var sum = try expand(left, formula: formula)
      let less = try expand(right, formula: formula)
      if let intercept = less.intercept { sum.intercept = !intercept }
      sum.remove(less.terms)
      return sum
    case .binary(":", let left, let right, _):
      let a = try expand(left, formula: formula)
      let b = try expand(right, formula: formula)
      var sum = Sum()
      sum.note(a)
      sum.note(b)
      for term in try products(a, b, formula: formula, at: e.position) { sum.add(term) }
      return sum
    case .binary("*", let left, let right, _):
      let a = try expand(left, formula: formula)
      let b = try expand(right, formula: formula)
      var sum = Sum(intercept: b.intercept ?? a.intercept, terms: a.terms)
      for term in b.terms { sum.add(term) }
      for term in try products(a, b, formula: formula, at: e.position) { sum.add(term) }
      return sum
    case .binary("/", let left, let right, _):
      var sum = try expand(left, formula: formula)
      let all = Term(factors: sum.terms.flatMap(\.factors).uniqued())
      for term in try expand(right, formula: formula).terms {
        sum.add(Term(factors: (all.factors + term.factors).uniqued()))
      }
      return sum
    case .binary("^", let base, .number(let digits, _), let at):
      guard let power = Int(digits), power >= 1 else {
        throw .syntax(
          formula: formula, column: at, found: "power \(digits)",
          hint: "powers of terms are whole numbers from 1")
      }
      let first = try expand(base, formula: formula)
      var sum = first
      // A term cannot hold more factors than there are: higher powers add nothing.
      for _ in 0..<(min(power, max(first.terms.count, 1)) - 1) {
        let before = sum.terms.count
        for term in try products(sum, first, formula: formula, at: at) { sum.add(term) }
        if sum.terms.count == before { break }
      }
      return sum
    case .binary(let op, _, _, let at):
      let hint =
        op.hasPrefix("|")
        ? "a random-effects term stands in parentheses of its own: (1 + x | group)"
        : "only + - * / : ^ join terms; write I(…) for arithmetic"
      throw .syntax(formula: formula, column: at, found: "'\(op)'", hint: hint)
    }
  }

  private static func products(
    _ a: Sum, _ b: Sum, formula: String, at position: Int
  ) throws(FormulaError) -> [Term] {
    if a.terms.count * b.terms.count > mostTerms {
      throw .unsupported(
        formula: formula, column: position, what: "a product of \(a.terms.count) by \(b.terms.count) terms",
        hint: "at most \(mostTerms) terms; a smaller power, or naming the interactions wanted, would work")
    }
    var terms: [Term] = []
    for left in a.terms {
      for right in b.terms { terms.append(Term(factors: (left.factors + right.factors).uniqued())) }
    }
    return terms
  }
}

extension [FormulaExpression] {
  fileprivate func uniqued() -> [FormulaExpression] {
    var seen: Set<String> = []
    return filter { seen.insert($0.text).inserted }
  }
}

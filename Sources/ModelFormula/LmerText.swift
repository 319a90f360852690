import Tables

extension ModelFormula {
  /// The formula for R's lmer, which takes columns but no `factor(g)` behind a bar, and reads `(1 | g) - 1` as if the minus were a plus.
  public var textForLmer: String {
    guard rightSide.subtractsFromBars else { return response.text + " ~ " + rightSide.withPlainGroups.text }
    return ([fixedText] + rightSide.withPlainGroups.bars.map(\.text)).joined(separator: " + ")
  }
}

extension ModelFrame {
  /// The formula for R's lmer, in which each level that `||` made a term of its own is a `dummy()`.
  public var textWithDummies: String {
    let bars = random.map { design in
      "(\(design.coding.textForLmer) | \(design.groupingExpression.withoutFactorCalls.text))"
    }
    return ([formula.fixedText] + bars).joined(separator: " + ")
  }
}

extension DesignCoding {
  /// The terms as they stand in a formula, the constant or its absence first.
  fileprivate var textForLmer: String {
    ([hasIntercept ? "1" : "0"] + (isPart ? [partForLmer] : termNames)).joined(separator: " + ")
  }

  /// The only column of a coding as R writes it: levels as `dummy()`, columns of bases by their number.
  private var partForLmer: String {
    zip(terms[0], factorNamesOfTerms[0]).map { part, name in
      switch part.coding {
      case .indicators(let levels):
        let level = levels[part.columns.lowerBound]
        let mark = level.contains("\"") ? "'" : "\""
        return "dummy(\(name), \(mark)\(level)\(mark))"
      case .basis: return "\(name)[, \(part.columns.lowerBound + 1)]"
      case .number, .contrasts: return name
      }
    }.joined(separator: ":")
  }
}

extension FormulaExpression {
  /// The right side of a formula with columns in place of `factor(g)` behind its bars.
  fileprivate var withPlainGroups: FormulaExpression {
    switch self {
    case .binary(let op, let left, let right, let at) where "+-".contains(op):
      .binary(op, left.withPlainGroups, right.withPlainGroups, at: at)
    case .sign(let op, let inner, let at): .sign(op, inner.withPlainGroups, at: at)
    case .parenthesized(.binary(let bar, let effects, let group, let place), let at) where bar.hasPrefix("|"):
      .parenthesized(.binary(bar, effects, group.withoutFactorCalls, at: place), at: at)
    case .parenthesized(let inner, let at): .parenthesized(inner.withPlainGroups, at: at)
    default: self
    }
  }

  /// The random-effects terms of a right side.
  fileprivate var bars: [FormulaExpression] {
    switch self {
    case .parenthesized(.binary(let bar, _, _, _), _) where bar.hasPrefix("|"): [self]
    case .binary(_, let left, let right, _): left.bars + right.bars
    case .parenthesized(let inner, _), .sign(_, let inner, _): inner.bars
    default: []
    }
  }

  /// Whether nothing but random-effects terms stands before a minus.
  fileprivate var subtractsFromBars: Bool {
    switch self {
    case .binary("-", let left, _, _): left.isOfBars || left.subtractsFromBars
    case .binary("+", let left, let right, _): left.subtractsFromBars || right.subtractsFromBars
    case .parenthesized(let inner, _), .sign(_, let inner, _): inner.subtractsFromBars
    default: false
    }
  }

  private var isOfBars: Bool {
    switch self {
    case .parenthesized(.binary(let bar, _, _, _), _) where bar.hasPrefix("|"): true
    case .binary("+", let left, let right, _): left.isOfBars && right.isOfBars
    case .parenthesized(let inner, _), .sign(_, let inner, _): inner.isOfBars
    default: false
    }
  }

  /// A grouping factor with columns in place of `factor(g)`.
  fileprivate var withoutFactorCalls: FormulaExpression {
    if let column = factorColumn { return .variable(column, at: position) }
    switch self {
    case .binary(let op, let left, let right, let at):
      return .binary(op, left.withoutFactorCalls, right.withoutFactorCalls, at: at)
    case .parenthesized(let inner, let at): return .parenthesized(inner.withoutFactorCalls, at: at)
    default: return self
    }
  }
}

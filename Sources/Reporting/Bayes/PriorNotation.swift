import BayesianModels

/// Prior distributions in the lecture's notation, N with a variance.
enum PriorNotation {
  /// The kinds that are told apart in words.
  enum Kind: CaseIterable {
    case normal, t, uniform, halfNormal, halfT, halfCauchy, exponential, inverseGamma, flat, correlation,
      correlations
  }

  /// What stands left and right of ~, and the kind.
  static func line(_ symbol: Formula, _ prior: Prior, isPositive: Bool) -> (
    left: Formula, right: Formula, kind: Kind
  ) {
    let kind = kind(prior, isPositive: isPositive)
    let right: Formula
    switch prior {
    case .flat: right = .text("1")
    case .normal(let mean, let sd):
      right = call(kind == .halfNormal ? "N⁺" : "N", [number(mean), variance(sd)])
    case .halfNormal(let sd): right = call("N⁺", [.text("0"), variance(sd)])
    case .studentT(let nu, let location, let scale):
      right = call(kind == .halfT ? "t⁺" : "t", [number(nu), number(location), number(scale)])
    case .halfT(let nu, let scale): right = call("t⁺", [number(nu), .text("0"), number(scale)])
    case .halfCauchy(let scale): right = call("Cauchy⁺", [.text("0"), number(scale)])
    case .uniform(let lower, let upper):
      right = call("U", [number(isPositive ? max(lower, 0) : lower), number(upper)])
    case .exponential(let rate): right = call("Exponential", [number(rate)])
    case .inverseGamma(let shape, let scale): right = call("InvGamma", [number(shape), number(scale)])
    }
    if kind == .flat { return (.text("p(") + symbol + .text(")"), right, kind) }
    let square = Formula(latex: "^2", plain: "²")
    return (kind == .inverseGamma ? symbol + square : symbol, right, kind)
  }

  private static func kind(_ prior: Prior, isPositive: Bool) -> Kind {
    switch prior {
    case .flat: .flat
    case .normal: isPositive ? .halfNormal : .normal
    case .studentT: isPositive ? .halfT : .t
    case .uniform: .uniform
    case .halfNormal: .halfNormal
    case .halfT: .halfT
    case .halfCauchy: .halfCauchy
    case .exponential: .exponential
    case .inverseGamma: .inverseGamma
    }
  }

  /// The correlation of two effects.
  static func correlation(_ symbol: Formula, shape: Double) -> (left: Formula, right: Formula, kind: Kind) {
    if shape == 1 { return (symbol, call("U", [number(-1), number(1)]), .uniform) }
    let half = Formula(latex: "\\tfrac{1}{2}(\(symbol.latex) + 1)", plain: "(\(symbol.plain) + 1)/2")
    return (half, call("Beta", [number(shape), number(shape)]), .correlation)
  }

  /// The correlation matrix of more effects.
  static func correlations(shape: Double) -> (right: Formula, kind: Kind) {
    (call("LKJ", [number(shape)]), .correlations)
  }

  /// A function of letters, a superscript + after its name for the part above 0.
  private static func call(_ name: String, _ arguments: [Formula]) -> Formula {
    let bare = name.filter { $0 != "⁺" }
    let latex = (bare.utf8.count == 1 ? bare : "\\operatorname{\(bare)}") + (bare == name ? "" : "^{+}")
    return Formula(latex: latex + "\\left(", plain: name + "(")
      + arguments.joined(Formula(latex: ",\\ ", plain: ", ")) + Formula(latex: "\\right)", plain: ")")
  }

  /// Four significant digits.
  static func number(_ x: Double) -> Formula {
    let text = JAGSDistribution.number(DecimalText.significant(x, digits: 4))
    return Formula(latex: text, plain: text.first == "-" ? "−" + text.dropFirst() : text)
  }

  /// A variance: the number where it is the short one, as for the root of 1000; else the square of the standard deviation.
  static func variance(_ sd: Double) -> Formula {
    let variance = (sd * sd * 1e6).rounded() / 1e6
    let (own, square) = (JAGSDistribution.number(sd), JAGSDistribution.number(variance))
    if own.utf8.count > 6, square.utf8.count <= 6, abs(variance - sd * sd) <= 1e-15 * variance {
      return number(variance)
    }
    return number(sd) + Formula(latex: "^2", plain: "²")
  }
}

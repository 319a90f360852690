/// A piece of mathematics in two scripts.
struct Formula {
  var latex: String
  var plain: String

  static func + (a: Formula, b: Formula) -> Formula {
    Formula(latex: a.latex + b.latex, plain: a.plain + b.plain)
  }

  static func text(_ s: String) -> Formula { Formula(latex: s, plain: s) }
}

/// One line of a model's equations.
struct EquationLine {
  let left: Formula
  /// How the sides stand to each other.
  let relation: Relation
  let right: Formula
  /// What the line's index runs over.
  let index: Formula
  /// The grouping factor by its position among the model's; nil for observations.
  let factor: Int?

  enum Relation {
    /// Left has the distribution on the right.
    case sim
    /// Both are the same number.
    case equals

    var formula: Formula {
      switch self {
      case .sim: Formula(latex: "\\sim", plain: "~")
      case .equals: .text("=")
      }
    }
  }

  init(_ left: Formula, _ relation: Relation, _ right: Formula, _ index: Formula, _ factor: Int?) {
    self.left = left
    self.relation = relation
    self.right = right
    self.index = index
    self.factor = factor
  }

  /// Both sides.
  var plain: String { "\(left.plain) \(relation.formula.plain) \(right.plain)" }
  /// Both sides, with `mark` before the relation, at which lines are aligned.
  func latex(alignedBy mark: String = "") -> String {
    "\(left.latex) \(mark)\(relation.formula.latex) \(right.latex)"
  }
}

extension [Formula] {
  func joined(_ separator: Formula) -> Formula {
    guard let first else { return .text("") }
    return dropFirst().reduce(first) { $0 + separator + $1 }
  }
}

/// The lecture's symbols for the parts of a model: α_{j[i]}, β_{j[i]}, μ_α, σ_α, ρ, γ, u_j.
struct EquationNotation {
  let model: ModelEquations

  /// A single slope has no number.
  private var numbersSlopes: Bool { model.predictors.count > 1 }

  /// The letter of what the levels of one of several factors add.
  private func letter(_ factor: Int) -> Formula {
    FactorLetters.effect(of: factor, withGroupPredictors: !model.groupPredictors.isEmpty)
  }

  /// The number of an effect of one of several factors, 0 for the constant; nil where the factor has one effect only.
  private func number(_ c: ModelEquations.Coefficient, _ factor: Int) -> Int? {
    let effects = model.coefficients.count { $0.factor == factor }
    return effects > 1 ? c.predictor.map { $0 + 1 } ?? 0 : nil
  }

  private func base(_ c: ModelEquations.Coefficient) -> Formula {
    if model.hasSeveralFactors, let factor = c.factor {
      let letter = letter(factor)
      guard let number = number(c, factor) else { return letter }
      return Formula(latex: "\(letter.latex)_{\(number)}", plain: "\(letter.plain)\(number)")
    }
    if model.hasSeveralFactors, c.predictor == nil { return Formula(latex: "\\mu", plain: "μ") }
    guard let k = c.predictor else { return Formula(latex: "\\alpha", plain: "α") }
    return numbersSlopes
      ? Formula(latex: "\\beta_{\(k + 1)}", plain: "β\(k + 1)") : Formula(latex: "\\beta", plain: "β")
  }

  /// A coefficient with an index: β_{j[i]}, β_{2,j}.
  private func indexed(_ c: ModelEquations.Coefficient, _ index: String) -> Formula {
    let name = base(c)
    if model.hasSeveralFactors, let factor = c.factor {
      let number = number(c, factor).map { "\($0)," } ?? ""
      return Formula(
        latex: "\(letter(factor).latex)_{\(number)\(index)}", plain: "\(name.plain)_\(index)")
    }
    let number = c.predictor.flatMap { numbersSlopes ? "\($0 + 1)," : nil } ?? ""
    let letter = c.predictor == nil ? "\\alpha" : "\\beta"
    return Formula(latex: "\(letter)_{\(number)\(index)}", plain: "\(name.plain)_\(index)")
  }

  /// The index of the groups over which a coefficient varies.
  func groupIndex(_ c: ModelEquations.Coefficient) -> String { FactorLetters.index(of: c.factor ?? 0) }

  /// As it stands in the equation of observations.
  func inObservation(_ c: ModelEquations.Coefficient) -> Formula {
    c.variation == .common ? base(c) : indexed(c, groupIndex(c) + "[i]")
  }

  /// As it stands in the equations of groups.
  func inGroup(_ c: ModelEquations.Coefficient) -> Formula {
    c.variation == .common ? base(c) : indexed(c, groupIndex(c))
  }

  /// A predictor without index: x, x₂.
  func predictor(_ k: Int) -> Formula {
    numbersSlopes ? Formula(latex: "x_{\(k + 1)}", plain: "x\(k + 1)") : .text("x")
  }

  private func predictorValue(_ k: Int) -> Formula {
    numbersSlopes ? Formula(latex: "x_{\(k + 1),i}", plain: "x\(k + 1)_i") : .text("x_i")
  }

  /// A group-level predictor without index: u, u₂.
  func groupPredictor(_ k: Int) -> Formula {
    model.groupPredictors.count > 1 ? Formula(latex: "u_{\(k + 1)}", plain: "u\(k + 1)") : .text("u")
  }

  private func groupPredictorValue(_ k: Int, _ index: String) -> Formula {
    model.groupPredictors.count > 1
      ? Formula(latex: "u_{\(k + 1),\(index)}", plain: "u\(k + 1)_\(index)") : .text("u_\(index)")
  }

  private func subscripted(_ latex: String, _ plain: String, by c: ModelEquations.Coefficient) -> Formula {
    let name = base(c)
    let braces = name.latex.contains("_")
    return Formula(
      latex: latex + "_" + (braces ? "{\(name.latex)}" : name.latex), plain: plain + "_" + name.plain)
  }

  /// The mean over groups: μ_α.
  func mean(_ c: ModelEquations.Coefficient) -> Formula { subscripted("\\mu", "μ", by: c) }
  /// The standard deviation over groups: σ_α.
  func deviation(_ c: ModelEquations.Coefficient) -> Formula { subscripted("\\sigma", "σ", by: c) }
  /// The correlation of two coefficients: ρ where there is one only, ρ_α where a factor among several has one.
  func correlation(_ a: ModelEquations.Coefficient, _ b: ModelEquations.Coefficient) -> Formula {
    func count(_ blocks: [[Int]]) -> Int { blocks.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 } }
    if count(model.blocks) == 1 { return Formula(latex: "\\rho", plain: "ρ") }
    if model.hasSeveralFactors, let factor = a.factor {
      let own = model.blocks.filter { $0.contains { model.coefficients[$0].factor == factor } }
      if count(own) == 1 {
        let letter = letter(factor)
        return Formula(latex: "\\rho_\(letter.latex)", plain: "ρ_\(letter.plain)")
      }
    }
    let (x, y) = (base(a), base(b))
    return Formula(latex: "\\rho_{\(x.latex)\(y.latex)}", plain: "ρ(\(x.plain),\(y.plain))")
  }

  /// The residual standard deviation.
  var residualDeviation: Formula { Formula(latex: "\\sigma_y", plain: "σ_y") }

  /// The coefficients of a mean's equation: γ₀ (the constant) and one γ for each predictor; with a superscript when several
  /// coefficients have such equations.
  func gamma(_ number: Int, of c: ModelEquations.Coefficient) -> Formula {
    let equations = model.coefficients.filter {
      if case .modelled(let mean) = $0.variation { return !mean.predictors.isEmpty }
      return false
    }
    if equations.count == 1, c.predictor == nil {
      return Formula(latex: "\\gamma_{\(number)}", plain: "γ\(number)")
    }
    let name = base(c)
    return Formula(latex: "\\gamma_{\(number)}^{\(name.latex)}", plain: "γ\(number)^\(name.plain)")
  }

  /// What a varying coefficient's mean is in the equations: μ_α, γ₀ + γ₁u_j, or 0.
  func meanExpression(_ c: ModelEquations.Coefficient) -> Formula {
    guard case .modelled(let mean) = c.variation else { return .text("") }
    if mean.isZero { return .text("0") }
    if mean.predictors.isEmpty { return self.mean(c) }
    var terms: [Formula] = mean.isEstimated ? [gamma(0, of: c)] : []
    for (number, k) in mean.predictors.enumerated() {
      terms.append(
        gamma(number + 1, of: c) + Formula(latex: " ", plain: "·") + groupPredictorValue(k, groupIndex(c)))
    }
    return terms.joined(.text(" + "))
  }

  /// The offset without index.
  let offset = Formula.text("o")
  /// The prior weight without index.
  let weight = Formula.text("w")

  /// The linear predictor of an observation.
  var linearPredictor: Formula {
    let terms =
      (model.offsets.isEmpty ? [] : [offset + .text("_i")])
      + model.coefficients.map { c -> Formula in
        guard let k = c.predictor else { return inObservation(c) }
        return inObservation(c) + Formula(latex: " ", plain: "·") + predictorValue(k)
      }
    return terms.isEmpty ? .text("0") : terms.joined(.text(" + "))
  }

  /// The lines of the equations.
  var lines: [EquationLine] {
    let dots = Formula(latex: "\\dots", plain: "…")
    func range(_ index: String, _ last: String) -> Formula {
      .text("\(index) = 1, ") + dots + .text(", \(last)")
    }
    let square = Formula(latex: "^2", plain: "²")
    var lines = observationLines(range("i", "n"), square)
    for block in model.blocks where !block.isEmpty {
      let members = block.map { model.coefficients[$0] }
      let factor = members[0].factor ?? 0
      let groups = range(FactorLetters.index(of: factor), FactorLetters.last(of: factor))
      if members.count == 1 {
        let c = members[0]
        lines.append(
          EquationLine(inGroup(c), .sim, normal(meanExpression(c), deviation(c) + square), groups, factor))
      } else {
        let left = column(members.map(inGroup))
        let matrix = isWide(block) ? wideCovariance(members) : covariance(members)
        let right = normal(column(members.map(meanExpression)), matrix)
        lines.append(EquationLine(left, .sim, right, groups, factor))
      }
    }
    return lines
  }

  /// The distribution of an observation, and where that is not normal around the linear predictor the link between the two.
  private func observationLines(_ index: Formula, _ square: Formula) -> [EquationLine] {
    guard let response = model.distribution else {
      if model.standardErrors != nil {
        let known = Formula(latex: "s_i", plain: "s_i") + square
        return [EquationLine(.text("y_i"), .sim, normal(linearPredictor, known), index, nil)]
      }
      let residual =
        residualDeviation + square + (model.weights == nil ? .text("") : .text("/") + weight + .text("_i"))
      return [EquationLine(.text("y_i"), .sim, normal(linearPredictor, residual), index, nil)]
    }
    return [
      EquationLine(response.variable, .sim, response.distribution, index, nil),
      EquationLine(response.linkedMean, .equals, linearPredictor, index, nil),
    ]
  }

  /// Whether a covariance matrix is too wide to be written out.
  func isWide(_ block: [Int]) -> Bool { block.count > 4 }

  /// The covariance matrix of many coefficients: Σ, with the letter of the first where there are several such matrices.
  func wideCovariance(_ members: [ModelEquations.Coefficient]) -> Formula {
    let one = Formula(latex: "\\Sigma", plain: "Σ")
    return model.blocks.count(where: isWide) == 1 ? one : subscripted(one.latex, one.plain, by: members[0])
  }

  private func normal(_ mean: Formula, _ variance: Formula) -> Formula {
    Formula(
      latex: "N\\left(\(mean.latex),\\ \(variance.latex)\\right)",
      plain: "N(\(mean.plain), \(variance.plain))")
  }

  private func column(_ entries: [Formula]) -> Formula {
    Formula(
      latex: "\\begin{pmatrix} " + entries.map(\.latex).joined(separator: " \\\\ ") + " \\end{pmatrix}",
      plain: "(" + entries.map(\.plain).joined(separator: ", ") + ")")
  }

  private func covariance(_ members: [ModelEquations.Coefficient]) -> Formula {
    let rows = members.indices.map { i in
      members.indices.map { j -> Formula in
        if i == j { return deviation(members[i]) + Formula(latex: "^2", plain: "²") }
        let (a, b) = (members[min(i, j)], members[max(i, j)])
        return correlation(a, b) + deviation(a) + deviation(b)
      }
    }
    return Formula(
      latex: "\\begin{pmatrix} "
        + rows.map { $0.map(\.latex).joined(separator: " & ") }.joined(separator: " \\\\ ")
        + " \\end{pmatrix}",
      plain: "[" + rows.map { $0.map(\.plain).joined(separator: ", ") }.joined(separator: "; ") + "]")
  }
}

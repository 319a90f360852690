/// A piece of mathematics in two scripts.
struct Formula {
  var latex: String
  var plain: String

  static func + (a: Formula, b: Formula) -> Formula {
    Formula(latex: a.latex + b.latex, plain: a.plain + b.plain)
  }

  static func text(_ s: String) -> Formula { Formula(latex: s, plain: s) }
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

  private func base(_ c: ModelEquations.Coefficient) -> Formula {
    guard let k = c.predictor else { return Formula(latex: "\\alpha", plain: "α") }
    return numbersSlopes
      ? Formula(latex: "\\beta_{\(k + 1)}", plain: "β\(k + 1)") : Formula(latex: "\\beta", plain: "β")
  }

  /// A coefficient with an index: β_{j[i]}, β_{2,j}.
  private func indexed(_ c: ModelEquations.Coefficient, _ index: String) -> Formula {
    let name = base(c)
    let number = c.predictor.flatMap { numbersSlopes ? "\($0 + 1)," : nil } ?? ""
    let letter = c.predictor == nil ? "\\alpha" : "\\beta"
    return Formula(latex: "\(letter)_{\(number)\(index)}", plain: "\(name.plain)_\(index)")
  }

  /// As it stands in the equation of observations.
  func inObservation(_ c: ModelEquations.Coefficient) -> Formula {
    c.variation == .common ? base(c) : indexed(c, "j[i]")
  }

  /// As it stands in the equations of groups.
  func inGroup(_ c: ModelEquations.Coefficient) -> Formula {
    c.variation == .common ? base(c) : indexed(c, "j")
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

  private func groupPredictorValue(_ k: Int) -> Formula {
    model.groupPredictors.count > 1 ? Formula(latex: "u_{\(k + 1),j}", plain: "u\(k + 1)_j") : .text("u_j")
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
  /// The residual standard deviation.
  var residualDeviation: Formula { Formula(latex: "\\sigma_y", plain: "σ_y") }

  /// The correlation of two coefficients: ρ where there is one only.
  func correlation(_ a: ModelEquations.Coefficient, _ b: ModelEquations.Coefficient) -> Formula {
    let count = model.blocks.reduce(0) { $0 + $1.count * ($1.count - 1) / 2 }
    if count == 1 { return Formula(latex: "\\rho", plain: "ρ") }
    let (x, y) = (base(a), base(b))
    return Formula(latex: "\\rho_{\(x.latex)\(y.latex)}", plain: "ρ(\(x.plain),\(y.plain))")
  }

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
      terms.append(gamma(number + 1, of: c) + Formula(latex: " ", plain: "·") + groupPredictorValue(k))
    }
    return terms.joined(.text(" + "))
  }

  /// The offset without index.
  let offset = Formula.text("o")

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

  /// The lines of the equations: left side, right side, index.
  var lines: [(left: Formula, right: Formula, index: Formula)] {
    let dots = Formula(latex: "\\dots", plain: "…")
    func range(_ index: String, _ last: String) -> Formula {
      .text("\(index) = 1, ") + dots + .text(", \(last)")
    }
    let square = Formula(latex: "^2", plain: "²")
    var lines = [
      (
        left: Formula.text("y_i"), right: normal(linearPredictor, residualDeviation + square),
        index: range("i", "n")
      )
    ]
    for block in model.blocks where !block.isEmpty {
      let members = block.map { model.coefficients[$0] }
      if members.count == 1 {
        let c = members[0]
        lines.append((inGroup(c), normal(meanExpression(c), deviation(c) + square), range("j", "J")))
      } else {
        lines.append(
          (
            column(members.map(inGroup)), normal(column(members.map(meanExpression)), covariance(members)),
            range("j", "J")
          ))
      }
    }
    return lines
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

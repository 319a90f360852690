import MixedModels
import ModelFormula

/// The distribution of one observation in the equations of a generalized model, and the words for its parts.
///
///     y_i ~ Bernoulli(p_i), m_i successes … Binomial(m_i, p_i), Poisson(λ_i), NegBinomial(λ_i, θ), Gamma(ν, ν/λ_i)
struct ResponseDistribution {
  /// How a binomial response is given.
  private enum Successes {
    /// One trial a row.
    case single(success: String?)
    /// Numbers of successes, and the text of the numbers of trials.
    case counts(successes: String, trials: String)
    /// Shares, and the column of the numbers of trials.
    case shares(trials: String)
  }

  let family: ResponseFamily
  let link: LinkFunction
  private let response: String
  private let successes: Successes
  private let weights: String?

  /// - Parameter frame: the formula on data, which tells which of two levels is success.
  init(_ response: GeneralizedSpecification, of formula: ModelFormula, roles: ColumnRoles, frame: ModelFrame?)
  {
    family = response.family
    link = response.link
    var weights = roles.weights
    if let columns = formula.response.boundColumns, columns.count == 2 {
      let (own, other) = (columns[0], columns[1])
      var trials = "\(own.text) + \(other.text)"
      // Failures are often written as trials less successes.
      if case .binary("-", let all, let taken, _) = other, taken.text == own.text { trials = all.text }
      successes = .counts(successes: own.text, trials: trials)
      self.response = own.text
    } else if let trials = roles.weights, case .binomial = response.family {
      successes = .shares(trials: trials)
      weights = nil
      self.response = formula.response.text
    } else {
      successes = .single(success: frame?.successLevels?.success)
      self.response = formula.response.text
    }
    self.weights = weights
  }

  var isBinomial: Bool { family == .binomial }

  /// Whether a row has more than one trial.
  var hasTrials: Bool {
    if case .single = successes { return false }
    return true
  }

  /// The letter of the mean: p of a probability, λ of a count or a positive number.
  var mean: Formula { isBinomial ? .text("p") : Formula(latex: "\\lambda", plain: "λ") }
  private var meanOfObservation: Formula { mean + .text("_i") }

  /// θ or ν; nil for families without either.
  var dispersion: Formula? {
    switch family {
    case .binomial, .poisson: nil
    case .negativeBinomial: Formula(latex: "\\theta", plain: "θ")
    case .gamma: Formula(latex: "\\nu", plain: "ν")
    }
  }

  /// What has the distribution: y_i, of shares m_i·y_i.
  var variable: Formula {
    if case .shares = successes { return Formula(latex: "m_i y_i", plain: "m_i·y_i") }
    return .text("y_i")
  }

  /// The distribution.
  var distribution: Formula {
    func call(_ name: String, _ arguments: [Formula]) -> Formula {
      Formula(latex: "\\operatorname{\(name)}\\left(", plain: "\(name)(")
        + arguments.joined(Formula(latex: ",\\ ", plain: ", ")) + Formula(latex: "\\right)", plain: ")")
    }
    let mean = meanOfObservation
    switch family {
    case .binomial: return hasTrials ? call("Binomial", [.text("m_i"), mean]) : call("Bernoulli", [mean])
    case .poisson: return call("Poisson", [mean])
    case .negativeBinomial: return call("NegBinomial", [mean, dispersion!])
    case .gamma: return call("Gamma", [dispersion!, dispersion! + .text("/") + mean])
    }
  }

  /// The mean under the link: logit(p_i).
  var linkedMean: Formula {
    let mean = meanOfObservation
    switch link {
    case .logit: return Formula(latex: "\\operatorname{logit}", plain: "logit") + parenthesized(mean)
    case .probit: return Formula(latex: "\\Phi^{-1}", plain: "Φ⁻¹") + parenthesized(mean)
    case .cloglog:
      let log = Formula(latex: "\\log", plain: "log")
      return log
        + parenthesized(
          Formula(latex: "-", plain: "−") + log
            + parenthesized(Formula(latex: "1 - ", plain: "1 − ") + mean))
    case .cauchit:
      return Formula(latex: "\\tan", plain: "tan")
        + parenthesized(
          Formula(latex: "\\pi", plain: "π")
            + parenthesized(mean + Formula(latex: " - \\tfrac{1}{2}", plain: " − 1/2")))
    case .log: return Formula(latex: "\\log", plain: "log") + parenthesized(mean)
    }
  }

  private func parenthesized(_ inner: Formula) -> Formula {
    Formula(latex: "\\left(\(inner.latex)\\right)", plain: "(\(inner.plain))")
  }
}

// MARK: Words

extension ResponseDistribution {
  /// What y, m, the mean and what stands beside it in the distribution are.
  func legend(_ words: ExplanationWords) -> [Formula] {
    var entries = responseLegend(words) + [meanLegend(words)]
    if link == .probit {
      let meaning = words.pick(" is the standard normal distribution function", " 是标准正态分布函数")
      entries.append(symbol(Formula(latex: "\\Phi", plain: "Φ")) + .text(meaning))
    }
    if let weights {
      let note = words.pick(
        " (prior weights: the log-likelihood of an observation is multiplied by its weight)",
        "（先验权重：观测的对数似然乘以其权重）")
      entries.append(symbol(.text("w")) + .text(" = ") + code(weights, words) + .text(note))
    }
    return entries
  }

  private func symbol(_ formula: Formula) -> Formula {
    Formula(latex: "$\(formula.latex)$", plain: formula.plain)
  }

  private func code(_ name: String, _ words: ExplanationWords) -> Formula {
    words.given(name).map(Formula.text)
      ?? Formula(latex: "`\(ExplanationWords.bare(name))`", plain: ExplanationWords.bare(name))
  }

  private func responseLegend(_ words: ExplanationWords) -> [Formula] {
    func meaning(_ letter: String, _ name: String, _ note: String = "") -> Formula {
      symbol(.text(letter)) + .text(" = ") + code(name, words) + .text(note)
    }
    let trials = words.pick(" (trials)", "（试验次数）")
    switch successes {
    case .single(let success?):
      return [
        symbol(.text("y")) + .text(words.pick(" = 1 where ", " = 1 表示 ")) + code(response, words)
          + .text(words.pick(" is '\(success)', else 0", " 为“\(success)”，否则为 0"))
      ]
    case .single: return words.name(response) == "y" ? [] : [meaning("y", response)]
    case .counts(let successes, let all):
      return [meaning("y", successes, words.pick(" (successes)", "（成功次数）")), meaning("m", all, trials)]
    case .shares(let all):
      let note = words.pick(" (share of successes)", "（成功的比例）")
      return [meaning("y", response, note), meaning("m", all, trials)]
    }
  }

  private func meanLegend(_ words: ExplanationWords) -> Formula {
    let mean = symbol(meanOfObservation)
    switch family {
    case .binomial where hasTrials:
      return mean + .text(words.pick(" is the probability of success in one trial", " 是一次试验成功的概率"))
    case .binomial:
      return mean + .text(words.pick(" is the probability of ", " 是 "))
        + symbol(Formula(latex: "y_i = 1", plain: "y_i = 1")) + .text(words.pick("", " 的概率"))
    case .poisson, .negativeBinomial:
      return mean + .text(words.pick(" is the expected count", " 是计数的期望"))
    case .gamma:
      return mean + .text(words.pick(" is the expectation of ", " 是 ")) + symbol(.text("y_i"))
        + .text(words.pick("", " 的期望"))
    }
  }

  /// θ or the shape, with its meaning; nil for families without.
  func dispersionParameter(_ words: ExplanationWords) -> ExplanationParameters.Parameter? {
    guard let symbol = dispersion else { return nil }
    let mean = Formula(latex: "$\(meanOfObservation.latex)$", plain: meanOfObservation.plain)
    if case .gamma = family {
      let variance = Formula(latex: "$\\lambda_i^2/\\nu$", plain: "λ_i²/ν")
      return (
        symbol,
        .text(words.pick("shape: an observation with expectation ", "形状参数：期望为 ")) + mean
          + .text(words.pick(" has variance ", " 的观测方差为 ")) + variance
      )
    }
    let variance = Formula(latex: "$\\lambda_i + \\lambda_i^2/\\theta$", plain: "λ_i + λ_i²/θ")
    return (
      symbol,
      .text(words.pick("dispersion: a count with expectation ", "离散参数：期望为 ")) + mean
        + .text(words.pick(" has variance ", " 的计数方差为 ")) + variance
    )
  }
}

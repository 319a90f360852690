import BayesianModels

/// The priors of one explained model: a line a parameter in the order of its equations, and what the kinds of distributions say.
struct PriorExplanation {
  /// One line.
  struct Line {
    let left: Formula
    /// ~ or, of a flat prior, ∝.
    let relation: Formula
    let right: Formula
    var plain: String { "\(left.plain) \(relation.plain) \(right.plain)" }
    func latex(alignedBy mark: String = "") -> String {
      "\(left.latex) \(mark)\(relation.latex) \(right.latex)"
    }
  }

  private(set) var lines: [Line] = []
  private var kinds: Set<PriorNotation.Kind> = []
  private let priors: ExplainedPriors
  private let words: ExplanationWords

  init(_ priors: ExplainedPriors, model: ModelEquations, notation: EquationNotation, words: ExplanationWords)
  {
    self.priors = priors
    self.words = words
    for c in model.coefficients { addMean(c, model, notation) }
    for c in model.coefficients {
      guard case .modelled = c.variation, let factor = c.factor else { continue }
      if let prior = priors.deviation(c.name, factor: model.factors[factor].text) {
        add(notation.deviation(c), prior, isPositive: true)
      }
    }
    for block in model.blocks where block.count > 1 { addCorrelations(block, model, notation) }
    if let distribution = model.distribution {
      if let symbol = distribution.dispersion, let prior = priors.dispersion {
        add(symbol, prior, isPositive: true)
      }
    } else if model.standardErrors == nil, let prior = priors.sigma {
      add(notation.residualDeviation, prior, isPositive: true)
    }
  }

  /// Fixed effects: a coefficient for all, a mean over groups, or the coefficients of a mean's equation.
  private mutating func addMean(
    _ c: ModelEquations.Coefficient, _ model: ModelEquations, _ notation: EquationNotation
  ) {
    let own = ExplainedPriors.parts(c.name)
    switch c.variation {
    case .common: addFixed(notation.inGroup(c), own)
    case .free: break
    case .modelled(let mean):
      if mean.isEstimated {
        addFixed(mean.predictors.isEmpty ? notation.mean(c) : notation.gamma(0, of: c), own)
      }
      for (number, k) in mean.predictors.enumerated() {
        let product = own.union(ExplainedPriors.parts(model.groupPredictors[k]))
        addFixed(notation.gamma(number + 1, of: c), product)
      }
    }
  }

  private mutating func addFixed(_ symbol: Formula, _ parts: Set<String>) {
    for (column, prior) in priors.fixedEffect(parts) {
      let index = column.map { Formula(latex: "^{[\\text{\($0)}]}", plain: "[\($0)]") } ?? .text("")
      add(symbol + index, prior, isPositive: false)
    }
  }

  private mutating func add(_ symbol: Formula, _ prior: Prior, isPositive: Bool) {
    let (left, right, kind) = PriorNotation.line(symbol, prior, isPositive: isPositive)
    append(left, right, kind)
  }

  private mutating func append(_ left: Formula, _ right: Formula, _ kind: PriorNotation.Kind) {
    let relation =
      kind == .flat ? Formula(latex: "\\propto", plain: "∝") : EquationLine.Relation.sim.formula
    kinds.insert(kind)
    lines.append(Line(left: left, relation: relation, right: right))
  }

  private mutating func addCorrelations(
    _ block: [Int], _ model: ModelEquations, _ notation: EquationNotation
  ) {
    let members = block.map { model.coefficients[$0] }
    guard let factor = members[0].factor,
      let shape = priors.correlationShape(members[0].name, factor: model.factors[factor].text)
    else { return }
    if members.count == 2 {
      let (left, right, kind) = PriorNotation.correlation(
        notation.correlation(members[0], members[1]), shape: shape)
      append(left, right, kind)
      return
    }
    let (right, kind) = PriorNotation.correlations(shape: shape)
    let names = members.map(notation.inGroup)
    append(
      Formula(
        latex: "\\operatorname{Cor}(" + names.map(\.latex).joined(separator: ", ") + ")",
        plain: "Cor(" + names.map(\.plain).joined(separator: ", ") + ")"), right, kind)
  }

  // MARK: Words

  /// What stands before the lines.
  var title: String { words.pick("Priors (\(priors.name))", "先验（\(priors.name)）") }

  /// What each kind means, one sentence each, and what the second number of N is.
  var sentences: String {
    let all = PriorNotation.Kind.allCases.filter(kinds.contains).map(PriorExplanation.meaning)
    return (all.map { words.pick($0.english, $0.chinese) } + [reading]).joined(separator: words.space)
  }

  private static func meaning(_ kind: PriorNotation.Kind) -> (english: String, chinese: String) {
    switch kind {
    case .normal:
      (
        "N(m, v), a normal distribution: before the data a coefficient lies within two standard deviations √v of m with 95%.",
        "N(m, v) 是正态分布：看到数据之前，系数有 95% 的概率落在 m 两侧两个标准差 √v 之内。"
      )
    case .t:
      (
        "t(ν, m, s), a t distribution with ν degrees of freedom, centre m and scale s: like the normal one, with longer tails that give way to the data.",
        "t(ν, m, s) 是自由度 ν、中心 m、尺度 s 的 t 分布：与正态分布相似，但尾部更长，更肯让步于数据。"
      )
    case .uniform:
      (
        "U(a, b): every value between a and b is equally likely, and no value beyond them is possible whatever the data say.",
        "U(a, b)：a 与 b 之间的值同样可能，范围之外的值不论数据如何都不可能。"
      )
    case .halfNormal:
      (
        "N⁺(0, v), the part of a normal distribution above 0: small standard deviations are the likeliest, and those beyond two √v nearly ruled out.",
        "N⁺(0, v) 是正态分布大于 0 的部分：小的标准差最可能，超过 2√v 的几乎被排除。"
      )
    case .halfT:
      (
        "t⁺(ν, 0, s), the part of a t distribution above 0: values up to about s are the likeliest, and the long tail leaves room for large ones.",
        "t⁺(ν, 0, s) 是 t 分布大于 0 的部分：大约到 s 为止的值最可能，长尾给大的值留有余地。"
      )
    case .halfCauchy:
      (
        "Cauchy⁺(0, s), the part of a Cauchy distribution above 0: half of it lies below s, and its tail is the longest.",
        "Cauchy⁺(0, s) 是柯西分布大于 0 的部分：一半的概率在 s 以下，尾部最长。"
      )
    case .exponential:
      (
        "Exponential(λ), with the mean 1/λ: small values are the likeliest, large ones fade fast.",
        "Exponential(λ) 是均值为 1/λ 的指数分布：小的值最可能，大的值迅速减少。"
      )
    case .inverseGamma:
      (
        "InvGamma(a, b), of the variance: it keeps the variance away from 0, and where groups are few that decides the result (Gelman 2006).",
        "InvGamma(a, b) 是方差的先验：它使方差远离 0；组数少时，结果就由它决定（Gelman 2006）。"
      )
    case .flat:
      (
        "∝ 1: all values alike, without bounds; it is no distribution, and only the data make one of it.",
        "∝ 1：所有的值一视同仁，没有边界；它本身不是分布，要靠数据才成为分布。"
      )
    case .correlation:
      (
        "Beta(η, η) of (ρ + 1)/2, also called LKJ(η): symmetric about ρ = 0; at η = 1 every correlation is equally likely, above 1 strong ones are less so.",
        "(ρ + 1)/2 服从 Beta(η, η)，也叫 LKJ(η)：关于 ρ = 0 对称；η = 1 时各种相关同样可能，η 大于 1 时强相关较不可能。"
      )
    case .correlations:
      (
        "LKJ(η), of the correlation matrix Cor: at η = 1 every such matrix is equally likely, above 1 those with strong correlations less so.",
        "LKJ(η) 是相关矩阵 Cor 的先验：η = 1 时各个矩阵同样可能，η 大于 1 时强相关的较不可能。"
      )
    }
  }

  /// What 1000, or any second number of N, can be read as.
  private var reading: String {
    switch priors.named {
    case .slides:
      words.pick(
        "Mind how 1000 is read: here it is the variance of N(0, 1000), a standard deviation of 31.6. As a standard deviation (slides-sd) it is a thousand times wider in variance; in BUGS and JAGS dnorm(0, 1000) has the precision 1000, a standard deviation of 0.032, and holds a coefficient at 0.",
        "注意 1000 的读法：这里它是 N(0, 1000) 的方差，标准差为 31.6。当作标准差（slides-sd），方差就宽一千倍；在 BUGS 和 JAGS 中 dnorm(0, 1000) 的 1000 是精度，标准差只有 0.032，会把系数固定在 0 附近。"
      )
    case .slidesSD:
      words.pick(
        "Mind how 1000 is read: here it is the standard deviation of N(0, 1000²). As the variance of N(0, 1000) (slides) the standard deviation is 31.6, which may hold a large coefficient back; in BUGS and JAGS dnorm(0, 1000) has the precision 1000, a standard deviation of 0.032, and holds a coefficient at 0.",
        "注意 1000 的读法：这里它是 N(0, 1000²) 的标准差。当作 N(0, 1000) 的方差（slides），标准差为 31.6，可能拉住大的系数；在 BUGS 和 JAGS 中 dnorm(0, 1000) 的 1000 是精度，标准差只有 0.032，会把系数固定在 0 附近。"
      )
    case .default, nil:
      words.pick(
        "Mind how the second number of N is read: here it is a variance; files of priors, R and Stan give the standard deviation, BUGS and JAGS the precision, 1/variance.",
        "注意 N 的第二个数的读法：这里是方差；先验文件、R 和 Stan 写的是标准差，BUGS 和 JAGS 写的是精度，即 1/方差。"
      )
    }
  }
}

import Distributions
import Glibc
import MixedModels
import ModelFormula

/// The fixed effects of a generalized fit, and what they do at its reference point, in words.
struct FittedEffects {
  private let names: [String]
  private let estimates: [Double]
  private let errors: [Double]
  private let family: ResponseFamily
  private let link: LinkFunction
  private let frame: ModelFrame
  private let reference: ReferenceMean
  private let words: ExplanationWords
  private let isMixed: Bool

  /// More effects than these are not all read.
  private static let mostEffects = 12

  init(_ fit: GeneralizedLinearMixedModelFit, reference: ReferenceMean, words: ExplanationWords) {
    names = fit.model.fixedEffectNames
    estimates = fit.fixedEffects
    errors = fit.fixedEffectStandardErrors
    family = fit.family
    link = fit.link
    frame = fit.model.frame
    self.reference = reference
    self.words = words
    isMixed = true
  }

  init(
    _ fit: GeneralizedLinearModelFit, of model: GeneralizedLinearModel, reference: ReferenceMean,
    words: ExplanationWords
  ) {
    names = fit.coefficientNames
    estimates = fit.coefficients
    errors = fit.standardErrors
    family = fit.family
    link = fit.link
    frame = model.frame
    self.reference = reference
    self.words = words
    isMixed = false
  }

  // MARK: Numbers

  /// Three significant digits.
  static func text(_ x: Double, digits: Int = 3) -> String { CommonFormat.text(x, digits: digits) }

  private func text(_ x: Double) -> String { FittedEffects.text(x) }

  /// ` (95% 1.2 to 1.8)`; nothing without limits.
  private func limits(_ lower: Double, _ upper: Double) -> String {
    guard lower.isFinite, upper.isFinite else { return "" }
    return words.pick(" (95% \(text(lower)) to \(text(upper)))", "（95% 区间 \(text(lower)) 至 \(text(upper))）")
  }

  /// β·unit with its limits.
  private func linkChange(_ k: Int, _ unit: Double) -> (estimate: Double, lower: Double, upper: Double) {
    let reach = NormalDistribution().quantile(0.975) * errors[k]
    return (unit * estimates[k], unit * (estimates[k] - reach), unit * (estimates[k] + reach))
  }

  /// exp(β·unit) with its limits; nil where one of them is no ordinary number.
  private func ratio(_ k: Int, unit: Double = 1) -> String? {
    let change = linkChange(k, unit)
    let limits = [change.lower, change.upper].filter { !$0.isNaN }
    guard exp(change.estimate).isNormal, limits.allSatisfy({ exp($0).isNormal }) else { return nil }
    return text(exp(change.estimate)) + self.limits(exp(change.lower), exp(change.upper))
  }

  /// β·unit with its limits, on the scale of the link.
  private func difference(_ k: Int, unit: Double = 1) -> String {
    let change = linkChange(k, unit)
    return text(change.estimate) + limits(change.lower, change.upper)
  }

  /// How much more of a predictor is spoken of: 1, or a standard deviation where 1 is far beyond the data, or nothing beside them, or its effect no
  /// ordinary number.
  private func unit(_ k: Int, _ column: Int) -> Double {
    let values = frame.fixed.column(column)
    guard let least = values.min(), let greatest = values.max(), greatest > least else { return 1 }
    let isFar = 1 > 10 * (greatest - least)
    let isNothing = greatest - least > 1000 && abs(linkChange(k, 1).estimate) < 5e-3
    guard isFar || isNothing || ratio(k) == nil else { return 1 }
    // Scaled first, so that squares neither vanish nor overflow.
    let parts = values.map { ($0 / 2 - least / 2) / (greatest / 2 - least / 2) }
    let mean = parts.reduce(0, +) / Double(parts.count)
    let variance = parts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(parts.count - 1)
    let deviation = 2 * variance.squareRoot() * (greatest / 2 - least / 2)
    return deviation.isNormal ? deviation : 1
  }

  // MARK: Words

  /// The expectation of one response.
  private var mean: String {
    switch family {
    case .binomial: return words.pick("probability", "概率")
    case .gamma: return frame.offset == nil ? words.pick("expectation", "期望") : words.pick("rate", "率")
    case .poisson, .negativeBinomial:
      return frame.offset == nil ? words.pick("expected count", "期望计数") : words.pick("rate", "率")
    }
  }

  /// The same with its article.
  private var aMean: String { mean.hasPrefix("e") ? "an \(mean)" : "a \(mean)" }

  /// What exp of a coefficient multiplies; nil for links where it has no reading.
  private var multiplied: String? {
    switch link {
    case .logit: words.pick("odds", "优势")
    case .cloglog: words.pick("hazard −log(1 − p)", "风险 −log(1 − p)")
    case .log: mean
    case .probit, .cauchit: nil
    }
  }

  /// Of what a rate is: the exposure where the offset is the log of a column.
  private var exposure: String {
    let offsets = frame.formula.offsets
    if offsets.count == 1, frame.roles.offset == nil, case .call("log", let arguments, _) = offsets[0],
      arguments.count == 1
    {
      return words.name(arguments[0].text)
    }
    return words.pick("exp of the offset", "exp(偏移量)")
  }

  // MARK: The typical group

  /// The mean at the reference point.
  var typicalSentence: String {
    let held = reference.point.held.map { held -> String in
      let name = words.name(held.column)
      switch held.value {
      case .mean(let value):
        return words.pick("\(name) at its mean \(text(value))", "\(name)取均值 \(text(value))")
      case .level(let level): return words.pick("\(name) '\(level)'", "\(name)为“\(level)”")
      }
    }
    var place: [String] = isMixed ? [words.pick("random effects of 0 (a typical group)", "随机效应为 0（典型组）")] : []
    place += held.isEmpty ? [] : [words.list(held)]
    let with =
      place.isEmpty
      ? ""
      : words.pick("With ", "取") + place.joined(separator: words.pick(" and ", "，")) + words.pick(", ", "时，")
    let unit = frame.offset == nil ? "" : words.pick(" per unit of \(exposure)", "（每单位 \(exposure)）")
    let value = text(reference.mean) + limits(reference.lower, reference.upper)
    let odds =
      link == .logit
      ? words.pick(", odds of \(text(exp(reference.predictor)))", "，优势为 \(text(exp(reference.predictor)))")
      : ""
    let sentence = words.pick(
      "\(with)the \(mean)\(unit) is \(value)\(odds).", "\(with)\(mean)\(unit)为 \(value)\(odds)。")
    return sentence.prefix(1).uppercased() + sentence.dropFirst()
  }

  // MARK: Single effects

  /// One sentence a coefficient that has a reading, the constant left out.
  var effectSentences: [String] {
    let coding = frame.fixedCoding
    let meanings = coding.meanings
    var all: [String] = []
    for (k, name) in names.enumerated() where estimates[k].isFinite {
      guard let column = coding.columnNames.firstIndex(of: name) else { continue }
      switch meanings[column] {
      case .slope, .difference: all.append(mainSentence(k, column, meanings))
      case .other:
        if let sentence = jointSentence(k, column, meanings) { all.append(sentence) }
      case .constant, .level: break
      }
    }
    let rest = all.count - FittedEffects.mostEffects
    if rest <= 0 { return all }
    return all.prefix(FittedEffects.mostEffects)
      + [words.pick("And \(rest) more coefficients in the same way.", "其余 \(rest) 个系数同理。")]
  }

  /// What a part of a column is: `x`, or `f = level`.
  private func part(_ name: String, of factor: String, isNumber: Bool) -> String {
    isNumber
      ? words.name(factor)
      : words.name(factor)
        + words.pick(" = '\(name.dropFirst(factor.count))'", "=“\(name.dropFirst(factor.count))”")
  }

  /// A slope or the difference of a level.
  private func mainSentence(_ k: Int, _ column: Int, _ meanings: [ColumnMeaning]) -> String {
    let coding = frame.fixedCoding
    let factor = coding.factorNamesOfTerms[coding.termOfColumn[column] - 1][0]
    let conditions = conditions(of: factor, meanings)
    // Chinese names the place first.
    let condition = words.list(conditions)
    let place = conditions.isEmpty ? "" : words.pick(" where \(condition)", "")
    let before = conditions.isEmpty ? "" : words.pick("", "\(condition)时，")
    let step: String
    var unit = 1.0
    if case .difference(_, let first) = meanings[column] {
      let level = coding.columnNames[column].dropFirst(factor.count)
      let name = words.name(factor)
      step = words.pick("\(name) '\(level)' instead of '\(first)'", "\(name)由“\(first)”换成“\(level)”")
    } else {
      unit = self.unit(k, column)
      let name = words.name(factor)
      step =
        unit == 1
        ? words.pick("One more of \(name)", "\(name)增加 1")
        : words.pick(
          "One standard deviation (\(text(unit))) more of \(name)", "\(name)增加一个标准差（\(text(unit))）")
    }
    let moved = conditions.isEmpty && family == .binomial ? movedMean(k, unit) : nil
    guard let multiplied else {
      let size = difference(k, unit: unit)
      let there = moved.map { words.pick(": the probability there goes \($0)", "：该处的概率\($0)") } ?? ""
      return words.pick(
        "\(step) moves the latent variable by \(size)\(place)\(there).",
        "\(before)\(step)，潜在变量移动 \(size)\(there)。")
    }
    let there = moved.map { words.pick("; the probability there goes \($0)", "；该处的概率\($0)") } ?? ""
    guard let ratio = ratio(k, unit: unit) else {
      let size = difference(k, unit: unit)
      return words.pick(
        "\(step) adds \(size) on the scale of the link\(place)\(there).",
        "\(before)\(step)，链接尺度上增加 \(size)\(there)。")
    }
    return words.pick(
      "\(step) multiplies the \(multiplied) by \(ratio)\(place)\(there).",
      "\(before)\(step)，\(multiplied)乘以 \(ratio)\(there)。")
  }

  /// Where the typical mean goes by one step.
  private func movedMean(_ k: Int, _ unit: Double) -> String {
    let to = text(link.mean(predictor: reference.predictor + unit * estimates[k]))
    let from = text(reference.mean)
    return words.pick("from \(from) to \(to)", "由 \(from) 变为 \(to)")
  }

  /// What a main effect holds for where products with others are in the model.
  private func conditions(of factor: String, _ meanings: [ColumnMeaning]) -> [String] {
    let coding = frame.fixedCoding
    var others: [String] = []
    for term in coding.factorNamesOfTerms where term.count > 1 && term.contains(factor) {
      for other in term where other != factor && !others.contains(other) { others.append(other) }
    }
    return others.map { other in
      let name = words.name(other)
      let own = meanings.indices.first {
        coding.termOfColumn[$0] > 0 && coding.factorNamesOfTerms[coding.termOfColumn[$0] - 1] == [other]
      }
      if let own, case .difference(_, let first) = meanings[own] {
        return words.pick("\(name) is '\(first)'", "\(name)为“\(first)”")
      }
      return words.pick("\(name) is 0", "\(name)为 0")
    }
  }

  /// A product of numbers and levels; nil for other columns and for links whose coefficients are no ratios.
  private func jointSentence(_ k: Int, _ column: Int, _ meanings: [ColumnMeaning]) -> String? {
    let coding = frame.fixedCoding
    let factors = coding.factorNamesOfTerms[coding.termOfColumn[column] - 1]
    guard factors.count > 1, let multiplied else { return nil }
    var parts: [String] = []
    for (factor, name) in zip(factors, coding.partsOfColumns[column]) {
      let own = coding.columnNames.firstIndex(of: name)
      switch own.map({ meanings[$0] }) {
      case .slope: parts.append(part(name, of: factor, isNumber: true))
      case .difference: parts.append(part(name, of: factor, isNumber: false))
      default: return nil
      }
    }
    let kind =
      link == .logit
      ? words.pick(", a ratio of odds ratios", "（优势比之比）") : words.pick(", a ratio of ratios", "（比率之比）")
    guard let ratio = ratio(k) else {
      return words.pick(
        "Together \(words.list(parts)) add a further \(difference(k)) on the scale of the link.",
        "\(words.list(parts))同时增加时，链接尺度上另增加 \(difference(k))。")
    }
    return words.pick(
      "Together \(words.list(parts)) multiply the \(multiplied) by a further \(ratio)\(kind).",
      "\(words.list(parts))同时增加时，\(multiplied)另乘以 \(ratio)\(kind)。")
  }

  // MARK: Groups

  /// How far the levels of each grouping factor differ.
  func spreadSentences(_ formula: ModelFormula) -> [String] {
    let factors = GroupingFactor.all(of: formula)
    return reference.spreads.map { spread in
      let factor = factors.first { $0.text == spread.factor }
      let group = factor?.phrase(among: factors, words) ?? words.name(spread.factor)
      if spread.deviation < 1e-4 {
        return words.pick(
          "Beside the rest of the model, levels of \(group) do not differ there: their standard deviation is 0.",
          "在模型其余部分之外，各\(group)在该处没有差别：其标准差为 0。")
      }
      let ratio = text(spread.medianRatio)
      let median: String
      switch link {
      case .logit:
        median = words.pick(
          "; the odds of two of them differ by a median factor of \(ratio)", "；任意两个的优势之比的中位数为 \(ratio)")
      case .log:
        median = words.pick("; two of them differ by a median factor of \(ratio)", "；任意两个之比的中位数为 \(ratio)")
      default: median = ""
      }
      let (low, high, sd) = (text(spread.lower), text(spread.upper), text(spread.deviation))
      return words.pick(
        "Between levels of \(group) the standard deviation there is \(sd) on the scale of the link: the middle 95% of them have \(aMean) of \(low) "
          + "to \(high)\(median).",
        "各\(group)之间在该处的标准差（链接尺度上）为 \(sd)：中间 95% 的\(mean)从 \(low) 到 \(high)\(median)。")
    }
  }

  /// The mean over groups beside that of the typical one.
  var averageSentence: String {
    let (average, typical) = (text(reference.marginalMean), text(reference.mean))
    return words.pick(
      "Averaged over groups the \(mean) there is \(average), beside \(typical) of the typical group.",
      "对各组平均，该处的\(mean)为 \(average)，典型组则为 \(typical)。")
  }
}

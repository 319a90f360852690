import Distributions
import Glibc
import MixedModels
import ModelFormula
import Tables

/// What a generalized model fitted to data says, in odds, probabilities or rates: a sentence a matter.
///
/// Probabilities are those at the reference point, where numbers are at their means and factors at their first levels, of a typical group, whose random effects
/// are 0. Intervals are Wald's on the scale of the link.
struct FittedReading {
  /// The readings, or why there is no fit.
  let sentences: [String]
  /// What the fit wants to say beside its numbers.
  let notes: [String]

  init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles, response: GeneralizedSpecification,
    words: ExplanationWords
  ) {
    var notes: [String] = []
    do {
      sentences =
        formula.randomTerms.isEmpty
        ? try FittedReading.common(formula, data, roles, response, words, &notes)
        : try FittedReading.mixed(formula, data, roles, response, words, &notes)
    } catch {
      sentences = [words.pick("These data give no fit: \(error).", "这些数据无法拟合：\(error)。")]
    }
    self.notes = notes
  }

  /// Of a model without bars.
  private static func common(
    _ formula: ModelFormula, _ data: DataTable, _ roles: ColumnRoles, _ response: GeneralizedSpecification,
    _ words: ExplanationWords, _ notes: inout [String]
  ) throws -> [String] {
    let model = try GeneralizedLinearModel(
      formula, data: data, family: response.family, link: response.link, roles: roles)
    let fit = try model.fit()
    notes = fit.notes(in: words.language)
    if !fit.hasMaximum { return [withoutNumbers(words)] }
    let effects = FittedEffects(fit, of: model, reference: try ReferenceMean(fit, of: model), words: words)
    return [effects.typicalSentence] + effects.effectSentences
  }

  /// Of a mixed model.
  private static func mixed(
    _ formula: ModelFormula, _ data: DataTable, _ roles: ColumnRoles, _ response: GeneralizedSpecification,
    _ words: ExplanationWords, _ notes: inout [String]
  ) throws -> [String] {
    let fit = try GeneralizedLinearMixedModel(
      formula, data: data, family: response.family, link: response.link, roles: roles
    ).fit(response.approximation, determinant: response.determinant)
    notes = fit.notes(in: words.language)
    if !fit.diagnostics.hasMaximum { return [withoutNumbers(words)] }
    let effects = FittedEffects(fit, reference: try ReferenceMean(fit), words: words)
    return [effects.typicalSentence] + effects.effectSentences + effects.spreadSentences(formula)
      + [effects.averageSentence] + shareSentence(fit.latentVariance, words)
  }

  private static func withoutNumbers(_ words: ExplanationWords) -> String {
    words.pick(
      "The likelihood has no maximum on these data, so no number can be read; the notes of the fit say why.",
      "在这些数据上似然没有最大值，因此没有数字可读；拟合的说明给出了原因。")
  }

  /// The share of groups on the latent scale.
  private static func shareSentence(_ variance: LatentVariance, _ words: ExplanationWords) -> [String] {
    let share = variance.adjustedICC
    guard share.isFinite else { return [] }
    let (percent, own) = (
      FittedEffects.text(100 * share, digits: 2), FittedEffects.text(variance.distribution)
    )
    return [
      words.pick(
        "On the latent scale groups hold \(percent)% of the variance that predictors leave (intraclass correlation); the chance of the responses itself "
          + "has variance \(own) there.",
        "在潜在尺度上，自变量未解释的方差中有 \(percent)% 属于组间（组内相关系数）；响应本身的随机性在该尺度上的方差为 \(own)。")
    ]
  }
}

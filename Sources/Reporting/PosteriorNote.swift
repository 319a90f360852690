import BayesianModels
import MixedModels

extension BayesianReport {
  /// How the draws behind a strategy were made and whether they are enough, as a note beside other estimates.
  public func note(in language: Language = .en) -> String {
    let words = ExplanationWords(language)
    return words.pick(
      "bayes: \(samplingLine(words)). \(sentence(in: language))",
      "bayes：\(samplingLine(words))。\(sentence(in: language))")
  }
}

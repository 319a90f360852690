import BayesianModels
import MixedModels

extension BayesianReport {
  /// How the draws behind a strategy were made and whether they are enough, and what to know of the posterior, as notes beside other estimates.
  public func strategyNotes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    let made = words.pick(
      "bayes: \(samplingLine(words)). \(sentence(in: language))",
      "bayes：\(samplingLine(words))。\(sentence(in: language))")
    return [made] + posteriorNotes(in: language).map { words.pick("bayes: ", "bayes：") + $0 }
  }
}

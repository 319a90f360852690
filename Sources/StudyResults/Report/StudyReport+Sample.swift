import Designs
import Studies

extension StudyReport {
  /// How surveys are drawn from the rows of the design.
  var sampleLaws: [String] {
    guard designs.contains(where: { $0.sample != nil }) else { return [] }
    return [
      either(
        "the rows are a population, of which the data are a sample without replacement: ",
        "上述各行是总体，数据是其中的一个不放回样本：")
        + phrase { $0.sample.map(law) }
    ]
  }

  private func law(_ sample: SampleLaw) -> DesignPhrase {
    if sample.weights.isEmpty {
      return phrase("\(sample.size) rows, all with the same chance", "\(sample.size) 行，机会相等")
    }
    var weights: DesignPhrase = ""
    for (k, weight) in sample.weights.enumerated() {
      if k > 0 { weights = "\(weights)\(either("; ", "；"))" }
      weights = "\(weights)`\(weight.column)`: \(self.weight(weight))"
    }
    return phrase(
      "\(sample.size) rows, by weights that multiply (1 unless told): \(weights)",
      "\(sample.size) 行，按相乘的权重（未列出者为 1）：\(weights)")
  }

  private func weight(_ weight: SampleLaw.Weight) -> DesignPhrase {
    switch weight.law {
    case .named(let list):
      var all: DesignPhrase = ""
      for (k, named) in list.enumerated() {
        all = "\(all)\(k > 0 ? either(", ", "、") : "")\(named.name) \(named.value)"
      }
      return all
    case .exponential(let rate): return "exp(\(rate) · \(weight.column))"
    case .effect(let rate):
      return phrase(
        "exp(\(rate) · its random intercept over its SD)", "exp(\(rate) · 其随机截距与标准差之比)")
    }
  }
}

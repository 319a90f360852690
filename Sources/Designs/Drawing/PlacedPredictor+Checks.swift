import Tables

extension PlacedPredictor {
  /// Refuses numbers that no distribution has.
  func checkLaw(_ path: [String]) throws(DesignFault) {
    func finite(_ value: Double, _ key: [String]) throws(DesignFault) {
      if !value.isFinite {
        throw DesignFault(path + key, "\(shortestText(value)); a finite number would work")
      }
    }
    func sd(_ value: Double, _ key: [String]) throws(DesignFault) {
      if !(value >= 0 && value.isFinite) {
        throw DesignFault(path + key, "standard deviation \(shortestText(value)); 0 or more would work")
      }
    }
    func probability(_ value: Double, _ key: [String]) throws(DesignFault) {
      if !(value >= 0 && value <= 1) {
        throw DesignFault(path + key, "probability \(shortestText(value)); 0 to 1 would work")
      }
    }
    try finite(predictor.trend, ["trend"])
    switch predictor.law {
    case .normal(let m, let s):
      try finite(m, ["normal", "1"])
      try sd(s, ["normal", "2"])
    case .uniform(let a, let b):
      try finite(a, ["uniform", "1"])
      try finite(b, ["uniform", "2"])
      if b < a {
        throw DesignFault(
          path + ["uniform"], "the upper bound \(shortestText(b)) is below the lower, \(shortestText(a))")
      }
    case .lognormal(let m, let s):
      if !(abs(m) <= 300) {
        throw DesignFault(path + ["lognormal", "1"], "\(shortestText(m)); -300 to 300 would work")
      }
      try sd(s, ["lognormal", "2"])
      // Standard deviates stay within ±9, and e⁷⁰⁹ is the largest number.
      if abs(m) + 9 * s > 700 {
        throw DesignFault(
          path + ["lognormal", "2"],
          "standard deviation \(shortestText(s)) of the logarithm; a smaller one would work")
      }
    case .poisson(let m):
      if !(m >= 0 && m <= 1e9) {
        throw DesignFault(path + ["poisson"], "mean \(shortestText(m)); 0 to 1e9 would work")
      }
    case .binary(let p): try probability(p, ["binary"])
    case .categorical(let list):
      if list.count < 2 {
        throw DesignFault(path + ["categorical"], "\(list.count) category; two or more would work")
      }
      for category in list {
        try probability(category.probability, ["categorical", category.name])
        if category.name.isEmpty || category.name == "NA" {
          throw DesignFault(path + ["categorical"], "the name '\(category.name)' reads as a missing value")
        }
      }
      if Set(list.map(\.name)).count < list.count {
        throw DesignFault(path + ["categorical"], "a category occurs twice; categories have different names")
      }
      let sum = list.reduce(0) { $0 + $1.probability }
      if abs(sum - 1) > 1e-9 {
        throw DesignFault(
          path + ["categorical"], "the probabilities add to \(shortestText(sum)); 1 would work")
      }
    case .numbers(let list):
      if list.isEmpty { throw DesignFault(path + ["values"], "an empty list; one value or more would work") }
      for (i, x) in list.enumerated() { try finite(x, ["values", String(i + 1)]) }
    case .names(let list):
      if list.isEmpty { throw DesignFault(path + ["values"], "an empty list; one value or more would work") }
      if Set(list).count < 2 {
        throw DesignFault(path + ["values"], "one name only; two different ones or more would work")
      }
      if let bad = list.firstIndex(where: { $0.isEmpty || $0 == "NA" }) {
        throw DesignFault(path + ["values", String(bad + 1)], "'\(list[bad])' reads as a missing value")
      }
    case .jointNormal(let names, let means, let sds, let correlation):
      if names.count < 2 {
        throw DesignFault(path + ["joint"], "\(names.count) name; two or more would work")
      }
      if means.count != names.count || sds.count != names.count {
        throw DesignFault(
          path + ["normal"],
          "\(means.count) pairs of mean and SD for \(names.count) predictors; one pair, or one for each, would work"
        )
      }
      if correlation.count != names.count {
        throw DesignFault(
          path + ["corr"], "correlations of \(correlation.count) for \(names.count) predictors")
      }
      for i in names.indices {
        try finite(means[i], ["normal"])
        try sd(sds[i], ["normal"])
      }
      if predictor.trend != 0 {
        throw DesignFault(path + ["trend"], "a joint law has no trend; predictors one by one have")
      }
    case .none:
      if predictor.trend == 0 {
        throw DesignFault(
          path, "no law; normal, uniform, lognormal, poisson, binary, categorical or values would work")
      }
    case .mean, .centered, .computed: break
    }
    let isNumeric: Bool =
      switch predictor.law {
      case .normal, .uniform, .lognormal, .poisson, .none, .numbers, .jointNormal: true
      default: false
      }
    if predictor.trend != 0, !isNumeric {
      throw DesignFault(path + ["trend"], "a trend is added to numbers that are drawn; leave it out here")
    }
  }

  /// Refuses parts between groups that cannot be.
  func checkParts(_ path: [String], _ graph: LevelGraph) throws(DesignFault) {
    if predictor.groupParts.isEmpty { return }
    guard case .normal = predictor.law else {
      throw DesignFault(path, "parts between groups (between, correlated) are for normal predictors")
    }
    var sum = 0.0
    for (part, factor) in zip(predictor.groupParts, factors) {
      guard case .level(let own) = place, graph.isAbove(factor, own) else {
        throw DesignFault(
          path + [PlacedPredictor.key(of: part), part.factor],
          "'\(part.factor)' is not at or above the predictor's level; a level that is would work")
      }
      guard part.share >= 0, part.share <= 1 else {
        throw DesignFault(
          path + ["between", part.factor], "share \(shortestText(part.share)); 0 to 1 would work")
      }
      guard abs(part.correlation) <= 1 else {
        throw DesignFault(
          path + ["correlated", part.factor],
          "correlation \(shortestText(part.correlation)); -1 to 1 would work")
      }
      if factor == own, part.share != 1 {
        throw DesignFault(
          path + ["between", part.factor],
          "share \(shortestText(part.share)) of a predictor of the groups themselves; all of it lies between them, 1 would work"
        )
      }
      sum += part.share
    }
    guard sum <= 1 + 1e-12 else {
      throw DesignFault(path + ["between"], "the shares add to \(shortestText(sum)); up to 1 would work")
    }
  }
}

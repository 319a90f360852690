import Estimates
import Glibc

/// Where an expression of a problem gets its value from: numbers of fits, drawn numbers, or nothing but what
/// was typed.
struct KeySources {
  private let problem: Problem
  private let laws: [String: ProblemParameter]

  init(_ problem: Problem) {
    self.problem = problem
    laws = Dictionary((problem.parameters + problem.results).map { ($0.name, $0) }) { first, _ in first }
  }

  /// Whether a number of a fit is in it, directly or through named numbers.
  func hasFit(_ expression: ValueExpression) -> Bool {
    expression.addresses.contains { address, _ in
      if address.parts.count > 1 { return true }
      return laws[address.parts[0]]?.expressions.contains(where: hasFit) ?? false
    }
  }

  /// The value where it is the same whatever is drawn and whatever the fits report, as that of `3.2 + 0 *
  /// tau`; nil where it differs, or cannot be known before a fit.
  ///
  /// Numbers are drawn as for variants; numbers of fits may be anything above 0.
  func typedValue(_ expression: ValueExpression) -> Double? {
    var found: Double?
    var count = 0
    for trial in 0..<KeySources.trials {
      guard let value = value(expression, trial), value.isFinite else { continue }
      if let found, found != value { return nil }
      found = value
      count += 1
    }
    return count > 1 ? found : nil
  }

  private static let trials = 60

  /// The value of one trial; nil where its draw is impossible.
  private func value(_ expression: ValueExpression, _ trial: Int) -> Double? {
    let draw = VariantDraw(digest: domainHash("multilevel-lab trial of keys", [Array(String(trial).utf8)]))
    var scope = VariantScope(dataSeed: draw.dataSeed)
    guard (try? draw.draw(problem.parameters, into: &scope)) != nil else { return nil }
    var random = draw.numbers(for: "fits")
    var fits: [String: Double] = [:]
    func value(_ expression: ValueExpression) -> Double {
      for (address, _) in expression.addresses where fits[address.description] == nil {
        // Of any size from 0.01 to 10,000, whole every other time.
        let x = pow(10, Double(random.below(60_001)) / 10_000 - 2)
        fits[address.description] = random.below(2) == 0 ? x : x.rounded(.up)
      }
      return expression.value { address in
        (try? scope.value(address)) ?? fits[address.description] ?? .nan
      }
    }
    for result in problem.results {
      guard case .computed(let expression, let digits) = result.law else { continue }
      let full = value(expression)
      scope.set(result.name, digits.map { rounded(full, to: $0) } ?? full)
    }
    return value(expression)
  }
}

import Estimates
import Glibc

/// Where an expression of a problem gets its value from: numbers of fits, drawn numbers, or nothing but what
/// was typed.
struct KeySources {
  private let laws: [String: ProblemParameter]

  init(_ problem: Problem) {
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
  /// Drawn numbers are tried by their own laws, numbers of fits as anything above 0.
  func typedValue(_ expression: ValueExpression) -> Double? {
    var found: Double?
    var count = 0
    for trial in 0..<KeySources.trials {
      var numbers = TrialNumbers(laws: laws, trial: trial)
      let value = numbers.value(expression)
      guard value.isFinite else { continue }
      if let found, found != value { return nil }
      found = value
      count += 1
    }
    return count > 1 ? found : nil
  }

  private static let trials = 60
}

/// Numbers that a variant might have.
private struct TrialNumbers {
  private let laws: [String: ProblemParameter]
  private var random: DrawNumbers
  private var known: [String: Double] = [:]
  /// Names that are being computed, so that one that leads to itself ends.
  private var open: Set<String> = []

  init(laws: [String: ProblemParameter], trial: Int) {
    self.laws = laws
    random = DrawNumbers(state: UInt64(trial))
  }

  mutating func value(_ expression: ValueExpression) -> Double {
    for (address, _) in expression.addresses where known[address.description] == nil {
      known[address.description] = value(of: address)
    }
    return expression.value { known[$0.description] ?? .nan }
  }

  private mutating func value(of address: Address) -> Double {
    let name = address.parts[0]
    guard address.parts.count == 1, let parameter = laws[name] else { return anything() }
    guard open.insert(name).inserted else { return .nan }
    defer { open.remove(name) }
    switch parameter.law {
    case .words: return .nan
    case .numbers(let list): return list.isEmpty ? .nan : value(list[random.below(list.count)])
    case .computed(let expression, let digits):
      let value = value(expression)
      return digits.map { rounded(value, to: $0) } ?? value
    case .steps(let first, let last, let step):
      let (a, b, width) = (value(first), value(last), value(step))
      guard width > 0, a <= b, (b - a) / width < 1e9 else { return .nan }
      return a + Double(random.below(Int((b - a) / width + 1e-9) + 1)) * width
    }
  }

  /// A number of a fit: of any size from 0.01 to 10,000, whole every other time.
  private mutating func anything() -> Double {
    let x = pow(10, Double(random.below(60_001)) / 10_000 - 2)
    return random.below(2) == 0 ? x : x.rounded(.up)
  }
}

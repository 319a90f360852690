import Estimates
import Labs
import Tables

extension VariantDraw {
  /// Draws the parameters in order into a scope.
  /// - Throws: `ProblemError.faults` for a law that cannot be drawn; `DrawFailure` for a number that is not finite.
  func draw(_ parameters: [ProblemParameter], into scope: inout VariantScope) throws {
    for parameter in parameters {
      var numbers = self.numbers(for: "parameter " + parameter.name)
      switch parameter.law {
      case .words(let words, _, let index?):
        let place = try parameter.value(index, scope)
        guard let k = Int(exactly: place), words.indices.contains(k - 1) else {
          throw parameter.fault("there is no word \(shortestText(place)) of \(words.count)")
        }
        scope.set(parameter.name, words[k - 1])
      case .words(let words, let except, nil):
        let taken = except.compactMap { scope.words[$0]?.key }
        let free = words.filter { !taken.contains($0.key) }
        guard !free.isEmpty else { throw parameter.fault("no word is left") }
        scope.set(parameter.name, free[numbers.below(free.count)])
      case .numbers(let list):
        scope.set(parameter.name, try parameter.value(list[numbers.below(list.count)], scope))
      case .steps(let first, let last, let step):
        let (a, b) = (try parameter.value(first, scope), try parameter.value(last, scope))
        let width = try parameter.value(step, scope)
        if let fault = ProblemParameter.emptyRange(from: a, to: b, by: width) { throw parameter.fault(fault) }
        let count = Int(((b - a) / width + 1e-9).rounded(.down)) + 1
        let value = a + Double(numbers.below(count)) * width
        scope.set(parameter.name, rounded(value, to: decimals(of: [a, width])))
      case .computed(let expression, let digits):
        try parameter.compute(expression, digits, in: &scope)
      }
    }
  }

  /// The digits after the point that write all numbers exactly, at most 9.
  private func decimals(of values: [Double]) -> Int {
    for digits in 0..<9
    where values.allSatisfy({ abs(rounded($0, to: digits) - $0) < 1e-10 * max(1, abs($0)) }) {
      return digits
    }
    return 9
  }
}

extension ProblemParameter {
  func fault(_ message: String) -> ProblemError {
    .faults([LabFault(at: location, "\(name): \(message)")])
  }

  /// The value of an expression of this parameter.
  func value(_ expression: ValueExpression, _ scope: VariantScope) throws -> Double {
    let value: Double
    do { value = try expression.value(scope.value) } catch { throw fault("\(error)") }
    guard value.isFinite else { throw DrawFailure(.degenerate, "'\(name)' is not finite") }
    return value
  }

  /// Adds a computed number.
  func compute(_ expression: ValueExpression, _ digits: Int?, in scope: inout VariantScope) throws {
    let value = try value(expression, scope)
    scope.set(name, digits.map { rounded(value, to: $0) } ?? value)
  }
}

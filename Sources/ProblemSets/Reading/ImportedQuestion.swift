/// What a student enters into one part of an imported question.
enum PartResponse: Equatable {
  case number(Double)
  /// Indices of options in the order of the file.
  case options([Int])
  case nothing
}

/// A question as an importer understands a file: it can be answered and is graded by the file's own rules.
struct ImportedQuestion {
  /// Where it belongs: the last part of a category's path, or a section's title.
  let category: String
  /// Its name in the file.
  let name: String
  /// How many parts are answered.
  let partCount: Int
  /// Whether a person marks it.
  let isByHand: Bool
  /// The blocks of code in its text.
  let code: [String]
  /// Share of the points, from 0 to 1, of one response a part.
  let grade: (_ responses: [PartResponse]) throws(ImportFault) -> Double
}

/// What an importer refuses.
struct ImportFault: Error, Equatable, CustomStringConvertible {
  let message: String
  init(_ message: String) { self.message = message }
  var description: String { message }
}

/// A part of a question whose answers have grades of their own.
enum GradedPart {
  /// Numbers with absolute tolerances; the first that fits counts.
  case numeric([(value: Double, tolerance: Double, share: Double)])
  /// Options of which one is chosen.
  case single([Double])
  /// Options whose grades add up, not below 0.
  case multiple([Double])
  /// A text.
  case essay

  /// The share of a response, by Moodle's rules.
  func share(of response: PartResponse) throws(ImportFault) -> Double {
    switch (self, response) {
    case (_, .nothing): return 0
    case (.numeric(let answers), .number(let number)):
      return answers.first { MoodleNumber.accepts(number, $0.value, $0.tolerance) }?.share ?? 0
    case (.single(let shares), .options(let chosen)):
      guard chosen.count == 1, shares.indices.contains(chosen[0]) else { return 0 }
      return max(0, shares[chosen[0]])
    case (.multiple(let shares), .options(let chosen)):
      return min(1, max(0, chosen.reduce(0) { $0 + shares[$1] }))
    default: throw ImportFault("a response of another kind than the question's")
    }
  }
}

/// Moodle's rule for numbers.
enum MoodleNumber {
  /// |r − a| ≤ tolerance + 10⁻¹⁴·max(1, |a|): 14 digits is PHP's usual precision.
  static func accepts(_ r: Double, _ a: Double, _ tolerance: Double) -> Bool {
    abs(r - a) <= abs(tolerance) + 1e-14 * max(1, abs(a))
  }

  /// A number as the importer's pattern takes it: an optional minus, digits with a point or comma, an
  /// exponent; no leading plus.
  static func parsed(_ text: String) throws(ImportFault) -> Double {
    let plain = text.trimmingSpaces().replacing(",", with: ".")
    guard let first = plain.first, first == "-" || first == "." || first.isNumber,
      plain.allSatisfy({ "0123456789.eE+-".contains($0) }), let number = Double(plain), number.isFinite
    else { throw ImportFault("'\(text)' is no number") }
    return number
  }
}

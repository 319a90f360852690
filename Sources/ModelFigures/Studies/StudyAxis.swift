import Glibc
import StudyResults

/// What a figure of a study can put on an axis, in lines or in panels: a parameter of the grid, or scenarios that are no full grid.
struct StudyAxis: Sendable, Equatable {
  /// The parameter's name; `scenario` for scenarios.
  let name: String
  /// Its values as texts.
  let values: [String]
  /// The values as numbers; nil where one is none.
  let numbers: [Double]?
  /// What each scenario sets, where the axis is one of scenarios whose values are their numbers.
  let settings: [String]?
  /// Whether it is one of scenarios whose values are what they set.
  let isOfNamedScenarios: Bool

  /// The name of the axis of scenarios.
  static let scenario = "scenario"

  /// A parameter.
  init(_ parameter: MeasuredStudy.Parameter) {
    name = parameter.name
    values = parameter.values
    numbers = parameter.numbers
    settings = nil
    isOfNamedScenarios = false
  }

  /// A parameter, by its values in some cells.
  init(_ name: String, values: [String]) {
    self.name = name
    self.values = values
    let numbers = values.compactMap(Double.init)
    self.numbers = numbers.count == values.count ? numbers : nil
    settings = nil
    isOfNamedScenarios = false
  }

  /// Scenarios, by their numbers in the study's file and what they set.
  init(scenarios: [(number: Int, settings: String)]) {
    name = StudyAxis.scenario
    // Short settings are names enough, also on a narrow figure.
    let isShort = scenarios.allSatisfy { $0.settings.count <= 30 / max(scenarios.count, 1) }
    values = scenarios.map { isShort ? $0.settings : "\($0.number)" }
    numbers = nil
    isOfNamedScenarios = isShort
    settings = isShort ? nil : scenarios.map(\.settings)
  }

  /// Places of the values in the order of an axis: numbers rise.
  var order: [Int] {
    guard let numbers else { return Array(values.indices) }
    return values.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
  }

  /// Whether ratios of neighbouring values are more alike than their differences: a logarithmic axis spaces such values evenly.
  var isGeometric: Bool {
    guard let numbers = numbers?.sorted(), numbers.count > 2, numbers[0] > 0 else { return false }
    func unevenness(_ values: [Double]) -> Double {
      let steps = zip(values.dropFirst(), values).map { $0 - $1 }
      return (steps.max() ?? 1) / max(steps.min() ?? 1, 1e-300)
    }
    return unevenness(numbers.map { log($0) }) < unevenness(numbers)
  }
}

/// Why a study does not give a figure.
public enum StudyFigureError: Error, Equatable, Sendable, CustomStringConvertible {
  case noParameter(String, available: [String])
  case noStrategy(String, available: [String])
  case noEstimand(String, available: [String])
  case noValue(String, parameter: String, available: [String])
  case parameterTwice(String)
  case needsParameters(kind: String, count: Int, found: [String])
  case noNumbers(String, estimand: String?, having: [String])
  case nothingThere(String, estimand: String?, at: String)
  case noScenario(String)
  case notFull(String)
  case sameValue(String, scenarios: Int)
  case noGroups(kind: String)
  case notForKind(option: String, kind: String)

  /// The fault in words.
  public var description: String {
    func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
    switch self {
    case .noParameter(let name, let available):
      return "the study's grid has no parameter '\(name)'; it has \(list(available))"
    case .noStrategy(let name, let available):
      return "the study has no strategy '\(name)'; it has \(list(available))"
    case .noEstimand(let name, let available):
      return "the study has no estimand '\(name)'; it has \(list(available))"
    case .noValue(let value, let parameter, let available):
      return "the grid has no \(parameter) = \(value); there are \(list(available))"
    case .parameterTwice(let name):
      return "'\(name)' can stand at one place only: x, lines, panels, or held by --at"
    case .needsParameters(let kind, let count, let found):
      return "figure '\(kind)' needs a grid of \(count) parameters; the study has \(list(found))"
    case .noNumbers(let what, let estimand, let having):
      return
        "no strategy has \(what)\(estimand.map { " of \($0)" } ?? "")"
        + (having.isEmpty ? "" : "; these have: \(list(having))")
    case .nothingThere(let what, let estimand, let at):
      return "\(what)\(estimand.map { " of \($0)" } ?? "") has no value\(at.isEmpty ? "" : " at \(at)")"
    case .noScenario(let settings): return "no scenario of the study has \(settings)"
    case .notFull(let what):
      return
        "\(what) needs a cell for every combination of values, and the study's scenarios are no full grid; each of them has a place on the axis if no parameter is asked for"
    case .sameValue(let name, let scenarios):
      return
        "only parameters that tell the study's \(scenarios) scenarios apart can be the axis, and some of them have the same \(name); without --x each has a place of its own"
    case .noGroups(let kind):
      return
        "figure '\(kind)' shows group coefficients with weights; the study has no partial pooling of them"
    case .notForKind(let option, let kind): return "--\(option) is not for figure '\(kind)'"
    }
  }
}

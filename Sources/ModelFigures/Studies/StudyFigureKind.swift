import Studies
import StudyResults

/// The kinds of figures of studies.
public enum StudyFigureKind: String, Sendable, CaseIterable {
  case shrinkage
  case surface
  case weight
  case rmse
  case coverage
  case boundary
  case measure

  /// One line of help.
  public var summary: String {
    switch self {
    case .shrinkage: "shrinkage of group coefficients against a parameter, a line for each value of a second"
    case .surface: "shrinkage (or --measure) over two parameters: coloured tiles with their numbers"
    case .weight: "mean estimated weight against the weight of the true variances"
    case .rmse: "RMSE of the strategies relative to no pooling"
    case .coverage: "coverage of the strategies' intervals, the nominal level ruled"
    case .boundary: "share of fits on the boundary; with the exact F curve for balanced one-way designs"
    case .measure: "any measure (--measure) of any estimand (--estimand)"
    }
  }
}

/// What may be asked of a study's figure; nil and empty stand for the kind's own choice.
public struct StudyFigureRequest: Sendable, Equatable {
  /// The measure.
  public var measure: Measure?
  /// The estimand's address.
  public var estimand: String?
  /// The parameter on the horizontal axis.
  public var x: String?
  /// What has lines: a parameter, or `strategy`.
  public var lines: String?
  /// The parameter that has panels.
  public var panels: String?
  /// The strategies shown.
  public var strategies: [String] = []
  /// Parameters that are held at a value.
  public var held: [(name: String, value: String)] = []

  /// A request for nothing in particular.
  public init() {}

  /// Whether both ask the same.
  public static func == (a: StudyFigureRequest, b: StudyFigureRequest) -> Bool {
    a.measure == b.measure && a.estimand == b.estimand && a.x == b.x && a.lines == b.lines
      && a.panels == b.panels && a.strategies == b.strategies
      && a.held.elementsEqual(b.held) { $0.name == $1.name && $0.value == $1.value }
  }
}

extension StudyFigureKind {
  /// The figure of a study.
  /// - Throws: `StudyFigureError`.
  public func figure(
    of measured: MeasuredStudy, _ request: StudyFigureRequest = StudyFigureRequest()
  ) throws(StudyFigureError) -> any ModelFigure {
    let known = measured.study.strategies.map(\.name)
    for name in request.strategies where !known.contains(name) {
      throw .noStrategy(name, available: known)
    }
    var choice = StudyFigureChoice(self, StudyGrid(measured), request)
    switch self {
    case .shrinkage, .rmse, .coverage, .boundary, .measure: return try choice.curves()
    case .surface: return try choice.surface()
    case .weight: return try choice.weight()
    }
  }

  /// The kinds that a study's grid and strategies have numbers for, most telling first; `measure` is not among them.
  public static func suiting(_ measured: MeasuredStudy) -> [StudyFigureKind] {
    allCases.filter { kind in
      guard kind != .measure, (try? kind.figure(of: measured)) != nil else { return false }
      // Points of one cell alone say what the table says.
      return kind != .weight || measured.study.cells.count > 1
    }
  }
}

import Plotting

/// A figure about a model: its specification in a language, and its numbers.
public protocol ModelFigure: Sendable {
  /// The specification, with title and description for readers who cannot see it.
  func figure(in language: FigureLanguage) -> Figure
  /// The plotted numbers.
  var plottedData: PlottedData { get }
  /// Canvas size.
  var size: Size { get set }
  /// Whether another width leaves the height as it is, because rows need it.
  var keepsHeight: Bool { get }
  /// The columns that the figure shows.
  var columnNames: [String] { get }
  /// The levels that it names or could name.
  var levelNames: [String] { get }
  /// Gives a column, or else a level of the grouping factor, other words wherever the figure prints it; `plottedData` keeps the
  /// names of the data.
  mutating func rename(
    _ name: String, to words: LocalizedText, unit: LocalizedText, per singularUnit: LocalizedText)
}

extension ModelFigure {
  /// Width and height change together.
  public var keepsHeight: Bool { false }

  /// What a name in the data stands for; a column, where it is both.
  public func part(named name: String) -> NamedPart? {
    if columnNames.contains(name) { return .column }
    return levelNames.contains(name) ? .level : nil
  }

  /// Gives a column or a level other words, a column without a unit, or one that is not needed behind "per".
  public mutating func rename(
    _ name: String, to words: LocalizedText, unit: LocalizedText = LocalizedText("")
  ) {
    rename(name, to: words, unit: unit, per: LocalizedText(""))
  }
}

/// A figure of groups' data and lines over one predictor.
public protocol LineFigure: ModelFigure {
  /// The groups with their names.
  var groups: [GroupFit] { get set }
  /// The words for the columns.
  var response: FigureVariable { get set }
  var predictor: FigureVariable { get set }
  var grouping: FigureVariable { get set }
}

/// What a name in the data stands for in a figure.
public enum NamedPart: Sendable, Equatable {
  /// The response, the predictor or the grouping factor.
  case column
  /// A level of the grouping factor.
  case level
}

extension LineFigure {
  /// The columns that the figure shows.
  public var columnNames: [String] {
    [response.column, predictor.column, grouping.column].filter { !$0.isEmpty }
  }

  /// The groups' levels.
  public var levelNames: [String] { groups.map(\.group) }

  /// Gives a column, or else a level of the grouping factor, other words wherever the figure prints it; `plottedData` keeps the
  /// names of the data.
  public mutating func rename(
    _ name: String, to words: LocalizedText, unit: LocalizedText, per singularUnit: LocalizedText
  ) {
    let variable = FigureVariable(words, unit: unit, per: singularUnit, column: name)
    switch part(named: name) {
    case .column:
      if response.column == name { response = variable }
      if predictor.column == name { predictor = variable }
      if grouping.column == name { grouping = variable }
    case .level:
      for j in groups.indices where groups[j].group == name { groups[j].label = words }
    case nil: break
    }
  }
}

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
  /// The columns that the figure names, each once or more.
  var variables: [WritableKeyPath<Self, FigureVariable>] { get }
  /// The levels of the grouping factor that it names or could name.
  var levelNames: [String] { get }
  /// Gives a level other words.
  mutating func relabel(level: String, _ words: LocalizedText)
}

extension ModelFigure {
  /// Width and height change together.
  public var keepsHeight: Bool { false }
  /// None.
  public var levelNames: [String] { [] }
  /// There are none.
  public mutating func relabel(level: String, _ words: LocalizedText) {}

  /// The columns that the figure shows.
  public var columnNames: [String] {
    var names: [String] = []
    for path in variables {
      let name = self[keyPath: path].column
      if !name.isEmpty, name != FigureWords.constant, !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// What a name in the data stands for; a column, where it is both.
  public func part(named name: String) -> NamedPart? {
    if columnNames.contains(name) { return .column }
    return levelNames.contains(name) ? .level : nil
  }

  /// Gives a column, or else a level of the grouping factor, other words wherever the figure prints it;
  /// `plottedData` keeps the names of the data.
  public mutating func rename(
    _ name: String, to words: LocalizedText, unit: LocalizedText = LocalizedText(""),
    per singularUnit: LocalizedText = LocalizedText("")
  ) {
    switch part(named: name) {
    case .column:
      let variable = FigureVariable(words, unit: unit, per: singularUnit, column: name)
      // All are found first: two columns may change names.
      for path in variables.filter({ self[keyPath: $0].column == name }) {
        let hasSlope = self[keyPath: path].hasSlope
        self[keyPath: path] = variable
        self[keyPath: path].hasSlope = hasSlope
      }
    case .level: relabel(level: name, words)
    case nil: break
    }
  }
}

extension Figure {
  /// What a figure of every kind says beside its drawing: its name in files, title and description for readers who cannot see it, the language of its words, and the
  /// words before labels that found no place.
  mutating func describe(as slug: String, title: String, text: String, in language: FigureLanguage) {
    self.slug = slug
    self.language = language.rawValue
    unplacedNote = FigureWords(language).unplaced
    alternativeTitle = title
    alternativeText = text
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
  /// Response, predictor and grouping factor.
  public var variables: [WritableKeyPath<Self, FigureVariable>] { [\.response, \.predictor, \.grouping] }
  /// The groups' levels.
  public var levelNames: [String] { groups.map(\.group) }
  /// Gives a group other words.
  public mutating func relabel(level: String, _ words: LocalizedText) {
    for j in groups.indices where groups[j].group == level { groups[j].label = words }
  }
}

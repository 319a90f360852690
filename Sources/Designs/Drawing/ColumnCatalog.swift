import Distributions
import ModelFormula
import Tables

/// Whose units have the values of a column.
enum ColumnPlace: Sendable, Equatable {
  /// The units of a level.
  case level(Int)
  /// The rows of a crossed design.
  case rows
}

/// The columns that a design's data have beside the response: where each comes from, and examples of its
/// values, from which a formula's terms learn their names before anything is drawn.
struct ColumnCatalog: Sendable {
  /// What a column holds.
  enum Kind: Sendable, Equatable {
    case number
    case whole
    case names([String])
  }

  /// One column.
  struct Entry: Sendable {
    let name: String
    let kind: Kind
    let place: ColumnPlace
    /// Values like those to be drawn.
    let examples: [Double]
    /// Whether it is the column of a level.
    let isLevel: Bool
  }

  /// Levels as listed, then predictors as listed.
  private(set) var entries: [Entry] = []

  /// Catalogues the columns.
  /// - Throws: `DesignFault` for names that are no plain words or repeat.
  init(
    levels listed: [DesignLevel], rows: RowPlan, predictors: [PlacedPredictor]
  ) throws(DesignFault) {
    for level in listed {
      let k = rows.graph.index(of: level.name)!
      let path = ["levels", level.name]
      if level.name == DesignPredictor.rowsLevel {
        throw DesignFault(path, "'\(level.name)' means the rows of the data; another name would work")
      }
      var kind = Kind.whole
      var examples: [Double] = []
      switch level.units {
      case .named(let names): kind = .names(names)
      case .times(let first, let last, _): examples = (first...min(last, first + 10_000)).map(Double.init)
      case .counted, .nested:
        examples = (1...max(2, min(rows.fixedCount(k) ?? 2, 10_000))).map(Double.init)
      }
      try add(
        Entry(name: level.name, kind: kind, place: .level(k), examples: examples, isLevel: true), at: path)
    }
    for placed in predictors {
      for (column, name) in placed.predictor.columns.enumerated() {
        let (kind, examples) = placed.example(column: column, known: self)
        try add(
          Entry(name: name, kind: kind, place: placed.place, examples: examples, isLevel: false),
          at: ["predictors", placed.predictor.name])
      }
    }
  }

  private mutating func add(_ entry: Entry, at path: [String]) throws(DesignFault) {
    try ColumnCatalog.checkName(entry.name, at: path)
    if entries.contains(where: { $0.name == entry.name }) {
      throw DesignFault(path, "two columns are called '\(entry.name)'; another name would work")
    }
    entries.append(entry)
  }

  /// Refuses names that would need quotes in a formula.
  static func checkName(_ name: String, at path: [String]) throws(DesignFault) {
    if name.isEmpty || FormulaExpression.quotedIfNeeded(name) != name || name.contains("\n") {
      throw DesignFault(
        path,
        "the name '\(name)'; letters, digits, '_' and '.', a letter first, and no word of R's language would work"
      )
    }
  }

  /// The column of a name.
  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  /// All names.
  var names: [String] { entries.map(\.name) }

  /// A table with example values of all columns, every name of every categorical one among them.
  var exampleTable: DataTable {
    let count =
      entries.map { entry in
        if case .names(let names) = entry.kind { names.count } else { entry.examples.count }
      }.max() ?? 1
    return DataTable(
      entries.map { entry in
        switch entry.kind {
        case .names(let names):
          Column(entry.name, (0..<count).map { names[$0 % names.count] })
        case .number: Column(entry.name, (0..<count).map { entry.examples[$0 % entry.examples.count] })
        case .whole: Column(entry.name, (0..<count).map { Int(entry.examples[$0 % entry.examples.count]) })
        }
      })
  }

  /// The message for a name that is no column.
  func unknown(_ name: String) -> String {
    let meant = NearestNames.close(to: name, among: names).map { " (did you mean '\($0)'?)" } ?? ""
    return "no column '\(name)'\(meant); columns are \(names.joined(separator: ", "))"
  }
}

import MixedModels
import ModelFormula
import Plotting
import Tables

/// The sampling sketch: how rows fall into the levels of grouping factors.
///
/// Nested factors are a tree, every level drawn with its number of rows, or, where there are more than 30, three levels and the distribution of
/// sizes. Factors that cross are a grid of tiles, one for each pair of levels, an empty one where a pair has no rows.
public struct DesignSketch: ModelFigure {
  /// The numbers.
  public let design: SamplingDesign
  /// The factors, coarsest first, as they are named in figures.
  public var factors: [FigureVariable]
  /// Words for levels, by their names in the data.
  public var labels: [String: LocalizedText] = [:]
  /// Canvas size; at first 16 cm wide and as high as rows and panels want.
  public var size: Size
  /// The tree of nested factors.
  let tree: DesignTree?

  /// More levels than these are joined into blocks.
  static let mostTiles = 120
  /// Blocks of each factor in their place.
  static let blockCount = 40
  /// More pairs of crossed factors than these are not drawn.
  static let mostPairs = 6

  /// A sketch of a design.
  public init(_ design: SamplingDesign) {
    self.design = design
    factors = design.factors.map { .column($0.ownName) }
    tree = design.structure == .nested ? DesignTree(design) : nil
    size = .centimetres(16, 10)
    if let tree {
      let rows = Double(tree.rowCount)
      let height =
        tree.isShortened ? 3.5 + 0.5 * rows + 1.8 * Double(design.spreads.count + 1) : 3.2 + 0.42 * rows
      size.height = Size.centimetres(16, max(6, height)).height
    } else {
      let pairs = min(DesignSketch.mostPairs, design.crossedPairs.count)
      let tallest = design.crossedPairs.prefix(pairs).map { design.factors[$0.1].levels.count }.max() ?? 1
      let panel = tallest > DesignSketch.mostTiles ? 8.5 : max(4.5, 0.42 * Double(min(tallest, 40)))
      size.height = Size.centimetres(16, 2.6 + panel * Double((pairs + 1) / 2) + (pairs > 1 ? 1 : 0)).height
    }
  }

  /// Reads the factors of a formula.
  /// - Throws: as `SamplingDesign`.
  public init(
    _ formula: ModelFormula, data: DataTable, roles: ColumnRoles = ColumnRoles(),
    response kind: ResponseKind = .numbers
  ) throws {
    self.init(try SamplingDesign(formula, data: data, roles: roles, response: kind))
  }

  /// A level's name in figures.
  func label(_ factor: Int, _ level: Int, _ language: FigureLanguage) -> String {
    let own = design.factors[factor].ownLevels[level]
    return (labels[design.factors[factor].levels[level]] ?? labels[own] ?? .level(own))(language)
  }

  /// The numbers: for nested factors one row a level, for crossed ones one row for each pair of levels that has rows.
  public var plottedData: PlottedData {
    guard design.structure == .crossed else {
      var data = PlottedData(["factor", "level", "within", "n"])
      for (f, factor) in design.factors.enumerated() {
        for (j, level) in factor.levels.enumerated() {
          data.append([
            .text(factor.name), .text(level),
            .text(f == 0 ? "" : design.factors[f - 1].levels[factor.parents[j]]),
            .number(Double(factor.sizes[j])),
          ])
        }
      }
      return data
    }
    var data = PlottedData(["factor.1", "level.1", "factor.2", "level.2", "n"])
    for (a, b) in design.crossedPairs {
      for (i, row) in design.counts(a, b).enumerated() {
        for (j, count) in row.enumerated() where count > 0 {
          data.append([
            .text(design.factors[a].name), .text(design.factors[a].levels[i]), .text(design.factors[b].name),
            .text(design.factors[b].levels[j]), .number(Double(count)),
          ])
        }
      }
    }
    return data
  }

  /// The specification.
  public func figure(in language: FigureLanguage) -> Figure {
    let words = FigureWords(language)
    var figure = tree.map { nested($0, language) } ?? crossed(language)
    figure.describe(as: "design", title: words.designTitle(self), text: words.designText(self), in: language)
    return figure
  }
}

extension DesignSketch {
  /// The grouping factors.
  public var variables: [WritableKeyPath<DesignSketch, FigureVariable>] {
    factors.indices.map { \.factors[$0] }
  }
  /// Rows need it.
  public var keepsHeight: Bool { true }
  /// The levels of all factors, as they are called in the data and in figures.
  public var levelNames: [String] { design.factors.flatMap { $0.levels + $0.ownLevels } }
  /// Gives a level other words.
  public mutating func relabel(level: String, _ words: LocalizedText) { labels[level] = words }
}

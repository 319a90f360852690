import ModelFormula
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Sampling sketches")
struct DesignSketchTests {
  static func sketch(_ name: String, _ formula: String) throws -> DesignSketch {
    let data = try DataTable(csv: Reference.bytes("lmm/\(name).csv"), file: name)
    return try DesignSketch(ModelFormula(formula), data: data)
  }

  @Test("casks lie within batches: a tree with every level and its rows")
  func tree() throws {
    let sketch = try DesignSketchTests.sketch("pastes", "strength ~ 1 + (1 | batch/cask)")
    #expect(sketch.design.structure == .nested && sketch.design.rowCount == 60)
    #expect(sketch.design.factors.map(\.ownName) == ["batch", "cask"])
    #expect(sketch.design.factors.map(\.levels.count) == [10, 30])
    let tree = try #require(sketch.tree)
    #expect(!tree.isShortened && tree.rowCount == 30 && tree.nodes.count == 41)
    #expect(tree.nodes.filter { $0.depth == 1 }.allSatisfy { $0.size == 2 })
    // A batch stands at the middle of its casks, the first on top.
    #expect(tree.nodes.first { $0.depth == 0 }?.height == 28)
    let figure = sketch.figure(in: .english)
    let layout = try figure.layout()
    let texts = layout.scene.texts.map(\.text)
    #expect(texts.contains("batch: 10") && texts.contains("cask: 30"))
    #expect(texts.count { $0 == "a" } == 10 && texts.count { $0 == "2" } >= 30)
    // Each bar is level with its cask's dot.
    let bars = try #require(figure.panels[1].marks[0] as? IntervalMark)
    #expect(bars.high == [Double](repeating: 2, count: 30))
    #expect(Set(bars.at) == Set(tree.nodes.filter { $0.depth == 1 }.map(\.height)))
    #expect(layout.panels[0].y.position(3) == layout.panels[1].y.position(3))
    #expect(
      figure.alternativeText
        == "Population → batch (10) → cask (30) → rows (60). Rows per cask: 2 each. Rows per batch: 6 each.")
  }

  @Test("identifiers that are unique over the whole data need no slash")
  func implicitNesting() throws {
    let sketch = try DesignSketchTests.sketch("pastes", "strength ~ 1 + (1 | batch) + (1 | sample)")
    #expect(sketch.design.structure == .nested)
    #expect(sketch.label(1, 0, .english) == "a")
    #expect(sketch.design.factors[1].ownName == "sample")
  }

  @Test("many schools: three of them, and the distribution of sizes")
  func shortened() throws {
    let sketch = try DesignSketchTests.sketch("exam", "normexam ~ 1 + (1 | school)")
    let tree = try #require(sketch.tree)
    #expect(tree.isShortened && tree.rowCount == 5)
    // tapply(exam$normexam, exam$school, length): least 2 (school 48), most 198 (school 14), median 60.
    #expect(tree.nodes.filter { $0.level >= 0 }.map(\.size) == [2, 60, 198])
    #expect(tree.nodes.map(\.omitted).reduce(0, +) == 62)
    let figure = sketch.figure(in: .english)
    let bars = try #require(figure.panels[1].marks[0] as? BarMark)
    #expect(bars.top.reduce(0, +) == 65)
    #expect(figure.caption.contains("Rows per school: 2 to 198, median 60."))
    let texts = try figure.layout().scene.texts.map(\.text)
    #expect(texts.contains("48 (2 rows)") && texts.contains("14 (198 rows)") && texts.contains("… 31 more"))
  }

  @Test("crossed factors: a tile for each pair with rows, none for others, numbers inside")
  func crossed() throws {
    let data = DataTable([
      Column("y", [1.0, 2, 3, 4, 5, 6, 7]), Column("a", ["p", "p", "p", "q", "q", "r", "r"]),
      Column("b", ["s", "s", "t", "s", "t", "t", "t"]),
    ])
    let sketch = try DesignSketch(ModelFormula("y ~ 1 + (1 | a) + (1 | b)"), data: data)
    #expect(sketch.design.structure == .crossed)
    let figure = sketch.figure(in: .english)
    let tiles = try #require(figure.panels[0].marks[0] as? TileMark)
    // b (2 levels) from left to right, a (3 levels) from the top.
    let found = zip(zip(tiles.x, tiles.y), tiles.values).map { [$0.0, $0.1, $1] }
    #expect(found == [[0, 2, 2], [0, 1, 1], [1, 2, 1], [1, 1, 1], [1, 0, 2]])
    #expect(
      figure.alternativeText
        == "7 rows. b (2 levels) by a (3 levels): 5 of 6 pairs have rows, 1 to 2, median 1.")
    let texts = try figure.layout().scene.texts.map(\.text)
    #expect(texts.count { $0 == "2" } >= 2 && texts.contains("p") && texts.contains("t"))
    #expect(sketch.plottedData.rows.count == 5)
  }

  @Test("thousands of levels stand in blocks, every row in one of them")
  func blocks() throws {
    let sketch = try DesignSketchTests.sketch("insteval", "y ~ 1 + (1 | s) + (1 | d)")
    let grid = TileGrid(sketch.design, 0, 1)
    #expect(grid.columns == 40 && grid.rows == 40 && grid.areBlocks)
    #expect(grid.values.reduce(0, +) == 73421)
    let figure = sketch.figure(in: .chinese)
    #expect(try figure.layout().unplacedLabels.isEmpty)
    #expect(figure.panels[0].x?.namedTicks.map(\.text) == ["1", "254", "536", "818", "1128"])
  }

  @Test("a chain within, crossed with another factor: only pairs that cross are drawn")
  func mixed() throws {
    let rows = (0..<48).map { $0 }
    let data = DataTable([
      Column("y", rows.map { Double($0 * $0 % 7) }), Column("school", rows.map { "s\($0 / 16)" }),
      Column("pupil", rows.map { "p\($0 / 4)" }), Column("task", rows.map { "t\($0 % 4)" }),
    ])
    let sketch = try DesignSketch(
      ModelFormula("y ~ 1 + (1 | school) + (1 | pupil) + (1 | task)"), data: data)
    let pairs = sketch.design.crossedPairs.map {
      [sketch.design.factors[$0.0].name, sketch.design.factors[$0.1].name]
    }
    #expect(pairs == [["school", "task"], ["task", "pupil"]])
    let figure = sketch.figure(in: .english)
    #expect(figure.panels.count == 2 && figure.columns == 2)
    _ = try figure.layout()
  }

  @Test("an interaction whose inner levels recur keeps its name")
  func interaction() throws {
    let sketch = try DesignSketchTests.sketch("machines", "score ~ 1 + (1 | Worker) + (1 | Worker:Machine)")
    #expect(sketch.design.factors.map(\.ownName) == ["Worker", "Worker:Machine"])
    let figure = sketch.figure(in: .english)
    #expect(figure.alternativeText.contains("Worker:Machine (18)"))
    #expect(figure.alternativeText.contains("Rows per Worker:Machine: 3 each."))
    // Under its worker a machine is called by its own name.
    #expect(try figure.layout().scene.texts.count { $0.text == "B" } == 6)
  }

  @Test("equal sizes need no histogram, equal cells no colour bar")
  func equal() throws {
    let levels = (0..<40).flatMap { j in [Double](repeating: Double(j), count: 5).map { _ in "g\(j)" } }
    let data = DataTable([Column("y", levels.indices.map { Double($0 % 7) }), Column("g", levels)])
    let sketch = try DesignSketch(ModelFormula("y ~ 1 + (1 | g)"), data: data)
    let figure = sketch.figure(in: .english)
    #expect(figure.panels.count == 1 && figure.caption.contains("Rows per g: 5 each."))
    #expect(!figure.caption.contains("fewest") && !figure.caption.contains("triangles"))
    #expect(throws: Never.self) { try figure.layout() }
    let penicillin = try DesignSketchTests.sketch("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)")
    let grid = penicillin.figure(in: .english)
    #expect(grid.colours == nil)
    let tiles = try #require(grid.panels[0].marks[0] as? TileMark)
    #expect(tiles.fill != nil && tiles.values == [Double](repeating: 1, count: 144))
    #expect(!(try grid.layout().scene.texts.map(\.text).contains("Rows")))
  }

  @Test("names and headings of a tree keep clear of dots and of each other in large type on little width")
  func largeType() throws {
    for (file, formula) in [
      ("pastes", "strength ~ 1 + (1 | batch/cask)"),
      ("machines", "score ~ 1 + (1 | Worker) + (1 | Worker:Machine)"),
      ("exam", "normexam ~ 1 + (1 | school)"),
    ] {
      for language in FigureLanguage.allCases {
        let sketch = try DesignSketchTests.sketch(file, formula)
        let setting = FigureSetting(language: language, theme: .slides)
        let sized = try sketch.resized(
          toWidth: Size.centimetres(14, 1).width, setting, measuring: FixedMeasurer())
        let layout = try sized.figure(setting).layout()
        #expect(layout.faults(pale: []).isEmpty, "\(file) \(language): \(layout.faults(pale: []))")
      }
    }
  }

  @Test("rows with missing values do not count; a formula without groups is refused")
  func refusals() throws {
    let data = DataTable([
      Column("y", [1.0, .nan, 3, 4]), Column("g", ["a", "a", "b", "b"]),
    ])
    let sketch = try DesignSketch(ModelFormula("y ~ 1 + (1 | g)"), data: data)
    #expect(sketch.design.factors[0].sizes == [1, 2])
    #expect(sketch.figure(in: .english).caption.hasSuffix(" 1 more row has a missing value and is left out."))
    #expect(throws: ModelFigureError.noGroups(formula: "y ~ 1")) {
      try DesignSketch(ModelFormula("y ~ 1"), data: data)
    }
  }

  @Test("columns and levels take other words; the data keep theirs")
  func words() throws {
    var sketch = try DesignSketchTests.sketch("pastes", "strength ~ 1 + (1 | batch/cask)")
    sketch.rename("cask", to: LocalizedText(english: "barrel", chinese: "桶"))
    sketch.rename("A", to: LocalizedText("first"))
    let texts = try sketch.figure(in: .english).layout().scene.texts.map(\.text)
    #expect(texts.contains("barrel: 30") && texts.contains("first") && texts.contains("Rows per barrel"))
    #expect(sketch.plottedData.csv.hasPrefix("factor,level,within,n\nbatch,A,,6\n"))
  }
}

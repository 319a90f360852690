import Plotting
import TestSupport
import Testing

@testable import ModelFigures

@Suite struct VaryingCoefficientsSchematicTests {
  private let schematic = VaryingCoefficientsSchematic()

  @Test(
    "Parallel lines, a fan from one point, and both; the coefficient that does not vary is the mean of the pairs"
  )
  func lines() {
    let both = schematic.lines(.both)
    #expect(both == schematic.groups.compactMap(\.partialPooling))
    let intercepts = schematic.lines(.intercepts)
    #expect(Set(intercepts.map(\.slope)).count == 1 && intercepts.map(\.intercept) == both.map(\.intercept))
    let slopes = schematic.lines(.slopes)
    #expect(Set(slopes.map(\.intercept)).count == 1 && slopes.map(\.slope) == both.map(\.slope))
    #expect(abs(slopes[0].intercept - both.reduce(0) { $0 + $1.intercept } / 5) < 1e-12)
    #expect(abs(intercepts[0].slope - both.reduce(0) { $0 + $1.slope } / 5) < 1e-12)
  }

  @Test("What its description says is so: one line falls, and lines cross in the third panel only")
  func description() {
    func crossings(_ varying: VaryingCoefficientsSchematic.Varying) -> Int {
      let lines = schematic.lines(varying)
      return lines.indices.flatMap { i in lines.indices.filter { $0 > i }.map { (i, $0) } }.count { i, j in
        (lines[i].at(0) - lines[j].at(0)) * (lines[i].at(1) - lines[j].at(1)) < 0
      }
    }
    #expect(crossings(.intercepts) == 0 && crossings(.slopes) == 0 && crossings(.both) > 1)
    #expect(schematic.lines(.intercepts).allSatisfy { $0.slope > 0 })
    #expect(schematic.lines(.slopes).count { $0.slope < 0 } == 1)
    #expect(schematic.alternativeText(.english).contains("5 parallel lines"))
    #expect(schematic.alternativeText(.chinese).contains("5 条平行线"))
  }

  @Test("Three panels in both languages: headings, no tick, a ring for each intercept, nothing overlaps")
  func layout() throws {
    for language in FigureLanguage.allCases {
      let figure = schematic.figure(in: language)
      #expect(figure.panels.map(\.name).allSatisfy { $0.contains("α") && $0.contains("β") })
      #expect(figure.panels.map { $0.marks.count { $0 is LineMark } } == [5, 5, 5])
      #expect(figure.panels.map { ($0.marks.last as? PointMark)?.x.count } == [5, 1, 5])
      #expect(!figure.alternativeTitle.isEmpty && figure.language == language.rawValue)
      for width in [12.0, 15, 16, 20] {
        var sized = figure
        sized.size = .centimetres(width, 6.5)
        let layout = try sized.layout()
        #expect(layout.panels.allSatisfy { $0.x.breaks.values.isEmpty && $0.y.breaks.values.isEmpty })
        let canvas = Rectangle(x: 0, y: 0, width: sized.size.width, height: sized.size.height)
        #expect(layout.scene.texts.allSatisfy { canvas.contains($0.origin) })
        #expect(layout.scene.texts.count { $0.text.hasPrefix(language == .english ? "group " : "组 ") } == 5)
      }
    }
  }

  @Test("Axes and groups take other words; the CSV holds the ends of every line")
  func words() {
    var renamed = schematic
    renamed.rename("y", to: LocalizedText(english: "salary", chinese: "薪资"))
    renamed.rename("group", to: LocalizedText(english: "department", chinese: "院系"))
    renamed.rename("3", to: LocalizedText(english: "English", chinese: "英语"))
    let figure = renamed.figure(in: .chinese)
    #expect(figure.y.title == "薪资" && figure.x.title == "x")
    #expect(figure.categories.entries.map(\.label) == ["院系 1", "院系 2", "英语", "院系 4", "院系 5"])
    #expect(renamed.alternativeText(.chinese).contains("纵轴为薪资"))
    let data = schematic.plottedData
    #expect(data.columns == ["panel", "group", "x", "y"] && data.rows.count == 30)
    #expect(data == renamed.plottedData)
  }
}

import Plotting
import TestSupport
import Testing

@testable import ModelFigures

@Suite struct ModelFigureTests {
  @Test(
    "Every figure in both languages and three sizes: nothing overlaps or leaves the canvas, text is large enough"
  )
  func layoutInvariants() throws {
    for figure in try SalaryFigures.all() {
      for language in FigureLanguage.allCases {
        for size in [Size.centimetres(16, 11), .centimetres(12, 9), .centimetres(24, 14)] {
          var specification = figure.figure(in: language)
          specification.size = size
          // Rows need their height.
          if figure.keepsHeight { specification.size.height = max(size.height, figure.size.height) }
          let layout = try specification.layout()
          let canvas = Rectangle(x: 0, y: 0, width: size.width, height: specification.size.height)
          let name = "\(specification.slug) \(language) \(size)"
          let boxes = layout.scene.texts.map { ($0.text, box($0)) }
          for (i, (text, box)) in boxes.enumerated() {
            #expect(canvas.contains(box), "'\(text)' outside in \(name)")
            for (other, second) in boxes.dropFirst(i + 1) {
              #expect(box.overlap(with: second) == 0, "'\(text)' over '\(other)' in \(name)")
            }
          }
          for run in layout.scene.texts {
            let chinese = run.text.unicodeScalars.contains { $0.value >= 0x2E80 }
            #expect(run.font.size >= (chinese ? 8 : 7), "'\(run.text)' in \(name)")
          }
          #expect(layout.unplacedLabels.isEmpty && layout.omitted == 0, "\(name)")
        }
      }
    }
  }

  private func box(_ run: TextRun) -> Rectangle {
    let width = try! FixedMeasurer().width(of: run.text, font: run.font, language: "en")
    let (up, down) = (0.74 * run.font.size, 0.2 * run.font.size)
    return run.rotation == 90
      ? Rectangle(x: run.origin.x - up, y: run.origin.y - width, width: up + down, height: width)
      : Rectangle(x: run.origin.x, y: run.origin.y - up, width: width, height: up + down)
  }

  @Test("Title and description exist in both languages; slugs fit ids and differ by kind")
  func accessibility() throws {
    var slugs: Set<String> = []
    for figure in try SalaryFigures.all() {
      let english = figure.figure(in: .english)
      let chinese = figure.figure(in: .chinese)
      #expect(!english.alternativeTitle.isEmpty && english.alternativeText.count > 60)
      #expect(chinese.alternativeText.unicodeScalars.count { $0.value >= 0x4E00 } > 10)
      #expect(english.alternativeText.unicodeScalars.allSatisfy { $0.value < 0x2E80 })
      #expect(
        english.slug == chinese.slug && english.slug.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "-") })
      #expect(english.language == "en" && chinese.language == "zh-CN")
      slugs.insert(english.slug)
    }
    #expect(slugs.count == 22)  // the two planes share one
  }

  @Test("Each strategy looks the same in every figure")
  func fixedLooks() throws {
    let fitted = try SalaryFigures.fitted()
    for figure in [
      fitted.poolingPlane(modelEllipses: true).figure(in: .english), fitted.panels().figure(in: .chinese),
    ] {
      let complete = try figure.categories.style(of: "complete")
      #expect(complete.colour == .black && complete.shape == .square && complete.dash == .dashed)
      let none = try figure.categories.style(of: "none")
      #expect(none.colour == OkabeIto.vermillion && none.shape == .hollowCircle)
      #expect(none.lineInside != nil && none.lineScale > 3)
      let partial = try figure.categories.style(of: "partial")
      #expect(partial.colour == OkabeIto.blue && partial.shape == .circle && partial.dash == .solid)
    }
    let scatter = fitted.completePoolingScatter().figure(in: .english)
    #expect(try scatter.categories.style(of: "complete").dash == .dashed)
    #expect(PoolingStyle.allCases.map { $0.label(.chinese) } == ["全池化", "无池化", "部分池化"])
  }

  @Test("Lines run over the range of the data, and say what the fit says")
  func lines() throws {
    let layout = try SalaryFigures.fitted("salary ~ experience + (1 | department)").fittedScatter()
      .figure(in: .english).layout()
    let canvas = layout.panels[0]
    let style = try layout.panels[0].categories.style(of: "biology")
    let coefficients = SalaryFigures.reference["lmer"]["m2"]["coef"]["values"].matrix[0]
    var drawn: [[Point]] = []
    for case .path(let lines, nil, let stroke?) in layout.scene.commands where stroke.colour == style.colour {
      if lines[0].points.allSatisfy(canvas.area.contains) { drawn.append(lines[0].points) }
    }
    let line = try #require(drawn.first)
    expectClose(line[0].x, canvas.x.position(0), absolute: 1e-9)
    expectClose(line[1].x, canvas.x.position(9), absolute: 1e-9)
    expectClose(line[0].y, canvas.y.position(coefficients[0]), absolute: 1e-3)
    expectClose(line[1].y, canvas.y.position(coefficients[0] + 9 * coefficients[1]), absolute: 1e-3)
  }

  @Test("Panels: three lines each, two where a group has no line of its own; order as asked")
  func panels() throws {
    var groups = try SalaryFigures.fitted().groups
    groups[1].noPooling = nil
    groups[2].x.removeLast(12)
    groups[2].y.removeLast(12)
    let complete = CoefficientLine(intercept: 60_000, slope: 900)
    func figure(_ order: GroupPanels.Order) -> GroupPanels {
      GroupPanels(
        groups: groups, completePooling: complete, order: order, response: FigureVariable("salary"),
        predictor: FigureVariable("experience"), grouping: FigureVariable("department"))
    }
    let given = figure(.given).figure(in: .english)
    #expect(given.panels.map { $0.marks.count { $0 is LineMark } } == [3, 2, 3, 3, 3])
    #expect(given.panels[2].name == "informatics (n\u{A0}=\u{A0}8)")
    #expect(figure(.count).ordered.map(\.group).first == "informatics")
    #expect(
      figure(.intercept).ordered.map(\.group) == [
        "sociology", "biology", "english", "informatics", "statistics",
      ])
  }

  @Test("In a panel the band of no pooling lies under the points, complete and partial pooling above them")
  func bandUnderLine() throws {
    let panel = try SalaryFigures.fitted().panels().figure(in: .english).panels[0]
    let order = panel.marks.map { ($0 as? LineMark)?.legendKeys[0].category ?? "points" }
    #expect(order == ["none", "points", "partial", "complete"])
    // Partial pooling is a core inside the band.
    #expect(PoolingStyle.partial.style.lineScale < PoolingStyle.none.style.lineScale / 3)
    let inside = try #require(PoolingStyle.none.style.lineInside)
    for edge in [PoolingStyle.none, .partial] { #expect(edge.style.colour.contrast(against: inside) > 2) }
  }

  @Test("Narrow panels have several ticks")
  func panelTicks() throws {
    for width in [9.0, 12, 13, 14, 15, 16, 17, 20] {
      var figure = try SalaryFigures.fitted().panels()
      figure.size = .centimetres(width, 11)
      let values = try figure.figure(in: .english).layout().panels[0].x.breaks.values
      #expect(values.count >= 4, "\(width) cm: \(values)")
      #expect(values.allSatisfy { $0 == $0.rounded() }, "years are whole: \(width) cm: \(values)")
    }
  }

  @Test(
    "Any number of groups: panels find room at their own size, or the size that is named has room",
    arguments: [
      1, 2, 3, 4, 7, 10, 16, 25, 30, 37, 60, 120,
    ])
  func manyPanels(_ count: Int) throws {
    let one = try SalaryFigures.fitted().groups[0]
    let groups = (0..<count).map {
      GroupFit(
        "group \($0)", x: one.x, y: one.y, noPooling: one.noPooling, partialPooling: one.partialPooling)
    }
    let panels = GroupPanels(
      groups: groups, completePooling: one.noPooling, response: .column("salary"),
      predictor: .column("experience"), grouping: .column("department"))
    #expect(throws: Never.self) { try panels.figure(in: .english).layout() }
    for size in [Size.centimetres(16, 5), .centimetres(5, 30), .centimetres(3, 3)] {
      for language in FigureLanguage.allCases {
        var figure = panels.figure(in: language)
        figure.size = size
        do throws(FigureError) { _ = try figure.layout() } catch {
          guard case .tooSmall(size, let needed) = error else { throw error }
          figure.size = needed
          #expect(throws: Never.self) { try figure.layout() }
        }
      }
    }
  }

  @Test("More than ten groups: no legend, all grey, and the caption counts them; the panel keeps its height")
  func manyGroups() throws {
    let one = try SalaryFigures.fitted().groups[0]
    func scatter(_ count: Int) throws -> (Figure, FigureLayout) {
      let groups = (0..<count).map { GroupFit("g\($0)", x: one.x, y: one.y, partialPooling: one.noPooling) }
      let figure = GroupScatter(
        groups: groups, lines: .varyingIntercept, response: .column("salary"),
        predictor: .column("experience"), grouping: .column("department")
      ).figure(in: .english)
      return (figure, try figure.layout())
    }
    let (few, fewLayout) = try scatter(10)
    #expect(few.caption.isEmpty && few.categories.entries.count == 10)
    let (many, manyLayout) = try scatter(120)
    #expect(many.caption == "120 groups (department), all drawn alike.")
    #expect(manyLayout.scene.texts.allSatisfy { !$0.text.hasPrefix("g") })
    #expect(abs(manyLayout.panels[0].area.height - fewLayout.panels[0].area.height) < 20)
  }

  @Test("Dodging moves the points of groups apart, by group, and neither lines nor the numbers in the CSV")
  func dodge() throws {
    let fitted = try SalaryFigures.fitted()
    var scatter = fitted.fittedScatter()
    #expect(scatter.spacing == 1)
    let plain = scatter.plottedData
    let still = scatter.figure(in: .english)
    scatter.dodge = 0.5
    #expect(scatter.plottedData == plain)
    let moved = scatter.figure(in: .english)
    #expect(still.caption.isEmpty)
    #expect(moved.caption == "Points of one experience are set side by side by department.")
    #expect(scatter.figure(in: .chinese).caption == "同一工作年限的点按院系左右错开。")
    for (j, group) in fitted.groups.enumerated() {
      let points = try #require(moved.panels[0].marks[j] as? PointMark)
      let shift = 0.5 * ((Double(j) + 0.5) / 5 - 0.5)
      for (a, b) in zip(points.x, group.x) { expectClose(a, b + shift, absolute: 1e-12) }
      #expect(points.y == group.y)
    }
    let lines = moved.panels[0].marks.compactMap { ($0 as? LineMark)?.x }
    #expect(lines == still.panels[0].marks.compactMap { ($0 as? LineMark)?.x })
    scatter.groups = scatter.groups.map { GroupFit($0.group, x: $0.x.map { _ in 2 }, y: $0.y) }
    var complete = fitted.completePoolingScatter()
    complete.groups[0] = GroupFit("complete", x: [1, 2], y: [3, 4])
    let names = complete.figure(in: .english).categories.entries.map(\.name)
    #expect(Set(names).count == 6 && names[0] == "complete", "a group may have the name of a strategy")
    #expect(scatter.spacing == nil && scatter.figure(in: .english).caption.isEmpty)
  }

  @Test("Other words for columns and levels stand wherever a figure prints them, but not in its CSV")
  func rename() throws {
    for var figure in try SalaryFigures.all() {
      let data = figure.plottedData.csv
      figure.rename(
        "experience", to: LocalizedText(english: "service", chinese: "工龄"),
        unit: LocalizedText(english: "years", chinese: "年"),
        per: LocalizedText(english: "year", chinese: "年"))
      figure.rename("salary", to: LocalizedText("pay"), unit: LocalizedText("USD"))
      figure.rename("biology", to: LocalizedText(english: "Biology", chinese: "生物"))
      #expect(figure.plottedData.csv == data)
      #expect(
        figure.part(named: "salary") == (figure is DesignSketch ? nil : .column)
          && figure.part(named: "experience")
            == (figure is ShrinkageBySize || figure is DesignSketch ? nil : .column)
      )
      #expect(
        figure.part(named: "biology") == (figure.levelNames.isEmpty ? nil : .level))
      #expect(figure.part(named: "wages") == nil)
      let english = figure.figure(in: .english)
      let chinese = figure.figure(in: .chinese)
      let texts = try english.layout().scene.texts.map(\.text)
      #expect(!texts.contains { $0.contains("biology") || $0.contains("experience") })
      #expect(!(english.alternativeText + english.alternativeTitle).contains("experience"))
      #expect(!english.alternativeText.contains("biology"))
      let namesLevels = ![
        "complete-pooling", "qq-caterpillar", "shrinkage-by-size", "coefficients", "profile", "diagnostics",
        "marginal-effects", "shrinkage-matrix",
        "profile-density", "profile-pairs", "bootstrap",
      ].contains(
        english.slug)
      if namesLevels || english.slug == "complete-pooling" && !texts.contains("Biology") {
        #expect(try chinese.layout().scene.texts.contains { $0.text.contains("生物") })
      }
      if english.slug == "pooling-plane" {
        #expect(english.y.title == "Slope: pay per year of service (USD)")
        #expect(chinese.y.title == "斜率：工龄每增加一年的 pay 变化（USD）")
        #expect(english.x.title == "Intercept: pay at service = 0 (USD)")
      } else if english.slug.hasSuffix("caterpillar") || english.slug == "dumbbell"
        || english.slug == "group-coefficients"
      {
        #expect(english.panels.map(\.name) == ["Intercept (USD)", "Slope of service (USD per year)"])
        #expect(chinese.panels[1].name == "工龄的斜率（USD/年）")
      } else if english.slug == "shrinkage-matrix" {
        #expect(english.panels[0].x?.title == "Intercept (USD)" && english.x.title.isEmpty)
        #expect(chinese.panels[0].y?.title == "工龄的斜率（USD/年）")
      } else if english.slug == "diagnostics" {
        #expect(english.panels.last?.name == "Slope of service by department")
        #expect(english.panels.last?.y?.title == "Conditional mode (USD per year)")
        #expect(chinese.panels.last?.name == "院系：工龄的斜率")
      } else if english.slug == "shrinkage-by-size" {
        #expect(english.y.title == "Intercept (USD)" && chinese.y.title == "截距（USD）")
      } else if english.slug == "pooling-dial" {
        let titles = english.panels.compactMap { $0.y?.title }
        #expect(titles.prefix(2) == ["Intercept (USD)", "Slope of service (USD per year)"])
      } else if english.slug == "design" {
        #expect(chinese.panels[1].x?.title == "每个院系的行数")
      } else if english.slug == "coefficients" {
        #expect(english.y.levels == ["service"] && chinese.y.levels == ["工龄"])
      } else if ["profile", "profile-density", "bootstrap"].contains(english.slug) {
        #expect(english.panels.contains { $0.name.hasPrefix("SD of service (USD per year)") })
        #expect(chinese.panels.contains { $0.name.hasPrefix("工龄的标准差（USD/年）") })
      } else if english.slug == "profile-pairs" {
        #expect(english.panels.contains { $0.x?.title == "SD of service (USD per year)" })
        #expect(chinese.panels.contains { $0.y?.title == "工龄的标准差（USD/年）" })
      } else {
        #expect(english.x.title == "service (years)" && chinese.x.title == "工龄（年）")
      }
    }
    var swapped = try SalaryFigures.fitted().fittedScatter()
    swapped.rename("salary", to: LocalizedText("experience"))
    swapped.rename("experience", to: LocalizedText("salary"))
    #expect(
      swapped.figure(in: .english).x.title == "salary" && swapped.figure(in: .english).y.title == "experience"
    )
  }

  @Test(
    "Titles are bare names, control characters are shown as escapes, and titles for readers start with a capital"
  )
  func names() throws {
    #expect(FigureVariable.column("`x value`").title(.english) == "x value")
    #expect(FigureVariable.column("log(`x value`)").title(.english) == "log(x value)")
    #expect(FigureVariable.column("factor(g)").column == "g")
    #expect(LocalizedText("a\nb\tc\u{1}")(.english) == "a\\nb\\tc\\u1")
    #expect(LocalizedText("生物 é 👩‍🔬")(.chinese) == "生物 é 👩‍🔬")
    for figure in try SalaryFigures.all() {
      #expect(figure.figure(in: .english).alternativeTitle.first?.isUppercase == true)
    }
  }

  @Test("The CSV beside a figure holds every observation and reads back to the same numbers")
  func plottedData() throws {
    let fitted = try SalaryFigures.fitted()
    let table = fitted.panels().plottedData
    #expect(table.columns == ["group", "x", "y", "complete", "none", "partial"] && table.rows.count == 100)
    let lines = table.csv.split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
    #expect(lines[0] == table.columns && lines.count == 101)
    #expect(Double(lines[1][2]) == fitted.groups[0].y[0] && lines[1][0] == "biology")
    #expect(Double(lines[1][5]) == fitted.groups[0].partialPooling!.at(fitted.groups[0].x[0]))
    let plane = fitted.poolingPlane(modelEllipses: true).plottedData
    #expect(plane.rows.count == 12)
    #expect(fitted.fittedScatter().plottedData.rows.count == 100)
    var quoted = PlottedData(["a,b", "c"])
    quoted.append([.text("say \"x\""), .number(.nan)])
    quoted.append([.text("line\nbreak"), .number(1e-7)])
    #expect(quoted.csv == "\"a,b\",c\n\"say \"\"x\"\"\",NA\n\"line\nbreak\",1e-07\n")
  }
}

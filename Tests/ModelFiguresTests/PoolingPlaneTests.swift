import Plotting
import TestSupport
import Testing

@testable import ModelFigures

@Suite struct PoolingPlaneTests {
  @Test(
    "Dots stand at R's estimates: hollow vermillion without, filled blue with partial pooling, a black square for all"
  )
  func dots() throws {
    let layout = try SalaryFigures.fitted().poolingPlane(modelEllipses: false).figure(in: .english).layout()
    let canvas = layout.panels[0]
    let tables = SalaryFigures.reference["pooling_tables"]
    var hollow: [Point] = []
    var filled: [Point] = []
    for case .circle(let centre, _, let fill, let stroke) in layout.scene.commands
    where canvas.area.contains(centre) {
      if fill == .white, stroke?.colour == OkabeIto.vermillion { hollow.append(centre) }
      if fill == OkabeIto.blue { filled.append(centre) }
    }
    for (found, name, tolerance) in [(hollow, "none", 1e-7), (filled, "partial", 1e-3)] {
      #expect(found.count == 5)
      for (j, point) in found.enumerated() {
        // Points on the page: 1e-6 of a slope is far below 1e-3 points.
        expectClose(point.x, canvas.x.position(tables[name]["Intercept"][j].double), absolute: tolerance)
        expectClose(point.y, canvas.y.position(tables[name]["slope"][j].double), absolute: tolerance)
      }
    }
    let squares = layout.scene.commands.filter { command in
      if case .path(let lines, fill: .some(.black), _) = command {
        lines[0].points.count == 4 && lines[0].points.allSatisfy(canvas.area.contains)
      } else {
        false
      }
    }
    #expect(squares.count == 1)
  }

  @Test("Data ellipses run through the vertices of R's stat_ellipse")
  func ellipses() throws {
    let layout = try SalaryFigures.fitted().poolingPlane(modelEllipses: false).figure(in: .english).layout()
    let canvas = layout.panels[0]
    let curves = layout.scene.commands.compactMap { command -> [Point]? in
      if case .path(let lines, .some, .some) = command, lines[0].points.count == 103 {
        lines[0].points
      } else {
        nil
      }
    }
    let polygons = SalaryFigures.reference["ellipses"]["polygons"].array
    #expect(curves.count == 9 && polygons.count == 9)
    for (curve, polygon) in zip(curves, polygons.reversed()) {
      for (k, (x, y)) in zip(polygon["x"].doubles, polygon["y"].doubles).enumerated() {
        // Both tables were fitted apart: θ agrees to 1e-6, the page to a hundredth of a point.
        expectClose(curve[2 * k].x, canvas.x.position(x), absolute: 0.01)
        expectClose(curve[2 * k].y, canvas.y.position(y), absolute: 0.01)
      }
    }
  }

  @Test("The caption names the kind of ellipse, in both languages")
  func captions() throws {
    let fitted = try SalaryFigures.fitted()
    let data = fitted.poolingPlane(modelEllipses: false)
    let model = fitted.poolingPlane(modelEllipses: true)
    #expect(data.figure(in: .english).caption.contains("data ellipses"))
    #expect(data.figure(in: .chinese).caption.contains("数据椭圆"))
    #expect(model.figure(in: .english).caption.contains("model ellipses"))
    #expect(model.figure(in: .chinese).caption.contains("模型椭圆"))
  }

  @Test("Model ellipses are centred on the fixed effects, with the radius of the normal distribution")
  func modelEllipses() throws {
    let fitted = try SalaryFigures.fitted()
    let plane = fitted.poolingPlane(modelEllipses: true)
    guard case .ellipses(let shape, let radius) = plane.background(of: plane.drawn) else {
      Issue.record("no ellipses")
      return
    }
    #expect(shape.centreX == fitted.mean.intercept && shape.centreY == fitted.mean.slope)
    expectClose(shape.u11 * shape.u11, fitted.interceptVariance, relative: 1e-14)
    expectClose(radius(0.9), 2.145966, absolute: 5e-7)
  }

  @Test("A singular covariance is drawn as segments and said so, in caption and description")
  func singular() throws {
    let fitted = try SalaryFigures.fitted("salary ~ experience + (1 | department)")
    let plane = fitted.poolingPlane(modelEllipses: true)
    let figure = plane.figure(in: .english)
    #expect(figure.caption.contains("collapses to a segment"))
    #expect(figure.alternativeText.contains("collapses to a segment"))
    #expect(plane.figure(in: .chinese).caption.contains("线段"))
    let layout = try figure.layout()
    #expect(!layout.scene.texts.contains { $0.text == "50%" })
    let canvas = layout.panels[0]
    let segments = layout.scene.commands.compactMap { command -> [Point]? in
      if case .path(let lines, nil, let stroke?) = command, lines[0].points.count == 2, stroke.width == 1.5 {
        lines[0].points
      } else {
        nil
      }
    }
    // No slope varies: nine level segments through the fixed effects, the widest that of 90%.
    #expect(segments.count == 9)
    let reach = EllipseShape.normalRadius(level: 0.9) * fitted.interceptVariance.squareRoot()
    expectClose(segments[0][1].x, canvas.x.position(fitted.mean.intercept + reach), absolute: 1e-6)
    for segment in segments {
      expectClose(segment[0].y, canvas.y.position(fitted.mean.slope), absolute: 1e-6)
      #expect(segment[0].y == segment[1].y)
    }
  }

  @Test("Without estimates by no pooling nothing speaks of their dots, of arrows or of longest moves")
  func withoutNoPooling() throws {
    var groups = try SalaryFigures.fitted("salary ~ experience + (1 | department)").groups
    for j in groups.indices { groups[j].noPooling = nil }
    let plane = PoolingPlane(
      groups: groups, completePooling: CoefficientLine(intercept: 60_000, slope: 900),
      response: FigureVariable("y"), predictor: FigureVariable("x"), grouping: FigureVariable("g"))
    for language in FigureLanguage.allCases {
      let figure = plane.figure(in: language)
      let layout = try figure.layout()
      let words = FigureWords(language)
      #expect(!layout.scene.texts.contains { $0.text == words.none })
      #expect(layout.scene.texts.contains { $0.text == words.partial })
      for word in ["arrow", "longest move", "箭头", "移动最大"] {
        #expect(!figure.alternativeText.lowercased().contains(word), "\(word)")
      }
      #expect(!(figure.caption + figure.alternativeTitle).contains(words.none))
      #expect(figure.caption.contains("5"))
    }
    groups[0].noPooling = CoefficientLine(intercept: 1, slope: 2)
    let text = PoolingPlane(
      groups: groups, completePooling: nil, response: FigureVariable("y"), predictor: FigureVariable("x"),
      grouping: FigureVariable("g")
    ).figure(in: .english).alternativeText
    #expect(text.contains("no pooling has no estimate for english, informatics, sociology and statistics."))
  }

  @Test(
    "Groups that differ by rounding alone: no ellipse, no arrow, no move, and axes that do not magnify it")
  func identicalGroups() throws {
    let x = (0..<5).map(Double.init)
    let groups = (0..<4).map { j in
      let noise = Double(j) * 1e-14
      return GroupFit(
        "g\(j)", x: x, y: x.map { 1000 + 3 * $0 },
        noPooling: CoefficientLine(intercept: 1000 * (1 + noise), slope: 3 * (1 - noise)),
        partialPooling: CoefficientLine(intercept: 1000, slope: 3 + noise))
    }
    let plane = PoolingPlane(
      groups: groups, completePooling: nil, response: FigureVariable("y"), predictor: FigureVariable("x"),
      grouping: FigureVariable("g"))
    let figure = plane.figure(in: .english)
    #expect(figure.caption == "All estimates coincide: there are no ellipses.")
    #expect(figure.alternativeText.contains("The estimates of no and partial pooling coincide."))
    #expect(!figure.alternativeText.contains("longest move"))
    #expect(figure.alternativeText.contains("intercepts all 1000 across, slopes all 3 upwards."))
    let layout = try figure.layout()
    #expect(layout.panels[0].x.upper - layout.panels[0].x.lower > 1)
    #expect(plane.plottedData.csv.contains("1000.00000000003"))
  }

  @Test("Variances of zero have no model ellipses, and the caption says so")
  func zeroVariances() throws {
    var plane = try SalaryFigures.fitted().poolingPlane(modelEllipses: true)
    plane.ellipses = .model(
      centre: CoefficientLine(intercept: 60_000, slope: 900), interceptVariance: 1e-8, covariance: 0,
      slopeVariance: 0)
    #expect(plane.figure(in: .english).caption.hasPrefix("The estimated variances are zero"))
  }

  @Test("Levels of ellipses have a contrast of 4.5 on the darkest grey behind them")
  func levelContrast() {
    let opacity = PoolingPlane.fillOpacity
    var shade = 1.0
    for _ in 0..<9 { shade = shade * (1 - opacity) + Double(0x73) / 255 * opacity }
    let grey = Colour(red: shade, green: shade, blue: shade)
    #expect(PoolingPlane.levelColour.contrast(against: grey) >= 4.5)
  }

  @Test("Dots that nearly touch have their arrow on top of them")
  func touchingArrow() throws {
    let commands = try SalaryFigures.fitted().poolingPlane(modelEllipses: false).figure(in: .english).layout()
      .scene.commands
    let lastDot = try #require(
      commands.lastIndex { if case .circle(_, _, fill: OkabeIto.blue, _) = $0 { true } else { false } })
    let heads = commands[lastDot...].count { command in
      if case .path(let lines, fill: .some(.black), stroke: nil) = command {
        lines[0].closed && lines[0].points.count == 3
      } else {
        false
      }
    }
    #expect(heads == 1, "statistics")
  }

  @Test(
    "Too few estimates: no ellipse, and the caption says so; a group with one x has its partial-pooling dot alone"
  )
  func fewEstimates() throws {
    let groups = [
      GroupFit(
        "a", x: [1], y: [2], noPooling: nil, partialPooling: CoefficientLine(intercept: 1, slope: 2)),
      GroupFit(
        "b", x: [1, 2], y: [2, 3], noPooling: CoefficientLine(intercept: 1, slope: 1),
        partialPooling: CoefficientLine(intercept: 1.2, slope: 1.5)),
    ]
    let plane = PoolingPlane(
      groups: groups, completePooling: nil, response: FigureVariable("y"), predictor: FigureVariable("x"),
      grouping: FigureVariable("g"))
    let layout = try plane.figure(in: .english).layout()
    #expect(layout.scene.texts.contains { $0.text == "Too few estimates for ellipses." })
    #expect(layout.labels[0].map(\.request.text) == ["a", "b"])
    #expect(plane.plottedData.rows.count == 3)
  }

  @Test("The description of the textbook's own plane, whole, in both languages")
  func alternativeTexts() throws {
    let plane = try SalaryFigures.fitted().poolingPlane(modelEllipses: false)
    let thin = "\u{202F}"
    #expect(
      plane.figure(in: .english).alternativeText
        == "Scatter plot of 5 groups (department) in the plane of the regression of salary on experience: intercepts from "
        + "40\(thin)988 to 77\(thin)470 across, slopes from 398.7 to 1715 upwards. An arrow leads from each group's no-pooling "
        + "estimate to its partial-pooling estimate. The longest move, in units of the spread between groups, is that of "
        + "sociology: intercept 40\(thin)988 to 41\(thin)857, slope 1715 to 1505. A square marks complete pooling at "
        + "intercept 59\(thin)509, slope 1033. A diamond marks the mean of the groups that partial pooling estimates: intercept "
        + "59\(thin)759, slope 983.8. Ellipses: 10% to 90% normal-theory ellipses of the 10 estimates shown, no "
        + "and partial pooling (data ellipses).")
    #expect(
      plane.figure(in: .chinese).alternativeText
        == "散点图：薪资对工作年限回归的截距—斜率平面，共 5 个组（院系）。横轴为截距，从 40\(thin)988 到 77\(thin)470；"
        + "纵轴为斜率，从 398.7 到 1715。箭头从各组的无池化估计指向部分池化估计。以组间离散程度衡量，移动最大的是 sociology："
        + "截距由 40\(thin)988 变为 41\(thin)857，斜率由 1715 变为 1505。方块为全池化：截距 59\(thin)509，斜率 1033。"
        + "菱形为部分池化估计的组均值：截距 59\(thin)759，斜率 983.8。"
        + "椭圆：由图中 10 个估计值（无池化与部分池化）按正态理论算得的 10%～90% 椭圆（数据椭圆）。")
  }
}

import MixedModels
import Plotting
import Tables
import TestSupport
import Testing

@testable import ModelFigures

@Suite("Groups' own estimates")
struct OwnEstimatesTests {
  static let record = try! Reference.json("lmm/own_estimates.json")

  private func fit(_ formula: String) throws -> LinearMixedModelFit {
    try LinearMixedModel(
      formula, data: DataTable(csv: Reference.bytes("lmm/unbalanced.csv"), file: "unbalanced")
    ).fit()
  }

  @Test("estimates, which of them there are, and errors with one σ are R's", arguments: 0..<3)
  func agreesWithR(_ number: Int) throws {
    let record = OwnEstimatesTests.record["own"][number]
    let fit = try fit(record["formula"].string!)
    let own = OwnEstimates(fit, names: record["names"].strings, columns: GroupLevelColumns(fit.model))
    #expect(fit.model.groupLevels == record["levels"].strings)
    expectClose(own.sigma, record["sigma"].double, relative: 1e-10)
    // What a group-level predictor adds is known as well as the mixed model's effect of it.
    let tolerance = number == 2 ? 1e-6 : 1e-9
    for (j, row) in record["none"].matrix.enumerated() {
      for (k, expected) in row.enumerated() {
        #expect(own.estimates[j, k].isNaN == expected.isNaN, "\(fit.model.groupLevels[j])")
        if expected.isNaN { continue }
        expectClose(own.estimates[j, k], expected, absolute: tolerance * max(1, abs(expected)))
        expectClose(own.errors[j, k], record["errors"].matrix[j][k], relative: 1e-9)
      }
    }
    #expect(own.borrowed == (number == 2 ? ["gp"] : []))
  }

  @Test("figures show what rows determine, coefficient by coefficient, and say what they do not")
  func figures() throws {
    let record = OwnEstimatesTests.record["own"][0]
    let fit = try fit("y ~ x + f + (x | g)")
    let dumbbell = try Dumbbell(fit, highlighted: ["g10"])
    let matrix = try ShrinkageMatrix(fit)
    for (j, row) in record["none"].matrix.enumerated() {
      #expect(dumbbell.groups[j].own.map(\.isNaN) == row.map(\.isNaN))
      #expect(matrix.groups[j].own.map(\.isNaN) == row.map(\.isNaN))
    }
    // g01, g02, g03, g05 have neither, g10 and g13 a slope alone.
    #expect(dumbbell.figure(in: .english).caption.contains("The rows of 6 groups do not determine all"))
    #expect(matrix.figure(in: .english).caption.contains("The rows of 6 groups do not determine all"))
    let arrows = matrix.figure(in: .english).panels[0].marks.compactMap { $0 as? ArrowMark }
    #expect(arrows.allSatisfy { $0.startX.count <= 8 } && arrows.contains { $0.startX.count == 8 })
    let text = dumbbell.figure(in: .english).alternativeText
    #expect(
      text.contains("Highlighted: g10, intercept")
        && text.contains("by partial pooling alone, slope of x from 2.869 to"))
  }

  @Test("both ends of a dumbbell mean the coefficient at 0 of a group-level predictor")
  func groupLevel() throws {
    let orthodont = try GroupFigureReference.fit(
      "distance ~ age * Sex + (age | Subject)", "lmm/orthodont.csv", group: "Subject")
    let plot = try Dumbbell(orthodont)
    let group = try #require(plot.groups.first { $0.name == "M13" })
    // R: lm of M13 is 2.8 + 1.95 age, fixef SexMale −1.0321022727 and age:SexMale 0.3048295455.
    expectClose(group.own, [2.8 + 1.0321022727, 1.95 - 0.3048295455], absolute: 1e-9)
    let figure = plot.figure(in: .english)
    #expect(figure.alternativeText.contains("M13 moves most, from 1.645 to 0.782"))
    #expect(figure.caption.contains("at SexMale and age:SexMale = 0"))
    #expect(plot.figure(in: .chinese).caption.contains("已减去混合模型中 SexMale和age:SexMale 的效应"))
    // g01 and g05 have one row.
    let regression = try GroupLevelRegression(fit("y ~ x + gp + (x | g)"))
    #expect(regression.figure(in: .english).caption.contains("The rows of 2 groups do not determine all"))
    let size = try ShrinkageBySize(fit("y ~ x + gp + (1 | g)"))
    for (estimate, expected) in zip(size.estimates, OwnEstimatesTests.record["own"][2]["none"].matrix)
    where expected[0].isFinite {
      expectClose(estimate.own, expected[0], absolute: 1e-5)
    }
    let caption = size.figure(in: .english).caption
    #expect(caption.contains("at gp = 0") && caption.contains("the model has predictors"))
  }

  @Test("a group with a single row has a bar, wider than partial pooling's")
  func bars() throws {
    let plot = try ShrinkageBySize(fit("y ~ 1 + (1 | g)"), highlighted: ["g01"])
    let record = OwnEstimatesTests.record["own"][1]
    expectClose(plot.estimates.map(\.ownError), record["errors"].matrix.map { $0[0] }, relative: 1e-9)
    let single = try #require(plot.estimates.first { $0.group == "g01" })
    expectClose(single.ownError, record["sigma"].double, relative: 1e-9)
    #expect(single.ownError > single.pooledError)
    #expect(
      plot.figure(in: .english).alternativeText.contains("Highlighted: g01 (1 row), 17.53 ± 7.599 without"))
  }

  @Test("fixed and random effects in different columns are refused with a formula that works")
  func mixedCoding() throws {
    func refusal(_ formula: String, _ kind: ModelFigureKind) throws -> String {
      let fit = try GroupFigureReference.fit(formula, "lmm/machines.csv", group: "Worker")
      do throws(FigureKindError) {
        _ = try kind.figure(of: fit)
        return ""
      } catch { return error.description }
    }
    let kinds: [ModelFigureKind] = [
      .dumbbell, .shrinkageMatrix, .groupCoefficients, .shrinkageBySize, .poolingDial,
    ]
    for kind in kinds {
      let text = try refusal("score ~ Machine + (0 + Machine | Worker)", kind)
      #expect(text.hasSuffix("write both parts alike: score ~ 0 + Machine + (0 + Machine | Worker)"))
      #expect(try refusal("score ~ 0 + Machine + (0 + Machine | Worker)", kind) == "")
      #expect(try refusal("score ~ Machine + (Machine | Worker)", kind) == "")
      #expect(
        try refusal("score ~ 0 + Machine + (Machine | Worker)", kind)
          .hasSuffix("write both parts alike: score ~ Machine + (Machine | Worker)"))
    }
    // Deviations from 0 stand for themselves.
    #expect(try refusal("score ~ 0 + Machine + (1 | Worker)", .poolingDial) == "")
    #expect(
      try refusal("score ~ 0 + Machine + (1 | Worker)", .dumbbell)
        .hasSuffix("write both parts alike: score ~ Machine + (1 | Worker)"))
  }

  @Test("equal groups: none is singled out, equal numbers are written once")
  func ties() throws {
    let base = [5.23, 6.18, 7.86, 8.72, 10.44]
    let y = [0.0, 0, 3, 3, -3, -3].flatMap { shift in base.map { $0 + shift } }
    let data = DataTable([
      Column("y", y), Column("x", (0..<30).map { Double($0 % 5 + 1) }),
      Column("g", (0..<30).map { ["a", "b", "c", "d", "e", "f"][$0 / 5] }),
    ])
    let fit = try LinearMixedModel("y ~ x + (1 | g)", data: data).fit()
    let text = try Dumbbell(fit).figure(in: .english).alternativeText
    #expect(text.contains("4 groups move most, by ") && !text.contains("moves most"))
    let sizes = try ShrinkageBySize(fit).figure(in: .english).alternativeText
    #expect(sizes.hasPrefix("6 groups with 5 rows each,") && sizes.contains("4 groups move most"))
    let four = try FourModels(fit).figure(in: .english).alternativeText
    // lm: slope 1.296 in every group, whose slopes do not differ.
    #expect(four.contains("Varying intercept: intercept from") && four.contains("slope all 1.296"))
    #expect(try Dumbbell(fit).figure(in: .chinese).alternativeText.contains("有 4 个组移动最大，各移动"))
  }

  @Test("a tenth of the groups at most is left outside, however little is left of the spread with pooling")
  func shownRange() throws {
    let own = (0..<20).map(Double.init) + [500]
    let range = try #require(ShownRange(pooled: [9, 10], own: own))
    #expect(range.outside == 1 && range.limits.upperBound < 25 && range.limits.contains(0))
    let even = try #require(ShownRange(pooled: [9.5, 9.500001], own: Array(own.dropLast())))
    #expect(even.outside == 0)
    let exam = try GroupFigureReference.fit(
      "normexam ~ standLRT + (standLRT | school)", "lmm/exam.csv", group: "school")
    let plot = try Dumbbell(exam)
    #expect(plot.figure(in: .english).caption.contains("Outside of the panel:"))
    let shown = try #require(plot.range(1))
    #expect(shown.outside >= 1 && plot.groups.allSatisfy { shown.limits.contains($0.pooled[1]) })
  }
}

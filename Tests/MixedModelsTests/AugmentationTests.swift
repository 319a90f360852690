import Distributions
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Leverage, influence and errors of predictions against R")
struct AugmentationTests {
  /// Records of lme4's hatvalues, ten rows each.
  static let withLeverages = ReferenceCase.full.filter { !$0.record["hatvalues10"].isNull }

  @Test("leverage", arguments: withLeverages)
  func leverages(_ r: ReferenceCase) throws {
    let found = Augmentation(try r.fit()).leverages
    expectClose(
      Array(found.prefix(10)), r.record["hatvalues10"].doubles, relative: r.isSingular ? 1e-4 : 1e-6,
      absolute: r.isSingular ? 1e-4 : 1e-8)
  }

  @Test("how many records hold leverages")
  func recorded() { #expect(Self.withLeverages.count > 60) }

  static let influence = try! Reference.json("lmm/influence.json").array

  private func fit(_ r: JSON) throws -> LinearMixedModelFit {
    let data = try DataTable(csv: Reference.bytes(#require(r["data"].string)))
    return try LinearMixedModel(
      #require(r["formula"].string), data: data, roles: ColumnRoles(weights: r["weights"].string)
    ).fit()
  }

  @Test("Cook's distance from rows, standard errors of fitted values", arguments: influence.indices)
  func rows(_ k: Int) throws {
    let r = Self.influence[k]
    let fit = try fit(r)
    let augmentation = Augmentation(fit)
    expectClose(Array(augmentation.cooksDistances.prefix(10)), r["cooks10"].doubles, relative: 1e-5)
    expectClose(Array(augmentation.leverages.prefix(10)), r["hat10"].doubles, relative: 1e-5)
    expectClose(augmentation.leverages.reduce(0, +), r["hat_sum"].double, relative: 1e-5)
    let intervals = try fit.predictionIntervals(for: fit.model.frame.data, .confidence)
    expectClose(Array(intervals.errors.prefix(10)), r["se10"].doubles, relative: 1e-5)
    let ones = try fit.predictionIntervals(for: fit.model.frame.data, .prediction)
    let weights = fit.model.frame.weights
    for (i, (a, b)) in zip(ones.errors, intervals.errors).enumerated() {
      expectClose(a * a, b * b + fit.sigma * fit.sigma / (weights?[i] ?? 1), relative: 1e-12)
    }
  }

  @Test("leaving out groups", arguments: influence.indices)
  func groups(_ k: Int) throws {
    let r = Self.influence[k]
    let fit = try fit(r)
    let factor = try #require(fit.model.factors.first { $0.name == r["group"].string })
    let influence = GroupInfluence(
      fit, leavingOut: CategoricalColumn(name: factor.name, levels: factor.levels, codes: factor.codes))
    let expected = r["left"].array
    #expect(influence.entries.count == expected.count)
    for (entry, other) in zip(influence.entries, expected) {
      #expect(entry.level == other["level"].string)
      let own = try entry.fit.get()
      // R's fits stop within 1e-6 of the optimum's θ.
      let errors = fit.fixedEffectStandardErrors
      for (i, value) in (other["fixef"].isArray ? other["fixef"].doubles : [other["fixef"].double])
        .enumerated()
      {
        expectClose(entry.fixedEffects[i], value, absolute: 1e-5 * errors[i])
      }
      expectClose(own.sigma, other["sigma"].double, relative: 1e-5)
      expectClose(entry.cooksDistance, other["cook"].double, relative: 1e-3, absolute: 1e-6)
    }
  }

  @Test("leaving out the rows of a level is fitting the other rows")
  func selection() throws {
    let table = schoolTable()
    let fit = try LinearMixedModel("y ~ poly(x, 2) + (1 | class) + (1 | judge)", data: table).fit()
    let factor = fit.model.factors[1]
    let influence = GroupInfluence(
      fit, leavingOut: CategoricalColumn(name: factor.name, levels: factor.levels, codes: factor.codes))
    let kept = (0..<table.rowCount).filter { factor.codes[$0] != 0 }
    let other = try LinearMixedModel(
      "y ~ x + I(x^2) + (1 | class) + (1 | judge)", data: table.selecting(rows: kept)
    ).fit(by: .ml)
    let own = try influence.entries[0].fit.get().model.fit(by: .ml)
    expectClose(own.criterion, other.criterion, relative: 1e-9)
  }

  @Test("variances of predictions: blocks that are known and a solution agree; new levels add their variance")
  func variances() throws {
    let table = schoolTable()
    let fit = try LinearMixedModel("y ~ x + (1 + x | class) + (1 | school) + (1 | judge)", data: table).fit()
    let rows = PredictionRows(fit)
    let known = rows.variances(of: fit)
    guard case .several(let data) = fit.model.reducedData else { preconditionFailure("one factor") }
    // Pairs of levels that never met are solved for: a judge and a class of other rows.
    let strange = DataTable([
      Column("x", [1.5, 2.5]), Column("class", ["c13", "new"]), Column("school", ["s0", "s1"]),
      Column("judge", ["j4", "j0"]),
    ])
    let intervals = try fit.predictionIntervals(for: strange, .confidence, allowingNewLevels: true)
    #expect(intervals.errors.allSatisfy { $0 > 0 })
    #expect(intervals.errors[1] > intervals.errors[0] && data.stages.count >= 1)
    // Wald's identity: Σ Var/σ² = Σ h.
    expectClose(
      known.reduce(0, +) / (fit.sigma * fit.sigma), Augmentation(fit).leverages.reduce(0, +), relative: 1e-12)
    let population = try fit.predictionIntervals(for: table, .confidence, random: .none)
    let x = fit.model.fixedMatrix
    for i in 0..<5 {
      let row = x.row(i)
      var variance = 0.0
      for k in 0..<2 { for l in 0..<2 { variance += row[k] * fit.fixedEffectCovariance[k, l] * row[l] } }
      expectClose(population.errors[i], variance.squareRoot(), relative: 1e-10)
    }
  }

  @Test("a bootstrap's limits are wider than those with θ held, and near them for many groups")
  func bootstrap() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let fit = try LinearMixedModel("Reaction ~ Days + (Days | Subject)", data: table).fit()
    let rows = table.selecting(rows: [0, 9, 45])
    for kind in PredictionIntervals.Kind.allCases {
      let held = try fit.predictionIntervals(for: rows, kind)
      let free = try fit.bootstrapPredictionIntervals(for: rows, kind, count: 400, seed: 7, threads: 2)
      #expect(
        try free == fit.bootstrapPredictionIntervals(for: rows, kind, count: 400, seed: 7, threads: 1))
      for i in 0..<3 {
        #expect(free.errors[i] > 0.9 * held.errors[i] && free.errors[i] < 1.3 * held.errors[i])
        #expect(free.lower[i] < free.means[i] && free.means[i] < free.upper[i])
      }
    }
  }

  @Test("linear models: leverage sums to the rank, limits as R's predict gives them")
  func linear() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let model = try LinearModel("Reaction ~ Days", data: table)
    let fit = model.fit()
    expectClose(Augmentation(fit, of: model).leverages.reduce(0, +), 2, relative: 1e-12)
    // predict(lm(Reaction ~ Days, sleepstudy), data.frame(Days = 3), interval = "prediction")
    let rows = DataTable([Column("Days", [3])])
    let one = try fit.predictionIntervals(of: model, for: rows, .prediction)
    let mean = try fit.predictionIntervals(of: model, for: rows, .confidence)
    expectClose(
      [one.means[0], one.lower[0], one.upper[0]], [282.806962727, 188.315346576, 377.298578878],
      relative: 1e-8)
    #expect(mean.lower[0] > one.lower[0] && mean.upper[0] < one.upper[0])
  }
}

@Suite("Rows through which a fit goes")
struct FullLeverageTests {
  @Test("a row with leverage 1 has no Cook's distance")
  func fullLeverage() throws {
    let table = DataTable([
      Column("y", [1, 2, 3.5, 7]), Column("g", ["a", "a", "a", "b"]),
    ])
    let model = try LinearModel("y ~ g", data: table)
    let rows = Augmentation(model.fit(), of: model)
    #expect(abs(rows.leverages[3] - 1) < 1e-12 && rows.cooksDistances[3].isNaN)
    #expect(rows.cooksDistances.prefix(3).allSatisfy { $0.isFinite && $0 > 0 })
  }
}

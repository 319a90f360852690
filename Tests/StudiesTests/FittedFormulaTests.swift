import Specifications
import TestSupport
import Testing

@testable import Studies

@Suite("Strategies that count predictors from elsewhere than the design")
struct FittedFormulaTests {
  private static let slopes = """
    design:
      levels: {g: 9, i: {per: g, size: 12}}
      predictors: {x: {level: i, normal: [3, 2]}}
      response: {formula: "y ~ x + (1 + x | g)", beta: [2, 1], sd: {g: [2, 1], residual: 2}, corr: {g: -0.3}}
    """

  private static let within = """
    design:
      levels: {g: 9, i: {per: g, size: 6}}
      predictors:
        x: {level: i, normal: [2, 1], between: {g: 0.4}, correlated: {g: 0.5}}
        x_mean: {mean: x, by: g}
        x_within: {centered: x, by: g}
        x_squared: {computed: "x^2"}
      response: {formula: "y ~ FIXED + (1 | g)", beta: BETA, sd: {g: 1, residual: 1}}
    """

  /// The outcomes of a replicate, by strategy, with the numbers' addresses.
  private func outcomes(_ yaml: String, replicate: Int = 3) throws -> (
    outcome: ReplicateOutcome, named: [String: StrategyOutcome]
  ) {
    let study = try StudyExamples.study("replicates: 5\n" + yaml)
    let runner = try RowRunner(study, study.cells[0], study.design(of: study.cells[0]))
    let outcome = ReplicateOutcome(layout: runner.layout, strategyCount: study.strategies.count)
    runner.run(replicate, into: outcome)
    let named = zip(study.strategies, outcome.strategies).map { ($0.name, $1) }
    return (outcome, Dictionary(uniqueKeysWithValues: named))
  }

  private func expectSame(
    _ a: StrategyOutcome, _ b: StrategyOutcome, _ layout: EstimandLayout, relative: Double,
    errors: Bool = true,
    weights: Bool = false, leaving left: [String] = []
  ) {
    #expect(a.status == b.status)
    for estimand in layout.estimands where !left.contains(estimand.address) {
      for k in estimand.members {
        expectClose(a.estimates[k], b.estimates[k], relative: relative, absolute: relative, estimand.address)
        guard errors else { continue }
        expectClose(
          a.standardErrors[k], b.standardErrors[k], relative: 10 * relative, absolute: relative,
          estimand.address + " error")
        expectClose(
          a.degreesOfFreedom[k], b.degreesOfFreedom[k], relative: 1e-12, estimand.address + " df")
      }
    }
  }

  /// A model with full intercepts and slopes is the same model from any zero and in any unit.
  @Test(
    "Other zeros and units of x give the same numbers",
    arguments: ["scale(x)", "I(x - 5)", "I((x - 1) / 3)"])
  func zeros(x: String) throws {
    let (outcome, named) = try outcomes(
      """
      strategies:
        complete: {}
        complete2: {method: complete, formula: y ~ \(x) + (1 + \(x) | g)}
        reml: {}
        reml2: {method: reml, formula: y ~ \(x) + (1 + \(x) | g)}
        none: {}
        none2: {method: none, formula: y ~ \(x) + (1 + \(x) | g)}
        lsdv: {}
        lsdv2: {method: lsdv, formula: y ~ \(x) + (1 + \(x) | g)}
      """ + "\n" + Self.slopes)
    let layout = outcome.layout
    for method in ["complete", "reml"] {
      let (plain, other) = (try #require(named[method]), try #require(named[method + "2"]))
      expectSame(plain, other, layout, relative: method == "reml" ? 2e-6 : 1e-10)
    }
    for method in ["none", "lsdv"] {
      let (plain, other) = (try #require(named[method]), try #require(named[method + "2"]))
      expectSame(plain, other, layout, relative: 1e-10, errors: false)
      // A slope is one coefficient and has its error; an intercept is a combination of two.
      let slope = try #require(layout.estimands.first { $0.address == "coef.g.x" })
      for k in slope.members {
        expectClose(plain.standardErrors[k], other.standardErrors[k], relative: 1e-9, "slope's error")
      }
      let constant = try #require(layout.estimands.first { $0.address == "coef.g.(Intercept)" })
      #expect(constant.members.allSatisfy { other.standardErrors[$0].isNaN })
    }
    #expect(layout.estimands.contains { $0.address == "random.g.(Intercept).x" })
  }

  @Test("Within and between is Mundlak's model, read at the design's x")
  func within() throws {
    let design = Self.within.replacing("FIXED", with: "x + x_mean").replacing("BETA", with: "[1, 2, 0.5]")
    let (outcome, named) = try outcomes(
      """
      strategies:
        mundlak: {method: reml, formula: y ~ x + x_mean + (1 | g)}
        between: {method: reml, formula: y ~ x_within + x_mean + (1 | g)}
        within: {method: reml, formula: y ~ x_within + (1 | g)}
        lsdv: {formula: y ~ x + (1 | g)}
        lsdv2: {method: lsdv, formula: y ~ x_within + (1 | g)}
        none: {formula: y ~ x + (1 | g)}
        none2: {method: none, formula: y ~ x_within + x_mean + (1 | g)}
      """ + "\n" + design)
    func members(_ address: String) throws -> Range<Int> {
      try #require(outcome.layout.estimands.first { $0.address == address }).members
    }
    func at(_ name: String, _ address: String) throws -> (value: Double, error: Double) {
      let (own, k) = (try #require(named[name]), try members(address).lowerBound)
      return (own.estimates[k], own.standardErrors[k])
    }
    for k in try members("coef.g.(Intercept)") {
      let (a, b) = (try #require(named["mundlak"]), try #require(named["between"]))
      expectClose(a.estimates[k], b.estimates[k], relative: 1e-6, "line \(k)")
      expectClose(a.standardErrors[k], b.standardErrors[k], relative: 1e-6, "line's error \(k)")
      // Regressions within the groups have the same lines.
      for (name, other) in [("lsdv", "lsdv2"), ("none", "none2")] {
        let (a, b) = (try #require(named[name]), try #require(named[other]))
        expectClose(a.estimates[k], b.estimates[k], relative: 1e-9, "\(name) line \(k)")
      }
    }
    // The slope of x is the within coefficient, for all of them.
    let slope = try at("lsdv", "fixed.x")
    for name in ["between", "within", "lsdv2"] {
      expectClose(try at(name, "fixed.x").value, slope.value, relative: 1e-8, name)
    }
    expectClose(try at("lsdv2", "fixed.x").error, slope.error, relative: 1e-8)
    // At x = 0 the within model has as many intercepts as groups, none of the population.
    #expect(try at("within", "fixed.(Intercept)").value.isNaN)
    #expect(try at("within", "random.g.(Intercept).sd").value.isNaN)
    #expect(try !at("mundlak", "fixed.(Intercept)").value.isNaN)
  }

  @Test("A design that is centred itself reads a strategy in x at its own zero")
  func centredDesign() throws {
    let design = Self.within.replacing("FIXED", with: "x_within + x_mean").replacing(
      "BETA", with: "[1, 2, 3]")
    let (outcome, named) = try outcomes(
      """
      strategies:
        reml: {}
        mundlak: {method: reml, formula: y ~ x + x_mean + (1 | g)}
      """ + "\n" + design)
    let (own, other) = (try #require(named["reml"]), try #require(named["mundlak"]))
    let slope = try #require(outcome.layout.estimands.first { $0.address == "fixed.x_within" }).members
      .lowerBound
    expectClose(own.estimates[slope], other.estimates[slope], relative: 1e-7)
    let lines = try #require(outcome.layout.estimands.first { $0.address == "coef.g.(Intercept)" }).members
    for k in lines {
      expectClose(own.estimates[k], other.estimates[k], relative: 1e-7, "line \(k)")
      expectClose(own.standardErrors[k], other.standardErrors[k], relative: 1e-6, "error \(k)")
      #expect(abs(own.estimates[k] - outcome.truths[k]) < 3)
    }
  }

  @Test(
    "Interactions and factors are read, too; what a formula lacks is not", arguments: ["reml", "complete"])
  func interactions(method: String) throws {
    let (outcome, named) = try outcomes(
      """
      strategies:
        plain: {method: \(method), formula: y ~ x * u + c + (1 + x | g)}
        shifted: {method: \(method), formula: y ~ I(x - 5) * I(u + 2) + c + (1 + I(x - 5) | g)}
        poly: {method: \(method), formula: "y ~ poly(x, 1) * scale(u) + factor(c) + (1 + poly(x, 1) | g)"}
        lean: {method: \(method), formula: y ~ I(x - 5) + (1 | g)}
      design:
        levels: {g: 12, i: {per: g, size: 10}}
        predictors:
          x: {level: i, normal: [3, 2]}
          c: {level: i, categorical: [a, b, c]}
          u: {level: g, normal: [1, 1]}
        response:
          formula: y ~ x * u + c + (1 + x | g)
          beta: {"(Intercept)": 2, x: 1, u: 0.5, cb: -1, cc: 1, "x:u": 0.3}
          sd: {g: [2, 1], residual: 2}
      """)
    let plain = try #require(named["plain"])
    for name in ["shifted", "poly"] {
      expectSame(
        plain, try #require(named[name]), outcome.layout, relative: method == "reml" ? 3e-6 : 1e-9)
    }
    let lean = try #require(named["lean"])
    for estimand in outcome.layout.estimands {
      let there = estimand.members.contains { !lean.estimates[$0].isNaN }
      let isThere = !["fixed.u", "fixed.cb", "fixed.cc", "fixed.x:u"].contains(estimand.address)
      let isSpread = estimand.address.hasPrefix("random.")
      // One term of a constant is not the design's of a constant and a slope.
      #expect(
        there == (isThere && !isSpread && (method == "reml" || estimand.kind != .newGroup)),
        "\(estimand.address)")
    }
  }

  @Test("Factors coded otherwise give the design's contrasts")
  func contrasts() throws {
    let (outcome, named) = try outcomes(
      """
      strategies:
        plain: {method: reml, formula: y ~ c * x + (1 | g)}
        means: {method: reml, formula: y ~ 0 + c * x + (1 | g)}
        slopes: {method: reml, formula: "y ~ c + c:x + (1 | g)"}
        both: {method: reml, formula: "y ~ 0 + c + c:x + (1 | g)"}
      design:
        levels: {g: 12, i: {per: g, size: 10}}
        predictors: {x: {level: i, normal: [1, 1]}, c: {level: i, categorical: [a, b, c]}}
        response:
          formula: y ~ c * x + (1 | g)
          beta: {"(Intercept)": 2, x: 1, cb: -1, cc: 1, "cb:x": 0.3, "cc:x": -0.5}
          sd: {g: 1, residual: 1}
      """)
    for name in ["means", "slopes", "both"] {
      expectSame(try #require(named["plain"]), try #require(named[name]), outcome.layout, relative: 1e-6)
    }
  }

  @Test("Means over groups move with what is centred at them", arguments: [true, false])
  func means(isCentred: Bool) throws {
    let design = Self.within.replacing("FIXED", with: isCentred ? "x_within + x_mean" : "x + x_mean")
      .replacing("BETA", with: "[1, 2, 3]")
    let (outcome, named) = try outcomes(
      """
      strategies:
        mundlak: {method: reml, formula: y ~ x + x_mean + (1 | g)}
        between: {method: reml, formula: y ~ x_within + x_mean + (1 | g)}
      """ + "\n" + design)
    expectSame(
      try #require(named["mundlak"]), try #require(named["between"]), outcome.layout, relative: 1e-6)
    // A design without the means has no intercept where they are 0.
    let plain = Self.within.replacing("FIXED", with: "x").replacing("BETA", with: "[1, 2]")
    let (other, models) = try outcomes(
      "strategies:\n  m: {method: reml, formula: y ~ x + x_mean + (1 | g)}\n" + plain)
    let constant = try #require(other.layout.estimands.first { $0.address == "fixed.(Intercept)" })
    #expect(try #require(models["m"]).estimates[constant.members.lowerBound].isNaN)
  }

  @Test(
    "A line without a slope is no estimate of an intercept",
    arguments: ["normal: [10, 1]", "uniform: [9, 11]"])
  func linesWithoutSlope(law: String) throws {
    let study = try StudyExamples.study(
      """
      replicates: 5
      strategies: [none, lsdv]
      design:
        levels: {g: 6, i: {per: g, size: [1, 8]}}
        predictors: {x: {level: i, \(law)}}
        response: {formula: "y ~ x + (1 + x | g)", beta: [1, 1], sd: {g: [1, 1], residual: 1}}
      """)
    let cell = study.cells[0]
    let runner = try CellRunner.make(study, cell)
    #expect((runner is MomentRunner) == law.hasPrefix("normal"))
    let outcome = ReplicateOutcome(layout: runner.layout, strategyCount: 2)
    runner.run(0, into: outcome)
    for own in outcome.strategies {
      for address in ["coef.g.(Intercept)", "coef.g.x"] {
        let members = try #require(outcome.layout.estimands.first { $0.address == address }).members
        #expect(members.map { own.estimates[$0].isNaN } == [true, false, true, false, true, false])
      }
    }
  }

  @Test("Another offset than the design's is refused")
  func offset() throws {
    let design = Self.within.replacing("FIXED", with: "x").replacing("BETA", with: "[1, 2]")
    let study = try StudyExamples.study(
      "replicates: 5\nstrategies:\n  o: {method: reml, formula: y ~ x + offset(x_mean) + (1 | g)}\n" + design)
    let error = #expect(throws: SpecificationError.self) {
      _ = try RowRunner(study, study.cells[0], study.design(of: study.cells[0]))
    }
    #expect(error?.place.line == 3 && error?.message.contains("another offset") == true)
  }

  @Test("What cannot be read from a formula is not estimated, and a note says so")
  func notes() throws {
    let design = Self.within.replacing("FIXED", with: "x").replacing("BETA", with: "[1, 2]")
    let study = try StudyExamples.study(
      """
      replicates: 5
      strategies:
        reml: {}
        within: {method: reml, formula: y ~ x_within + (1 | g)}
        square: {method: reml, formula: y ~ x_squared + (1 | g)}
        mean: {method: ml, formula: y ~ 1 + (1 | g)}
      """ + "\n" + design)
    #expect(
      study.notes() == [
        "within: no estimates of fixed.(Intercept), random.g.(Intercept).sd, new.g.(Intercept); coefficients that the design does not have are no estimands: x_within",
        "square: no estimates of fixed.x; coefficients that the design does not have are no estimands: x_squared",
        "mean: no estimates of fixed.x",
      ])
  }

  @Test("The oracle knows groups of one row, over rows as over moments")
  func singles() throws {
    for (formula, sd, beta) in [("y ~ 1 + (1 | g)", "2", "[1]"), ("y ~ x + (1 + x | g)", "[2, 1]", "[1, 1]")]
    {
      let yaml = """
        strategies: [oracle, reml]
        design:
          levels: {g: 8, i: {per: g, size: SIZE}}
          predictors: {x: {level: i, LAW}}
          response: {formula: "\(formula)", beta: \(beta), sd: {g: \(sd), residual: 2}}
        """.replacing("SIZE", with: "1")
      for law in ["normal: [0, 1]", "uniform: [0, 1]"] {
        let named = try outcomes(yaml.replacing("LAW", with: law)).named
        #expect(try #require(named["oracle"]).status == .ok, "\(formula) \(law)")
        #expect(try #require(named["reml"]).status == .unidentified)
      }
    }
  }

  @Test("Groups without an estimate are counted, and bounds know them")
  func missingGroups() throws {
    let study = try StudyExamples.study(
      """
      replicates: 40
      strategies: [none, reml]
      design:
        levels: {g: 6, i: {per: g, size: [1, 2, 8]}}
        predictors: {x: {level: i, uniform: [0, 1]}}
        response: {formula: "y ~ x + (1 + x | g)", beta: [1, 1], sd: {g: [1, 1], residual: 1}}
      """)
    let sums = try #require(try StudyExamples.run(study).results(of: study.cells[0], replicates: 40).sums)
    let estimands = try study.estimands(of: study.cells[0])
    let e = try #require(estimands.firstIndex { $0.address == "coef.g.x" })
    func measure(_ measure: Measure, _ strategy: Int) throws -> MeasuredValue {
      try #require(sums.measure(measure, strategy: strategy, estimand: e, kind: .group))
    }
    // Slopes need two rows, their errors three: 4 of 6 groups, and 2 of 6.
    expectClose(try measure(.estimated, 0).value, 4.0 / 6, relative: 1e-12)
    #expect(try measure(.estimated, 1).value == 1)
    for rate in [Measure.coverage, .power] {
      let (low, high) = try #require(sums.bounds(of: rate, strategy: 0, estimand: e))
      expectClose(low, try measure(rate, 0).value / 3, relative: 1e-12)
      expectClose(high - low, 2.0 / 3, relative: 1e-12)
      let whole = try #require(sums.bounds(of: rate, strategy: 1, estimand: e))
      #expect(try whole.low == measure(rate, 1).value && whole.high == whole.low)
    }
  }
}

import Distributions
import Estimates
import Foundation
import LinearAlgebra
import Tables
import TestSupport
import Testing

@testable import Designs

@Suite("The truth of a drawn design")
struct DesignTruthTests {
  static let crossLevel = """
    levels: {school: 6, class: {per: school, size: 2}, pupil: {per: class, size: 3}}
    predictors:
      x: {level: pupil, normal: [1, 2]}
      v: {level: class, normal: [0, 1]}
      u: {level: school, categorical: {a: 0.5, b: 0.5}}
    response:
      formula: "y ~ x * u + v + x:v + log(x^2 + 1) + (1 + x | school) + (1 + x | class)"
      beta: {"(Intercept)": 10, x: 2, ub: 3, v: 0.5, "x:ub": -1, "x:v": 0.25, "log(x^2 + 1)": 0.1}
      sd: {school: [2, 0.5], class: [1, 0.3], residual: 0}
      corr: {school: -0.4}
    """

  @Test("every group's own line gives its rows: y = α_j + β_j·x + what acts on neither")
  func lines() throws {
    let data = try DesignDrawTests.draw(Self.crossLevel, seed: 5)
    let (table, truth) = (data.table, data.truth)
    #expect(truth.groups.map(\.factor) == ["school", "class"])
    let (school, klass) = (truth.group(0), truth.group(1))
    #expect(school.levels == (1...6).map(String.init) && school.effectNames == ["(Intercept)", "x"])
    #expect(klass.sizes == [Int](repeating: 3, count: 12))
    let x = table["x"]!.numbers!
    let v = table["v"]!.numbers!
    let y = table["y"]!.numbers!
    for row in 0..<36 {
      let s = DesignDrawTests.integers(table, "school")[row] - 1
      let c = DesignDrawTests.integers(table, "class")[row] - 1
      let isB = table["u"]!.text(row) == "b"
      let own = log(x[row] * x[row] + 1) * 0.1
      // A class's line has all that is constant within it, with its own effects; the school's come on top.
      expectClose(
        y[row],
        klass.lines[c, 0] + school.effects[s, 0] + (klass.lines[c, 1] + school.effects[s, 1]) * x[row] + own,
        relative: 1e-13)
      // v and x:v vary within schools, so they are in no school's line.
      expectClose(
        y[row],
        school.lines[s, 0] + klass.effects[c, 0] + 0.5 * v[row]
          + (school.lines[s, 1] + klass.effects[c, 1] + 0.25 * v[row]) * x[row] + own,
        relative: 1e-13)
      expectClose(
        school.lines[s, 0], 10 + (isB ? 3 : 0) + school.effects[s, 0], relative: 1e-14)
      expectClose(school.lines[s, 1], 2 - (isB ? 1 : 0) + school.effects[s, 1], relative: 1e-14)
      expectClose(school.coefficients[s, 1], 2 + school.effects[s, 1], relative: 1e-14)
      expectClose(
        klass.lines[c, 1], 2 - (isB ? 1 : 0) + 0.25 * v[row] + klass.effects[c, 1], relative: 1e-13)
    }
  }

  @Test("time as a grouping factor: one group a point, with what is constant at it")
  func times() throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {country: 4, year: {time: 1990..1994, per: country}}
      predictors: {w: {level: country, normal: [0, 1]}}
      response:
        formula: "y ~ year + w + (1 | country) + (1 | year)"
        beta: [1, 0.5, 2]
        sd: {country: 1, year: 3, residual: 0}
      """)
    let year = data.truth.group(1)
    #expect(year.levels == ["1990", "1991", "1992", "1993", "1994"] && year.sizes == [4, 4, 4, 4, 4])
    for t in 0..<5 {
      expectClose(year.lines[t, 0], 1 + 0.5 * Double(1990 + t) + year.effects[t, 0], relative: 1e-14)
    }
    let country = data.truth.group(0)
    let (y, w) = (data.table["y"]!.numbers!, data.table["w"]!.numbers!)
    for row in 0..<20 {
      expectClose(
        y[row], country.effects[row / 5, 0] + year.lines[row % 5, 0] + 2 * w[row], relative: 1e-13)
    }
  }

  @Test("combinations are the groups that occur")
  func combinations() throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {s: [b, a], i: 4}
      response:
        formula: "y ~ 1 + (1 | s:i)"
        level: {cross: [s, i], fraction: 0.5, per_cell: 3}
        beta: [1]
        sd: {"s:i": 2, residual: 0}
      """)
    let group = data.truth.group(0)
    #expect(group.levels.count == 4 && group.sizes == [3, 3, 3, 3])
    let y = data.table["y"]!.numbers!
    for (row, value) in y.enumerated() {
      let name = data.table["s"]!.text(row)! + ":" + data.table["i"]!.text(row)!
      let j = try #require(group.levels.firstIndex(of: name))
      expectClose(value, group.lines[j, 0], relative: 1e-15)
    }
  }

  @Test("addresses, realised moments, ICCs and counts")
  func estimates() throws {
    let data = try DesignDrawTests.draw(
      Self.crossLevel.replacing("residual: 0", with: "residual: 4")
        + "\nmissing: {v: 0.3}", seed: 3)
    let truth = data.truth.estimates
    func value(_ address: String) throws -> Double { try truth.value(at: address) }
    #expect(try value("truth.fixed.\"x:ub\"") == -1)
    #expect(try value("truth.random.school.x.sd") == 0.5)
    #expect(try value("truth.random.school.x.variance") == 0.25)
    #expect(try value("truth.random.school.x.\"(Intercept)\".corr") == -0.4)
    expectClose(
      try value("truth.random.school.\"(Intercept)\".x.covariance"), -0.4, relative: 1e-15)
    #expect(try value("truth.residual.sd") == 4)
    // 4 + 1 between, 16 within.
    expectClose(try value("truth.icc.school"), 4.0 / 21, relative: 1e-15)
    expectClose(try value("truth.icc.class"), 1.0 / 21, relative: 1e-15)
    #expect(try value("truth.n") == 36 && value("truth.units.class") == 12)
    #expect(try value("truth.groups.class") == 12 && value("truth.size.class.\"12\"") == 3)
    let school = data.truth.group(0)
    #expect(try value("truth.mode.school.\"2\".x") == school.effects[1, 1])
    #expect(try value("truth.coef.school.\"2\".x") == school.coefficients[1, 1])
    #expect(try value("truth.line.school.\"2\".x") == school.lines[1, 1])
    let b = school.effects.column(0)
    let mean = b.reduce(0, +) / 6
    let squares = b.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    expectClose(try value("truth.realised.school.\"(Intercept)\".mean"), mean, relative: 1e-13)
    expectClose(
      try value("truth.realised.school.\"(Intercept)\".sd"), (squares / 5).squareRoot(), relative: 1e-13)
    expectClose(
      try value("truth.realised.school.\"(Intercept)\".population_sd"), (squares / 6).squareRoot(),
      relative: 1e-13)
    let s = school.effects.column(1)
    let other = s.reduce(0, +) / 6
    let products = zip(b, s).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - other) }
    let otherSquares = s.reduce(0) { $0 + ($1 - other) * ($1 - other) }
    expectClose(
      try value("truth.realised.school.\"(Intercept)\".x"), products / (squares * otherSquares).squareRoot(),
      relative: 1e-13)
    // v is missing for whole classes.
    let gone = data.table["v"]!.numbers!.count { $0.isNaN }
    #expect(try value("truth.missing.v") == Double(gone) && gone % 3 == 0 && gone > 0)
  }

  @Test("the JSON document tells design, parameters, columns and groups")
  func document() throws {
    let design = try DesignSpecificationTests.design(Self.crossLevel)
    var stream = KeyedStream(seed: 5)
    let data = try design.draw(from: &stream)
    let json = try JSON(parsing: Data(data.truth.json(of: design, seed: 5, stream: "keyed").text().utf8))
    #expect(json["seed"].int == 5 && json["stream"].string == "keyed" && json["n"].int == 36)
    #expect(
      json["columns"].array.map { $0["column"].string } == ["school", "class", "pupil", "x", "v", "u", "y"])
    #expect(json["columns"].array[3]["holds"].string == "normal, mean 1, SD 2")
    #expect(json["fixed"]["names"].strings == design.fixedEffectNames)
    #expect(json["random"].array[0]["covariance"].matrix == design.randomTerms[0].law.covariance)
    let school = data.truth.group(0)
    let group = json["groups"].array[0]
    #expect(group["group"].string == "school" && group["levels"].strings == school.levels)
    for j in 0..<6 {
      #expect(group["effects"].matrix[j] == school.effects.row(j))
      #expect(group["lines"].matrix[j] == school.lines.row(j))
    }
    #expect(
      data.truth.echo(of: design) == """
        36 rows; school 6, class 12, pupil 36
        beta: (Intercept) 10, x 2, ub 3, v 0.5, log(x^2 + 1) 0.1, x:ub -1, x:v 0.25
        school: (Intercept) SD 2, x SD 0.5; correlation -0.4; covariance [4, -0.4; -0.4, 0.25]; ICC 0.8
        class: (Intercept) SD 1, x SD 0.3; correlation 0; covariance [1, 0; 0, 0.09]; ICC 0.2
        residual: SD 0
        """)
  }

  /// A residual's law in the design language, and what its truth is.
  struct ResidualCase: Sendable, CustomStringConvertible {
    let law: String
    let sd: String
    let json: String
    let numbers: [String: Double]
    let echo: String
    var description: String { law }
  }

  @Test(
    "the truth tells the residuals' distribution, unequal SDs and autocorrelation",
    arguments: [
      ResidualCase(law: "", sd: ", residual: 3", json: #""shape": "normal""#, numbers: [:], echo: "SD 3"),
      ResidualCase(
        law: "{t: 5}", sd: ", residual: 3", json: #""shape": {"t": 5}"#, numbers: ["t": 5],
        echo: "SD 3; t with 5 degrees of freedom"),
      ResidualCase(
        law: "{skewed: -1.5}", sd: ", residual: 3", json: #""shape": {"skewed": -1.5}"#,
        numbers: ["skewed": -1.5], echo: "SD 3; skewness -1.5"),
      ResidualCase(
        law: "{ar1: 0.6, within: g, time: t}", sd: ", residual: 3",
        json: #""shape": "normal", "ar1": 0.6, "within": "g", "time": "t""#, numbers: ["ar1": 0.6],
        echo: "SD 3; autocorrelation 0.6 within g, by t"),
      ResidualCase(
        law: "{heteroscedastic: {by: x, power: 0}, ar1: 0.6, within: g, time: t}", sd: ", residual: 3",
        json:
          #""shape": "normal", "base_sd": 3, "heteroscedastic": {"by": "x", "power": 0}, "ar1": 0.6, "within": "g", "time": "t""#,
        numbers: ["base_sd": 3, "power": 0, "ar1": 0.6],
        echo: "SD 3; SD 3 * |x|^0; autocorrelation 0.6 within g, by t"),
      ResidualCase(
        law: "{t: 9, heteroscedastic: {by: x, exp: 0}}", sd: ", residual: 3",
        json: #""shape": {"t": 9}, "base_sd": 3, "heteroscedastic": {"by": "x", "exp": 0}"#,
        numbers: ["t": 9, "base_sd": 3, "exp": 0],
        echo: "SD 3; t with 9 degrees of freedom; SD 3 * exp(0 * x)"),
      ResidualCase(
        law: "{heteroscedastic: {by: g, lognormal: 0}}", sd: ", residual: 3",
        json: #""shape": "normal", "base_sd": 3, "heteroscedastic": {"by": "g", "lognormal": 0}"#,
        numbers: ["base_sd": 3, "lognormal": 0], echo: "SD 3; SD 3 * exp(0 * z), one z for each g"),
      ResidualCase(
        law: "{heteroscedastic: {by: c, sd: {b: 4, a: 3}}}", sd: "",
        json: #""shape": "normal", "heteroscedastic": {"by": "c", "sd": {"a": 3, "b": 4}}"#,
        numbers: ["c.a.sd": 3, "c.b.sd": 4, "c.b.variance": 16], echo: "SD 3.535534; SD by c: a 3, b 4"),
      ResidualCase(
        law: "{heteroscedastic: {by: t, sd: [1, 7]}}", sd: "",
        json: #""shape": "normal", "heteroscedastic": {"by": "t", "sd": {"2001": 1, "2002": 7}}"#,
        numbers: ["t.\"2001\".sd": 1, "t.\"2002\".sd": 7], echo: "SD 5; SD by t: 2001 1, 2002 7"),
    ])
  func residual(_ one: ResidualCase) throws {
    let design = try DesignSpecificationTests.design(
      """
      levels: {g: 4, t: {time: 2001..2002, per: g}}
      predictors: {x: {level: t, normal: [0, 1]}, c: {level: t, values: [a, b]}}
      response:
        formula: "y ~ x + c + (1 | g)"
        beta: [0, 0, 0]
        sd: {g: 1\(one.sd)}
        \(one.law.isEmpty ? "" : "residual: \(one.law)")
      """)
    var stream = KeyedStream(seed: 5)
    let truth = try design.draw(from: &stream).truth
    let json = truth.json(of: design, seed: 5, stream: "keyed").text().replacing(" ", with: "")
    #expect(json.contains(",\(one.json.replacing(" ", with: ""))},\"icc\":"), "\(json)")
    let estimates = truth.estimates
    for (address, value) in one.numbers {
      #expect(try estimates.value(at: "truth.residual." + address) == value, "\(address)")
    }
    let own = estimates.rows.filter { $0.address.parts.starts(with: ["truth", "residual"]) }
    #expect(own.count == 1 + one.numbers.keys.count { !$0.hasSuffix("variance") })
    #expect(truth.echo(of: design).hasSuffix("\nresidual: " + one.echo))
  }

  @Test("effects whose correlation is ±1 or whose SD is 0 move together or not at all")
  func singular() throws {
    let data = try DesignDrawTests.draw(
      """
      levels: {g: 50, p: {per: g, size: 2}}
      predictors: {x: {level: p, normal: [0, 1]}, w: {level: p, normal: [0, 1]}}
      response:
        formula: "y ~ x + w + (1 + x + w | g)"
        beta: [0, 0, 0]
        sd: {g: [2, 1, 0], residual: 1}
        corr: {g: [-1, 0.5, -0.5]}
      """)
    let b = data.truth.group(0).effects
    for j in 0..<50 {
      expectClose(b[j, 1], -b[j, 0] / 2, relative: 1e-15)
      #expect(b[j, 2] == 0)
    }
  }
}

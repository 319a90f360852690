import Distributions
import Foundation
import Specifications
import Tables
import TestSupport
import Testing

@testable import Designs

@Suite("Designs in YAML and in code")
struct DesignSpecificationTests {
  static let issue = """
    levels: {school: 30, pupil: {per: school, size: {poisson: 20, min: 1}}}
    predictors: {x: {level: pupil, normal: [0, 1]}, u: {level: school, normal: [0, 1]}}
    response: {formula: "y ~ 1 + x + u + (1 + x | school)", beta: [1, 2, 0.5],
               sd: {school: [2, 1], residual: 4}, corr: {school: 0.3}}
    """

  /// All designs of the references and the labs.
  static let files: [URL] = {
    let labs = Reference.directory.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("labs/designs")
    return [Reference.directory.appendingPathComponent("designs"), labs].flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
        .filter { $0.pathExtension == "yml" }
    }.sorted { $0.path < $1.path }
  }()

  static func design(_ yaml: String, _ values: [String: Double] = [:]) throws -> DataDesign {
    try DesignSpecification(yaml: yaml, file: "spec.yml").binding(values)
  }

  @Test("a text and the same design in code are equal and draw the same bits")
  func textAndCode() throws {
    let read = try Self.design(Self.issue)
    let made = try DataDesign(
      levels: [
        DesignLevel("school", .counted(30)),
        DesignLevel("pupil", .nested(per: "school", size: .poisson(mean: 20, least: 1, most: nil))),
      ],
      predictors: [
        DesignPredictor("x", level: "pupil", .normal(mean: 0, sd: 1)),
        DesignPredictor("u", level: "school", .normal(mean: 0, sd: 1)),
      ],
      response: DesignResponse(
        formula: "y ~ 1 + x + u + (1 + x | school)", beta: .listed([1, 2, 0.5]),
        effects: [RandomEffectsLaw(sd: [2, 1], correlation: 0.3)], family: .gaussian(ResidualLaw(sd: 4))))
    #expect(read == made)
    #expect(read.canonicalText == made.canonicalText)
    var (a, b) = (KeyedStream(seed: 9), KeyedStream(seed: 9))
    #expect(try read.draw(from: &a).table == made.draw(from: &b).table)
    #expect(a == b)
  }

  @Test("the canonical text reads back to itself", arguments: files)
  func roundTrip(_ file: URL) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let design = try Self.design(text)
    let again = try Self.design(design.canonicalText)
    #expect(again.canonicalText == design.canonicalText)
    var (a, b) = (KeyedStream(seed: 4), KeyedStream(seed: 4))
    let (first, second) = (try design.draw(from: &a), try again.draw(from: &b))
    // NaN stands for missing values and differs from itself.
    #expect(first.table.csv() == second.table.csv())
    #expect(!design.canonicalText.contains("\n"))
  }

  @Test("all files are there")
  func counted() { #expect(Self.files.count == 22) }

  @Test("parameters and places are bound; arithmetic follows")
  func binding() throws {
    let specification = try DesignSpecification(
      yaml: """
        parameters: {J: 30, n: 20, sigma_a: 2, icc: 0.2, total: J * n}
        levels: {school: J, pupil: {per: school, size: n}}
        response:
          formula: "y ~ 1 + (1 | school)"
          beta: [total]
          sd: {school: sigma_a, residual: "sigma_a * sqrt((1 - icc) / icc)"}
        """, file: "spec.yml")
    #expect(specification.parameterNames == ["J", "n", "sigma_a", "icc", "total"])
    let plain = try specification.binding()
    #expect(plain.fixedEffects == [600] && plain.randomTerms[0].law.sd == [2])
    expectClose(plain.residualSD ?? .nan, 4, relative: 1e-15)
    let bound = try specification.binding(["J": 10, "sigma_a": 3, "icc": 0.5])
    #expect(bound.levels[0] == DesignLevel("school", .counted(10)))
    #expect(bound.fixedEffects == [200] && bound.randomTerms[0].law.sd == [3])
    expectClose(bound.residualSD ?? .nan, 3, relative: 1e-15)
    let places = try specification.binding(
      ["levels.school": 7, "response.sd.residual": 1.5, "response.beta.1": -2])
    #expect(places.levels[0] == DesignLevel("school", .counted(7)))
    #expect(places.residualSD == 1.5 && places.fixedEffects == [-2])
    // A parameter goes before a place of the same name, and faults keep their places.
    do {
      _ = try specification.binding(["J": 0])
      Issue.record("0 schools were taken")
    } catch {
      #expect("\(error)" == "spec.yml:2:18: levels.school: 0 units; a level has 1 to 10000000")
    }
    for (key, message) in [
      (
        "j",
        "spec.yml:1:1: no parameter or place 'j' (did you mean 'J'?); here are J, n, sigma_a, icc, total, parameters, levels, response"
      ),
      (
        "response.sd.resid",
        "spec.yml:6:7: response.sd: no parameter or place 'response.sd.resid'; here are school, residual"
      ),
      ("response.beta.2", "spec.yml:5:9: response.beta: no parameter or place 'response.beta.2'; here are 1"),
    ] {
      do {
        _ = try specification.binding([key: 1])
        Issue.record("'\(key)' was bound")
      } catch { #expect("\(error)" == message) }
    }
  }

  @Test("sizes, names and times in all their forms")
  func forms() throws {
    func levels(_ text: String) throws -> [DesignLevel] {
      try Self.design(
        "parameters: {T: 4}\nlevels: \(text)\nresponse: {formula: \"y ~ 1\", beta: [1], sd: {residual: 1}}"
      ).levels
    }
    #expect(try levels("{a: {count: 3}}") == [DesignLevel("a", .counted(3))])
    #expect(try levels("{a: [p, q]}") == [DesignLevel("a", .named(["p", "q"]))])
    #expect(
      try levels("{a: {count: 10, names: s}}")[0].units
        == .named(["s01", "s02", "s03", "s04", "s05", "s06", "s07", "s08", "s09", "s10"]))
    #expect(try levels("{a: {count: 2, names: [p, q]}}")[0].units == .named(["p", "q"]))
    for time in ["1..T", "T", "[1, T]", "1..2*2"] {
      #expect(
        try levels("{t: {time: \"\(time)\"}}".replacing("\"[1, T]\"", with: "[1, T]"))
          == [DesignLevel("t", .times(first: 1, last: 4, per: nil))], "\(time)")
    }
    let sizes: [(String, GroupSizeLaw)] = [
      ("5", .fixed(5)), ("T", .fixed(4)), ("[2, T]", .listed([2, 4])), ("{uniform: [2, 4]}", .uniform(2, 4)),
      ("{lognormal: [1, 0.5]}", .lognormal(meanLog: 1, sdLog: 0.5, least: 1, most: nil)),
      ("{poisson: T, min: 2, max: 9}", .poisson(mean: 4, least: 2, most: 9)),
      ("{one_tiny: [6, 1]}", .oneTiny(size: 6, tiny: 1)),
    ]
    for (text, law) in sizes {
      #expect(
        try levels("{a: 2, b: {per: a, size: \(text)}}")[1] == DesignLevel("b", .nested(per: "a", size: law)),
        "\(text)")
    }
    #expect(
      try levels("{b: {per: a, size: 2, belongs: {c: uniform, d: [1, 2]}}, a: 2, c: 3, d: 2}")[0].belongs
        == [.init("c"), .init("d", weights: [1, 2])])
  }

  @Test("SDs, correlations, covariances and ICCs say the same")
  func scales() throws {
    func design(_ scales: String) throws -> DataDesign {
      try Self.design(
        """
        levels: {g: 5, p: {per: g, size: 4}}
        predictors: {x: {level: p, normal: [0, 1]}, w: {level: p, normal: [0, 1]}}
        response:
          formula: "y ~ x + w + (1 + x + w | g)"
          beta: [0, 1, 1]
        \(scales)
        """)
    }
    let law = RandomEffectsLaw(
      sd: [2, 1, 0.5], correlation: [[1, 0.3, 0.2], [0.3, 1, -0.1], [0.2, -0.1, 1]])
    let same = [
      "  sd: {g: [2, 1, 0.5], residual: 4}\n  corr: {g: [[1, 0.3, 0.2], [0.3, 1, -0.1], [0.2, -0.1, 1]]}",
      "  sd: {g: {w: 0.5, x: 1, \"(Intercept)\": 2}, residual: 4}\n  corr: {g: [0.3, 0.2, -0.1]}",
      "  icc: {g: 0.2}\n  sd: {g: [1, 0.5], residual: 4}\n  corr: {g: [0.3, 0.2, -0.1]}",
      "  icc: {g: 0.2}\n  total_sd: sqrt(20)\n  sd: {g: {x: 1, w: 0.5}}\n  corr: {g: [0.3, 0.2, -0.1]}",
      "  cov: {g: [[4, 0.6, 0.2], [0.6, 1, -0.05], [0.2, -0.05, 0.25]]}\n  sd: {residual: 4}",
    ]
    for text in same {
      let found = try design(text)
      expectClose(found.residualSD ?? .nan, 4, relative: 1e-15, text)
      expectClose(found.randomTerms[0].law.sd, law.sd, relative: 1e-15, text)
      for i in 0..<3 {
        expectClose(
          found.randomTerms[0].law.correlation[i], law.correlation[i], absolute: 1e-15, text)
      }
    }
    #expect(
      try design("  sd: {g: [1, 1, 1], residual: 1}\n  corr: {g: 0.25}").randomTerms[0].law
        == RandomEffectsLaw(sd: [1, 1, 1], correlation: 0.25))
  }

  @Test("ICCs of 0 and 1, sums up to 1, and the latent scale of binary responses")
  func intraclass() throws {
    func design(_ icc: String, _ more: String) throws -> DataDesign {
      try Self.design(
        """
        levels: {school: 5, class: {per: school, size: 3}, pupil: {per: class, size: 4}}
        response:
          formula: "y ~ 1 + (1 | school) + (1 | class)"
          beta: [0]
          icc: \(icc)
          \(more)
        """)
    }
    func check(_ design: DataDesign, _ sds: [Double], _ residual: Double?) {
      expectClose(design.randomTerms.map { $0.law.sd[0] }, sds, relative: 1e-15)
      expectClose(design.residualSD ?? -1, residual ?? -1, relative: 1e-15)
    }
    check(try design("{school: 0, class: 0.36}", "total_sd: 10"), [0, 6], 8)
    check(try design("{school: 1, class: 0}", "total_sd: 3"), [3, 0], 0)
    check(try design("{school: 0.75, class: 0.25}", "total_sd: 2"), [(3.0).squareRoot(), 1], 0)
    check(try design("{school: 0.5, class: 0.25}", "sd: {residual: 1}"), [(2.0).squareRoot(), 1], 1)
    check(try design("{class: 0.25}", "sd: {school: 2, residual: 2}"), [2, (8.0 / 3).squareRoot()], 2)
    let total = Double.pi * Double.pi / 3 / 0.5
    check(
      try design("{school: 0.3, class: 0.2}", "family: binary"),
      [(0.3 * total).squareRoot(), (0.2 * total).squareRoot()], nil)
    check(
      try design("{school: 0.3, class: 0.2}", "family: binary\n  link: probit"),
      [(0.6).squareRoot(), (0.4).squareRoot()], nil)
    #expect(throws: DesignFault(["response", "icc"], "the ICCs add to 1.2; up to 1 would work")) {
      try IntraclassScale([("a", 0.6), ("b", 0.6)], scale: .total(1))
    }
    #expect(throws: DesignFault.self) { try IntraclassScale([("a", 1)], scale: .residual(1)) }
    #expect(throws: DesignFault.self) { try IntraclassScale([("a", 0.5)], scale: .residual(0)) }
    #expect(throws: DesignFault.self) {
      try IntraclassScale([("a", 0.5)], otherVariance: 3, scale: .total(2))
    }
  }
}

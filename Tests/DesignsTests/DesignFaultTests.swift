import Distributions
import Specifications
import TestSupport
import Testing

@testable import Designs

@Suite("Faults in designs: file, line, column, what was found and what would work")
struct DesignFaultTests {
  /// A faulty text and what is said about it.
  struct Case: Sendable, CustomStringConvertible {
    let name: String
    let yaml: String
    let message: String
    var description: String { name }
  }

  /// `Tests/Reference/designs/faults.txt`: `=== name`, the text, `---`, the message.
  static let cases: [Case] = {
    guard let text = try? Reference.text("designs/faults.txt") else { return [] }
    return text.split(separator: "=== ").map { part in
      let lines = part.split(separator: "\n", omittingEmptySubsequences: false)
      let bar = lines.firstIndex(of: "---")!
      return Case(
        name: String(lines[0]), yaml: lines[1..<bar].map { $0 + "\n" }.joined(),
        message: lines[(bar + 1)...].joined(separator: "\n").trimmingSuffix("\n"))
    }
  }()

  @Test("every fault is told as a whole", arguments: cases)
  func told(_ one: Case) {
    do {
      _ = try DesignSpecification(yaml: one.yaml, file: "spec.yml")
      Issue.record("'\(one.name)' was read")
    } catch { #expect("\(error)" == one.message) }
  }

  @Test("the cases are there")
  func counted() { #expect(Self.cases.count == 127) }

  @Test("a design inside a study keeps its place and its path")
  func insideStudy() throws {
    let yaml = """
      name: study
      design:
        levels: {g: 5, p: {per: g, size: 0}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [1], sd: {g: 1, residual: 1}}
      """
    let whole = try SpecificationNode(yaml: yaml, file: "study.yml")
    let node = try #require(whole[path: ["design"]])
    do {
      _ = try DesignSpecification(node)
      Issue.record("a size of 0 was taken")
    } catch {
      #expect("\(error)" == "study.yml:3:36: design.levels.p.size: size 0; a group has 1 unit or more")
    }
  }

  @Test("a design made in code is checked by the same rules, its faults told by path")
  func inCode() {
    func fault(
      levels: [DesignLevel] = [
        DesignLevel("g", .counted(3)), DesignLevel("p", .nested(per: "g", size: .fixed(2))),
      ],
      predictors: [DesignPredictor] = [], formula: String = "y ~ 1 + (1 | g)",
      beta: [Double] = [1], sd: [Double] = [1], residual: ResidualLaw = ResidualLaw(sd: 1),
      missing: [MissingRule] = []
    ) -> String? {
      do {
        _ = try DataDesign(
          levels: levels, predictors: predictors,
          response: DesignResponse(
            formula: formula, beta: .listed(beta), effects: [RandomEffectsLaw(sd: sd)],
            family: .gaussian(residual)),
          missing: missing)
        return nil
      } catch { return "\(error)" }
    }
    #expect(fault() == nil)
    #expect(fault(levels: []) == "levels: no level; a design has one level or more, e.g. school: 30")
    #expect(fault(sd: [.nan]) == "response.sd.g: standard deviation nan; 0 or more would work")
    #expect(fault(beta: [.infinity]) == "response.beta[1]: Inf; a finite number would work")
    #expect(
      fault(sd: [1, 2])
        == "response.sd.g: 2 standard deviations for 1 effects; one for each of (Intercept) would work")
    #expect(
      fault(residual: ResidualLaw(sd: nil))
        == "response.sd: 'residual' is missing: the standard deviation of the residuals")
    #expect(
      fault(predictors: [DesignPredictor("x", .normal(mean: 0, sd: 1))])
        == "predictors.x: 'level' is missing")
    #expect(
      fault(
        predictors: [
          DesignPredictor("x", level: "p", .normal(mean: 0, sd: 1)),
          DesignPredictor("x", level: "g", .binary(0.5)),
        ]) == "predictors.x: two columns are called 'x'; another name would work")
    #expect(
      fault(missing: [MissingRule("y", rate: 0.1), MissingRule("y", rate: 0.2)])
        == "missing.y: two rules for 'y'; one would work")
  }

  @Test("what only a draw can show is told by the draw, and nothing comes back")
  func inDraw() throws {
    let huge = try DesignSpecification(
      yaml: """
        levels: {g: 100, p: {per: g, size: {lognormal: [12, 2]}}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [1], sd: {g: 1, residual: 1}}
        """, file: "s.yml"
    ).binding()
    var stream = KeyedStream(seed: 1)
    do {
      _ = try huge.draw(from: &stream)
      Issue.record("more rows than a table has were drawn")
    } catch {
      #expect(error.path == ["levels", "p"])
      #expect(error.message.hasSuffix("units of 'p' in this draw; one data set has at most 10000000 rows"))
    }
    let counts = try DesignSpecification(
      yaml: """
        levels: {g: 3, p: {per: g, size: 2}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [50], sd: {g: 1}, family: count}
        """, file: "s.yml"
    ).binding()
    #expect(throws: DesignFault.self) { try counts.draw(from: &stream) }
    for (name, other) in [("poisson", "count"), ("bernoulli", "binary")] {
      func design(_ family: String) throws -> DesignSpecification {
        try DesignSpecification(
          yaml: "levels: {g: 3}\nresponse: {formula: \"y ~ 1\", beta: [0], family: \(family)}", file: "s.yml")
      }
      #expect(try design(name).binding().response.family == design(other).binding().response.family)
    }
    let spread = try DesignSpecification(
      yaml: """
        levels: {g: 3, p: {per: g, size: 2}}
        predictors: {x: {level: p, values: [1, 0]}}
        response: {formula: "y ~ 1", beta: [1], sd: {residual: 1}, residual: {heteroscedastic: {by: x, power: -1}}}
        """, file: "s.yml"
    ).binding()
    do {
      _ = try spread.draw(from: &stream)
      Issue.record("an infinite SD was drawn")
    } catch {
      #expect(
        "\(error)"
          == "response.residual.heteroscedastic: the standard deviation is Inf in row 2 of this draw; a power or rate that is finite for all values would work"
      )
    }
    let log = try DesignSpecification(
      yaml: """
        levels: {g: 3, p: {per: g, size: 2}}
        predictors: {x: {level: p, values: [0, 1]}}
        response: {formula: "y ~ log(x) + (1 | g)", beta: [1, 1], sd: {g: 1, residual: 1}}
        """, file: "s.yml"
    ).binding()
    do {
      _ = try log.draw(from: &stream)
      Issue.record("log(0) was drawn")
    } catch {
      #expect(
        "\(error)"
          == "response.formula: the expectation is -Inf in row 1 of this draw; functions that are finite for all values would work"
      )
    }
  }
}

extension String {
  func trimmingSuffix(_ end: Character) -> String {
    var text = self
    while text.last == end { text.removeLast() }
    return text
  }
}

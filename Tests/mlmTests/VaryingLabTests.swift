import Foundation
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

/// The recorded numbers of lab 2, computed again.
@Suite("Lab 2")
struct VaryingLabTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("labs/02-varying-intercepts-slopes").path

  @Test(
    "draws.csv is what draws.sh prints: the first rows of each design",
    arguments: ["three", "three-close", "four", "five", "eight"])
  func draws(_ design: String) throws {
    let context = CommandContext(language: .en, folder: Self.folder)
    let runner = SubcommandRunner()
    let formula = "y ~ 1 + (1 | group)"
    let recorded = try DataTable(csv: context.read("draws.csv"), file: "draws.csv")
    let column = try #require(recorded["design"])
    let designs = (0..<column.count).map { column.text($0) }
    let start = try #require(designs.firstIndex(of: design))
    #expect(designs.count { $0 == design } == 1000)
    func numbers(_ name: String) throws -> [Double] { try #require(recorded[name]?.numbers) }

    let truth = try runner.run(["fit", formula, "--data", design + ".csv"], in: context).estimates
    let levels = truth.rows.filter { $0.address.description.hasPrefix("coef.group.") }.map {
      $0.address.parts[2]
    }
    let drawn = try runner.run(
      [
        "simulate", formula, "--data", design + ".csv", "--random", "fitted", "--seed", "1", "--n", "4",
        "--out", "drawn.csv",
      ],
      in: context)
    context.keep(drawn.files[0])
    for k in 1...4 {
      let pooled = try runner.run(["pool", "sim_\(k) ~ 1 + (1 | group)", "--data", "drawn.csv"], in: context)
        .estimates
      func error(_ strategy: String) throws -> Double {
        try Set(levels).sorted().reduce(0) { sum, level in
          let term = "\"(Intercept)\""
          let miss =
            try pooled.value(at: "\(strategy).\(level).\(term)")
            - truth.value(at: "coef.group.\(level).\(term)")
          return sum + miss * miss
        }
      }
      let (none, partial) = (try error("none"), try error("reml"))
      let row = start + k - 1
      #expect(try numbers("draw")[row] == Double(k))
      expectClose(try numbers("none")[row], none, absolute: 6e-6)
      expectClose(try numbers("partial")[row], partial, absolute: 6e-6)
      expectClose(try numbers("excess")[row], partial - none, absolute: 6e-6)
      #expect(try numbers("closer")[row] == (partial < none ? 1 : 0))
    }
  }
}

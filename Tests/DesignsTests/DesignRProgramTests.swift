import Distributions
import Foundation
import Tables
import TestSupport
import Testing

@testable import Designs

@Suite("The R program of a design draws the same data")
struct DesignRProgramTests {
  static let names = [
    "binomial", "counts", "crossed-fraction", "crossed-sees", "crossed-sees-first", "endogenous",
    "four-levels", "memberships", "panel", "panel-crossed", "poisson-sizes", "spread-groups",
    "spread-listed", "spread-power", "survey",
  ]

  static func design(_ name: String) throws -> DataDesign {
    try DesignSpecificationTests.design(Reference.text("designs/\(name).yml"))
  }

  /// Numbers to 1e-13 of the column's size, texts and missing entries as they are.
  static func expectSame(_ table: DataTable, _ name: String) throws {
    let recorded = try DataTable(csv: Reference.bytes("designs/\(name).csv"), file: "\(name).csv")
    #expect(table.columnNames == recorded.columnNames && table.rowCount == recorded.rowCount)
    for column in recorded.columns {
      let own = try #require(table[column.name])
      guard let numbers = column.numbers, let found = own.numbers else {
        #expect((0..<table.rowCount).allSatisfy { own.text($0) == column.text($0) }, "\(column.name)")
        continue
      }
      let size = numbers.reduce(0) { $1.isNaN ? $0 : max($0, abs($1)) }
      expectClose(found, numbers, absolute: 1e-13 * size, "\(name), \(column.name)")
    }
  }

  @Test("the program is the one that R ran, and R's numbers are ours", arguments: names)
  func same(_ name: String) throws {
    let design = try Self.design(name)
    #expect(try design.rProgram(seed: 1, file: name + ".yml") == Reference.text("designs/\(name).R"))
    var stream = RStream(seed: 1)
    try Self.expectSame(design.draw(from: &stream).table, name)
  }

  @Test("the same from L'Ecuyer's generator and another seed")
  func lecuyer() throws {
    let design = try Self.design("memberships")
    #expect(
      try design.rProgram(seed: -7, generator: .lecuyer, file: "memberships.yml")
        == Reference.text("designs/memberships-lecuyer.R"))
    var stream = LEcuyerStream(seed: -7)
    try Self.expectSame(design.draw(from: &stream).table, "memberships-lecuyer")
  }
}

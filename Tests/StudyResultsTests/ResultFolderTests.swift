import Foundation
import Specifications
import Studies
import Tables
import Testing

@testable import StudyResults

@Suite("Results of studies")
struct ResultFolderTests {
  private func study(_ replicates: Int) throws -> StudySpecification {
    let yaml = """
      replicates: \(replicates)
      design:
        parameters: {J: 4, n: 3}
        levels: {g: J, i: {per: g, size: n}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [1], sd: {g: 1, residual: 2}}
      grid: {J: [2, 4], n: [1, 3]}
      strategies: [complete, none, reml]
      """
    return try StudySpecification(SpecificationNode(yaml: yaml, file: "s.yml")) {
      (file, at) throws(SpecificationError) in
      throw at.fault("no file '\(file)' here")
    }
  }

  private func store(_ study: StudySpecification, threads: Int, leavingOut: Int = 0) throws -> StudyStore {
    let list = BlockList()
    let tasks = StudyWork(study).missing(in: StudyStore([]))
    _ = try StudyWork(study).run(tasks.dropLast(leavingOut), threads: threads, into: list)
    return StudyStore(list.entries)
  }

  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("results-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("Tables and database are the same bytes for any number of threads")
  func bytes() throws {
    try inFolder { folder in
      let study = try study(250)
      try ResultFolder.write(study, store(study, threads: 1), to: folder + "/one")
      try ResultFolder.write(study, store(study, threads: 3), to: folder + "/three")
      for name in [
        "measures.csv", "statuses.csv", "cells.csv", "failures.csv", "codebook.csv", "results.sqlite",
      ] {
        let (a, b) = (
          try Data(contentsOf: URL(fileURLWithPath: folder + "/one/" + name)),
          try Data(contentsOf: URL(fileURLWithPath: folder + "/three/" + name))
        )
        #expect(a == b && !a.isEmpty, "\(name)")
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/one")
      #expect(!left.contains { $0.hasSuffix(".part") || $0.hasSuffix("-journal") }, "\(left)")
    }
  }

  @Test("Every column and every measure is in the codebook")
  func codebook() throws {
    let study = try study(20)
    let tables = try ResultTables(study, store(study, threads: 1))
    guard case .text(let names)? = tables.codebook["name"]?.values else {
      Issue.record("no names")
      return
    }
    let known = Set(names)
    for table in tables.all where table.name != "codebook" {
      for name in table.columnNames { #expect(known.contains(name), "\(table.name).\(name)") }
    }
    for measure in Measure.allCases { #expect(known.contains(measure.rawValue)) }
  }

  @Test("Groups of one row have no estimates by REML: nothing is dropped, everything is counted")
  func unidentified() throws {
    let study = try study(150)
    let tables = try ResultTables(study, store(study, threads: 2))
    func rows(_ table: DataTable, _ wanted: [String: String]) -> [Int] {
      (0..<table.rowCount).filter { row in wanted.allSatisfy { table[$0.key]?.text(row) == $0.value } }
    }
    let unidentified = rows(tables.statuses, ["n": "1", "strategy": "reml", "status": "unidentified"])
    #expect(unidentified.map { tables.statuses["count"]?.text($0) } == ["150", "150"])
    #expect(rows(tables.measures, ["n": "1", "strategy": "reml"]).isEmpty)
    #expect(rows(tables.failures, ["n": "1", "strategy": "reml"]).count == 40)
    // Every strategy's statuses add up to all replicates.
    for cell in 1...4 {
      for strategy in ["complete", "none", "reml"] {
        let own = rows(tables.statuses, ["cell": "\(cell)", "strategy": strategy])
        #expect(own.reduce(0) { $0 + Int(tables.statuses["count"]!.text($1)!)! } == 150)
      }
    }
  }

  @Test("Tables without rows have columns of text all the same")
  func empty() throws {
    let yaml = """
      replicates: 5
      design:
        levels: {g: 4, i: {per: g, size: 3}}
        response: {formula: "y ~ 1 + (1 | g)", beta: [1], sd: {g: 1, residual: 2}}
      strategies: [complete]
      """
    let study = try StudySpecification(SpecificationNode(yaml: yaml, file: "s.yml")) {
      (file, at) throws(SpecificationError) in
      throw at.fault("no file '\(file)' here")
    }
    let tables = try ResultTables(study, store(study, threads: 1))
    #expect(tables.failures.rowCount == 0)
    for name in ["strategy", "status", "reason"] {
      guard case .text(let texts)? = tables.failures[name]?.values else {
        Issue.record("\(name) is no text")
        continue
      }
      #expect(texts.isEmpty)
    }
    try inFolder { folder in
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let path = folder + "/results.sqlite"
      try ResultDatabase.write(tables.all, to: path)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      let made = "\"replicate\" INTEGER, \"strategy\" TEXT, \"status\" TEXT, \"reason\" TEXT)"
      #expect(bytes.range(of: Data(made.utf8)) != nil)
    }
  }

  @Test("Partial results say what is missing")
  func partial() throws {
    let study = try study(250)
    let tables = try ResultTables(study, store(study, threads: 2, leavingOut: 2))
    #expect(!tables.isComplete && tables.missing.map(\.cell.number) == [4])
    #expect(tables.cells["replicates"]?.text(3) == "100" && tables.cells["wanted"]?.text(3) == "250")
    #expect(try ResultTables(study, store(study, threads: 2)).isComplete)
  }
}

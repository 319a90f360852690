import Specifications
import Studies
import StudyResults
import Tables
import TestSupport
import Testing

/// Studies that the tests of results run.
enum ResultExamples {
  static func study(_ yaml: String) throws -> StudySpecification {
    try StudySpecification(SpecificationNode(yaml: yaml, file: "study.yml")) {
      (file, at) throws(SpecificationError) in throw at.fault("no file")
    }
  }

  static let small = """
    study: small
    seed: 7
    replicates: 100
    design:
      parameters: {J: 4, n: 5}
      levels: {school: J, pupil: {per: school, size: n}}
      response: {formula: "y ~ 1 + (1 | school)", beta: [1], sd: {school: 2, residual: 4}}
    grid: {J: [3, 10], n: [2, 5]}
    strategies: [none, reml]
    """

  static func tables(_ study: StudySpecification, blocks: Int = .max) throws -> ResultTables {
    let list = BlockList()
    let tasks = study.cells.flatMap { cell in
      ReplicateBlocks.of(study.replicates).prefix(blocks).map { StudyWork.Task(cell: cell, block: $0) }
    }
    _ = try StudyWork(study).run(tasks, threads: 2, into: list)
    return try ResultTables(study, StudyStore(list.entries))
  }
}

@Suite("A study with its results")
struct MeasuredStudyTests {
  @Test("numbers are the same from tables in memory and from their CSV")
  func fromFiles() throws {
    let study = try ResultExamples.study(ResultExamples.small)
    let tables = try ResultExamples.tables(study)
    let direct = try MeasuredStudy(study, tables)
    func read(_ table: DataTable) throws -> DataTable {
      try DataTable(csv: table.csvBytes(), file: table.name)
    }
    let again = try MeasuredStudy(
      study, measures: read(tables.measures), statuses: read(tables.statuses), cells: read(tables.cells))
    #expect(direct.isComplete && again.isComplete)
    #expect(direct.estimands == again.estimands && direct.parameters == again.parameters)
    var compared = 0
    for cell in study.cells.indices {
      for estimand in direct.estimands {
        for measure in Measure.allCases {
          for strategy in ["none", "reml"] {
            let a = direct.measure(measure, of: estimand.address, by: strategy, cell: cell)
            let b = again.measure(measure, of: estimand.address, by: strategy, cell: cell)
            #expect(a?.value == b?.value || (a?.value.isNaN == true && b?.value.isNaN == true))
            #expect(a?.count == b?.count)
            if a != nil { compared += 1 }
          }
        }
      }
    }
    #expect(compared > 100)
  }

  @Test("every number has an address that is read back")
  func addresses() throws {
    let study = try ResultExamples.study(ResultExamples.small)
    let measured = try MeasuredStudy(study, ResultExamples.tables(study))
    let estimates = measured.estimates
    let shrinkage = try estimates.value(at: "\"J=3,n=5\".reml.shrinkage.coef.school.\"(Intercept)\"")
    let number = try #require(
      measured.measure(.shrinkage, of: "coef.school.(Intercept)", by: "reml", cell: 1))
    #expect(shrinkage == number.value)
    #expect(
      try estimates.value(at: "\"J=3,n=5\".reml.shrinkage.coef.school.\"(Intercept)\".se") == number.error)
    let boundary = try estimates.value(at: "\"J=3,n=5\".reml.status.boundary.count")
    #expect(Int(boundary) == measured.status(.boundary, of: "reml", cell: 1)?.count)
  }

  @Test("tables of another study are refused")
  func foreign() throws {
    let study = try ResultExamples.study(ResultExamples.small)
    let tables = try ResultExamples.tables(study)
    let other = try ResultExamples.study(ResultExamples.small.replacing("J: [3, 10]", with: "J: [4, 10]"))
    #expect(throws: ResultTableError.self) { try MeasuredStudy(other, tables) }
    let shorter = try ResultExamples.study(ResultExamples.small.replacing("J: [3, 10]", with: "J: [3]"))
    do {
      _ = try MeasuredStudy(shorter, tables)
      Issue.record("more cells than the study has")
    } catch { #expect("\(error)".contains("not among the study's 2 cells")) }
    do {
      _ = try MeasuredStudy(
        study, measures: DataTable([Column("cell", [1])], name: "measures"), statuses: tables.statuses,
        cells: tables.cells)
      Issue.record("a table without columns")
    } catch { #expect("\(error)".contains("the column 'strategy' is missing")) }
  }
}

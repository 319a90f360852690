import ModelFormula
import Tables
import Testing

@testable import Poststratification

@Suite("Reading a census: counts, joins, faults")
struct CensusTests {
  static let cells = DataTable(
    [Column("g", ["f", "m", "f", "m"]), Column("p", [1, 1, 2, 2]), Column("N", [10, 20, 30, 0])],
    name: "cells.csv")

  static func message(_ make: () throws -> some Any) -> String {
    do {
      _ = try make()
      return ""
    } catch { return "\(error)" }
  }

  @Test("counts are found by their usual names or the one given")
  func counts() throws {
    #expect(try Census(Self.cells).counts == [10, 20, 30, 0] && Census(Self.cells).total == 60)
    let other = DataTable([Column("count", [1, 2]), Column("N", [3, 4])])
    #expect(try Census(other).countColumn == "N")
    #expect(try Census(other, count: "count").counts == [1, 2])
    #expect(
      Self.message { try Census(Self.cells, count: "M") }
        == "the census has no column 'M' (did you mean 'N'?); columns are g, p, N"
        || Self.message { try Census(Self.cells, count: "M") }
          == "the census has no column 'M'; columns are g, p, N"
    )
    #expect(
      Self.message { try Census(DataTable([Column("g", ["a"])])) }
        == "the census has no column N, n or count; --count names another one; columns are g")
  }

  @Test("counts that are none are told with their row")
  func badCounts() {
    func told(_ values: Column.Values) -> String {
      Self.message { try Census(DataTable([Column("N", values)])) }
    }
    #expect(told(.real([1, -2])) == "the census column 'N' is -2 in row 2; counts are 0 or more")
    #expect(told(.real([.nan, 2])) == "the census column 'N' is missing in row 1; counts are 0 or more")
    #expect(told(.text(["a"])) == "the census column 'N' is text; counts are numbers")
    #expect(told(.integer([0, 0])) == "the census column 'N' is 0 in every row; some cell must have people")
  }

  @Test("predictors of areas are joined by what the tables have in common")
  func joins() throws {
    let areas = DataTable([Column("p", [2, 1]), Column("gdp", [0.5, -1])], name: "areas.csv")
    let census = try Census(Self.cells, joining: [areas])
    #expect(census.cells["gdp"] == Column("gdp", [-1, -1, 0.5, 0.5]))
    #expect(try census.cells.joining(areas) == census.cells)
    func told(_ columns: [Column]) -> String {
      Self.message { try Self.cells.joining(DataTable(columns, name: "areas.csv")) }
    }
    #expect(
      told([Column("p", [1, 1, 2]), Column("gdp", [0.5, -1, 0])])
        == "areas.csv has p = 1 in rows 1 and 2; a key stands once")
    #expect(
      told([Column("p", [1, 3]), Column("gdp", [0.5, -1])])
        == "areas.csv has no row with p = 2, which row 3 of cells.csv has; tables are joined by their common columns, here p"
    )
    #expect(
      told([Column("province", [1, 3]), Column("gdp", [0.5, -1])])
        == "areas.csv has no column in common with cells.csv to join by; its columns are province, gdp")
  }

  @Test("a column that both tables have must agree")
  func contradictions() throws {
    let people = DataTable(
      [Column("p", ["a", "b", "a"]), Column("gdp", [1.5, 2, 1.5]), Column("x", [1, 2, 3])], name: "people.csv"
    )
    func told(_ columns: [Column]) -> String {
      Self.message { try people.joining(DataTable(columns, name: "areas.csv")) }
    }
    let fault =
      "areas.csv has gdp = 7 for p = b, but row 2 of people.csv has gdp = 2; a column that both have must agree; leave it out of one of them"
    #expect(told([Column("p", ["a", "b"]), Column("gdp", [1.5, 7])]) == fault)
    #expect(told([Column("gdp", [1.5, 7]), Column("p", ["a", "b"]), Column("z", [1, 2])]) == fault)
    // What agrees, or is of other areas, adds nothing and is no fault.
    #expect(told([Column("p", ["a", "b"]), Column("gdp", .text(["1.50", "2"]))]) == "")
    #expect(told([Column("p", ["a", "c"]), Column("gdp", [1.5, 7])]) == "")
  }

  @Test("what the model needs must be there where people live")
  func columns() throws {
    let census = try Census(Self.cells)
    #expect(
      Self.message { try census.preparing([("gdp", "a predictor of the model")]) }
        == "the census has no column 'gdp', a predictor of the model; columns are g, p, N; --join takes a table with it"
    )
    let gaps = DataTable([
      Column("x", [1, 2, 3, .nan]), Column("z", [1, .nan, 3, 4]), Column("N", [10, 20, 30, 0]),
    ])
    let holed = try Census(gaps)
    #expect(Self.message { try holed.preparing([("z", "")]) } == "the census has no value of 'z' in row 2")
    // Nobody lives in the fourth cell.
    #expect(try holed.preparing([("x", "")]).total == 60)
  }

  @Test("a row without a key gets none of the other columns")
  func missingKey() throws {
    let people = DataTable([Column("p", .integer([1, nil, 2]))])
    let joined = try people.joining(
      DataTable([Column("p", [1, 2]), Column("gdp", [0.5, -1]), Column("name", ["a", "b"])]))
    #expect(joined["gdp"]!.isMissing(1) && joined["name"]!.isMissing(1) && joined["name"]!.text(2) == "b")
  }
}

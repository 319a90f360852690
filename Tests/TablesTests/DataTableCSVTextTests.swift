import Testing

@testable import Tables

@Suite("CSV out")
struct DataTableCSVTextTests {
  @Test("quotes only where needed, NA for missing, shortest exact numbers")
  func wholeText() {
    let table = DataTable([
      Column("name", .text(["plain", "with, comma", "say \"hi\"", "two\nlines", " blank", "", nil])),
      Column("x", .real([0.1, 1e-300, .nan, 3, -2.5, 1 / 3, .infinity])),
      Column("n", .integer([1, nil, 3, 4, 5, 6, 7])),
      Column("ok", .logical([true, false, nil, true, true, true, true])),
    ])
    #expect(
      table.csv() == """
        name,x,n,ok
        plain,0.1,1,TRUE
        "with, comma",1e-300,NA,FALSE
        "say ""hi\""",NA,3,NA
        "two
        lines",3,4,TRUE
        " blank",-2.5,5,TRUE
        ,0.3333333333333333,6,TRUE
        NA,Inf,7,TRUE

        """)
  }

  @Test("what is written reads back equal")
  func roundTrip() throws {
    let table = DataTable([
      Column("a;b", .text(["x;y", "1,5", "", nil])),
      Column("v", .real([1.5, -1e22, 0.1 + 0.2, Double("2.5e-310")!])),
    ])
    #expect(try DataTable(csv: table.csvBytes()) == table)
    let options = CSVOptions(separator: ";", decimalMark: ",", missing: "-")
    #expect(try DataTable(csv: table.csvBytes(options: options), options: options) == table)
    let single = DataTable([Column("a", .text(["x", "", "y"]))])
    #expect(try DataTable(csv: single.csvBytes()) == single)
  }
}

import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite("CSV in")
struct DataTableCSVTests {
  private func read(_ text: String, options: CSVOptions = CSVOptions()) throws -> DataTable {
    try DataTable(csv: Array(text.utf8), file: "f.csv", options: options)
  }

  private func fault(_ text: String, options: CSVOptions = CSVOptions()) -> CSVError? {
    do {
      _ = try DataTable(csv: Array(text.utf8), file: "f.csv", options: options)
      return nil
    } catch { return error }
  }

  @Test("RFC 4180: quotes, doubled quotes, separators and line ends inside quotes")
  func quotedFields() throws {
    let table = try read("a,\"b \"\"q\"\"\"\r\n\"x, y\",\"one\r\ntwo\"\r\n\"say \"\"hi\"\"\",\r\n")
    #expect(table.columnNames == ["a", "b \"q\""])
    #expect(table["a"]!.values == .text(["x, y", "say \"hi\""]))
    #expect(table["b \"q\""]!.values == .text(["one\r\ntwo", ""]))
  }

  @Test("every line end, byte-order mark, no final line end, blank lines", arguments: ["\n", "\r", "\r\n"])
  func lineEnds(_ end: String) throws {
    let text = "\u{FEFF}x,y" + end + "1,a" + end + end + "2,b" + end + "3,"
    let table = try read(text)
    #expect(table.columnNames == ["x", "y"])
    #expect(table["x"]!.values == .integer([1, 2, 3]))
    #expect(table["y"]!.values == .text(["a", "b", ""]))
    #expect(try read(text + end) == table)
  }

  @Test("column types as R guesses them")
  func columnTypes() throws {
    let table = try read(
      """
      logical,words,integer,big,real,text,empty,mixed,later
      T,true,1,1,1,a,,T,1
      F,false,-2147483647,2147483647,1e-3,NA,NA,1,2
      NA,,+7,2147483648, -.5 ,"",,2,NA
      TRUE,NA, 007 ,NA,Inf,"NA",,3,x
      """)
    #expect(table["logical"]!.values == .logical([true, false, nil, true]))
    #expect(table["words"]!.values == .logical([true, false, nil, nil]))
    #expect(table["integer"]!.values == .integer([1, -2_147_483_647, 7, 7]))
    let big = try #require(table["big"]!.numbers)
    #expect(table["big"]!.typeName == "numeric" && Array(big.prefix(3)) == [1, 2_147_483_647, 2_147_483_648])
    #expect(big[3].isNaN)
    #expect(table["real"]!.values == .real([1, 0.001, -0.5, .infinity]))
    #expect(table["text"]!.values == .text(["a", nil, "", nil]))
    #expect(table["empty"]!.values == .logical([nil, nil, nil, nil]))
    // A logical mixed with numbers is text in R too.
    #expect(table["mixed"]!.values == .text(["T", "1", "2", "3"]))
    #expect(table["later"]!.values == .text(["1", "2", nil, "x"]))
  }

  @Test("a text that comes after many numbers turns the whole column into the texts of the file")
  func lateText() throws {
    var lines = ["x,y"]
    for i in 0..<5000 { lines.append("0\(i),\(i)") }
    lines.append("-,1.5")
    let table = try read(lines.joined(separator: "\n"))
    guard case .text(let texts) = table["x"]!.values else {
      Issue.record("x is \(table["x"]!.typeName)")
      return
    }
    #expect(texts[4999] == "04999" && texts[5000] == "-" && texts.count == 5001)
    #expect(table["y"]!.numbers![5000] == 1.5)
  }

  @Test("semicolons, tabs and decimal commas by option")
  func separators() throws {
    let table = try read("a;b\n1,5;x,y\n", options: CSVOptions(separator: ";", decimalMark: ","))
    #expect(table["a"]!.values == .real([1.5]))
    #expect(table["b"]!.values == .text(["x,y"]))
    #expect(try read("a\tb\n1\t2\n", options: CSVOptions(separator: "\t"))["b"]!.values == .integer([2]))
    #expect(
      try read("a,b\n.,2\n1,3\n", options: CSVOptions(missing: "."))["a"]!.values == .integer([nil, 1]))
  }

  @Test("row names as write.csv writes them become column X")
  func rowNames() throws {
    #expect(try read("\"\",\"y\"\n\"1\",2\n")["X"]!.values == .integer([1]))
  }

  @Test("the recorded salary data keep every bit")
  func salaryData() throws {
    let table = try DataTable(csv: Reference.bytes("salary/seed_892174303.csv"))
    #expect(table.columns.map(\.typeName) == ["integer", "text", "numeric", "integer", "numeric", "numeric"])
    let lines = try Reference.text("salary/seed_892174303.csv").split(separator: "\n").dropFirst()
    let cells = lines.map { $0.split(separator: ",").map(String.init) }
    #expect(table["department"]!.values == .text(cells.map { $0[1] }))
    for (j, name) in table.columnNames.enumerated() where j != 1 {
      #expect(table[name]!.numbers! == cells.map { Double($0[j])! }, "\(name)")
    }
  }

  @Test(
    "each fault has its place and its message",
    arguments: [
      ("", 1, 1, CSVError.Fault.empty),
      ("\n\n", 1, 1, .empty),
      ("a,b\n", 2, 1, .noRows(columns: ["a", "b"])),
      ("a,b\n1,2\n3\n", 3, 2, .raggedRow(found: 1, expected: 2)),
      ("a,b\n1,\"x\ny\"\n3,4,5\n", 4, 5, .raggedRow(found: 3, expected: 2)),
      ("a,b\r\n1,2\r\n,\"x\r\n", 3, 2, .unclosedQuote),
      ("a,b\n数,\"x\"y,\n", 2, 6, .textAfterQuote("y")),
      ("a,b\n1, \"x\"\n", 2, 3, .blankBeforeQuote),
      ("a,b,a\n1,2,3\n", 1, 5, .duplicateName("a", first: 1, second: 3)),
      ("a,,c\n1,2,3\n", 1, 3, .emptyName(position: 2)),
      ("a;b\n1;2\n", 1, 1, .otherSeparator(found: "semicolon", header: "a;b")),
      ("a\tb\n1\t2\n", 1, 1, .otherSeparator(found: "tab", header: "a\tb")),
    ])
  func faults(_ text: String, _ line: Int, _ column: Int, _ expected: CSVError.Fault) {
    #expect(fault(text) == CSVError(file: "f.csv", line: line, column: column, fault: expected))
  }

  @Test("bytes that are not UTF-8 text")
  func encodings() {
    func fault(_ bytes: [UInt8]) -> CSVError? {
      do {
        _ = try DataTable(csv: bytes, file: "f.csv")
        return nil
      } catch { return error }
    }
    let latin = Array("a,b\n1,caf".utf8) + [0xE9, 0x0A]
    #expect(fault(latin) == CSVError(file: "f.csv", line: 2, column: 6, fault: .notUTF8(byte: 0xE9)))
    #expect(
      fault(Array("a,b\n1,".utf8) + [0, 0x0A])
        == CSVError(file: "f.csv", line: 2, column: 3, fault: .zeroByte))
    #expect(fault([0xFF, 0xFE, 0x61, 0x00])?.fault == .utf16)
    for bad: [UInt8] in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xB8]] {
      #expect(fault(Array("a\n".utf8) + bad)?.fault == .notUTF8(byte: bad[0]))
    }
  }

  @Test("messages say the place, what was found and what would work")
  func messages() {
    #expect(
      fault("a,b\n1\n")?.description
        == "f.csv:2:2: 1 field where the header names 2; a missing value is written NA or left empty between "
        + "separators, a text that holds the separator needs quotes")
    #expect(
      fault("a;b\n1;2\n")?.description
        == "f.csv:1:1: the header is the single field 'a;b', which holds a semicolon; if that separates the "
        + "columns, say so (--separator)")
  }

  @Test("a column that is text says which field made it so; quotes inside unquoted names stay")
  func firstText() throws {
    let table = try read("g,x\"\"y\na,1\nb,\"2,5\"\nc,3\n")
    #expect(table.columnNames == ["g", "x\"\"y"])
    #expect(table["g"]!.firstText?.line == 2)
    let place = try #require(table["x\"\"y"]!.firstText)
    #expect(place.line == 3 && place.text == "2,5" && place.hasDecimalComma)
    #expect(table["x\"\"y"]!.isMostlyNumbers && !table["g"]!.isMostlyNumbers)
    #expect(try read("a\n1\nNA\n2\n")["a"]!.firstText == nil)
  }

  @Test("a free name is the name itself or has the first free number")
  func freeName() {
    #expect(DataTable.freeName("pred", among: ["x"]) == "pred")
    #expect(DataTable.freeName("pred", among: ["pred", "pred.1", "pred.3"]) == "pred.2")
  }
}

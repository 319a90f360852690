import Testing

@testable import Labs

@Suite("Words of a command")
struct CommandWordsTests {
  private func split(_ lines: String...) -> ([LabCommand], [String]) {
    var faults: [LabFault] = []
    let start = LabLocation(file: "f", line: 10)
    let commands = CommandWords.split(lines, at: start, faults: &faults)
    return (commands, faults.map(\.description))
  }

  @Test("quotes, backslashes, comments and continued lines follow the shell")
  func quoting() {
    let (commands, faults) = split(
      "# a comment", "", "mlm fit 'y ~ x + (1 | g)' --a=\"b \\\"c\\\" $d\" e\\ f \\", "  --data d.csv # more",
      "mlm words a#b '' \"\" 'it''s'")
    #expect(faults == [])
    #expect(commands.count == 2)
    #expect(commands[0].arguments == ["fit", "y ~ x + (1 | g)", "--a=b \"c\" $d", "e f", "--data", "d.csv"])
    #expect(commands[0].location == LabLocation(file: "f", line: 12, column: 1))
    #expect(commands[1].arguments == ["words", "a#b", "", "", "its"])
    #expect(commands[1].location.line == 14)
  }

  @Test("what a shell would expand is a fault at its column", arguments: ["$", "`", "|", ">", "<", ";", "&"])
  func expansion(_ sign: String) {
    let (commands, faults) = split("mlm fit y \(sign) z")
    #expect(commands.isEmpty)
    #expect(faults.count == 1)
    #expect(faults[0].hasPrefix("f:10:11: '\(sign)' stands outside quotes; "))
  }

  @Test("an open quote is reported where it opens")
  func openQuote() {
    let (_, faults) = split("mlm fit 'y ~ x", "and more")
    #expect(faults == ["f:10:9: the quote ' is never closed in this block; end it with '"])
  }

  @Test("only mlm is run")
  func otherPrograms() {
    let (commands, faults) = split("rm -rf x", "mlm", "mlm fit x")
    #expect(commands.map(\.arguments) == [["fit", "x"]])
    #expect(faults[0] == "f:10:1: a command begins with 'mlm', not with 'rm'; other programs are not run")
    #expect(faults[1].hasPrefix("f:11:1: 'mlm' stands alone"))
  }

  @Test("a continued last line is a fault")
  func continuedLast() {
    let (_, faults) = split("mlm fit x\\")
    #expect(faults.count == 1)
  }
}

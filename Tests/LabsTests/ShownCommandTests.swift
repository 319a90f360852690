import Estimates
import Testing

@testable import Labs

@Suite("Commands as readers see them")
struct ShownCommandTests {
  @Test("a long line is continued before an option, which keeps its values")
  func long() {
    let line =
      "mlm fit 'salary ~ experience + (1 + experience | department)' --data salary.csv --style tidy --effects ran_vals --ml"
    #expect(
      ShownCommand([line]).lines == [
        "mlm fit 'salary ~ experience + (1 + experience | department)' \\",
        "  --data salary.csv --style tidy --effects ran_vals --ml",
      ])
    #expect(
      ShownCommand(["mlm plot kind 'a b' \"c d\" --label 'x y' --out a.svg"], width: 24).lines
        == ["mlm plot kind 'a b' \\", "  \"c d\" --label 'x y' \\", "  --out a.svg"])
  }

  @Test("what is shown runs as what was written")
  func sameWords() {
    let lines = ["mlm a 'b c' --d \"e \\\" f\" g\\ h --i 'j' -k", "mlm b --c 'd\ne'", "# mlm a b c d e f g"]
    for width in 1...40 {
      var faults: [LabFault] = []
      let place = LabLocation(file: "x", line: 1)
      let whole = CommandWords.split(lines, at: place, faults: &faults).map(\.arguments)
      let shown = CommandWords.split(ShownCommand(lines, width: width).lines, at: place, faults: &faults)
      #expect(shown.map(\.arguments) == whole, "\(width)")
      #expect(faults == [])
    }
  }

  @Test(
    "short lines, continued lines, comments and open quotes stay as they are",
    arguments: [
      ["mlm a --b c"], ["mlm aaaaaaaaaaaaaaaa --b \\", "  c"], ["# aaaaaaaaaaaaaaaaaaa --b"],
      ["mlm 'aaaaaaaaaa", "aaaaaaaaa --bbbbbbbb' --c"], [],
    ])
  func unchanged(_ lines: [String]) {
    #expect(ShownCommand(lines, width: 16).lines == lines)
  }
}

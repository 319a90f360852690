import Testing

@testable import Labs

@Suite("Numbers in tables of commands")
struct PipeTableTests {
  @Test("a true minus sign, thousands parted where a number is long or has a point, columns in line")
  func numbers() {
    let table = """
      | level | year | estimate | p       | x      |
      |:------|-----:|---------:|--------:|-------:|
      | a-b   | 2019 |  -8913.4 | 2.7e-44 | 59509  |
      | 10    | 2020 |    14055 |    -0.5 | -1234  |
      | NA    |      |       NA |      1e5 | 1\\|2 |
      """
    #expect(
      PipeTable.typeset("before -1\n\n" + table + "\nafter -1") == """
        before -1

        | level | year | estimate |       p |      x |
        | :---- | ---: | -------: | ------: | -----: |
        | a-b   | 2019 | \u{2212}8\u{202F}913.4 | 2.7e-44 | 59\u{202F}509 |
        | 10    | 2020 |   14\u{202F}055 |    \u{2212}0.5 | \u{2212}1\u{202F}234 |
        | NA    |      |       NA |     1e5 |   1\\|2 |
        after -1
        """)
  }

  @Test(
    "what has no number to set, and what is no table, stays as it is",
    arguments: [
      "| a | b |\n|:--|--:|\n| x | 1 |", "| a | b |\n| x | -1 |", "| a |\n|---|\n| -1 | -2 |", "-1 | 2", "|",
      "",
      "| a |\n|---|\n| 1.2.3 |\n| 1. |\n| -x |\n| 2024-01-05 |\n| - |\n| e5 |\n| 1e |",
    ])
  func unchanged(_ text: String) {
    #expect(PipeTable.typeset(text) == text)
  }
}

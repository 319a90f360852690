import Testing

@testable import Labs

@Suite("Marks in pandoc's HTML")
struct HandoutMarksTests {
  @Test("header cells say what they head")
  func tableHeads() {
    let html = """
      <table>
      <thead>
      <tr class="header">
      <th>term</th>
      <th style="text-align: right;">b</th>
      </tr>
      </thead>
      <tbody>
      <tr class="odd">
      <td>x</td>
      <td style="text-align: left;"><em>y</em></td>
      <td style="text-align: right;">1</td>
      <td>z</td>
      </tr>
      <tr class="even">
      <td></td>
      <td style="text-align: right;">2</td>
      </tr>
      <tr>
      <td>word</td>
      <td>meaning</td>
      </tr>
      </tbody>
      </table>
      <p><td>no cell</td>
      """
    #expect(
      TableHeads(in: html).html == """
        <table>
        <thead>
        <tr class="header">
        <th scope="col">term</th>
        <th scope="col" style="text-align: right;">b</th>
        </tr>
        </thead>
        <tbody>
        <tr class="odd">
        <th scope="row">x</th>
        <th scope="row" style="text-align: left;"><em>y</em></th>
        <td style="text-align: right;">1</td>
        <td>z</td>
        </tr>
        <tr class="even">
        <td></td>
        <td style="text-align: right;">2</td>
        </tr>
        <tr>
        <th scope="row">word</th>
        <td>meaning</td>
        </tr>
        </tbody>
        </table>
        <p><td>no cell</td>
        """)
  }

  @Test("short code spans are kept on one line; long ones and blocks are not")
  func shortCode() {
    let long = String(repeating: "x", count: 33)
    #expect(
      ShortCode(
        in: "<p><code>--ml</code> <code>\(long)</code></p>\n<pre class=\"command\"><code>mlm</code></pre>"
      ).html
        == "<p><code class=\"short\">--ml</code> <code>\(long)</code></p>\n<pre class=\"command\"><code>mlm</code></pre>"
    )
    #expect(ShortCode(in: "none").html == "none")
    #expect(ShortCode(in: "<code>open").html == "<code>open")
  }

  @Test("a figure's file takes over the lab's text for those who cannot see it")
  func description() {
    func described(_ path: String, _ text: String) -> String {
      String(
        decoding: OutputFile(path: path, bytes: Array(text.utf8)).describing("a < b").bytes, as: UTF8.self)
    }
    #expect(
      described("f.svg", "<svg><title>T</title><desc id=\"d\">old</desc><g/></svg>")
        == "<svg><title>T</title><desc id=\"d\">a &lt; b</desc><g/></svg>")
    #expect(described("f.svg", "<svg/>") == "<svg/>")
    #expect(described("f.png", "<desc>old</desc>") == "<desc>old</desc>")
  }
}

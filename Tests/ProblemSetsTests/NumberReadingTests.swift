import Testing

@testable import ProblemSets

@Suite("Numbers as students write them")
struct NumberReadingTests {
  private func values(_ text: String) -> [Double]? {
    try? NumberReading.all(of: text).map { $0.number(inPercent: false) }
  }

  @Test(
    "one reading",
    arguments: [
      ("0.5", 0.5), ("0,5", 0.5), (".5", 0.5), (",5", 0.5), ("+3.25", 3.25), ("−3.25", -3.25),
      ("- 3.25", -3.25), ("–2", -2),
      ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1 234", 1234), ("1'234", 1234), ("1’234,5", 1234.5),
      ("1\u{2009}234\u{202F}567.25", 1_234_567.25),
      ("1,234,567", 1_234_567), ("1.234.567", 1_234_567), ("12.", 12), ("0.35.", 0.35), ("０．３５", 0.35),
      ("１，２３４．５", 1234.5),
      ("－１２", -12), ("0。35", 0.35), ("1.5e3", 1500), ("2E-2", 0.02), ("1.5×10^3", 1500),
      ("1.5 * 10^-3", 0.0015), ("1.5·10⁻³", 0.0015),
      ("12.5%", 0.125), ("12,5 ％", 0.125), ("12.5 percent", 0.125), ("5‰", 0.005),
      ("59.9 percentage points", 0.599),
      ("59.9 个百分点", 0.599), ("about 5", 5), ("approx. 1,5", 1.5), ("约53250", 53250), ("大约 0.4", 0.4),
      ("41200 USD", 41200),
      ("$41,200.50", 41200.5),
      ("¥ 300", 300), ("3.5 years", 3.5), ("2 美元/年", 2), ("12 kg/m^2", 12), ("0,234", 0.234),
      ("  7\u{200B} ", 7), ("1234,567", 1234.567), ("USD 51793", 51793), ("CNY53195", 53195),
      ("rmb ¥ 300", 300),
      ("人民币 300", 300), ("= 53792", 53792), ("salary = 83102", 83102), ("k=4", 4), ("k ≈ 4.25", 4.25),
      ("≈53059", 53059), ("~81528", 81528), ("答案：53059", 53059), ("(51792)", 51792), ("（-0.5）", -0.5),
      ("\\(82734\\)", 82734), ("$82734$", 82734), ("\\hat\\alpha_3 = 5.5", 5.5),
      ("5.3344×10**4", 53344), ("8.3041\\times 10^4", 83041), ("8.3041 \\cdot 10^{4}", 83041),
      ("12.5\\%", 0.125),
      ("$5.3\\text{ kg}$", 5.3), ("百分之12.5", 0.125), ("百分之五十", 0.5), ("千分之五", 0.005), ("0·178", 0.178),
      ("1 234·5", 1234.5), ("0・178", 0.178), ("四", 4), ("四个", 4), ("十二", 12), ("二十三", 23), ("一百零五", 105),
      ("三点五", 3.5), ("零", 0), ("三万二千", 32000),
    ])
  func one(_ text: String, _ value: Double) { #expect(values(text) == [value], "\(text)") }

  @Test(
    "two readings, the usual one first",
    arguments: [
      ("1,234", [1234.0, 1.234]), ("1.234", [1.234, 1234]), ("-1,234", [-1234, -1.234]),
      ("4.1万", [41000, 4.1]), ("41.2k", [41200, 41.2]),
      ("41.2 thousand", [41200, 41.2]), ("4.1万元", [41000, 4.1]), ("5.325万", [53250, 5.325]),
      ("8.3601万", [83601, 8.3601]),
      ("k = 1,234", [1234, 1.234]), ("53{,}059", [53059, 53.059]),
    ])
  func two(_ text: String, _ expected: [Double]) { #expect(values(text) == expected, "\(text)") }

  @Test(
    "what is refused",
    arguments: [
      "", "  ", "about", "about x", "x", "-", "1,23,4", "1.2.3", "3 or 4", "12 to 15", "3-4", "3±0.2", "1/3",
      "5 because it is so", "1 23", "=", "%", "0.5; 0.6",
      "1e999", "4 kg. And more", "3·10", "一百五", "百分之5%", "x =", "1:3", "1/3 = 0.33", "x = 3 or y = 4", "()",
      "(1) and (2)", "US", "0x1", "0X1F",
    ])
  func refused(_ text: String) { #expect(values(text) == nil, "\(text)") }

  @Test("a unit is kept")
  func unit() throws {
    #expect(try NumberReading.all(of: "41200 USD")[0].unit == "USD")
    #expect(try NumberReading.all(of: "$5")[0].unit == "$")
    #expect(try NumberReading.all(of: "5")[0].unit == "")
  }

  @Test("decimals count what stands behind the mark, less the exponent")
  func decimals() throws {
    #expect(try NumberReading.all(of: "1.250")[0].decimals == 3)
    #expect(try NumberReading.all(of: "1,234")[0].decimals == 0)
    #expect(try NumberReading.all(of: "1.25e1")[0].decimals == 1)
    #expect(try NumberReading.all(of: "1e-3")[0].decimals == 3)
  }
}

@Suite("Options as students name them")
struct ChoiceReadingTests {
  private let options = Synthetic.options(["alpha", "beta", "gamma"], right: ["beta"])

  @Test(
    "letters, ids and texts",
    arguments: [
      ("A", [0]), ("b", [1]), ("(C)", [2]), ("B.", [1]), ("Ａ", [0]), ("（Ａ）", [0]), ("A;C", [0, 2]),
      ("c, a", [0, 2]), ("AC", [0, 2]), ("A、C", [0, 2]),
      ("A and C", [0, 2]), ("beta", [1]), ("Beta", [1]), ("alpha;gamma", [0, 2]), ("none", []), ("无", []),
      ("A A", [0]),
    ])
  func read(_ text: String, _ indices: [Int]) throws {
    #expect(try ChoiceReading.indices(in: text, of: options) == indices, "\(text)")
  }

  @Test("an option's whole text names it")
  func text() throws {
    #expect(try ChoiceReading.indices(in: options[1].text[.en]!, of: options) == [1])
  }

  @Test("other words are no options", arguments: ["D", "AD", "delta", "A or maybe"])
  func unknown(_ text: String) {
    #expect(throws: ChoiceReading.Fault.self) { try ChoiceReading.indices(in: text, of: options) }
  }

  @Test("a letter of the sheet goes before an id of one letter")
  func letterFirst() throws {
    let shuffled = Synthetic.options(["b", "a"], right: ["a"])
    #expect(try ChoiceReading.indices(in: "a", of: shuffled) == [0])
    let panels = ["b", "a", "none"].map {
      ChoiceOption(id: "x" + $0, text: [.en: $0], isRight: $0 == "a", credit: 0, feedback: [:])
    }
    #expect(try ChoiceReading.indices(in: "B", of: panels) == [1])
    #expect(try ChoiceReading.indices(in: "none", of: panels) == [2])
  }
}

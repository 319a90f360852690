import Labs
import Testing

@testable import ProblemSets

@Suite("Grading one answer")
struct AnswerKeyGradingTests {
  private let key = AnswerKey.number(Synthetic.number(12.5034))

  @Test(
    "the key, its rounding and both edges of the interval are right",
    arguments: ["12.50", "12.5", "12,50", "12.508", "12.5034", "12.50 years", "+12.50"])
  func right(_ text: String) {
    let graded = key.grade(text)
    #expect(graded.share == 1, "\(text)")
  }

  @Test("edges count although subtraction rounds")
  func edges() {
    let key = NumberKey(value: 0.3, decimals: 1, tolerance: 0.1, isPercent: false, misconceptions: [])
    #expect(key.accepts(0.4) && key.accepts(0.2))
    #expect(!key.accepts(0.4000001) && !key.accepts(0.1999999))
  }

  @Test("misconceptions in order, with credit and feedback")
  func misconceptions() {
    let doubled = key.grade("25.01")
    #expect(doubled.share == 0.5 && doubled.verdict == .misconception("doubled"))
    #expect(doubled.feedback[.en] == "Twice, } not # half ~." && doubled.feedback[.zh] == "翻倍 } # ~")
    #expect(key.grade("−12.50").share == 1.0 / 3)
    let ten = key.grade("22.50")
    #expect(ten.share == 0 && ten.verdict == .misconception("ten") && ten.feedback == GradingWords.wrong)
  }

  @Test("other values, no number, nothing")
  func others() {
    #expect(key.grade("13").verdict == .wrong && key.grade("13").share == 0)
    #expect(key.grade("I think 12.50").verdict == .unreadable)
    #expect(key.grade(nil).verdict == .missing && key.grade(" \u{3000}").verdict == .missing)
  }

  @Test("other digits than asked for are told, with full marks")
  func precision() {
    #expect(key.grade("12.503").verdict == .rightButPrecision && key.grade("12.503").share == 1)
    #expect(key.grade("12.503").feedback[.en] == "Right; the text asks for 2 decimals.")
    #expect(key.grade("12.5").verdict == .right)
  }

  @Test("an ambiguous number is read by the key, and that is said")
  func ambiguous() {
    let thousand = AnswerKey.number(
      NumberKey(value: 1234, decimals: 0, tolerance: 1, isPercent: false, misconceptions: []))
    let small = AnswerKey.number(
      NumberKey(value: 1.234, decimals: 3, tolerance: 0.001, isPercent: false, misconceptions: []))
    #expect(thousand.grade("1,234").share == 1 && small.grade("1,234").share == 1)
    #expect(small.grade("1,234").notes[.en] == ["‘1,234’ can be read as 1.234 or 1234; it was read as 1.234"])
    #expect(small.grade("1.234").notes == [:])
    #expect(thousand.grade("1.234").share == 1)
    #expect(AnswerKey.number(Synthetic.number(50)).grade("1,234").readAs == "1234")
  }

  @Test("per cent")
  func percent() {
    let inPercent = AnswerKey.number(
      NumberKey(value: 12.5, decimals: 1, tolerance: 0.051, isPercent: true, misconceptions: []))
    #expect(
      inPercent.grade("12.5").share == 1 && inPercent.grade("12,5 ％").share == 1
        && inPercent.grade("0.125").share == 0)
    let share = AnswerKey.number(
      NumberKey(value: 0.125, decimals: 3, tolerance: 0.00051, isPercent: false, misconceptions: []))
    #expect(
      share.grade("12.5%").share == 1 && share.grade("0.125").share == 1 && share.grade("12.5").share == 0)
  }

  @Test("a single choice")
  func single() {
    let key = AnswerKey.single(Synthetic.options(["alpha", "beta", "gamma"], right: ["beta"]))
    #expect(key.grade("B").share == 1 && key.grade("beta").verdict == .right)
    #expect(key.grade("C").share == 0.25 && key.grade("C").verdict == .misconception("gamma"))
    #expect(key.grade("AB").verdict == .unreadable && key.grade("X").verdict == .unreadable)
  }

  @Test("a multiple choice adds up and is not below 0")
  func multiple() {
    let key = AnswerKey.multiple(
      Synthetic.options(["a", "b", "c", "d", "e"], right: ["b", "d", "e"], isMultiple: true))
    #expect(key.grade("B;D;E").share == 1 && key.grade("EDB").verdict == .right)
    #expect(abs(key.grade("BD").share! - 2.0 / 3) < 1e-9 && key.grade("BD").verdict == .partial)
    #expect(abs(key.grade("ABDE").share! - 0.5) < 1e-9 && key.grade("ABDE").mistakes == ["a"])
    #expect(key.grade("AC").share == 0 && key.grade("none").share == 0)
  }

  @Test("an essay is left to a person")
  func essay() {
    #expect(Synthetic.essay.grade("words").share == nil && Synthetic.essay.grade("words").verdict == .byHand)
    #expect(Synthetic.essay.grade("").verdict == .missing)
  }
}

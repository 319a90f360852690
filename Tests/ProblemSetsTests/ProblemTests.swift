import Labs
import TestSupport
import Testing

@testable import ProblemSets

@Suite struct ProblemTests {
  private static let weight = """
    draw:
      n: {integers: [2, 25]}
      k: {from: 1, to: 9, step: 0.5}
    answers:
      w:
        value: n / (n + k)
        kind: formula
        digits: 3
        mistakes:
          other: {value: k / (n + k), credit: 0.5, feedback: {en: other, zh: 反}}
    """

  @Test("a variant depends on course key, set, problem and owner, and on nothing else")
  func variantsDependOnTheirSeeds() throws {
    let builder = VariantBuilder(try problem(Self.weight), runner: NoCommands())
    let first = try builder.variant(from: seed("1"))
    #expect(try builder.variant(from: seed("1")).variant == first.variant)
    let others = [seed("2"), seed("1", key: "another course key"), seed("1", set: "other")]
    for other in others { #expect(try builder.variant(from: other).variant.code != first.variant.code) }
  }

  @Test("no two lists of parts are one seed")
  func partsAreKeptApart() {
    let a = VariantSeed(courseKey: [1], set: "ab", problem: "c", owner: "d").draw(0)
    let b = VariantSeed(courseKey: [1], set: "a", problem: "bc", owner: "d").draw(0)
    #expect(a.digest != b.digest)
    #expect(a.code.count == 8)
    #expect((0..<Int(Int32.max)).contains(a.dataSeed))
  }

  @Test("the key and every mistake can be told apart in every variant, and drawn numbers keep to their law")
  func separation() throws {
    let builder = VariantBuilder(try problem(Self.weight), runner: NoCommands())
    for owner in 0..<300 {
      let variant = try builder.variant(from: seed(String(owner))).variant
      #expect(VariantTrial(variant).faults.isEmpty)
      guard case .number(let key) = variant.answers[0].key else { Issue.record("no number"); return }
      #expect(key.tolerance == max(0.00051, 0.002 * key.value))
      #expect(abs(key.value + key.misconceptions[0].value - 1) < 1e-12)
      #expect(key.inseparable(unit: 0.001) == nil)
    }
  }

  @Test(
    "whoever works in full digits is right where printed numbers are rounded; where too few are printed the draw is refused"
  )
  func fullDigits() throws {
    func builder(_ digits: Int) throws -> VariantBuilder {
      VariantBuilder(
        try problem(
          """
          draw: {n: {integers: [20, 90]}}
          results: {r: {value: n / 7, digits: \(digits)}}
          answers:
            a: {value: 3 * r, kind: exact, digits: 1, mistakes: {once: {value: r, credit: 0.5, feedback: once}}}
          """), runner: NoCommands())
    }
    var wider = 0
    for owner in 0..<50 {
      let built = try builder(1).variant(from: seed(String(owner)))
      guard case .number(let key) = built.variant.answers[0].key else { Issue.record("no number"); return }
      // The printed r is off by 0.05 at most; n/7 in full is one of sevenths.
      let full = (key.value / 3 * 7).rounded() / 7
      expectClose(key.tolerance, max(0.051, abs(3 * full - key.value) + 0.051), relative: 1e-9)
      expectClose(
        key.misconceptions[0].tolerance, max(0.051, abs(full - key.value / 3) + 0.051), relative: 1e-9)
      if key.tolerance > 0.06 { wider += 1 }
    }
    #expect(wider > 25)
    let coarse = try (0..<10).map { try builder(0).variant(from: seed(String($0))) }
    #expect(coarse.flatMap(\.failures).contains { $0.kind == .degenerate })
  }

  @Test("draws whose mistakes coincide with the key end in an error that counts them")
  func hopelessDraws() throws {
    let hopeless = try problem(
      """
      draw:
        n: {integers: [2, 25]}
      answers:
        a:
          value: n
          kind: exact
          digits: 1
          mistakes:
            same: {value: n + 0.01, feedback: x}
      """)
    let error = #expect(throws: ProblemError.self) {
      try VariantBuilder(hopeless, runner: NoCommands()).variant(from: seed("1"))
    }
    #expect(
      error?.description
        == "problem 'trial' for '1': none of 200 draws passes its tests: answer 'a': the key and 'same' are too close (200 times); "
        + "loosen the test that fails, or widen what is drawn")
  }

  @Test("requirements and degenerate answers are drawn again and counted")
  func redraws() throws {
    let picky = try problem(
      """
      draw:
        n: {integers: [0, 9]}
        m: {integers: [0, 1]}
      require: [n > 4 and n < 8 or n = 9]
      answers:
        a: {value: n * m, kind: exact, digits: 0}
      """)
    let builder = VariantBuilder(picky, runner: NoCommands())
    var kinds: Set<DrawFailure.Kind> = []
    for owner in 0..<50 {
      let built = try builder.variant(from: seed(String(owner)))
      kinds.formUnion(built.failures.map(\.kind))
      guard case .number(let key) = built.variant.answers[0].key else { return }
      #expect([5, 6, 7, 9].contains(key.value))
    }
    #expect(kinds == [.requirement, .degenerate])
  }

  @Test("a typed key, unknown names, unequal blanks and half a language are refused with their places")
  func faults() {
    func message(_ body: () throws -> Problem) -> String {
      do { _ = try body() } catch { return "\(error)" }
      return ""
    }
    let typed = message { try problem("answers: {a: {value: 3 + 4, kind: exact, digits: 1}}") }
    #expect(typed.hasPrefix("trial.problem.md:7:"))
    #expect(typed.contains("'3 + 4' is a typed key"))
    let unknown = message {
      try problem("draw: {nn: {integers: [1, 2]}}\nanswers: {a: {value: n, kind: exact, digits: 1}}")
    }
    #expect(unknown.contains("nothing before it is called 'n'"))
    let blanks = message {
      try problem(
        type: "cloze", "draw: {n: {integers: [1, 2]}}\nanswers: {a: {value: n, kind: exact, digits: 1}}",
        en: "It is [[a]].", zh: "是多少？")
    }
    #expect(blanks.contains("the blanks in zh are [], the answers [a]"))
    let missing = message { try problem("answers: {a: {value: n}}", zh: "") }
    #expect(missing.contains("no text in zh") || missing.contains("'kind' is missing"))
    let value = message {
      try problem(
        "draw: {n: {integers: [1, 2]}}\nanswers: {a: {value: n, kind: exact, digits: 1}}", en: "{{k:%d}}?")
    }
    #expect(value.contains("trial.problem.md:12:3: nothing before it is called 'k'"))
  }

  @Test("options are right by conditions on the variant's own numbers, and shuffled by the seed")
  func options() throws {
    let choice = try problem(
      type: "single",
      """
      draw:
        k: {integers: [1, 3]}
        words: {index: k, words: {one: {en: one, zh: 一}, two: {en: two, zh: 二}, three: {en: three, zh: 三}}}
      answers:
        which:
          options:
            - {id: a, text: A, right: k = 1, feedback: no}
            - {id: b, text: B, right: k = 2, feedback: no}
            - {id: c, text: C, right: k = 3, credit: 0.25, feedback: no}
      """, en: "{{words}}", zh: "{{words}}")
    let builder = VariantBuilder(choice, runner: NoCommands())
    var firsts: Set<String> = []
    for owner in 0..<60 {
      let variant = try builder.variant(from: seed(String(owner))).variant
      guard case .single(let options) = variant.answers[0].key,
        case .markdown(let word)? = variant.stem[.zh]?.first
      else { Issue.record("no choice"); return }
      let right = options.filter(\.isRight)
      #expect(right.count == 1 && right[0].credit == 1 && right[0].feedback.isEmpty)
      #expect(["一": "a", "二": "b", "三": "c"][word] == right[0].id)
      firsts.insert(options[0].id)
    }
    #expect(firsts == ["a", "b", "c"])
  }

  @Test("right options of a multiple choice sum to 1; wrong ones cost, never below −1/2")
  func multiple() throws {
    let choice = try problem(
      type: "multiple",
      """
      draw: {k: {integers: [1, 2]}}
      answers:
        which:
          options:
            - {id: a, text: A, right: "true"}
            - {id: b, text: B, right: k = 2}
            - {id: c, text: C, right: "false"}
      """)
    let builder = VariantBuilder(choice, runner: NoCommands())
    for owner in 0..<20 {
      let variant = try builder.variant(from: seed(String(owner))).variant
      #expect(VariantTrial(variant).faults.isEmpty)
      guard case .multiple(let options) = variant.answers[0].key else { return }
      #expect(options.filter { !$0.isRight }.allSatisfy { $0.credit == -0.5 })
    }
  }
}

@Suite struct ProblemConditionTests {
  @Test(
    "comparisons, and before or, quotes",
    arguments: [
      ("a < b", true), ("a >= b", false), ("a = 1 and b = 3", false), ("a = 1 and b = 3 or b = 2", true),
      ("a != 1 or abs(0 - b) = 2", true), ("a/0 > 1", false),
    ])
  func holds(_ text: String, _ expected: Bool) throws {
    let condition = try ProblemCondition(parsing: text)
    #expect(condition.holds { $0.parts == ["a"] ? 1 : 2 } == expected)
  }

  @Test("a text that compares nothing is refused with its column")
  func refused() {
    let error = #expect(throws: ConditionError.self) { try ProblemCondition(parsing: "a = 1 and b") }
    #expect(error?.column == 10)
  }
}

import Estimates
import Labs
import ModelFormula
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
        + "give the mistake another value, or widen what is drawn")
  }

  private static func message(_ body: () throws -> Any) -> String {
    do { _ = try body() } catch { return "\(error)" }
    return ""
  }

  @Test(
    "keys that are typed in other words are refused where they stand",
    arguments: [
      (
        "results: {z: 3.2}\nanswers: {a: {value: z, kind: exact, digits: 1}}",
        "7:11: results.z: '3.2' is typed"
      ),
      (
        "draw: {z: {numbers: [3.2]}}\nanswers: {a: {value: z, kind: exact, digits: 1}}",
        "7:21: draw.z.numbers: one number"
      ),
      (
        "draw: {z: {numbers: []}}\nanswers: {a: {value: z, kind: exact, digits: 1}}",
        "7:21: draw.z.numbers: no number"
      ),
      (
        "draw: {z: 3.2}\nanswers: {a: {value: z, kind: exact, digits: 1}}",
        "8:11: answer 'a': 'z' is a typed key, 3.2"
      ),
      (
        "draw: {tau: {integers: [2, 9]}}\nanswers: {a: {value: 3.2 + 0 * tau, kind: exact, digits: 1}}",
        "8:11: answer 'a': '3.2 + 0 * tau' is a typed key, 3.2 whatever is drawn"
      ),
      (
        "draw: {tau: {integers: [5, 9]}}\nanswers: {a: {value: \"min(3.2, tau)\", kind: exact, digits: 1}}",
        "is a typed key, 3.2"
      ),
      ("draw: {z: {integers: [4, 4]}}\nanswers: {a: {value: z + 1, kind: count}}", "is a typed key, 5"),
      (
        "draw: {z: {from: 1, to: 2, step: 0}}\nanswers: {a: {value: z, kind: exact, digits: 1}}",
        "from 1 to 2 by 0 holds no number"
      ),
      (
        "draw: {z: {integers: [9, 3]}}\nanswers: {a: {value: z, kind: count}}",
        "from 9 to 3 by 1 holds no number"
      ),
    ])
  func typedKeys(_ matter: String, _ words: String) {
    #expect(Self.message { try problem(matter) }.contains(words), "\(Self.message { try problem(matter) })")
  }

  @Test("keys of drawn numbers and of fits are none that are typed")
  func soundKeys() throws {
    let block = "```mlm id=m show=none\nmlm fit 'y ~ x' --data d.csv\n```"
    for value in [
      "z", "round", "m.df", "max(0, m.fixed.x - 1000)", "m.boundary + 1", "min(z, 9) * 2", "seed",
    ] {
      let matter = """
        draw: {z: {numbers: [3, 9]}, round: {value: z / 2, digits: 0}}
        answers: {a: {value: "\(value)", kind: exact, digits: 1}}
        """
      #expect(throws: Never.self, "\(value)") { try problem(matter, more: block) }
    }
  }

  @Test("check tells a key that never differs, each fault once, and stops where the first seeds make nothing")
  func checks() throws {
    func faults(_ matter: String, type: String = "numerical", seeds: Int = 20, more: String = "") throws
      -> ProblemCheck.Row
    {
      ProblemCheck([try problem(type: type, matter, more: more)], seeds: seeds, threads: 2).run(
        with: NoCommands())[0]
    }
    let same = try faults(
      "draw: {z: {numbers: [3.2, 3.3]}}\nrequire: [z < 3.25]\nanswers: {a: {value: z, kind: exact, digits: 1}}"
    )
    #expect(
      same.faults.last
        == "trial.problem.md:9:11: answer 'a' is typed: its key is 3.2 in all 20 variants; compute it from a fit, or from a "
        + "number that differs between variants")
    let few = try faults(
      "draw: {z: {numbers: [3.2, 3.3]}}\nrequire: [z < 3.25]\nanswers: {a: {value: z, kind: exact, digits: 1}}",
      seeds: 9)
    #expect(!few.faults.contains { $0.contains("is typed") })
    let equal = try faults(
      """
      draw: {n: {integers: [2, 25]}}
      answers: {a: {value: n, kind: exact, digits: 1, mistakes: {same: {value: n, feedback: x}}}}
      """)
    #expect(equal.tried == 3 && equal.built == 0)
    #expect(
      equal.faults == [
        "trial.problem.md:8:11: no draw passes its tests: answer 'a': the key and 'same' are too close; give the mistake another "
          + "value, or widen what is drawn (in each of 3 seeds; the other 17 were not tried)"
      ])
    let word = try faults(
      "draw: {g: {words: [a, b]}}\nanswers: {a: {value: seed + g, kind: exact, digits: 1}}")
    #expect(
      word.faults == [
        "trial.problem.md:8:11: 'g' is a word, no number (in each of 3 seeds; the other 17 were not tried)"
      ])
  }

  @Test(
    "a command that cannot be run stops at once, with its place; one that fails on numbers is drawn again")
  func commands() throws {
    struct Failing: CommandRunner {
      let error: any Error & Sendable
      func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult { throw error }
    }
    struct Unknown: MisstatedCommand, CustomStringConvertible {
      var description: String { "no subcommand 'fti'" }
    }
    struct Numbers: Error, CustomStringConvertible { var description: String { "the fit failed" } }
    let matter = "draw: {z: {integers: [2, 9]}}\nanswers: {a: {value: z, kind: count}}"
    func message(_ error: any Error & Sendable, _ fence: String) throws -> String {
      let source = try problem(matter, more: fence)
      return Self.message {
        try VariantBuilder(source, runner: Failing(error: error)).variant(from: seed("1"))
      }
    }
    let plain = "```mlm id=m show=none\nmlm fti 'y ~ x' --data d.csv\n```"
    #expect(try message(Unknown(), plain) == "trial.problem.md:26:1: mlm fti: no subcommand 'fti'")
    let drawn = "```mlm id=m show=none\nmlm fit 'y ~ x' --data d.csv --n {{z}}\n```"
    #expect(try message(Unknown(), drawn).contains("none of 20 draws"))
    #expect(
      try message(Numbers(), plain).contains(
        "none of 20 draws passes its tests: trial.problem.md:26:1: mlm fti: the fit failed"))
    #expect(
      try message(Numbers(), plain).hasSuffix("mend the command, which fails on all that is drawn for it"))
    let formula = FormulaError.missingVariable("salry", available: ["salary"])
    #expect(try message(formula, plain).hasPrefix("trial.problem.md:26:1: mlm fti: "))
    let noRows = FormulaError.noRows(total: 3)
    #expect(try message(noRows, plain).contains("none of 20 draws"))
  }

  @Test("what a command writes stays in the problem")
  func outside() throws {
    struct Writing: CommandRunner {
      func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult {
        CommandResult(files: [OutputFile(path: "../../escape.csv", bytes: [])])
      }
    }
    let source = try problem(
      "draw: {z: {integers: [2, 9]}}\nanswers: {a: {value: z, kind: count}}",
      more: "```mlm show=none\nmlm data salary --out ../../escape.csv\n```")
    let said = Self.message { try VariantBuilder(source, runner: Writing()).variant(from: seed("1")) }
    #expect(said.hasPrefix("trial.problem.md:26:1: mlm data: '../../escape.csv' leads out of the problem"))
    let fence = Self.message {
      try problem("answers: {a: {value: seed, kind: count}}", more: "```yaml file=../x.yml\na: 1\n```")
    }
    #expect(fence.hasPrefix("trial.problem.md:24:1: file=../x.yml leads out of the problem"))
  }

  @Test("an address that a fit does not report is told with what it does report")
  func addresses() {
    var scope = VariantScope(dataSeed: 1)
    scope.add(
      "m",
      Estimates([
        EstimateRow(["residual"], effect: .variance, [.init("estimate", 4), .init("sd", 2)]),
        EstimateRow(["fixed", "x"], effect: .fixed, [.init("estimate", 1), .init("std.error", 0.5)]),
      ]), boundaries: 0)
    func message(_ parts: String...) -> String { Self.message { try scope.value(Address(parts)) } }
    #expect(
      message("m", "residual", "sigma")
        == "m reports no number 'residual.sigma'; there are residual, residual.sd")
    #expect(message("m", "fixed", "x", "sd").hasSuffix("there are fixed.x, fixed.x.se"))
    #expect(message("m", "fixed", "z").contains("the nearest are fixed.x, "))
    #expect(message("m", "fixed", "x", "se").isEmpty)
  }

  @Test("words in place of numbers, and what is missing, are told with examples")
  func words() {
    func message(_ matter: String) -> String { Self.message { try problem(matter) } }
    let digits = message("draw: {z: {integers: [2, 9]}}\nanswers: {a: {value: z, kind: exact, digits: two}}")
    #expect(digits.hasSuffix("answers.a.digits: 'two' where a whole number from 0 to 9 belongs"))
    let weight = message("draw: {z: {integers: [2, 9]}}\nanswers: {a: {value: z, kind: count, weight: much}}")
    #expect(weight.hasSuffix("answers.a.weight: 'much' where a number from 0.01 to 100 belongs"))
    let bare = Self.message {
      try Problem(parsing: "---\nid: x\ntitle: X\ntype: numerical\npoints: two\n---\n", file: "x.md")
    }
    #expect(bare.contains("'archetype' is missing; for example archetype: shrinkage"))
  }

  @Test("faults of texts stand where the text does")
  func places() {
    func message(type: String = "numerical", en: String, zh: String) -> String {
      Self.message {
        try problem(
          type: type, "draw: {n: {integers: [1, 2]}}\nanswers: {a: {value: n, kind: exact, digits: 1}}",
          en: en, zh: zh)
      }
    }
    #expect(
      message(en: "How much?", zh: "").hasPrefix(
        "trial.problem.md:12:1: the stem has no text in zh beside this one; write it between '::: zh' and ':::'"
      ))
    #expect(
      message(en: "One,\nis [[aa]]?", zh: "[[a]]?").hasPrefix(
        "trial.problem.md:13:4: [[aa]] in en is no answer (did you mean 'a'?); answers are a"))
    #expect(
      message(en: "It is [[a]].", zh: "是多少？").hasPrefix(
        "trial.problem.md:15:1: the blanks differ between the languages: [[a]] in en only"))
    #expect(
      message(en: "It is [[a]], [[a]].", zh: "[[a]]").hasPrefix(
        "trial.problem.md:12:14: the blank [[a]] stands twice in en"))
    #expect(
      message(type: "cloze", en: "It is [[a]].", zh: "是多少？").hasPrefix(
        "trial.problem.md:15:1: the blanks in zh are [], the answers [a]"))
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

  @Test("an answer called by another blank's letter is refused")
  func letters() throws {
    func answers(_ first: String, _ second: String) throws -> Problem {
      try problem(
        type: "cloze",
        """
        draw: {n: {integers: [20, 90]}}
        answers:
          \(first): {value: n, kind: count}
          \(second): {value: 2 * n, kind: count}
        """, en: "[[\(first)]] [[\(second)]]", zh: "[[\(first)]] [[\(second)]]")
    }
    #expect(
      Self.message { try answers("n", "A") }.contains(
        "trial.problem.md:10:3: the answer 'A' has the blank (b) on sheets; call it 'b', or by a word"))
    #expect(throws: Never.self) { _ = (try answers("a", "b"), try answers("n", "w")) }
  }

  @Test("a draw in which two options have one text is drawn again")
  func equalOptions() throws {
    let choice = try problem(
      type: "single",
      """
      draw: {n: {integers: [1, 4]}, m: {integers: [1, 4]}}
      answers:
        which:
          options:
            - {id: a, text: "{{n:%d}}", right: n > 0}
            - {id: b, text: "{{m:%d}}", right: n < 0, feedback: no}
      """)
    let builder = VariantBuilder(choice, runner: NoCommands())
    let built = try (0..<40).map { try builder.variant(from: seed(String($0))) }
    #expect(
      built.flatMap(\.failures).contains { $0.description == "answer 'which': two options have one text" })
    for variant in built.map(\.variant) {
      guard case .single(let options) = variant.answers[0].key else { Issue.record("no choice"); return }
      #expect(options[0].text != options[1].text)
    }
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

import Tables
import Testing

@testable import ModelFormula

@Suite("Slips in formulas")
struct FormulaSlipTests {
  @Test(
    "options of R's functions within a formula: the place, the option, the formula without it",
    arguments: [
      (
        "y ~ x + (1 | g) + family=binomial(link=\"logit\")", 18, "family=binomial(link=\"logit\")",
        "'family' is no part of the formula; models are fitted with normal errors; the formula without it: y ~ x + (1 | g)"
      ),
      (
        "y ~ x + (1 | g + family = binomial(link = 'logit'))", 17, "family = binomial(link = 'logit')",
        "the formula without it: y ~ x + (1 | g)"
      ),
      (
        "y ~ x + (1 | g), family = \"binomial\"", 17, "family = \"binomial\"",
        "the formula without it: y ~ x + (1 | g)"
      ),
      ("y ~ x + (1 | g) + family=", 18, "family=", "the formula without it: y ~ x + (1 | g)"),
      ("y ~ x + family=binomial + (1 | g)", 8, "family=binomial", "the formula without it: y ~ x + (1 | g)"),
      (
        "y ~ x, data = df", 7, "data = df",
        "'data' is no part of the formula but an option of the command, --data; the formula without it: y ~ x"
      ),
      (
        "y ~ x, REML=FALSE", 7, "REML=FALSE",
        "mlm fit has --ml for maximum likelihood; the formula without it: y ~ x"
      ),
    ])
  func options(_ text: String, _ column: Int, _ found: String, _ hint: String) throws {
    let error = #expect(throws: FormulaError.self) { try ModelFormula(text) }
    let message = "\(error!)"
    #expect(message.contains("unexpected '\(found)' at column \(column + 1)\n"), "\(message)")
    #expect(
      message.contains("\n  " + text + "\n  " + String(repeating: " ", count: column) + "^\n"), "\(message)")
    #expect(message.contains(hint), "\(message)")
  }

  @Test("a second bar in a term")
  func secondBar() throws {
    let error = #expect(throws: FormulaError.self) { try ModelFormula("y ~ x + (1|x|group)") }
    #expect("\(error!)".contains("perhaps you mean (1 + x | group)"))
  }

  @Test(
    "a random-effects term without +, and = for ~, are answered with the formula that was probably meant",
    arguments: [
      ("y ~ x (1|g)", 6, "'('", "y ~ x + (1|g)"), ("y ~ x(1 | g) + z", 5, "'('", "y ~ x + (1 | g) + z"),
      ("y ~ x:z (1 || g)", 8, "'('", "y ~ x:z + (1 || g)"),
      ("y ~ factor(x) (x | g)", 14, "'('", "y ~ factor(x) + (x | g)"),
      ("y ~ (1|g) (1|h)", 10, "'('", "y ~ (1|g) + (1|h)"),
      ("y = x + (1|g)", 2, "'='", "y ~ x + (1|g)"), ("log(y) == x", 7, "'='", "log(y) ~ x"),
    ])
  func probablyMeant(_ text: String, _ column: Int, _ found: String, _ meant: String) throws {
    let error = #expect(throws: FormulaError.self) { try ModelFormula(text) }
    let message = "\(error!)"
    #expect(message.contains("unexpected \(found) at column \(column + 1)\n"), "\(message)")
    #expect(message.hasSuffix("perhaps you mean \(meant)"), "\(message)")
  }

  @Test("quotation marks")
  func quotes() throws {
    let error = #expect(throws: FormulaError.self) { try ModelFormula("y ~ \"x\"") }
    #expect("\(error!)".contains("a column goes by its name without quotation marks"), "\(error!)")
    let open = #expect(throws: FormulaError.self) { try ModelFormula("y ~ \"x") }
    #expect("\(open!)".contains("a second one must close the text"), "\(open!)")
  }

  @Test("a point where a colon was meant")
  func pointForColon() throws {
    func message(_ formula: String, _ columns: [String]) throws -> String {
      let data = DataTable(columns.map { Column($0, ["a", "b", "a"]) } + [Column("y", [1.0, 2, 3])])
      return "\(#expect(throws: FormulaError.self) { try ModelFrame(ModelFormula(formula), data: data) }!)"
    }
    let two = try message("y ~ (1 | gender.region)", ["gender", "region"])
    #expect(
      two.contains(
        "unexpected 'gender.region' at column 10\n  y ~ (1 | gender.region)\n           ^\n"
          + "no column has this name; perhaps you mean y ~ (1 | gender:region)"), "\(two)")
    #expect(
      try message("y ~ a.b.c.d", ["a", "b.c", "d"]).contains("perhaps you mean y ~ a:b.c:d"))
    #expect(
      try message("y ~ x9.z + `x9.z`:y + x9.z2", ["x9", "z"])
        .contains("perhaps you mean y ~ x9:z + x9:z:y + x9.z2"))
    let elsewhere = FormulaError.missingVariable("a.b", available: ["b", "a"])
    #expect(
      "\(elsewhere)".hasPrefix("no column 'a.b'; perhaps you mean a:b; the nearest are"), "\(elsewhere)")
    #expect(try !message("y ~ gender.regio", ["gender", "region"]).contains("perhaps"))
  }

  @Test("'.' is answered with the columns that the formula does not name")
  func point() throws {
    func message(_ formula: String) throws -> String {
      let data = DataTable(["y", "my x", "z", "g"].map { Column($0, [1.0, 2, 4]) })
      return "\(#expect(throws: FormulaError.self) { try ModelFrame(ModelFormula(formula), data: data) }!)"
    }
    #expect(
      try message("y ~ . + (1 | g)") == "'.' for all other columns is not supported; name them: `my x` + z")
    #expect(
      try message("log(y) ~ `my x` + z + . + g").hasSuffix("there is none that the formula does not name"))
  }

  @Test(
    "named arguments stand in calls only, and texts nowhere",
    arguments: [
      "y ~ (x = 1)", "y = x", "y ~ x + a = b", "y ~ f(= 1)", "y ~ f(x = )", "y ~ f(x = 1", "y ~ x = ",
      "= y ~ x", "'", "\"\"",
      "family=", "family=(((", "y ~ family = binomial(", "y ~ poly(x, df = \"a\")", "y ~ (1 | g/2)",
      "y ~ (1 | TRUE)",
      "TRUE ~ x", "y ~ x^TRUE", "y ~ (1 | g/)", "y ~ (0 || g)", "y ~ (1 || g/h/log(x))",
    ])
  func malformed(_ text: String) {
    let data = DataTable([
      Column("y", [1.0, 2, 3]), Column("x", [1.0, 2, 4]), Column("g", ["a", "b", "a"]),
    ])
    #expect(throws: FormulaError.self) { try ModelFrame(ModelFormula(text), data: data) }
  }

  @Test("any sequence of words and signs gives a frame or an error", arguments: 1...4)
  func fuzz(_ seed: UInt64) {
    let words = [
      "y", "x", "g", "f", "~", "+", "-", "*", ":", "/", "^", "|", "||", "(", ")", ",", "=", "0", "1", "2",
      "3",
      "poly", "ns", "scale", "factor", "I", "log", "offset", "TRUE", "df", "family", "\"a\"", "`", "x.f",
      "poly(x, 2)", "ns(x, df = 2)", "scale(x)", "(x || f)", "g/f",
    ]
    let terms = ["x", "f", "g", "1", "0", "poly(x, 2)", "scale(x)", "factor(x)", "log1p(x)", "x:f", "f:g"]
    let valid = [
      "y ~ x * f + ( 1 + x | g )", "y ~ poly ( x , 2 ) + ( f || g )",
      "log ( y ) ~ ns ( x , df = 2 ) : f + ( 1 | g / f )",
      "y ~ 0 + I ( scale ( x ) ^ 2 ) + factor ( f ) + offset ( x ) + ( x || g : f )",
    ].map { $0.split(separator: " ").map(String.init) }
    let data = DataTable([
      Column("y", [1.0, 3, 2, 5, 4, 6]), Column("x", [0.0, 1, 2, 3, 5, 8]),
      Column("f", ["a", "b", "c", "a", "b", "c"]), Column("g", ["p", "p", "p", "q", "q", "q"]),
    ])
    var state = seed
    func next(_ bound: Int) -> Int {
      // Knuth's congruential generator, upper bits.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var frames = 0
    for _ in 0..<5000 {
      var parts = valid[next(valid.count)]
      for _ in 0..<1 + next(3) {
        let place = next(parts.count)
        switch next(8) {
        case 0: parts.remove(at: place)
        case 1: parts[place] = words[next(words.count)]
        case 2: parts.insert(words[next(words.count)], at: place)
        // A name for a name, which mostly keeps the formula one.
        default: if place > 1, terms.contains(parts[place]) { parts[place] = terms[next(terms.count)] }
        }
      }
      let text = parts.joined(separator: " ")
      do {
        let formula = try ModelFormula(text)
        #expect(try ModelFormula(formula.text).text == formula.text, "seed \(seed): \(text)")
        let frame = try ModelFrame(formula, data: data)
        for design in frame.random { #expect(try design.matrix(for: data) == design.matrix, "\(text)") }
        frames += 1
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
    // Some of the changed formulas still mean something, others do not.
    #expect(frames > 500 && frames < 4500, "\(frames)")
  }
}

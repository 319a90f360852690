import ArgumentParser
import Foundation
import ModelFigures
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Labs
@testable import mlm

/// The commands as a user types them, run inside the process.
@Suite("Commands")
struct CommandTests {
  private func run(_ line: String..., context: CommandContext = CommandContext(language: .en)) throws
    -> CommandResult
  {
    try SubcommandRunner().run(line, in: context)
  }

  private static let salary = Reference.directory.appendingPathComponent("salary/seed_42.csv").path

  @Test("every subcommand's help has an example that parses")
  func help() throws {
    let commands: [any ParsableCommand.Type] = [
      AnovaCommand.self, CompareCommand.self, IntervalsCommand.self, SimulateCommand.self,
      SalaryDataCommand.self, DesignDataCommand.self, FitCommand.self, PoolCommand.self, PredictCommand.self,
      PlotCommand.self,
      ExplainCommand.self, LabBuildCommand.self, LabIndexCommand.self, DoctorCommand.self,
      CompareCommand.self, StudyFigureCommand.self, StudyTableCommand.self, StudyReportCommand.self,
    ]
    for command in commands {
      // At a terminal's 80 columns the example must stand on one line, so that it can be copied.
      let help = MultilevelLab.helpMessage(for: command, columns: 80)
      let lines = help.split(separator: "\n").map(String.init)
      let examples = lines.filter { $0.contains("Example: mlm ") }
      #expect(!examples.isEmpty, "\(command)")
      for example in examples {
        let line = "mlm " + example.components(separatedBy: "Example: mlm ")[1]
        var faults: [LabFault] = []
        let commands = CommandWords.split([line], at: LabLocation(file: "help", line: 1), faults: &faults)
        #expect(faults.isEmpty && commands.count == 1)
        #expect(throws: Never.self, "\(line)") { try MultilevelLab.parseAsRoot(commands[0].arguments) }
      }
    }
  }

  @Test("--df takes short names, and none gives no tests")
  func degreesOfFreedom() throws {
    func fit(_ df: String...) throws -> String {
      try SubcommandRunner().run(
        ["fit", Self.formula, "--data", Self.salary, "--style", "summary"] + df,
        in: CommandContext(language: .en)
      ).output
    }
    #expect(try fit("--df", "satt") == fit("--df", "satterthwaite"))
    #expect(try fit("--df", "KR") == fit("--df", "kenward-roger"))
    #expect(try fit("--df", "none") == fit() && fit() != fit("--df", "sat"))
    #expect(throws: (any Error).self) { try fit("--df", "s") }
    #expect(throws: (any Error).self) { try fit("--df", "wald") }
    let none = try run("anova", Self.formula, "--data", Self.salary, "--df", "none")
    #expect(none.output.hasPrefix("Analysis of Variance Table\n           npar"))
    #expect(throws: (any Error).self) { try none.estimates.value(at: "anova.experience.p") }
    let marginal = try run("anova", Self.formula, "--data", Self.salary, "--df", "none", "--type", "3")
    #expect(marginal.output.hasPrefix("Type III"))
  }

  @Test("anova says which cells are empty, where that matters")
  func emptyCells() throws {
    let cells = Reference.directory.appendingPathComponent("empty-cells/cells.csv").path
    let line = ["anova", "y ~ f * t + (1 | g)", "--data", cells]
    let note = "note: missing cells: fb:tw; type III hypotheses depend on which; interpret with care"
    #expect(try SubcommandRunner().run(line, in: CommandContext(language: .en)).notes.last == note)
    let chinese = try SubcommandRunner().run(line, in: CommandContext(language: .zh)).notes.last
    #expect(chinese == "说明：缺失的单元格：fb:tw；III 型假设取决于缺哪些单元格，请谨慎解释")
    #expect(try !run("anova", line[1], "--data", cells, "--type", "1").notes.contains(note))
  }

  @Test("explain takes the options of columns, with and without data")
  func explainOptions() throws {
    let plain = try run("explain", "y ~ f + (1 | g) + (1 | h)", "--factor", "f", "--weights", "n").output
    #expect(plain.contains("x = f (a factor: ") && plain.contains("σ_y²/w_i"))
    #expect(
      try run("explain", Self.formula, "--data", Self.salary, "--offset", "ids").output.contains(
        "o_i + α_j[i]"))
    #expect(throws: OptionError.unusedContrast("z")) {
      try run("explain", "y ~ f + (1 | g)", "--contrasts", "z=sum")
    }
    #expect(throws: (any Error).self) {
      try run("explain", Self.formula, "--data", Self.salary, "--weights", "w")
    }
  }

  @Test("data design: table, truth, R program; other numbers by --set; faults with their places")
  func designData() throws {
    let spec = Reference.directory.appendingPathComponent("designs/memberships.yml").path
    let result = try run(
      "data", "design", spec, "--stream", "lecuyer", "--seed=-7", "--truth", "t.json", "--r-script", "d.R")
    let recorded = try DataTable(csv: Reference.bytes("designs/memberships-lecuyer.csv"))
    let table = try DataTable(csv: Array(result.output.utf8))
    #expect(table.columnNames == recorded.columnNames && table["region"] == recorded["region"])
    expectClose(table["y"]!.numbers!, recorded["y"]!.numbers!, relative: 1e-12)
    #expect(result.files.map(\.path) == ["d.R", "t.json"] || result.files.map(\.path) == ["t.json", "d.R"])
    let program = try #require(result.files.first { $0.path == "d.R" })
    let text = try Reference.text("designs/memberships-lecuyer.R")
    // The first line names the file as it was given.
    #expect(
      String(decoding: program.bytes, as: UTF8.self).split(separator: "\n").dropFirst()
        == text.split(separator: "\n").dropFirst())
    let truth = try #require(result.files.first { $0.path == "t.json" })
    let json = try JSON(parsing: Data(truth.bytes))
    #expect(json["stream"].string == "lecuyer" && json["n"].int == 60)
    #expect(try result.estimates.value(at: "truth.random.trade.x.sd") == 0.3)
    #expect(
      result.echo!.hasPrefix("seed -7, stream lecuyer\n60 rows; region 3, team 7, trade 4, person 60\n"))

    let other = try run(
      "data", "design", spec, "--set", "levels.person.count=5", "--set", "response.sd.residual=0", "--format",
      "json")
    #expect(try JSON(parsing: Data(other.output.utf8))["n"].int == 5)
    #expect(other.echo!.hasPrefix("seed 1, stream r\n5 rows"))
    do {
      _ = try run("data", "design", spec, "--set", "levels.person.count=0")
      Issue.record("0 persons were drawn")
    } catch { #expect("\(error)" == "\(spec):5:11: levels.person: 0 units; a level has 1 to 10000000") }
    #expect(throws: (any Error).self) {
      try run("data", "design", spec, "--stream", "keyed", "--r-script", "d.R")
    }
    #expect(throws: (any Error).self) { try run("data", "design", spec, "--set", "a=1", "--set", "a=2") }
    #expect(throws: (any Error).self) { try run("data", "design", spec, "--set", "a") }
  }

  @Test("data salary: R's table, the truth beside it, and the seed echoed")
  func data() throws {
    let result = try run("data", "salary", "--seed", "42", "--out", "s.csv", "--truth", "t.json")
    #expect(result.files.map(\.path) == ["s.csv", "t.json"])
    #expect(result.output.isEmpty)
    #expect(result.echo == "seed 42, n 100, stream r")
    let truth = try JSON(parsing: Data(result.files[1].bytes))
    #expect(truth["finite_population_covariance"][0]["divisor"].int == 5)
    #expect(truth["finite_population_covariance"][1]["covariance"][0][0].double == 2.5e8)
    expectClose(
      truth["departments"][0]["residual_variance"]["constant"].double, 16e8 * 0.04 / 12, relative: 1e-15)
    #expect(try result.estimates.value(at: "truth.department.sociology.raise") == 2000)
    #expect(throws: (any Error).self) { try run("data", "salary", "--seed", "99999999999") }
    #expect(throws: (any Error).self) { try run("data", "salary", "--n", "0") }
    #expect(throws: (any Error).self) { try run("data", "salary", "--stream", "keyed", "--seed", "-1") }
    let keyed = try run("data", "salary", "--stream", "keyed", "--seed", "1", "--n", "7")
    #expect(keyed.output.split(separator: "\n").count == 8)
    let negative = try run("data", "salary", "--seed=-5", "--n", "7").output
    let recorded = try #require(
      Reference.json("salary-sizes.json")["records"].array.first { $0["seed"].int == -5 && $0["n"].int == 7 })
    #expect(try DataTable(csv: Array(negative.utf8))["salary"]!.numbers! == recorded["salary"].doubles)
  }

  @Test("fit --format json carries full precision under the documented names")
  func json() throws {
    let result = try run(
      "fit", "salary ~ experience + (1 + experience | department)", "--data", Self.salary, "--format", "json")
    let document = try JSON(parsing: Data(result.output.utf8))
    let reference = try Reference.json("salary/seed_42.json")["lmer"]["m4"]
    for name in [
      "formula", "n_obs", "n_groups", "criterion", "objective", "fixef", "vcov", "theta", "theta_names",
      "sigma", "varcorr",
      "ranef", "coef", "logLik", "df", "AIC", "BIC", "REML_criterion", "singular", "display", "diagnostics",
    ] {
      #expect(!document[name].isNull, "\(name)")
    }
    expectClose(document["theta"].doubles, reference["theta"].doubles, relative: 1e-6)
    expectClose(document["sigma"].double, reference["sigma"].double, relative: 1e-7)
    expectClose(
      try result.estimates.value(at: "random.department.experience.sd"),
      reference["varcorr"][0]["sd"][1].double, relative: 1e-6)
    expectClose(try result.estimates.value(at: "criterion"), document["objective"].double, relative: 0)
  }

  private static let sleep = Reference.directory.appendingPathComponent("lmm/sleepstudy.csv").path

  @Test("compare says which null distribution each test used, with its Monte Carlo error")
  func compare() throws {
    let formulas = [
      "Reaction ~ Days", "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days | Subject)",
    ]
    let line = ["compare"] + formulas + ["--data", Self.sleep, "--factor", "Subject"]
    func run(_ options: String..., language: LabLanguage = .en) throws -> CommandResult {
      try SubcommandRunner().run(line + options, in: CommandContext(language: language))
    }
    let unasked = try run()
    #expect(unasked.echo == "seed 1")
    let exact = """
      note: m2 against m1 uses 100000 draws from the statistic's exact null distribution (seed 1); no draw reached the statistic, so p is \
      below about 1/100000
      """
    let mixture = """
      note: m3 against m2 tests a variance at the boundary of its range, where the statistic is ½χ²(1) + ½χ²(2) for many groups; the naive \
      p value of χ²(2) is too large; 18 groups are few, so that this is rough: --replicates 1000 simulates the distribution
      """
    #expect(Array(unasked.notes.dropFirst()) == [exact, mixture])
    #expect(unasked.output.contains("Pr(>Chisq) Pr(boundary)"))
    let asked = try run("--replicates", "99", "--seed", "7", language: .zh)
    #expect(asked.echo == "seed 7, replicates 99")
    let bootstrap = """
      说明：m3 对 m2 的检验用参数自助法：从 m2 抽取 99 个因变量，两个模型都重新拟合（种子 7），另有 0 次失败；\
      没有一次抽样达到该统计量，因此 p 大约小于 1/99
      """
    #expect(asked.notes.last == bootstrap)
    #expect(asked.output.contains("Pr(>Chisq) Pr(simulated)"))
    #expect(try asked.estimates.value(at: "test.m3.p") == 0.01)
    expectClose(try asked.estimates.value(at: "test.m3.mcse"), 0.01, relative: 1e-12)
    let rows = try JSON(parsing: Data(run("--replicates", "99", "--format", "json").output.utf8)).array
    #expect(rows[0]["null"].isNull && rows[0]["draws"].isNull)
    let kinds = rows.dropFirst().map { $0["null"].string ?? "" }
    #expect(kinds == ["exact", "bootstrap"])
    #expect(rows[1]["draws"].int == 100_000)
    #expect(rows[2]["draws"].int == 99)
    #expect(rows[1]["mcse"].double < 1e-4)
    #expect(rows[2]["p.naive"].double < 1e-9)
    #expect(throws: (any Error).self) { try run("--replicates", "0") }
  }

  @Test("compare simulates unasked where no distribution is known, and for few groups where it may matter")
  func compareUnasked() throws {
    let several = try run(
      "compare", "Reaction ~ Days", "Reaction ~ Days + (Days | Subject)", "--data", Self.sleep, "--factor",
      "Subject", "--format", "csv")
    #expect(several.echo == "seed 1")
    #expect(several.output.contains(",bootstrap,"))
    #expect(try #require(several.notes.last).contains("1000 responses drawn from m1 (seed 1)"))
    // A second variance, of a column that says nothing: p is not small.
    try TemporaryFolder.use { folder in
      let crossed = try run(
        "compare", "diameter ~ 1 + (1 | sample)", "diameter ~ 1 + (1 | sample) + (1 | half)", "--data",
        folder.file("halves.csv", penicillinWithHalves()), "--format", "csv")
      #expect(crossed.output.contains(",bootstrap,"))
    }
  }

  /// Penicillin's first four plates with a column that says nothing.
  private func penicillinWithHalves() throws -> String {
    let lines = try String(
      decoding: Reference.bytes("lmm/penicillin.csv"), as: UTF8.self
    ).split(separator: "\n").prefix(25)
    return lines.enumerated().map { "\($1),\($0 == 0 ? "half" : "h\($0 * 7 % 5)")\n" }.joined()
  }

  @Test("predict adds R's predictions; new levels are an error unless allowed")
  func predict() throws {
    let reference = try Reference.json("salary/seed_42.json")["lmer"]["m4"]
    let formula = "salary ~ experience + (1 + experience | department)"
    let own = try run("predict", formula, "--data", Self.salary)
    for i in 0..<10 {
      expectClose(try own.estimates.value(at: "\(i + 1)"), reference["fitted10"][i].double, relative: 1e-7)
    }
    let fixed = try run("predict", formula, "--data", Self.salary, "--random", "none")
    for i in 0..<10 {
      expectClose(
        try fixed.estimates.value(at: "\(i + 1)"), reference["pred_fixed_only10"][i].double, relative: 1e-7)
    }
    try TemporaryFolder.use { folder in
      let new = try folder.file("new.csv", "department,experience\nunseen,0\nunseen,5\n")
      let known = try run("predict", formula, "--data", Self.salary, "--newdata", new, "--allow-new-levels")
      for i in 0..<2 {
        expectClose(
          try known.estimates.value(at: "\(i + 1)"), reference["pred_new_level"][i].double, relative: 1e-7)
      }
      do {
        _ = try run("predict", formula, "--data", Self.salary, "--newdata", new)
        Issue.record("an unknown level was predicted")
      } catch {
        #expect(
          "\(error)".contains("level 'unseen' of 'department'") && "\(error)".contains("--allow-new-levels"))
      }
    }
  }

  private static let formula = "salary ~ experience + (1 + experience | department)"

  @Test(
    "pool: every printed number, against the chapter's tables and Σ(Σ + V)⁻¹ of R's estimates",
    arguments: ["seed_0", "seed_1", "seed_42", "seed_123", "seed_2023", "seed_892174303"])
  func poolNumbers(_ id: String) throws {
    let record = try Reference.json("salary/\(id).json")
    let path = Reference.directory.appendingPathComponent("salary/\(id).csv").path
    let data = try DataTable(csv: Reference.bytes("salary/\(id).csv"))
    let csv = try run("pool", Self.formula, "--data", path, "--format", "csv").output
    let table = try DataTable(csv: Array(csv.utf8))
    #expect(
      table.columnNames == [
        "strategy", "group", "level", "n", "term", "estimate", "std.error", "weight", "joint_weight",
        "movement",
      ])
    let levels = record["pooling_tables"]["none"]["level"].strings
    let terms = ["(Intercept)", "experience"]
    #expect(levels.count == 5 && table.rowCount == 5 * 5 * 2)
    let words = ["strategy", "group", "level", "term"].map { name in
      (0..<table.rowCount).map { table[name]!.text($0)! }
    }
    #expect(Set(words[1]) == ["department"])
    func number(_ column: String, _ strategy: String, _ level: String, _ term: String) throws -> Double {
      let row = try #require(
        (0..<table.rowCount).first {
          words[0][$0] == strategy && words[2][$0] == level && words[3][$0] == term
        })
      return table[column]!.numbers![row]
    }

    let m4 = record["lmer"]["m4"]
    let sigma = m4["varcorr"][0]["cov"].matrix
    let residual = m4["sigma"].double * m4["sigma"].double
    for (j, level) in levels.enumerated() {
      let rows = (0..<data.rowCount).filter { data["department"]!.text($0) == level }
      let x = rows.map { data["experience"]!.numbers![$0] }
      // V = σ²(Z'Z)⁻¹ and W = Σ(Σ + V)⁻¹, two by two.
      let (n, sum, squares) = (Double(x.count), x.reduce(0, +), x.reduce(0) { $0 + $1 * $1 })
      let gram = n * squares - sum * sum
      let v = [[squares, -sum], [-sum, n]].map { $0.map { residual * $0 / gram } }
      let total = (0..<2).map { i in (0..<2).map { sigma[i][$0] + v[i][$0] } }
      let determinant = total[0][0] * total[1][1] - total[0][1] * total[1][0]
      for (k, term) in terms.enumerated() {
        let column = k == 0 ? "Intercept" : "slope"
        for strategy in ["complete", "none", "lsdv", "reml", "ml"] {
          #expect(try number("n", strategy, level, term) == n)
        }
        let none = try number("estimate", "none", level, term)
        let partial = try number("estimate", "reml", level, term)
        expectClose(none, record["pooling_tables"]["none"][column][j].double, relative: 1e-9)
        expectClose(partial, record["pooling_tables"]["partial"][column][j].double, relative: 1e-6)
        expectClose(
          try number("estimate", "complete", level, term),
          record["pooling_tables"]["complete"][column][0].double,
          relative: 1e-10)
        // Own intercepts and slopes: LSDV estimates what no pooling estimates.
        expectClose(try number("estimate", "lsdv", level, term), none, relative: 1e-9)
        // Σ is known to 1e-6; so are the weights.
        let own = sigma[k][k] / (sigma[k][k] + v[k][k])
        let other = 1 - k
        let joint =
          (sigma[k][k] * total[other][other] - sigma[k][other] * total[other][k]) / determinant
        expectClose(try number("weight", "reml", level, term), own, relative: 1e-5, "\(level) \(term)")
        expectClose(
          try number("joint_weight", "reml", level, term), joint, relative: 1e-5, "\(level) \(term)")
        for strategy in ["reml", "ml"] {
          // Both columns carry all digits; the difference is rounded once.
          let movement = try number("estimate", strategy, level, term) - none
          expectClose(try number("movement", strategy, level, term), movement, absolute: 1e-15 * abs(none))
        }
        for strategy in ["complete", "none", "lsdv"] {
          #expect(try number("weight", strategy, level, term).isNaN)
          #expect(try number("movement", strategy, level, term).isNaN)
        }
      }
    }
  }

  @Test("pool's text: what is printed as movement is the difference of the printed columns")
  func poolText() throws {
    let path = Reference.directory.appendingPathComponent("salary/seed_892174303.csv").path
    let lines = try run("pool", Self.formula, "--data", path).output.split(separator: "\n")
      .map { $0.split(separator: " ").map(String.init) }
    let heads = ["department", "n", "term", "complete", "none", "lsdv", "reml", "ml", "weight", "movement"]
    #expect(lines.first == heads)
    let rows = lines.filter { $0.count == heads.count && Int($0[1]) != nil }
    #expect(rows.count == 5 * 2)
    for row in rows {
      let cell = Dictionary(uniqueKeysWithValues: zip(heads, row))
      func number(_ name: String) throws -> Double {
        try #require(Double(cell[name]!.replacing("−", with: "-")))
      }
      let decimals = cell["movement"]!.split(separator: ".").dropFirst().first?.count ?? 0
      // Three roundings of half a unit.
      let unit = decimals == 0 ? 1 : decimals == 1 ? 0.1 : 0.01
      expectClose(try number("movement"), try number("reml") - number("none"), absolute: 1.5 * unit, "\(row)")
      #expect(try (0...1).contains(number("weight")) && number("n") == 20)
    }
  }

  @Test("pool: the closed form where nothing can be fitted")
  func poolClosedForm() throws {
    let formula = Self.formula
    let one = Reference.directory.appendingPathComponent("slides/pool_J1.csv").path
    let known = try run(
      "pool", "y ~ 1 + (1 | group)", "--data", one, "--factor", "group", "--sigma-y", "2", "--sigma-alpha",
      "1", "--format", "csv")
    #expect(known.output.split(separator: "\n").count == 2)
    #expect(known.notes.contains { $0.contains("one level only") })
    #expect(throws: (any Error).self) {
      try run("pool", formula, "--data", Self.salary, "--sigma-y", "2", "--sigma-alpha", "1")
    }
  }

  @Test("a boundary fit is a result with its sentence")
  func boundary() throws {
    let path = Reference.directory.appendingPathComponent("salary/variant_a.csv").path
    let result = try run("fit", "salary ~ experience + (1 + experience | department)", "--data", path)
    #expect(result.output.contains("REML criterion at convergence"))
    #expect(
      result.notes.contains {
        $0.hasPrefix("boundary fit: the estimated correlation of (Intercept) and experience")
      })
  }

  @Test(
    "bad input names file, place, what was found and what would work",
    arguments: [
      (
        ["fit", "salary ~ exprience", "--data", salary],
        "formula: no column 'exprience' (column 10)\n  salary ~ exprience\n           ^\nthe nearest are experience"
      ),
      (["fit", "salary ~ department:", "--data", salary], "unexpected end of the formula at column 21"),
      (
        ["fit", "department ~ experience", "--data", salary],
        "seed_42.csv:2:3: 'sociology' is no number; a missing value is written NA or left empty), but here a number is needed"
      ),
      (["fit", "salary ~ experience", "--data", "/nowhere/x.csv"], "cannot read '/nowhere/x.csv'"),
      (
        ["fit", "salary ~ experience + (1 | ids)", "--data", salary],
        "100 rows in 100 levels of 'ids' leave nothing"
      ),
      (
        ["fit", "salary ~ experience + (1 | department) + (1 | ids)", "--data", salary],
        "100 rows in 100 levels of 'ids'"
      ),
      (["fit", "salary ~ experience + (1 + experience + experience | department)", "--data", salary], ""),
      (
        [
          "plot", "varying-slope", "salary ~ experience + (1 | department)", "--data", salary, "--out",
          "x.svg",
        ], "'varying-intercept' does"
      ),
      (
        ["plot", "pooling-plane", "salary ~ experience", "--data", salary, "--out", "x.svg"],
        "needs a grouping factor"
      ),
      (["fit", "salary ~ experience", "--by", "dept", "--data", salary], "no column 'dept'"),
    ])
  func faults(_ words: [String], _ message: String) throws {
    do {
      _ = try SubcommandRunner().run(words, in: CommandContext(language: .en))
      #expect(message.isEmpty, "no error: \(words)")
    } catch {
      #expect(!message.isEmpty && "\(error)".contains(message), "\(error)")
    }
  }

  @Test("plot schematic takes neither formula nor data; the other kinds need both")
  func plotSchematic() throws {
    let drawn = try run("plot", "schematic", "--out", "s.svg", "--lang", "zh", "--label", "y=pay|薪资")
    #expect(drawn.files.map(\.path) == ["s.svg"] && drawn.output.contains("纵轴为薪资"))
    expectClose(try #require(drawn.figure).height, 6.5 * 72 / 2.54, relative: 1e-12)
    for (words, message) in [
      (["schematic", Self.varying], "schematic shows no model; leave out the formula 'salary"),
      (["schematic", "--data", Self.salary], "schematic shows no data; leave out --data"),
      (["schematic", "--ml"], "leave out their options"),
      (["schematic", "--dodge", "0.5"], "--dodge is for complete-pooling"),
      (["varying-both", "--data", Self.salary], "varying-both needs a model formula"),
      (["varying-both", Self.varying], "varying-both needs --data"),
    ] {
      do {
        _ = try MultilevelLab.parseAsRoot(["plot"] + words + ["--out", "x.svg"])
        Issue.record("no error: \(words)")
      } catch {
        #expect(MultilevelLab.message(for: error).contains(message), "\(MultilevelLab.message(for: error))")
      }
    }
  }

  @Test("simulate: --out names the file that standard output would have had")
  func simulateFile() throws {
    let words = ["simulate", "salary ~ experience + (1 | department)", "--data", Self.salary, "--seed", "7"]
    let context = CommandContext(language: .en)
    let printed = try SubcommandRunner().run(words, in: context)
    let written = try SubcommandRunner().run(words + ["--out", "s.csv"], in: context)
    #expect(written.output.isEmpty && written.files.map(\.path) == ["s.csv"])
    #expect(!printed.output.isEmpty && written.files[0].bytes == Array(printed.output.utf8))
  }

  private static let varying = "salary ~ experience + (1 + experience | department)"

  @Test(
    "plot: options that would do nothing, or mean nothing, are usage errors that say what would work",
    arguments: [
      (["pooling-plane", "--order", "count"], "--order is for group-panels"),
      (["group-panels", "--ellipse", "model"], "--ellipse is for pooling-plane"),
      (["varying-both", "--dpi", "150"], "--dpi is for PNG"),
      (["design", "--ml"], "design fits no model; leave out --ml"),
      (["dumbbell", "--by", "experience"], "--by is for"),
      (["marginal-effects", "--highlight", "biology"], "--highlight is for pooling-plane"),
      (["varying-both", "--only", "biology"], "--only is for group-panels"),
      (["caterpillar", "--by", "experience"], "--by is for"),
      (["profile", "--parameter", "sigma"], "--parameter is for profile-pairs, posterior-densities"),
      (["profile", "--seed", "3"], "--seed is for bootstrap, posterior-densities"),
      (["caterpillar", "--priors", "slides"], "--priors is for posterior-densities"),
      (["predictive", "--parameter", "sigma"], "not for predictive"),
      (["effects-by-tau", "--draws", "50"], "--draws is for posterior-densities"),
      (["trace", "--draws", "0"], "--draws is 0; from 1 to 1000000 would work"),
      (["trace", "--ml"], "trace shows a posterior, not a maximum; leave out --ml"),
      (
        ["posterior-intervals", "--highlight", "biology"],
        "--highlight is for levels of a factor; add --levels"
      ),
      (["posterior-intervals", "--levels", "--parameter", "sigma"], "leave --parameter out"),
      (["bootstrap", "--replicates", "0"], "to 1000000 would work"),
      (["group-panels", "--dodge", "0.5"], "--dodge is for complete-pooling, varying-intercept"),
      (["varying-both", "--dodge", "1"], "a share from 0 to less than 1"),
      (["varying-both", "--dodge", "nan"], "a share from 0 to less than 1"),
      (["varying-both", "--y-range", "5:1"], "the smaller first"),
      (["varying-both", "--label", "salary"], "no name before '='"),
      (["varying-both", "--label", "salary=|薪资"], "leaves a name without words"),
    ])
  func plotUsage(_ options: [String], _ message: String) throws {
    let words =
      ["plot", options[0], Self.varying, "--data", Self.salary, "--out", "x.svg"] + options.dropFirst()
    do {
      _ = try MultilevelLab.parseAsRoot(words)
      Issue.record("no error: \(words)")
    } catch {
      #expect(MultilevelLab.exitCode(for: error) == .validationFailure)
      #expect(MultilevelLab.message(for: error).contains(message), "\(MultilevelLab.message(for: error))")
    }
  }

  @Test("plot: posteriors are drawn from priors and a plan, the same for one seed")
  func plotPosterior() throws {
    func plot(_ kind: String, _ options: String...) throws -> CommandResult {
      try SubcommandRunner().run(
        [
          "plot", kind, Self.varying, "--data", Self.salary, "--out", "x.svg", "--draws", "40", "--warmup",
          "60",
        ]
          + options, in: CommandContext(language: .en))
    }
    let csv = try plot("trace", "--csv", "-", "--parameter", "sigma", "--chains", "2", "--seed", "5")
    #expect(csv.output.split(separator: "\n").count == 81)
    #expect(
      try plot("trace", "--csv", "-", "--parameter", "sigma", "--chains", "2", "--seed", "5").output
        == csv.output)
    #expect(csv.notes.contains { $0.hasPrefix("Run longer") || $0.hasPrefix("Look here") })
    #expect(try plot("posterior-intervals", "--levels", "--lang", "zh").output.contains("每个水平一行"))
    #expect(throws: (any Error).self) { try plot("rank", "--priors", "slide") }
    #expect(throws: (any Error).self) { try plot("rank", "--parameter", "nothing") }
  }

  @Test("plot: a stated size that is needed works when typed; one length keeps or follows the other")
  func plotSizes() throws {
    func plot(_ options: String...) throws -> CommandResult {
      try SubcommandRunner().run(
        ["plot", "group-panels", Self.varying, "--data", Self.salary, "--out", "x.svg"] + options,
        in: CommandContext(language: .en))
    }
    do {
      _ = try plot("--width", "5cm", "--height", "4cm")
      Issue.record("5 × 4 cm was enough")
    } catch {
      let text = "\(error)"
      let sizes = text.split(separator: " ").compactMap { Double($0) }
      try #require(sizes.count == 4 && text.contains("would do"), "\(text)")
      let drawn = try plot("--width", "\(sizes[2])cm", "--height", "\(sizes[3])cm")
      expectClose(try #require(drawn.figure).width, sizes[2] * 72 / 2.54, relative: 1e-15)
    }
    let high = try #require(try plot("--height", "20cm").figure)
    expectClose(high.width, 16 * 72 / 2.54, relative: 1e-15)
    expectClose(high.height, 20 * 72 / 2.54, relative: 1e-15)
    let wide = try #require(try plot("--width", "24cm").figure)
    // Panels keep their shape; texts do not grow.
    #expect(wide.height / wide.width > 0.6 && wide.height / wide.width < 11.0 / 16)
  }

  @Test(
    "plot: --only, --by, --grouping and --highlight reach the figures of groups; a choice of panels is said")
  func plotGroups() throws {
    func plot(_ kind: String, _ formula: String, _ data: String, _ options: String...) throws -> CommandResult
    {
      try SubcommandRunner().run(
        ["plot", kind, formula, "--data", data, "--out", "x.svg"] + options,
        in: CommandContext(language: .en))
    }
    let one = try plot("group-panels", Self.varying, Self.salary, "--only", "biology")
    #expect(one.output.hasPrefix("1 panel of 5 groups") && one.notes.isEmpty)
    let exam = Reference.directory.appendingPathComponent("lmm/exam.csv").path
    let many = try plot("group-panels", "normexam ~ standLRT + (1 | school)", exam, "--factor", "school")
    #expect(many.notes.contains { $0.hasPrefix("note: 24 of 65 groups have panels") })
    let formula = "normexam ~ standLRT + schavg + (1 | school)"
    let line = try plot("group-regression", formula, exam, "--factor", "school", "--by", "schavg")
    #expect(line.output.hasPrefix("65 groups (school); schavg from"))
    let crossed = "diameter ~ 1 + (1 | plate) + (1 | sample)"
    let sample = try plot(
      "group-coefficients", crossed, Reference.directory.appendingPathComponent("lmm/penicillin.csv").path,
      "--grouping", "sample",
      "--highlight", "F")
    #expect(sample.output.hasPrefix("6 levels of sample"))
    for (kind, options) in [
      ("group-panels", ["--only", "biologie"]), ("shrinkage-matrix", ["--highlight", "biologie"]),
    ] {
      do {
        _ = try SubcommandRunner().run(
          ["plot", kind, Self.varying, "--data", Self.salary, "--out", "x.svg"] + options,
          in: CommandContext(language: .en))
        Issue.record("\(options) was taken")
      } catch { #expect("\(error)".contains("has no level 'biologie'; it has biology")) }
    }
  }

  @Test("plot: --csv - prints the numbers; labels rename columns and levels; --dodge and --y-range are said")
  func plotWords() throws {
    func plot(_ options: String..., kind: String = "varying-both") throws -> CommandResult {
      try SubcommandRunner().run(
        ["plot", kind, Self.varying, "--data", Self.salary, "--out", "x.svg"] + options,
        in: CommandContext(language: .en))
    }
    let csv = try plot("--csv", "-")
    #expect(csv.output.hasPrefix("group,x,y,line\n") && csv.files.map(\.path) == ["x.svg"])
    let named = try plot(
      "--dodge", "0.6", "--label", "department=faculty|学院", "--label", "biology=Biology|生物", "--label",
      "experience=service [years, per year]|工龄 [年, 每年]")
    #expect(named.figure?.caption == "Points of one service are set side by side by faculty.")
    #expect(named.output.contains("Biology: intercept") && !named.output.contains("biology"))
    let plane = try plot("--label", "experience=service [years, per year]|工龄 [年, 每年]", kind: "pooling-plane")
    #expect(plane.output.contains("salary on service"))
    for (label, message) in [
      ("ids=number", "columns are salary, experience, department; levels are biology, english"),
      ("biology=Biology [m]", "levels have none"),
    ] {
      do {
        _ = try plot("--label", label)
        Issue.record("\(label) was taken")
      } catch { #expect("\(error)".contains(message), "\(error)") }
    }
    #expect(
      try plot("--y-range", "50000:100000").notes.contains { $0.contains("outside the range 50000:100000") })
  }

  @Test("plot: a design needs no model that can be fitted; --by names a predictor")
  func plotDesign() throws {
    let context = CommandContext(language: .en)
    func plot(_ words: String...) throws -> CommandResult {
      try SubcommandRunner().run(["plot"] + words + ["--data", Self.salary, "--out", "x.svg"], in: context)
    }
    // One level a row: no mixed model, but a design.
    let rows = try plot("design", "salary ~ 1 + (1 | department) + (1 | experience)")
    #expect(rows.output.hasPrefix("100 rows. department (5 levels) by experience (10 levels): "))
    do {
      _ = try plot("design", "salary ~ experience")
      Issue.record("a formula without a bar was taken")
    } catch {
      #expect("\(error)".contains("has no grouping factor; a random-effects term names one"), "\(error)")
    }
    let effect = try plot("marginal-effects", Self.varying, "--by", "experience", "--csv", "-")
    #expect(effect.output.hasPrefix("group,x,mean,se,low,high,group.low,group.high\n,0,"))
    do {
      _ = try plot("marginal-effects", Self.varying, "--by", "age")
      Issue.record("a column that is no predictor was taken")
    } catch { #expect("\(error)" == "'age' is no predictor of the model; its predictors are experience") }
  }

  @Test("labels: words, unit and singular unit in two languages")
  func labels() throws {
    let full = try NameLabel(parsing: "experience=work experience [years, per year]|工作年限 [年，每年]")
    #expect(
      full.name == "experience" && full.words.english == "work experience" && full.words.chinese == "工作年限")
    #expect(full.unit.english == "years" && full.unit.chinese == "年")
    #expect(full.singularUnit.english == "year" && full.singularUnit.chinese == "年")
    let plain = try NameLabel(parsing: "a=b = c")
    #expect(plain.words == LocalizedText("b = c") && !plain.hasUnit)
    let unit = try NameLabel(parsing: "salary=salary [USD, 2020]")
    #expect(unit.unit.english == "USD, 2020" && unit.singularUnit.english.isEmpty)
  }

  @Test("explain: the words of --label stand for columns, in both languages")
  func explainLabels() throws {
    let words = [
      "explain", Self.varying, "--label", "department=faculty|院系", "--label",
      "experience=years of service|工作年限 [年]", "--label", "salary=pay|薪资",
    ]
    func explain(_ more: String...) throws -> String {
      try SubcommandRunner().run(words + more, in: CommandContext(language: .en)).output
    }
    let english = try explain()
    #expect(english.contains("where y = pay, x = years of service, j[i] is the faculty of observation i."))
    #expect(english.contains("slope of years of service of faculty j"))
    #expect(english.contains("Model: " + Self.varying))
    let chinese = try explain("--lang", "zh", "--format", "markdown")
    #expect(chinese.contains("每个院系有自己的截距和工作年限的斜率，它们可以相关。"))
    #expect(chinese.contains("：第 $j$ 个院系的截距"))
    #expect(chinese.contains("其中 $y$ = 薪资，$x$ = 工作年限，$j[i]$ 是观测 $i$ 所属的院系。"))
    #expect(try explain("--format", "markdown").contains("intercept of faculty $j$"))
    do {
      _ = try explain("--label", "biology=Biology")
      Issue.record("a level was taken for a column")
    } catch { #expect("\(error)".contains("columns are salary, experience, department")) }
  }

  @Test("doctor tells versions, fonts, BLAS and library paths")
  func doctor() throws {
    let output = try run("doctor").output
    for part in ["Cairo", "Pango", "HarfBuzz", "fontconfig", "libdeflate"] {
      let row = try #require(output.split(separator: "\n").first { $0.hasPrefix(part) })
      #expect(row.contains("/lib") && row.contains(".so"), "\(row)")
    }
    #expect(
      output.contains("font, Latin") && output.contains("font, Chinese") && output.contains("BLAS"))
  }

  @Test("a bad CSV says file, line and column")
  func badCSV() throws {
    try TemporaryFolder.use { folder in
      let ragged = try folder.file("ragged.csv", "a,b\n1,2\n3\n")
      do {
        _ = try run("fit", "a ~ b", "--data", ragged)
        Issue.record("a ragged file was read")
      } catch {
        let text = "\(error)"
        #expect(text.contains(ragged + ":3"), "\(text)")
      }
    }
  }

  @Test("files appear whole or not at all")
  func atomicWriting() throws {
    try TemporaryFolder.use { try atomicWriting(in: $0.path) }
  }

  private func atomicWriting(in place: String) throws {
    let folder = place + "/output"
    #expect(throws: FileWritingError.self) {
      try FileWriting.write([OutputFile(path: "a/b.txt", bytes: [1, 2])], into: folder)
    }
    try FileWriting.write([OutputFile(path: "a/b.txt", bytes: [1, 2])], into: folder, makingFolders: true)
    #expect(throws: FileWritingError.isFolder(folder + "/a")) {
      try FileWriting.write([OutputFile(path: "a", bytes: [1])], into: folder)
    }
    #expect(throws: FileWritingError.twice("a/x")) {
      let file = OutputFile(path: "a/x", bytes: [1])
      try FileWriting.write([file, file], into: folder)
    }
    #expect(FileManager.default.contents(atPath: folder + "/a/b.txt") == Data([1, 2]))
    // The second path has a file where it needs a folder: nothing of the first is left behind.
    #expect(throws: FileWritingError.self) {
      try FileWriting.write(
        [OutputFile(path: "a/c.txt", bytes: [3]), OutputFile(path: "a/b.txt/d.txt", bytes: [4])], into: folder
      )
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a") == ["b.txt"])
    #expect(throws: FileWritingError.self) {
      try FileWriting.write([OutputFile(path: "/dev/full", bytes: [1])])
    }
  }

  @Test(
    "R lines of every command that fits",
    arguments: [
      (["anova"], "anova(fit, type = 3, ddf = \"Satterthwaite\")"),
      (["anova", "--df", "none"], "anova(fit)"),
      (["intervals"], "confint(fit, level = 0.95, method = \"profile\", oldNames = FALSE)"),
      (["intervals", "--method", "bootstrap", "--seed", "4"], "nsim = 1000, seed = 4"),
      (["simulate", "--n", "2", "--random", "fitted"], "simulate(fit, nsim = 2, seed = 1, use.u = TRUE)"),
      (["predict", "--random", "(1 | Subject)"], "predict(fit, df, re.form = ~ (1 | Subject))"),
      (["predict", "--random", "none", "--newdata", "n.csv"], "predict(fit, rows, re.form = NA)"),
      (["augment"], "hatvalues(fit)"),
      (["augment", "--by", "Subject"], "influence(fit, groups = \"Subject\")"),
    ])
  func rLines(_ words: [String], _ expected: String) throws {
    let data = Self.sleep
    let formula = "Reaction ~ Days + (Days | Subject)"
    var own = words.map { $0 == "n.csv" ? data : $0 }
    own.insert(formula, at: 1)
    let result = try SubcommandRunner().run(
      own + ["--data", data, "--r-code"], in: CommandContext(language: .en))
    #expect(result.output.contains(expected) && result.output.contains("lmer(\(formula), data = df)"))
  }

  @Test("augment --by: a combination in any order, a column in backquotes")
  func augmentBy() throws {
    let data = Reference.directory.appendingPathComponent("lmm/pastes.csv").path
    func output(_ formula: String, _ by: String, _ more: String...) throws -> String {
      try SubcommandRunner().run(
        ["augment", formula, "--data", data, "--by", by] + more, in: CommandContext(language: .en)
      ).output
    }
    let nested = "strength ~ 1 + (1 | batch/cask)"
    let whole = try output(nested, "cask:batch")
    for by in ["batch:cask", "`batch`:cask", "(cask:batch)"] { #expect(try output(nested, by) == whole) }
    #expect(try output(nested, "`batch`") == output(nested, "batch"))
    // A combination that is no factor of the model has the same rows left out.
    let other = try output("strength ~ 1 + (1 | batch)", "batch:cask")
    #expect(other.split(separator: "\n").count == whole.split(separator: "\n").count)
    #expect(try output(nested, "batch:cask", "--r-code").contains("groups = \"cask:batch\""))
    let error = #expect(throws: FormulaError.self) { try output(nested, "batch:csk") }
    #expect("\(error!)".hasPrefix("no column 'csk'; the nearest are cask"))
  }

  @Test("a model without fixed terms has nothing to test")
  func emptyAnova() throws {
    let result = try SubcommandRunner().run(
      ["anova", "salary ~ 0 + (1 | department)", "--data", Self.salary], in: CommandContext(language: .en))
    #expect(result.output.hasSuffix("<0 rows> (no term to test in the fixed part)\n"))
  }

  @Test("rows and explanations in every form", arguments: ["csv", "text", "json", "markdown"])
  func forms(_ format: String) throws {
    let data = Reference.directory.appendingPathComponent("lmm/pastes.csv").path
    let formula = "strength ~ 1 + (1 | batch/cask)"
    for words in [
      ["predict", formula, "--data", data], ["simulate", formula, "--data", data],
      ["augment", formula, "--data", data], ["explain", formula, "--data", data],
      ["augment", formula, "--data", data, "--by", "batch"],
    ] {
      let output = try SubcommandRunner().run(
        words + ["--format", format], in: CommandContext(language: .en)
      ).output
      #expect(!output.isEmpty)
      if format == "json" { #expect(try JSON(parsing: Data(output.utf8)).array.count > 0) }
    }
  }

  @Test("R lines that compare models")
  func comparedInR() throws {
    let data = Self.sleep
    let result = try SubcommandRunner().run(
      [
        "compare", "Reaction ~ Days", "Reaction ~ Days + (1 | Subject)", "--data", data, "--r-code",
      ], in: CommandContext(language: .en))
    #expect(result.output.contains("m1 <- lm(Reaction ~ Days, data = df)\n"))
    #expect(result.output.hasSuffix("REML = FALSE)\nanova(m2, m1)\n"))
  }
}

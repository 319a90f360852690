import ArgumentParser
import Glibc
import Labs
import MixedModels
import ModelFormula
import Reporting
import Tables

/// `mlm compare`: models of one response side by side.
struct CompareCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "AIC, BIC and likelihood-ratio tests of several models, as R's anova.",
    usage: "mlm compare <formula> <formula> ... --data <F.csv> [<options>]",
    discussion: """
      Models are called m1, m2, … in the order given, and stand in the order of
      their numbers of parameters; each is tested against the one before it, if
      that is within it. They are fitted by maximum likelihood. Where a variance
      is tested at the boundary of its range, Pr(boundary) is the p value and the
      naive one stands beside it (p.value and p.naive in json and csv): by a
      mixture of chi-squared for many groups; if groups are fewer than 30, by
      draws from the exact null distribution for one variance against a model
      without bars, and by 1000 bootstrap replicates otherwise, unless p is far
      below what those can tell; so, too, for several variances at once. Where
      refitting takes long that is left to you (a note says so): --replicates
      simulates all tests, exactly where that is possible; replicate r depends on
      the seed and r alone.

      With --family models are generalized; their likelihoods have all constants, so
      that those with and without bars compare.

      Example: mlm compare "y ~ x + (1 | g)" "y ~ x + (x | g)" --data d.csv
      Example: mlm compare "y ~ 1 + (1|a)" "y ~ 1 + (1|a) + (1|b)" --data d.csv
      """)

  @Argument(
    help: "Model formulas, with and without random-effects terms, of one grouping factor or several.")
  var formulas: [String]

  @OptionGroup var input: DataOptions
  @OptionGroup var distribution: FamilyOptions
  @OptionGroup var columns: RoleOptions

  @Flag(
    name: .long,
    help: "Factor crossed factors of very many levels exactly, however long it takes.")
  var exact = false

  @Flag(name: .long, help: "Compare restricted likelihoods; the fixed parts must be the same.")
  var reml = false

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Simulate the tests' null distributions with n bootstrap replicates.", valueName: "n"),
    transform: number("a whole number from 1"))
  var replicates: Int?

  @Option(
    name: .long, parsing: .unconditional,
    help: ArgumentHelp("Seed of simulated null distributions (default: 1).", valueName: "S"),
    transform: number("a whole number from 0"))
  var seed: UInt64?

  @Option(name: .long, help: "Form of the output: text, json, csv or markdown.")
  var format: OutputFormat = .text

  @OptionGroup var words: LanguageOption
  @OptionGroup var code: RCodeOption

  func validate() throws {
    if distribution.family != nil {
      if reml {
        throw ValidationError("--reml compares linear models; generalized ones have no restricted likelihood")
      }
      if exact { throw ValidationError("--exact is for linear models; leave it out") }
    }
    if formulas.count < 2 { throw ValidationError("a comparison needs two formulas or more") }
    if let replicates, !(1...1_000_000).contains(replicates) {
      throw ValidationError("--replicates is \(replicates); from 1 to 1000000 would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let formulas = try formulas.map { try ModelFormula($0) }
    if code.rCode {
      return CommandResult(
        output: RCode.comparison(
          formulas, file: input.data, method: reml ? .reml : .ml, roles: columns.roles,
          distribution: distribution.specification, options: input.reading.options))
    }
    let table = try input.table(in: context)
    if !formulas.contains(where: { !$0.randomTerms.isEmpty }), let first = formulas.first {
      try distribution.check(first, offer: .all)
    }
    try columns.check(formulas, table, takesFactors: distribution.family == .binomial)
    let simulation = NullSimulation(
      replicates: replicates, seed: seed ?? context.seed.map { UInt64(bitPattern: Int64($0)) } ?? 1,
      threads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let comparison = try ModelComparison(
      formulas, data: table, roles: columns.roles, method: reml ? .reml : .ml,
      distribution: distribution.specification, simulation: simulation, exact: exact)
    let isSimulated = comparison.rows.contains { $0.test?.simulation != nil }
    return CommandResult(
      output: format == .text ? comparison.text() : comparison.tidyTable.text(in: format),
      notes: comparison.notes(in: words.language(in: context).ofSentences),
      echo: isSimulated
        ? "seed \(simulation.seed)" + (replicates.map { ", replicates \($0)" } ?? "") : nil,
      estimates: comparison.estimates)
  }
}

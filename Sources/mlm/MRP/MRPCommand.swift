import ArgumentParser

/// `mlm mrp`: multilevel regression and poststratification.
struct MRPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mrp",
    abstract: "Multilevel regression and poststratification: a survey and a census give estimates of areas.",
    discussion: """
      Example: mlm data design survey.yml --out survey.csv --census cells.csv
               mlm mrp "y ~ gender + age + gdp + (1 | region) + (1 | province)" --family binomial --data survey.csv \
      --census cells.csv --by region --by province --truth truth

      Estimates are by maximum likelihood with draws around it, or with --bayes from the posterior distribution, as 'mlm bayes' draws it \
      (mlm mrp estimate --help).
      """,
    subcommands: [MRPEstimateCommand.self, MRPFigureCommand.self, MRPReplicateCommand.self],
    defaultSubcommand: MRPEstimateCommand.self)
}

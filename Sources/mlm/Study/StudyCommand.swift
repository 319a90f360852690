import ArgumentParser
import CommandSupport

/// `mlm study`: Monte Carlo studies.
struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Monte Carlo studies: what designs and pooling strategies do, over many replicates.",
    discussion: """
      A study is a YAML file: a design, a grid over its parameters, a number of replicates, the strategies that are compared. 'run' does all on this \
      machine; 'plan', 'work', 'merge' do it on many. Results are the same bytes for any number of threads, tasks, machines and interruptions.

        study: Shrinkage against J and n   # title
        seed: 1                            # of all random numbers
        replicates: 2000                   # data sets of each cell
        design:                            # or the path of a file with one
          parameters: {J: 10, n: 5}        # named numbers
          levels: {school: J, pupil: {per: school, size: n}}
          response:
            formula: "y ~ 1 + (1 | school)"
            beta: [1]
            sd: {school: 2, residual: 4}
        grid: {J: [3, 10], n: [2, 20]}     # 4 cells: every combination
        strategies:                        # or a list: [complete, reml]
          reml: {}                         # complete none lsdv reml ml oracle
          by ML: {method: ml, formula: "y ~ 1 + (1 | school)"}
          bayes: {priors: default}         # slides, slides-sd, or by parameter

      labs/studies/README.md of the source tree has the whole language and what each number of the results means.

      Example: mlm study run shrinkage.yml --out shrinkage
      """,
    subcommands: [
      StudyRunCommand.self, StudyPlanCommand.self, StudyWorkCommand.self, StudyStatusCommand.self,
      StudyMergeCommand.self, StudyReplayCommand.self, StudyScriptCommand.self, StudyFigureCommand.self,
      StudyTableCommand.self, StudyReportCommand.self,
    ])
}

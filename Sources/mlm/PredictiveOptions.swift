import ArgumentParser
import BayesianModels
import Estimates
import Labs
import Reporting

/// What is asked of a Bayesian fit's predictions.
struct PredictiveOptions: ParsableArguments {
  @Flag(
    name: .long,
    help:
      "Add a posterior predictive check: numbers of the data among those of data replicated from the model.")
  var check = false

  @Flag(name: .long, help: "Add leave-one-out cross-validation by Pareto-smoothed importance sampling.")
  var loo = false

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Another formula for the same rows, compared with the first by leave-one-out; may be repeated.",
      valueName: "FORMULA"))
  var versus: [String] = []

  @Flag(
    name: .customLong("prior-only"),
    help: "Draw from the priors alone, without the data's likelihood, and check what data they make.")
  var priorOnly = false

  func validate() throws {
    if priorOnly, loo || !versus.isEmpty {
      throw ValidationError(
        "--prior-only has no likelihood to leave rows out of; leave --loo and --versus out")
    }
  }

  /// Refuses models of different rows.
  static func checkRows(_ models: [BayesianMixedModel]) throws {
    let first = models[0].model
    for (k, model) in models.enumerated() where model.model.frame.response != first.frame.response {
      let (own, other) = (model.model.formula.response.text, first.formula.response.text)
      guard own == other else {
        throw ValidationError(
          "m\(k + 1) has the response \(own), m1 \(other): densities of different quantities do not compare; models of the same response would work"
        )
      }
      throw ValidationError(
        "m\(k + 1) (\(model.model.formula.text)) has another response or other rows (\(model.model.frame.response.count)) than m1 "
          + "(\(first.frame.response.count)); models compare on the same rows, so take out rows with missing values first"
      )
    }
  }

  /// Refuses draws of which no tail can be told.
  static func checkDraws(_ count: Int, _ option: String) throws {
    if count < 100 {
      throw ValidationError(
        "\(option) needs 100 draws or more of all chains together, not \(count); raise --draws")
    }
  }

  /// Adds what is asked for to what is told of the draws.
  /// - Returns: the same for a JSON document.
  func add(
    to result: inout CommandResult, _ report: BayesianReport, _ format: OutputFormat, _ language: Language
  ) throws -> [(String, JSONValue)] {
    var documents: [(String, JSONValue)] = []
    let count = report.fit.drawCount * report.fit.chainCount
    if loo { try PredictiveOptions.checkDraws(count, "--loo") }
    if check || priorOnly { try PredictiveOptions.checkDraws(count, check ? "--check" : "--prior-only") }
    if check || priorOnly {
      let found = PredictiveCheck(report.fit, level: report.level)
      for row in found.estimates.rows { result.estimates.append(row) }
      documents.append((priorOnly ? "prior_check" : "check", found.document))
      switch format {
      case .text:
        result.output +=
          "\n" + found.table(in: language, isPrior: priorOnly).text() + "\n"
          + found.sentence(in: language, isPrior: priorOnly) + "\n"
      case .markdown:
        result.output +=
          "\n" + found.table(in: language, isPrior: priorOnly).markdown() + "\n"
          + found.sentence(in: language, isPrior: priorOnly) + "\n"
      case .csv, .json: result.notes.append(found.sentence(in: language, isPrior: priorOnly))
      }
    }
    if loo {
      let found = try report.fit.leaveOneOut()
      for row in found.estimates.rows { result.estimates.append(row) }
      documents.append(("loo", found.document))
      switch format {
      case .text:
        result.output += "\n" + found.table(in: language).text() + "\n" + found.sentence(in: language) + "\n"
      case .markdown:
        result.output +=
          "\n" + found.table(in: language).markdown() + "\n" + found.sentence(in: language) + "\n"
      case .csv, .json: result.notes.append(found.sentence(in: language))
      }
    }
    return documents
  }
}

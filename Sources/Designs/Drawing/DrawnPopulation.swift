import Distributions
import Tables

/// All rows of one draw of a design: the population of a survey, or the data where no sample is drawn.
public struct DrawnPopulation: Sendable {
  /// What a survey needs beside the rows.
  struct Survey: Sendable {
    /// For each row its weight.
    let weights: [Double]
    let census: PopulationCensus
  }

  /// The rows.
  public let table: DataTable
  /// What is true of all of them.
  public let truth: DesignTruth
  let survey: Survey?

  /// The population, cell by cell; nil where the design has no sample.
  public var census: PopulationCensus? { survey?.census }

  /// A sample, drawn by the design's law; all rows where it has none.
  /// - Throws: `DesignFault` for a population with fewer rows that can be drawn than the sample has.
  public func sample<Stream: VariateStream>(from stream: inout Stream) throws(DesignFault) -> DrawnData {
    guard let survey, let law = truth.plan.sample?.law else {
      return DrawnData(table: table, truth: truth)
    }
    let drawable = survey.weights.count { $0 > 0 }
    guard law.size <= drawable else {
      throw DesignFault(
        ["sample", "size"],
        "\(law.size) of \(drawable) rows"
          + (drawable < table.rowCount ? " with a weight above 0 (of \(table.rowCount))" : "")
          + " in this draw; at most \(drawable) would work")
    }
    let keys = survey.weights.map { stream.exponential() / $0 }
    // The smallest; of equal ones the first.
    let last = keys.sorted()[law.size - 1]
    var ties = law.size - keys.count { $0 < last }
    let rows = keys.indices.filter { row in
      if keys[row] == last { ties -= 1 }
      return keys[row] < last || keys[row] == last && ties >= 0
    }
    let own = table.selecting(rows: rows)
    return DrawnData(table: own, truth: truth.sampling(rows, own, census: survey.census.sampling(rows)))
  }
}

import Tables

/// One data set drawn from a design, and what is true of it.
public struct DrawnData: Sendable {
  /// Columns: the levels and the predictors as listed, the response last (of a binomial response, the number
  /// of trials behind it).
  public let table: DataTable
  /// The truth of this draw. Its numbers are made when they are asked for.
  public let truth: DesignTruth

  /// The population behind a sample, cell by cell; nil where all rows are the data.
  public var census: PopulationCensus? { truth.census }
}

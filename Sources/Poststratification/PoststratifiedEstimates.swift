import Reporting
import Tables

/// What one fit and a census say of a population: the mean of everyone, and of the groups of some columns.
public struct PoststratifiedEstimates: Sendable {
  /// The mean of all people.
  public let overall: AreaEstimate
  /// One table for each column asked for.
  public let tables: [AreaTable]
  /// For each cell of the census its mean by the model; NaN where nobody lives.
  public let cellMeans: [Double]
  /// The census with the columns of the model.
  public let census: Census
  /// How the survey and the census meet.
  public let coverage: SurveyCoverage
  /// The model fitted to the survey.
  public let fit: SurveyFit
  /// The specification of the model.
  public let model: SurveyModel
  /// Draws behind the intervals; 0 for none.
  public let drawCount: Int
  /// Their seed.
  public let seed: UInt64
  /// The level of the intervals.
  public let level: Double
  /// Terms that others of the formula span.
  public let redundantTerms: [RedundantTerm]
  /// The posterior behind estimates and intervals; nil where these are of the fit, given its variances.
  public let posterior: BayesianReport?

  /// Whether the numbers mean something: a likelihood without a maximum leaves a posterior all the same.
  public var areMeaningful: Bool { posterior != nil || fit.hasMaximum }
}

/// Estimates of the groups of one column.
public struct AreaTable: Sendable {
  /// The column, or crossing.
  public let by: String
  /// Its groups, sorted as levels.
  public let rows: [AreaEstimate]
}

/// One group of people: what the survey says of it, and what the model makes of that.
public struct AreaEstimate: Sendable, Equatable {
  /// The group; empty for everyone.
  public let level: String
  /// Respondents of the survey in it (of used rows): trials of a binomial response, otherwise rows; nil where
  /// neither a column of the survey nor the rows' cells tell.
  public let sampleCount: Int?
  /// People in it, by the census.
  public let populationCount: Double
  /// Their share of all.
  public let share: Double
  /// The mean of the survey's rows, as they are; NaN without rows.
  public let rawMean: Double
  /// Its standard error, as of a simple random sample; NaN for fewer than 2 respondents.
  public let rawStandardError: Double
  /// No pooling: the survey's mean in each cell, weighted by the census. NaN unless the survey has every cell of the group.
  public let cellwiseMean: Double
  /// Its standard error, √Σ (N_c/N)² s²_c/n_c; NaN unless every cell has 2 respondents.
  public let cellwiseStandardError: Double
  /// The model's means of the survey's rows, unweighted: what the model does without the census.
  public let unweightedMean: Double
  /// MRP: Σ N_c μ_c / Σ N_c at the conditional modes, where effects of levels that the survey has not seen are 0; the mean of the posterior's draws where
  /// there is one.
  public let estimate: Double
  /// The SD of the draws; NaN without draws.
  public let standardError: Double
  /// Lower limit, a quantile of the draws; NaN without draws.
  public let lower: Double
  /// Upper limit.
  public let upper: Double
  /// The true mean by the census' column of them; nil where none was named.
  public let truth: Double?
  /// Rows of the census with people in the group.
  public let cellCount: Int
  /// How many of them have somebody in the survey.
  public let seenCellCount: Int

  /// MRP less raw.
  public var movement: Double { estimate - rawMean }
}

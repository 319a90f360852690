/// log p(y_i | parameters) of every observation i under every posterior draw: all that cross-validation needs
/// to know of a fit.
public struct PointwiseLogLikelihood: Sendable {
  /// n, number of observations.
  public let observationCount: Int
  /// S, number of draws of all chains together.
  public let drawCount: Int
  /// log p of observation i under draw s at i·S + s.
  public let values: [Double]

  /// From values that lie observation after observation.
  ///
  /// - Parameters:
  ///   - values: log p of observation i under draw s at i · `drawCount` + s.
  ///   - drawCount: S.
  /// - Throws: `PredictionError.notFinite` for a value that is NaN or infinite: the observation is impossible
  ///   under that draw.
  /// - Precondition: a whole, positive number of observations, each with at least two draws.
  public init(_ values: [Double], drawCount: Int) throws(PredictionError) {
    precondition(
      drawCount > 1 && !values.isEmpty && values.count % drawCount == 0,
      "\(values.count) values for \(drawCount) draws")
    if let bad = values.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(observation: bad / drawCount, draw: bad % drawCount, value: values[bad])
    }
    self.values = values
    self.drawCount = drawCount
    observationCount = values.count / drawCount
  }

  /// From one row of draws for each observation.
  /// - Throws, precondition: as `init(_:drawCount:)`; all rows have the same length.
  public init(rows: [[Double]]) throws(PredictionError) {
    let drawCount = rows.first?.count ?? 0
    for row in rows { precondition(row.count == drawCount, "rows of \(drawCount) and of \(row.count) draws") }
    try self.init(Array(rows.joined()), drawCount: drawCount)
  }

  /// log p of one observation under every draw.
  public subscript(observation: Int) -> [Double] {
    Array(values[observation * drawCount..<(observation + 1) * drawCount])
  }
}

/// What the data have wrong for estimates of predictive accuracy.
public enum PredictionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A log-likelihood is no number; observation and draw count from 0.
  case notFinite(observation: Int, draw: Int, value: Double)
  /// Two fits do not have the same number of observations.
  case differentObservations(first: String, count: Int, other: String, otherCount: Int)

  /// The fault in a sentence; rows and draws count from 1.
  public var description: String {
    switch self {
    case .notFinite(let observation, let draw, let value):
      "row \(observation + 1) has log-likelihood \(value) under draw \(draw + 1); "
        + "every row must be possible under every draw"
    case .differentObservations(let first, let count, let other, let otherCount):
      "fit '\(first)' has \(count) rows, fit '\(other)' \(otherCount); compare fits of the same rows"
    }
  }
}

import Studies
import StudyResults

/// What a figure of a study shows of every cell and strategy.
public enum StudyQuantity: Sendable, Equatable {
  /// A measure of an estimand.
  case measure(Measure, estimand: String)
  /// Root mean squared error of an estimand over that of complete or no pooling: the square root of a ratio of mean squared errors.
  case relativeError(estimand: String, toNone: Bool)
  /// How often a strategy ends in a status.
  case rate(ReplicateStatus)

  /// The number of a cell; nil where the strategy has none.
  func number(in measured: MeasuredStudy, _ strategy: String, cell: Int) -> MeasuredNumber? {
    switch self {
    case .measure(let measure, let estimand):
      return measured.measure(measure, of: estimand, by: strategy, cell: cell)
    case .relativeError(let estimand, let toNone):
      let ratio = measured.measure(
        toNone ? .mseVersusNone : .mseVersusComplete, of: estimand, by: strategy, cell: cell)
      return ratio.map {
        let root = $0.value.squareRoot()
        // The delta method.
        return MeasuredNumber(
          root, error: root > 0 ? $0.error / (2 * root) : .nan, count: $0.count, total: $0.total)
      }
    case .rate(let status):
      // Where no replicate has a fit, none can be on the boundary or inside.
      let isOfFits = status != .unidentified && status != .error
      if isOfFits, StudyQuantity.hasNoFit(in: measured, strategy, cell: cell) { return nil }
      return measured.status(status, of: strategy, cell: cell)
    }
  }

  /// Whether every replicate of a cell ended without a fit: the model is not identified there, or it failed.
  static func hasNoFit(in measured: MeasuredStudy, _ strategy: String, cell: Int) -> Bool {
    let without = [ReplicateStatus.unidentified, .error].compactMap {
      measured.status($0, of: strategy, cell: cell)
    }
    guard let total = without.first?.total, total > 0 else { return false }
    return without.reduce(0) { $0 + $1.count } == total
  }

  /// The estimand; nil for rates.
  var estimand: String? {
    switch self {
    case .measure(_, let estimand), .relativeError(let estimand, _): estimand
    case .rate: nil
    }
  }

  /// The value that a level line marks: where nothing is gained or lost, or what is promised.
  func reference(in measured: MeasuredStudy) -> Double? {
    switch self {
    case .relativeError: 1
    case .rate: nil
    case .measure(let measure, _):
      switch measure {
      case .bias, .weightExcess: 0
      case .coverage: measured.study.level
      case .mseVersusComplete, .mseVersusNone, .typeM: 1
      case .nearerThanComplete, .nearerThanNone: 0.5
      default: nil
      }
    }
  }

  /// Whether ratios of values matter, so that a logarithmic axis serves where they are far apart.
  var isRatio: Bool {
    switch self {
    case .relativeError: true
    case .rate: false
    case .measure(let measure, _):
      switch measure {
      case .rmse, .empiricalSE, .modelSE, .width, .mseVersusComplete, .mseVersusNone, .typeM: true
      default: false
      }
    }
  }

  /// Whether the number is a share of replicates.
  var isRate: Bool {
    switch self {
    case .rate: true
    case .relativeError: false
    case .measure(let measure, _): measure.isRate
    }
  }
}

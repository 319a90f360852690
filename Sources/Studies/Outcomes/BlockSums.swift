/// The sums of one block of replicates: statuses of each strategy, and the sums of each estimand by status.
///
/// Filled in the order of the replicates, merged in the order of the blocks: the same bits for any number of threads, tasks and restarts.
public struct BlockSums: Sendable, Equatable {
  /// Number of strategies.
  let strategyCount: Int
  /// Number of estimands.
  let estimandCount: Int
  /// How often each strategy ended in each status: strategy after strategy.
  package private(set) var statuses: [Int]
  /// `EstimandSums` of each strategy, estimand and status that has estimates, in this order.
  package private(set) var sums: [Double]

  /// Nothing summed yet.
  init(strategyCount: Int, estimandCount: Int) {
    self.strategyCount = strategyCount
    self.estimandCount = estimandCount
    statuses = [Int](repeating: 0, count: strategyCount * ReplicateStatus.allCases.count)
    sums = [Double](
      repeating: 0,
      count: strategyCount * estimandCount * ReplicateStatus.estimatedCount * EstimandSums.count)
  }

  /// Sums read from a file; nil if their numbers do not fit.
  init?(strategyCount: Int, estimandCount: Int, statuses: [Int], sums: [Double]) {
    self.init(strategyCount: strategyCount, estimandCount: estimandCount)
    guard statuses.count == self.statuses.count, sums.count == self.sums.count else { return nil }
    self.statuses = statuses
    self.sums = sums
  }

  /// Adds the sums of the next block.
  mutating func merge(_ next: BlockSums) {
    precondition(
      next.statuses.count == statuses.count && next.sums.count == sums.count, "sums of another study")
    for k in statuses.indices { statuses[k] += next.statuses[k] }
    for k in sums.indices { sums[k] += next.sums[k] }
  }

  /// How often a strategy ended in a status.
  package func count(of status: ReplicateStatus, strategy: Int) -> Int {
    statuses[strategy * ReplicateStatus.allCases.count + status.index]
  }

  /// Replicates summed.
  package var replicates: Int { statuses[0..<ReplicateStatus.allCases.count].reduce(0, +) }

  /// Where the sums of a strategy's estimand begin for a status.
  func place(strategy: Int, estimand: Int, status: Int) -> Int {
    ((strategy * estimandCount + estimand) * ReplicateStatus.estimatedCount + status) * EstimandSums.count
  }

  fileprivate mutating func withMemory(
    _ body: (UnsafeMutablePointer<Int>, UnsafeMutablePointer<Double>) -> Void
  ) {
    statuses.withUnsafeMutableBufferPointer { counts in
      sums.withUnsafeMutableBufferPointer { numbers in
        body(counts.baseAddress!, numbers.baseAddress!)
      }
    }
  }
}

/// Adds replicates to sums. One for a thread; allocates nothing per replicate.
final class ReplicateSummation {
  private var critical: CriticalValues
  private let complete, none: Int?
  private let strategyCount: Int
  /// Mean squared error over the members, by strategy and estimand; NaN where there is none.
  private var meanSquares: [Double]
  /// Members with an estimate.
  private var memberCounts: [Int]

  /// - Parameters:
  ///   - level: of intervals.
  ///   - strategies: the study's.
  ///   - estimandCount: number of estimands.
  init(level: Double, strategies: [StudyStrategy], estimandCount: Int) {
    critical = CriticalValues(level: level)
    complete = strategies.firstIndex { $0.method == .complete }
    none = strategies.firstIndex { $0.method == .none }
    strategyCount = strategies.count
    meanSquares = [Double](repeating: .nan, count: strategies.count * estimandCount)
    memberCounts = [Int](repeating: 0, count: strategies.count * estimandCount)
  }

  /// Adds one replicate.
  func add(_ outcome: ReplicateOutcome, to sums: inout BlockSums) {
    let places = sums
      .estimandCount
    sums.withMemory { counts, numbers in
      for s in 0..<strategyCount {
        let own = outcome.strategies[s]
        counts[s * ReplicateStatus.allCases.count + own.status.index] += 1
        for e in 0..<places {
          meanSquares[s * places + e] = .nan
          memberCounts[s * places + e] = 0
          guard own.status.index < ReplicateStatus.estimatedCount else { continue }
          let place =
            ((s * places + e) * ReplicateStatus.estimatedCount + own.status.index) * EstimandSums.count
          add(strategy: s, estimand: e, outcome, to: numbers + place)
        }
      }
      for s in 0..<strategyCount {
        let own = outcome.strategies[s]
        guard own.status.index < ReplicateStatus.estimatedCount else { continue }
        for e in 0..<places {
          let place =
            ((s * places + e) * ReplicateStatus.estimatedCount + own.status.index) * EstimandSums.count
          if let complete, complete != s {
            compare(
              s, complete, estimand: e, of: places, outcome,
              to: numbers + place + EstimandSums.offset(of: .complete))
          }
          if let none, none != s {
            compare(
              s, none, estimand: e, of: places, outcome,
              to: numbers + place + EstimandSums.offset(of: .none))
          }
        }
      }
    }
  }

  /// Estimate − truth; 0 where they differ by rounding alone, as where the residual SD is 0: the ratio of two such errors would be noise.
  private static func error(of estimate: Double, _ truth: Double) -> Double {
    let difference = estimate - truth
    return abs(difference) <= 1e-10 * abs(truth) ? 0 : difference
  }

  private func add(
    strategy s: Int, estimand e: Int, _ outcome: ReplicateOutcome, to sums: UnsafeMutablePointer<Double>
  ) {
    let own = outcome.strategies[s]
    let noneEstimates: UnsafeMutablePointer<Double>? = none.flatMap { k in
      outcome.strategies[k].status.index < ReplicateStatus.estimatedCount
        ? outcome.strategies[k].estimates : nil
    }
    var (all, count) = (0.0, 0.0)
    var (error, squares) = (0.0, 0.0)
    var intervals = 0.0
    var (variance, covered, width, significant, wrong, exaggeration) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    var weights = 0.0
    var (weight, excess) = (0.0, 0.0)
    var moved = 0.0
    var movement = 0.0
    var (lastDF, quantile) = (Double.nan, Double.nan)
    for k in outcome.layout.estimands[e].members {
      let (estimate, truth) = (own.estimates[k], outcome.truths[k])
      if truth.isFinite { all += 1 }
      let difference = ReplicateSummation.error(of: estimate, truth)
      guard difference.isFinite else { continue }
      count += 1
      error += difference
      squares += difference * difference
      let standardError = own.standardErrors[k]
      if own.hasLimits {
        let (lower, upper) = (own.lowerLimits[k], own.upperLimits[k])
        if lower.isFinite, upper.isFinite {
          intervals += 1
          variance += standardError * standardError
          width += upper - lower
          if lower <= truth && truth <= upper { covered += 1 }
          if lower > 0 || upper < 0 {
            significant += 1
            if truth != 0 {
              if (upper < 0) != (truth < 0) { wrong += 1 }
              exaggeration += abs(estimate / truth)
            }
          }
        }
      } else if standardError.isFinite {
        let df = own.degreesOfFreedom[k]
        if df != lastDF {
          lastDF = df
          quantile = critical.value(degreesOfFreedom: df)
        }
        let half = quantile * standardError
        if half.isFinite {
          intervals += 1
          variance += standardError * standardError
          width += 2 * half
          if abs(difference) <= half { covered += 1 }
          if abs(estimate) > half {
            significant += 1
            if truth != 0 {
              if estimate < 0 && truth > 0 || estimate > 0 && truth < 0 { wrong += 1 }
              exaggeration += abs(estimate / truth)
            }
          }
        }
      }
      let share = own.weights[k]
      if share.isFinite {
        weights += 1
        weight += share
        excess += share - outcome.trueWeights[k]
      }
      if let noneEstimates {
        let step = estimate - noneEstimates[k]
        if step.isFinite {
          moved += 1
          movement += abs(step)
        }
      }
    }
    // A posterior's interval of a standard deviation never holds 0: its sign is not in question.
    let hasSign = !own.hasLimits || !outcome.layout.estimands[e].address.hasSuffix(".sd")
    func record(_ quantity: EstimandSums.Quantity, _ mean: Double) {
      let at = sums + EstimandSums.offset(of: quantity)
      at[0] += 1
      at[1] += mean
      at[2] += mean * mean
    }
    if all > 0 {
      record(.estimated, count / all)
      sums[EstimandSums.offset(ofShare: .interval)] += intervals / all
      sums[EstimandSums.offset(ofShare: .covered)] += covered / all
      if hasSign { sums[EstimandSums.offset(ofShare: .significant)] += significant / all }
    }
    guard count > 0 else { return }
    let place = s * (memberCounts.count / strategyCount) + e
    memberCounts[place] = Int(count)
    meanSquares[place] = squares / count
    record(.error, error / count)
    record(.squaredError, squares / count)
    if intervals > 0 {
      record(.variance, variance / intervals)
      record(.covered, covered / intervals)
      record(.width, width / intervals)
    }
    if intervals > 0, hasSign {
      record(.significant, significant / intervals)
      record(.wrongSign, wrong / intervals)
      record(.exaggeration, exaggeration / intervals)
      sums[EstimandSums.crossOffset] += significant * wrong / (intervals * intervals)
      sums[EstimandSums.crossOffset + 1] += significant * exaggeration / (intervals * intervals)
    }
    if weights > 0 {
      record(.weight, weight / weights)
      if excess.isFinite { record(.weightExcess, excess / weights) }
    }
    if moved > 0, s != none { record(.movement, movement / moved) }
  }

  /// Adds the squared errors of two strategies over the members that both estimate.
  private func compare(
    _ s: Int, _ other: Int, estimand e: Int, of places: Int, _ outcome: ReplicateOutcome,
    to sums: UnsafeMutablePointer<Double>
  ) {
    let counts = (memberCounts[s * places + e], memberCounts[other * places + e])
    guard counts.0 > 0, counts.1 > 0 else { return }
    var (a, b) = (meanSquares[s * places + e], meanSquares[other * places + e])
    let members = outcome.layout.estimands[e].members
    if counts.0 < members.count || counts.1 < members.count {
      let (own, reference) = (outcome.strategies[s].estimates, outcome.strategies[other].estimates)
      var common = 0.0
      (a, b) = (0, 0)
      for k in members {
        let truth = outcome.truths[k]
        let (x, y) = (
          ReplicateSummation.error(of: own[k], truth), ReplicateSummation.error(of: reference[k], truth)
        )
        guard x.isFinite, y.isFinite else { continue }
        common += 1
        a += x * x
        b += y * y
      }
      guard common > 0 else { return }
      a /= common
      b /= common
    }
    sums[0] += 1
    sums[1] += a
    sums[2] += b
    sums[3] += a * a
    sums[4] += b * b
    sums[5] += a * b
    // Equal but for rounding is not nearer: a boundary fit is complete pooling.
    if a < b * (1 - 1e-12) { sums[6] += 1 }
  }
}

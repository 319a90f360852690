import Tables

/// What one strategy gave in one replicate: memory that every replicate fills anew.
///
/// All arrays follow the layout's members. NaN stands for what a strategy does not give: an estimate of a group whose rows do not determine it,
/// the standard error of a standard deviation, the weight of complete pooling.
public final class StrategyOutcome {
  /// How the strategy ended; without estimates nothing else is read.
  public var status = ReplicateStatus.ok
  /// What the fit said where it failed.
  public var reason: String?
  /// Estimates, in the estimand's unit.
  public private(set) var estimates: UnsafeMutablePointer<Double>
  /// Standard errors of estimate − truth.
  public private(set) var standardErrors: UnsafeMutablePointer<Double>
  /// Degrees of freedom of the interval's t quantile; infinite for the normal distribution.
  public private(set) var degreesOfFreedom: UnsafeMutablePointer<Double>
  /// Share of the group's own information in its estimate; 1 is no pooling.
  public private(set) var weights: UnsafeMutablePointer<Double>
  /// Limits of intervals that are not estimate ± quantile · standard error: those of posteriors.
  public private(set) var lowerLimits, upperLimits: UnsafeMutablePointer<Double>
  /// Whether the intervals are those limits.
  public private(set) var hasLimits = false
  private var capacity: Int
  private var block: UnsafeMutablePointer<Double>

  init(capacity: Int) {
    self.capacity = capacity
    block = .allocate(capacity: 6 * capacity)
    block.initialize(repeating: .nan, count: 6 * capacity)
    estimates = block
    standardErrors = block + capacity
    degreesOfFreedom = block + 2 * capacity
    weights = block + 3 * capacity
    lowerLimits = block + 4 * capacity
    upperLimits = block + 5 * capacity
  }

  deinit { block.deallocate() }

  fileprivate func grow(to capacity: Int) {
    guard capacity > self.capacity else { return }
    block.deallocate()
    self.capacity = capacity
    block = .allocate(capacity: 6 * capacity)
    block.initialize(repeating: .nan, count: 6 * capacity)
    estimates = block
    standardErrors = block + capacity
    degreesOfFreedom = block + 2 * capacity
    weights = block + 3 * capacity
    lowerLimits = block + 4 * capacity
    upperLimits = block + 5 * capacity
  }

  /// Ends without estimates.
  func fail(_ status: ReplicateStatus, _ reason: String) {
    clear()
    self.status = status
    self.reason = reason
  }

  /// Sets the limits of a member's interval; all intervals are then by limits.
  func setLimits(_ place: Int, _ lower: Double, _ upper: Double) {
    hasLimits = true
    lowerLimits[place] = lower
    upperLimits[place] = upper
  }

  /// Whether an effect varies by more than rounding: some group's own information has a weight above 10⁻¹⁰.
  func varies(in members: Range<Int>) -> Bool { members.contains { weights[$0] > 1e-10 } }

  /// Makes all numbers NaN and the status ok.
  public func clear() {
    status = .ok
    reason = nil
    hasLimits = false
    for k in 0..<capacity {
      estimates[k] = .nan
      standardErrors[k] = .nan
      degreesOfFreedom[k] = .infinity
      weights[k] = .nan
      lowerLimits[k] = .nan
      upperLimits[k] = .nan
    }
  }
}

/// One replicate: the truth behind its data and what each strategy made of them.
public final class ReplicateOutcome {
  /// The estimands. Where the number of groups is drawn, each replicate has its own.
  public private(set) var layout: EstimandLayout
  /// True values of the layout's members; NaN for what has none (the correlation of an effect that does not vary).
  public private(set) var truths: UnsafeMutablePointer<Double>
  /// The weights that the true variances give; NaN for members without weight.
  public private(set) var trueWeights: UnsafeMutablePointer<Double>
  /// One outcome a strategy, in the study's order.
  public let strategies: [StrategyOutcome]
  private var capacity: Int

  /// Memory for the replicates of one cell.
  public init(layout: EstimandLayout, strategyCount: Int) {
    self.layout = layout
    capacity = max(layout.memberCount, 1)
    truths = .allocate(capacity: 2 * capacity)
    truths.initialize(repeating: .nan, count: 2 * capacity)
    trueWeights = truths + capacity
    let capacity = capacity
    strategies = (0..<strategyCount).map { _ in StrategyOutcome(capacity: capacity) }
  }

  deinit { truths.deallocate() }

  /// Makes room for a replicate whose groups are as many as a layout says, and all its numbers NaN.
  func prepare(_ layout: EstimandLayout) {
    self.layout = layout
    if layout.memberCount > capacity {
      truths.deallocate()
      capacity = layout.memberCount
      truths = .allocate(capacity: 2 * capacity)
      trueWeights = truths + capacity
      for strategy in strategies { strategy.grow(to: capacity) }
    }
    truths.update(repeating: .nan, count: 2 * capacity)
  }
}

/// Draws the replicates of one cell and fits every strategy to each: all see the same data.
///
/// A runner belongs to one thread. What it gives for a replicate depends on the study's seed, the cell's values and the replicate's number alone.
package protocol ReplicateRunner: AnyObject {
  /// The estimands of the cell.
  var layout: EstimandLayout { get }
  /// Draws a replicate's data, fits, and fills the outcome.
  func run(_ replicate: Int, into outcome: ReplicateOutcome)
  /// The rows of a replicate, and the levels of each group estimand by its address.
  func data(of replicate: Int) throws -> (table: DataTable, levels: [String: [String]])
}

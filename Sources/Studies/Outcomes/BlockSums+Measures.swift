extension BlockSums {
  /// Which replicates a measure is taken over.
  public enum Subset: String, Sendable, CaseIterable {
    /// All that have an estimate.
    case all
    /// Those whose fit ended inside the parameter space.
    case ok
  }

  /// A measure of a strategy's estimates; nil where it does not exist.
  package func measure(
    _ measure: Measure, strategy: Int, estimand: Int, kind: Estimand.Kind, subset: Subset = .all
  ) -> MeasuredValue? {
    let total = total(strategy: strategy, estimand: estimand, subset: subset)
    func mean(_ quantity: EstimandSums.Quantity) -> MeasuredValue? {
      let at = EstimandSums.offset(of: quantity)
      return BlockSums.mean(total[at], total[at + 1], total[at + 2])
    }
    func root(_ mean: MeasuredValue?) -> MeasuredValue? {
      mean.map {
        let root = $0.value.squareRoot()
        return MeasuredValue(root, error: root > 0 ? $0.error / (2 * root) : $0.error, count: $0.count)
      }
    }
    func conditional(_ quantity: EstimandSums.Quantity, cross: Int) -> MeasuredValue? {
      let (a, b) = (EstimandSums.offset(of: quantity), EstimandSums.offset(of: .significant))
      return BlockSums.ratio(
        count: total[a], total[a + 1], total[b + 1], aa: total[a + 2], bb: total[b + 2],
        ab: total[EstimandSums.crossOffset + cross])
    }
    func versus(_ reference: EstimandSums.Reference) -> MeasuredValue? {
      let at = EstimandSums.offset(of: reference)
      return BlockSums.ratio(
        count: total[at], total[at + 1], total[at + 2], aa: total[at + 3], bb: total[at + 4],
        ab: total[at + 5])
    }
    func nearer(_ reference: EstimandSums.Reference) -> MeasuredValue? {
      let at = EstimandSums.offset(of: reference)
      return BlockSums.mean(total[at], total[at + 6], total[at + 6])
    }
    switch measure {
    case .bias: return mean(.error)
    case .rmse: return root(mean(.squaredError))
    case .empiricalSE:
      guard kind != .group, let error = mean(.error), error.count > 1 else { return nil }
      let sd = error.error * Double(error.count).squareRoot()
      return MeasuredValue(sd, error: sd / Double(2 * (error.count - 1)).squareRoot(), count: error.count)
    case .modelSE: return root(mean(.variance))
    case .coverage: return mean(.covered)
    case .width: return mean(.width)
    case .mseVersusComplete: return versus(.complete)
    case .mseVersusNone: return versus(.none)
    case .nearerThanComplete: return nearer(.complete)
    case .nearerThanNone: return nearer(.none)
    case .weight: return mean(.weight)
    case .weightExcess: return mean(.weightExcess)
    case .shrinkage:
      return mean(.weight).map { MeasuredValue(1 - $0.value, error: $0.error, count: $0.count) }
    case .movement: return mean(.movement)
    case .estimated: return kind == .group ? mean(.estimated) : nil
    case .power: return mean(.significant)
    case .typeS: return conditional(.wrongSign, cross: 0)
    case .typeM: return conditional(.exaggeration, cross: 1)
    }
  }

  /// What a rate would be if all replicates and groups without a result counted as 0, and if they counted as 1; nil for what is no rate or has no value.
  package func bounds(
    of measure: Measure, strategy: Int, estimand: Int, subset: Subset = .all
  ) -> (low: Double, high: Double)? {
    let total = total(strategy: strategy, estimand: estimand, subset: subset)
    let all = Double(subset == .all ? replicates : count(of: .ok, strategy: strategy))
    func bounds(_ positive: Double, of present: Double) -> (low: Double, high: Double)? {
      present > 0 ? (positive / all, (positive + (all - present)) / all) : nil
    }
    func share(_ share: EstimandSums.Share) -> Double { total[EstimandSums.offset(ofShare: share)] }
    switch measure {
    case .coverage: return bounds(share(.covered), of: share(.interval))
    case .power: return bounds(share(.significant), of: share(.interval))
    case .nearerThanComplete, .nearerThanNone:
      let at = EstimandSums.offset(of: measure == .nearerThanComplete ? .complete : .none)
      return bounds(total[at + 6], of: total[at])
    default: return nil
    }
  }

  /// The sums of the replicates of a subset.
  private func total(strategy: Int, estimand: Int, subset: Subset) -> [Double] {
    var total = [Double](repeating: 0, count: EstimandSums.count)
    for status in 0..<(subset == .ok ? 1 : ReplicateStatus.estimatedCount) {
      let place = place(strategy: strategy, estimand: estimand, status: status)
      for k in total.indices { total[k] += sums[place + k] }
    }
    return total
  }

  /// The share of replicates in which a strategy ended in a status.
  package func rate(of status: ReplicateStatus, strategy: Int) -> MeasuredValue {
    let n = Double(replicates)
    let share = Double(count(of: status, strategy: strategy)) / n
    return MeasuredValue(share, error: (share * (1 - share) / n).squareRoot(), count: replicates)
  }

  private static func mean(_ n: Double, _ sum: Double, _ squares: Double) -> MeasuredValue? {
    guard n > 0 else { return nil }
    let mean = sum / n
    let variance = n > 1 ? max(0, squares - n * mean * mean) / (n - 1) : .nan
    return MeasuredValue(mean, error: (variance / n).squareRoot(), count: Int(n))
  }

  /// ā/b̄ with its error by the delta method.
  private static func ratio(
    count n: Double, _ a: Double, _ b: Double, aa: Double, bb: Double, ab: Double
  ) -> MeasuredValue? {
    guard n > 0, b > 0 else { return nil }
    let ratio = a / b
    // Σ (a − ratio·b)², whose mean is 0.
    let rest = max(0, aa - 2 * ratio * ab + ratio * ratio * bb)
    let mean = b / n
    let error = n > 1 ? (rest / (n - 1) / n).squareRoot() / mean : .nan
    return MeasuredValue(ratio, error: error, count: Int(n))
  }
}

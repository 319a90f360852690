extension PoolingComparison {
  /// The comparison with one more way of partial pooling behind the others, estimated elsewhere.
  /// - Parameters:
  ///   - strategy: its name.
  ///   - value: estimate and standard error of a level's coefficient, by their places in `levels` and `terms`.
  public func adding(
    _ strategy: PoolingMethod, _ value: (_ level: Int, _ term: Int) -> (estimate: Double, error: Double)
  ) -> PoolingComparison {
    var comparison = self
    comparison.entries += Entry.partial(strategy, beside: entries, levels, counts, terms, value)
    return comparison
  }
}

extension GeneralizedPoolingComparison {
  /// The comparison with one more way of partial pooling behind the others, estimated elsewhere on the scale of the link.
  /// - Parameters:
  ///   - strategy: its name.
  ///   - value: estimate and standard error of a level's coefficient, by their places in `levels` and `terms`.
  public func adding(
    _ strategy: PoolingMethod, _ value: (_ level: Int, _ term: Int) -> (estimate: Double, error: Double)
  ) -> GeneralizedPoolingComparison {
    var comparison = self
    comparison.entries += PoolingComparison.Entry.partial(
      strategy, beside: entries, levels, counts, terms, value)
    return comparison
  }
}

extension PoolingComparison.Entry {
  /// The entries of a way of partial pooling, with their movement from no pooling's.
  fileprivate static func partial(
    _ strategy: PoolingMethod, beside entries: [Self], _ levels: [String], _ counts: [Int],
    _ terms: [String], _ value: (Int, Int) -> (estimate: Double, error: Double)
  ) -> [Self] {
    var own: [[String]: Double] = [:]
    for entry in entries where entry.strategy == .none { own[[entry.level, entry.term]] = entry.estimate }
    var all: [Self] = []
    for (j, level) in levels.enumerated() {
      for (k, term) in terms.enumerated() {
        let (estimate, error) = value(j, k)
        all.append(
          Self(
            strategy: strategy, level: level, count: counts[j], term: term, estimate: estimate,
            standardError: error, weight: nil, jointWeight: nil,
            movement: estimate - (own[[level, term]] ?? .nan)))
      }
    }
    return all
  }
}

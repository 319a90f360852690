/// What is summed over replicates for one estimand, one strategy and one status: enough for every measure and its Monte Carlo error.
///
/// Sums are of means over the estimand's members in a replicate (for a parameter, of the number itself), so that replicates, which are independent,
/// are the units, not groups within them. Sums over blocks of replicates add up.
enum EstimandSums {
  /// A quantity of a replicate: the mean over the members that have it.
  enum Quantity: Int, CaseIterable {
    /// estimate − truth.
    case error
    /// (estimate − truth)².
    case squaredError
    /// Squared standard error.
    case variance
    /// Whether the interval covers the truth.
    case covered
    /// Width of the interval.
    case width
    /// Whether the interval excludes 0.
    case significant
    /// Whether it excludes 0 on the side where the truth is not.
    case wrongSign
    /// |estimate / truth| where the interval excludes 0, else 0.
    case exaggeration
    /// Share of the group's own information.
    case weight
    /// Weight less the weight of the true variances.
    case weightExcess
    /// |estimate − no pooling's estimate|.
    case movement
    /// Whether there is an estimate.
    case estimated
  }

  /// A share of all members of a replicate, with and without an estimate: what bounds a rate.
  enum Share: Int, CaseIterable {
    /// Members with an interval.
    case interval
    /// Those whose interval covers the truth.
    case covered
    /// Those whose interval excludes 0.
    case significant
  }

  /// A strategy that others are compared with on the same replicates.
  enum Reference: Int, CaseIterable {
    case complete
    case none
  }

  // Each quantity has its count of replicates, sum and sum of squares.
  static let perQuantity = 3
  // After them Σ significant·wrongSign and Σ significant·exaggeration.
  static let crossOffset = Quantity.allCases.count * perQuantity
  // Then the sum of each share.
  static let shareOffset = crossOffset + 2
  // For each reference: count, Σa, Σb, Σa², Σb², Σab of the squared errors a (own) and b (reference), and how often a < b.
  static let referenceOffset = shareOffset + Share.allCases.count
  static let perReference = 7
  /// Length of the sums of one estimand, strategy and status.
  static let count = referenceOffset + Reference.allCases.count * perReference

  static func offset(ofShare share: Share) -> Int { shareOffset + share.rawValue }
  static func offset(of quantity: Quantity) -> Int { quantity.rawValue * perQuantity }
  static func offset(of reference: Reference) -> Int { referenceOffset + reference.rawValue * perReference }
}

import Designs
import Dispatch
import Distributions
import ModelFormula
import Synchronization
import Tables

/// Looks through seeds, one after the other, for data sets with a property.
public struct DataSearch: Sendable {
  /// Where data come from.
  public enum Source: Sendable {
    /// The textbook's salary scenario.
    case salary(SalaryScenario)
    /// A design.
    case design(DataDesign)

    /// The data of a seed of R's default generator.
    func data(seed: Int32) throws -> DataTable {
      var stream = RStream(seed: seed)
      switch self {
      case .salary(let scenario): return scenario.draw(from: &stream)
      case .design(let design): return try design.draw(from: &stream).table
      }
    }
  }

  /// Where data come from.
  public let source: Source
  /// The model that is fitted.
  public let formula: ModelFormula
  /// What is looked for.
  public let property: DataProperty

  /// The specification of a search.
  public init(_ property: DataProperty, in source: Source, formula: ModelFormula) {
    self.property = property
    self.source = source
    self.formula = formula
  }

  /// What a search found.
  public struct Result: Sendable {
    /// The seeds with the property, in order, with the number that says how much.
    public let found: [(seed: Int, measure: Double)]
    /// How many seeds were looked at.
    public let tried: Int
    /// Seeds whose data could not be fitted, or for which the property has no meaning; they count as without
    /// it.
    public let failed: Int
    /// Why the first of them could not.
    public let firstFailure: String?

    /// The share of seeds with the property.
    public var share: Double { Double(found.count) / Double(tried) }

    /// Wilson's 95 % interval of the probability (Wilson 1927, doi:10.1080/01621459.1927.10502953).
    public var interval: ClosedRange<Double> {
      let (z, n) = (1.959963984540054, Double(tried))
      let p = share
      let centre = (p + z * z / (2 * n)) / (1 + z * z / n)
      let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
      // Rounding must not leave [0, 1] or exclude a share of 0 or 1.
      return (p == 0 ? 0 : max(0, centre - half))...(p == 1 ? 1 : min(1, centre + half))
    }
  }

  /// Looks through seeds.
  /// - Parameters:
  ///   - first: the first seed.
  ///   - count: how many seeds.
  ///   - threads: how many at the same time; the result is the same for any number.
  /// - Throws: what the draw or the fit of the first seed throws, if no seed can be judged.
  public func run(from first: Int, count: Int, threads: Int = 1) throws -> Result {
    let outcomes = Mutex([Outcome](repeating: .absent, count: count))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
      while true {
        let start = next.wrappingAdd(16, ordering: .relaxed).oldValue
        guard start < count else { return }
        let mine = (start..<min(start + 16, count)).map { outcome(Int32(first + $0)) }
        outcomes.withLock { $0.replaceSubrange(start..<(start + mine.count), with: mine) }
      }
    }
    return try outcomes.withLock { try result($0, first: first) }
  }

  /// What one seed gave.
  private enum Outcome: Sendable {
    case absent
    case present(Double)
    case failed(any Error)
  }

  private func outcome(_ seed: Int32) -> Outcome {
    do {
      let (holds, measure) = try property.found(in: try source.data(seed: seed), formula)
      return holds ? .present(measure) : .absent
    } catch { return .failed(error) }
  }

  private func result(_ outcomes: [Outcome], first: Int) throws -> Result {
    var found: [(Int, Double)] = []
    var failures: [any Error] = []
    for (i, outcome) in outcomes.enumerated() {
      switch outcome {
      case .present(let measure): found.append((first + i, measure))
      case .failed(let error): failures.append(error)
      case .absent: break
      }
    }
    if failures.count == outcomes.count, let error = failures.first { throw error }
    return Result(
      found: found, tried: outcomes.count, failed: failures.count,
      firstFailure: failures.first.map { "\($0)" })
  }
}

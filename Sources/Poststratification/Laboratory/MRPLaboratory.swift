import Designs
import Dispatch
import Distributions
import ModelFormula
import Synchronization
import Tables

/// Surveys drawn again and again from populations whose truth is known: how far raw means, no pooling and MRP are from it, and how often their
/// intervals hold it.
public struct MRPLaboratory: Sendable {
  /// What is drawn anew for each survey.
  public enum Population: String, Sendable, CaseIterable {
    /// The survey alone: one population, whose areas are as they are. Bias is that of each area.
    case fixed
    /// Everything, areas too: bias averages over what areas might be.
    case new
  }

  /// The design, which has a sample.
  public let design: DataDesign
  /// Model, areas and intervals.
  public let poststratification: Poststratification
  /// What is drawn anew.
  public let population: Population
  /// The number of surveys.
  public let replicates: Int
  /// The seed of everything; survey r has streams of its own.
  public let seed: UInt64

  /// - Throws: `LaboratoryError` for a design without a sample and a response that is not the model's.
  public init(
    _ design: DataDesign, _ poststratification: Poststratification, population: Population = .fixed,
    replicates: Int, seed: UInt64 = 1
  ) throws(LaboratoryError) {
    precondition(replicates >= 2, "\(replicates) replicates")
    if design.sample == nil { throw .noSample }
    let response = poststratification.model.formula.response.text
    if design.formula.response.text != response {
      throw .response(response, designs: design.formula.response.text)
    }
    self.design = design
    self.poststratification = Poststratification(
      poststratification.model, by: poststratification.by, draws: poststratification.draws, seed: seed,
      level: poststratification.level, truth: "truth")
    self.population = population
    self.replicates = replicates
    self.seed = seed
  }

  /// Runs all replicates. Any number of threads gives the same numbers.
  /// - Parameter progress: called with the number of a replicate that begins, by one thread.
  /// - Throws: what the first replicate throws if no survey could be fitted.
  public func run(threads: Int = 1, progress: (@Sendable (Int) -> Void)? = nil) throws -> LaboratoryResult {
    let fixed = try population == .fixed ? self.population(0) : nil
    let outcomes = Mutex([Result<[AreaTable], any Error>?](repeating: nil, count: replicates))
    let workers = max(1, min(threads, replicates))
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for r in stride(from: worker, to: replicates, by: workers) {
        if worker == 0 { progress?(r) }
        let outcome = Result { try survey(r, fixed) }
        outcomes.withLock { $0[r] = outcome }
      }
    }
    let all = outcomes.withLock { $0.map { $0! } }
    if !all.contains(where: { if case .success = $0 { true } else { false } }) { _ = try all[0].get() }
    return LaboratoryResult(self, all)
  }

  private func population(_ replicate: Int) throws -> DrawnPopulation {
    var stream = KeyedStream(
      seed: seed, replicate: UInt32(replicate), stream: StreamPurpose.population)
    return try design.drawPopulation(from: &stream)
  }

  /// The estimates of one survey, everyone first.
  private func survey(_ replicate: Int, _ fixed: DrawnPopulation?) throws -> [AreaTable] {
    let population = try fixed ?? self.population(replicate)
    var stream = KeyedStream(seed: seed, replicate: UInt32(replicate), stream: StreamPurpose.survey)
    let data = try population.sample(from: &stream)
    let census = try Census(data.census!.cells, count: "N")
    let found = try poststratification.estimates(
      of: poststratification.model.fit(data.table), survey: data.table, census: census,
      replicate: UInt32(replicate))
    return [AreaTable(by: "", rows: [found.overall])] + found.tables
  }
}

/// Why a design is no laboratory.
public enum LaboratoryError: Error, Equatable, Sendable, CustomStringConvertible {
  /// All its rows are the data.
  case noSample
  /// The model explains another column.
  case response(String, designs: String)

  /// The fault in words.
  public var description: String {
    switch self {
    case .noSample:
      "the design draws no sample; a part sample: {size: 1500} would make its rows a population"
    case .response(let found, let own):
      "the formula explains '\(found)', the design draws '\(own)'; a formula \(own) ~ … would work"
    }
  }
}

import BayesianModels
import Distributions
import Estimates
import MixedModels
import Tables

/// The draws of a replicate's posterior by their places: combinations of fixed effects and effects, and effects of groups that the data have not.
struct StudyDraws {
  /// What a replicate gives to its posteriors.
  struct Plan {
    /// Seed of all draws.
    let seed: UInt64
    /// Level of intervals.
    let level: Double
  }

  private let fit: BayesianFit
  private let model: any MixedModel
  /// Draws of each quantity.
  private let total: Int
  private let places: [EffectPlaces]
  private let seed: UInt64

  /// - Parameter seed: that of the draws, from whose further streams effects of new groups come.
  init(_ fit: BayesianFit, seed: UInt64) {
    self.fit = fit
    self.seed = seed
    model = fit.model.model
    total = fit.drawCount * fit.chainCount
    places = EffectPlaces.all(of: fit.model)
  }

  /// Which parameter's draws have not settled, in a sentence; nil where all have.
  static func unsettled(_ fit: BayesianFit) -> String? {
    let layout = ChainLayout(chainCount: fit.chainCount, drawCount: fit.drawCount)
    for (k, quantity) in fit.quantities.enumerated() where quantity.kind != .effect {
      guard let rHat = ChainDraws(Array(fit.values(of: k)), layout: layout).rHat(),
        rHat > StudyPosterior.mostRHat
      else { continue }
      let shown = shortestText((100 * rHat).rounded() / 100)
      return
        "the draws of \(Address(quantity.address)) have not settled: R-hat \(shown) is above \(StudyPosterior.mostRHat); more warmup or draws would work"
    }
    return nil
  }

  /// The levels of a factor in the order of the draws.
  func levels(ofFactor factor: Int) -> [String] { model.factors[factor].levels }

  /// Where the effects of a term begin among its factor's.
  func start(ofTerm term: Int?, factor: Int) -> Int? { term.flatMap { places[factor].starts[$0] } }

  /// Draws of the residual standard deviation.
  var residual: [Double] {
    guard let place = fit.quantities.firstIndex(where: { $0.kind == .sigma }) else { return [] }
    return Array(fit.values(of: place))
  }

  /// Draws of a combination of fixed effects.
  func population(_ row: LineRow) -> [Double] {
    var sums = [Double](repeating: 0, count: total)
    for (k, factor) in row.fixed.enumerated() where factor != 0 { add(k, times: factor, to: &sums) }
    return sums
  }

  /// Draws of a level's combination.
  func group(_ row: LineRow, factor: Int, level: Int) -> [Double] {
    var sums = population(row)
    let first = places[factor].first + level * places[factor].width
    for (a, share) in row.random.enumerated() where share != 0 {
      add(first + a, times: share, to: &sums)
    }
    return sums
  }

  /// Draws of the combination of a group that the data have not: its effects are from N(0, Σ) of each draw.
  func unseen(_ row: LineRow, factor: Int) -> [Double] {
    var sums = population(row)
    let variances = covariance(row.random, row.random, factor: factor)
    // The chains have the seed's streams 0 and 1.
    var stream = KeyedStream(seed: seed, stream: 2)
    for s in sums.indices { sums[s] += max(0, variances[s]).squareRoot() * stream.normal() }
    return sums
  }

  /// Draws of a'Σb, Σ the covariance of a level's effects.
  func covariance(_ a: [Double], _ b: [Double], factor: Int) -> [Double] {
    let own = places[factor]
    var sums = [Double](repeating: 0, count: total)
    for i in a.indices where a[i] != 0 {
      let left = own.deviations[i] * total
      for k in b.indices where b[k] != 0 {
        let right = own.deviations[k] * total
        let share = a[i] * b[k]
        if i == k {
          for s in 0..<total { sums[s] += share * (fit.draws[left + s] * fit.draws[left + s]) }
        } else if let pair = own.correlations[i][k] {
          let first = pair * total
          for s in 0..<total {
            sums[s] += share * (fit.draws[left + s] * fit.draws[right + s] * fit.draws[first + s])
          }
        }
      }
    }
    return sums
  }

  private func add(_ quantity: Int, times factor: Double, to sums: inout [Double]) {
    let first = quantity * total
    for s in 0..<total { sums[s] += factor * fit.draws[first + s] }
  }
}

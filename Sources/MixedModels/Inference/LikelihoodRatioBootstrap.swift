import Dispatch
import Distributions
import ModelFormula
import Synchronization

/// What was fitted to a response, and can be again to another.
enum RefittableModel: Sendable {
  case linear(ModelFrame, LinearModelFit, EstimationMethod)
  case mixed(LinearMixedModelFit)
  case generalized(GeneralizedLinearModel, GeneralizedLinearModelFit)
  case generalizedMixed(GeneralizedLinearMixedModelFit)

  /// A response drawn from the fit.
  func response(from stream: inout KeyedStream) -> [Double] {
    switch self {
    case .linear(let frame, let fit, _):
      let roots = frame.rowFactors
      return fit.fitted.indices.map { fit.fitted[$0] + fit.sigma * stream.normal() / (roots?[$0] ?? 1) }
    case .mixed(let fit): return fit.simulate(count: 1, from: &stream)[0]
    case .generalized(let model, let fit):
      let trials = model.frame.binomial?.trials
      let family = fit.isPoissonLimit ? .poisson : fit.family
      return fit.fitted.indices.map {
        family.draw(mean: fit.fitted[$0], trials: trials?[$0] ?? 1, from: &stream)
      }
    case .generalizedMixed(let fit): return fit.simulate(count: 1, from: &stream)[0]
    }
  }

  /// Whether a thousand fits take no more than a second or two.
  var isQuick: Bool {
    switch self {
    case .linear(let frame, _, _): frame.response.count * frame.fixedColumns.count <= 100_000
    case .mixed(let fit):
      switch fit.model.reducedData {
      case .single(let data): data.rowCount * (data.effectCount + data.fixedCount) <= 100_000
      case .several(let data): data.effectCount <= 2 && data.rowCount <= 300 && data.operationCount <= 5e4
      case .iterative: false
      }
    case .generalized(let model, _): model.frame.response.count * model.frame.fixedColumns.count <= 20_000
    case .generalizedMixed(let fit):
      fit.model.factors.count == 1
        && fit.nodeCount * fit.observationCount * fit.parameterCount * fit.theta.count <= 20_000
    }
  }
}

/// Fits of a model to one response after another, on memory of its own.
final class Refitting {
  private let model: RefittableModel
  private let repeated: RepeatedFit?
  private let generalized: GeneralizedRefit?

  init(_ model: RefittableModel) {
    self.model = model
    if case .mixed(let fit) = model {
      repeated = try? RepeatedFit(fit.model, by: fit.method)
    } else {
      repeated = nil
    }
    if case .generalizedMixed(let fit) = model {
      generalized = GeneralizedRefit(fit)
    } else {
      generalized = nil
    }
  }

  /// The log-likelihood (restricted for REML) of the fit to a response; nil if there is none.
  func logLikelihood(_ response: [Double]) -> Double? {
    switch model {
    case .linear(let frame, _, let method):
      let model = LinearModel(frame: frame.replacingResponse(by: response))
      let fit = model.fit()
      return method == .ml ? fit.logLikelihood : fit.restrictedLogLikelihood(of: model)
    case .mixed:
      guard let repeated, (try? repeated.fit(response)) != nil, repeated.converged else { return nil }
      return -repeated.criterion / 2
    case .generalized(let model, _):
      return try? GeneralizedLinearModel(
        frame: model.frame.replacingResponse(by: response), family: model.family, link: model.link
      ).fit().maximumLogLikelihood
    case .generalizedMixed: return generalized?.solution(for: response).map { -$0.minus2LogLikelihood / 2 }
    }
  }
}

extension LikelihoodRatioTest {
  /// The statistic of responses drawn from the smaller model's fit, both models fitted to each; nil where one could not be fitted.
  ///
  /// Replicate r has the random stream (seed, r): any number of threads gives the same numbers. Costs two fits a replicate.
  static func bootstrapDraws(
    of small: RefittableModel, within large: RefittableModel, count: Int, seed: UInt64, threads: Int = 1
  ) -> [Double?] {
    precondition(count > 0 && threads > 0, "\(count) replicates, \(threads) threads")
    let results = Mutex([Double?](repeating: nil, count: count))
    let workers = min(threads, count)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let (less, more) = (Refitting(small), Refitting(large))
      for r in stride(from: worker, to: count, by: workers) {
        var stream = KeyedStream(seed: seed, replicate: UInt32(r), stream: NullSimulation.bootstrapStream)
        let response = small.response(from: &stream)
        guard let low = less.logLikelihood(response), let high = more.logLikelihood(response) else {
          continue
        }
        let statistic = max(0, 2 * (high - low))
        results.withLock { $0[r] = statistic }
      }
    }
    return results.withLock { $0 }
  }
}

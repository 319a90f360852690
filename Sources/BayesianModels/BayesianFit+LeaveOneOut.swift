import Dispatch
import Glibc
import MixedModels

extension PosteriorPredictions {
  /// log p(y_i | draw) of the model's rows, constants included; groups keep their effects.
  /// - Parameter draw: from 0, chain after chain.
  public func logDensities(draw: Int) -> [Double] {
    let eta = predictors(draw: draw)
    let scale = scale(draw: draw)
    switch fit.model.likelihood {
    case .generalized(let model): return model.logDensities(predictors: eta, dispersion: scale)
    case .linear(let model), .knownVariances(let model):
      let (y, weights) = (model.frame.response, model.frame.weights)
      let constant = -0.5 * log(2 * .pi) - log(scale)
      return y.indices.map { i in
        let (w, z) = (weights?[i] ?? 1, (y[i] - eta[i]) / scale)
        return constant + 0.5 * log(w) - 0.5 * w * z * z
      }
    }
  }
}

extension BayesianFit {
  /// Numbers kept at a time.
  private static let roomLimit = 40_000_000

  /// Leave-one-out cross-validation of the fit's rows by Pareto-smoothed importance sampling: how well each row is predicted by the others, its group keeping
  /// what its other rows say.
  /// - Throws: `PredictionError.notFinite` where a row is impossible under a draw.
  /// - Complexity: O(n·S·(p + q)) for S draws; memory of 320 MB at most, rows in so many passes.
  public func leaveOneOut() throws(PredictionError) -> LeaveOneOut {
    let predictions = PosteriorPredictions(self)
    let (rows, count) = (model.model.frame.response.count, predictions.drawCount)
    let width = max(1, min(rows, BayesianFit.roomLimit / max(count, 1)))
    var parts: [LeaveOneOut] = []
    for first in stride(from: 0, to: rows, by: width) {
      let own = first..<min(rows, first + width)
      let values = logDensities(of: own, predictions)
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(observation: first + bad / count, draw: bad % count, value: values[bad])
      }
      parts.append(contentsOf: leaveOneOut(values, rows: own.count, draws: count))
    }
    return LeaveOneOut(joining: parts)
  }

  /// log p of some rows: of row i under draw s at (i − first)·S + s.
  private func logDensities(of rows: Range<Int>, _ predictions: PosteriorPredictions) -> [Double] {
    let count = predictions.drawCount
    return [Double](unsafeUninitializedCapacity: rows.count * count) { out, written in
      written = rows.count * count
      guard let base = out.baseAddress else { return }
      // Each draw writes places of its own.
      nonisolated(unsafe) let target = base
      let workers = max(1, min(plan.threads, count))
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for s in stride(from: worker, to: count, by: workers) {
          let found = predictions.logDensities(draw: s)
          for i in rows { target[(i - rows.lowerBound) * count + s] = found[i] }
        }
      }
    }
  }

  /// Smooths rows, some at a time on each worker.
  private func leaveOneOut(_ values: [Double], rows: Int, draws: Int) -> [LeaveOneOut] {
    let layout = ChainLayout(chainCount: chainCount, drawCount: drawCount)
    let workers = max(1, min(plan.threads, rows))
    let pieces = (0..<workers).map { rows * $0 / workers..<rows * ($0 + 1) / workers }
    return [LeaveOneOut](unsafeUninitializedCapacity: workers) { out, written in
      written = workers
      guard let base = out.baseAddress else { return }
      // Each worker writes a place of its own.
      nonisolated(unsafe) let target = base
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        let piece = pieces[worker]
        let own = Array(values[piece.lowerBound * draws..<piece.upperBound * draws])
        let efficiencies = (0..<piece.count).map { i in
          let likelihoods = own[i * draws..<(i + 1) * draws].map { exp($0) }
          let size = ChainDraws(likelihoods, layout: layout).effectiveSampleSizeOfMean() ?? Double(draws)
          return max(size / Double(draws), 1 / Double(draws))
        }
        guard let matrix = try? PointwiseLogLikelihood(own, drawCount: draws) else {
          preconditionFailure("values have been looked at")
        }
        (target + worker).initialize(to: LeaveOneOut(matrix, relativeEfficiencies: efficiencies))
      }
    }
  }
}

import BayesianModels
import Distributions
import LinearAlgebra

/// Draws of all effects of a survey's model, one after another.
protocol EffectDraws {
  /// β, and each factor's effects level after level, levels that the survey has not seen behind the others.
  mutating func next() -> (beta: [Double], effects: [[Double]])
}

/// Draws of effects given the variances.
struct HeldVarianceEffects: EffectDraws {
  private var joint: JointEffects
  private let newLevels: [Int]
  private var stream: KeyedStream

  /// - Parameter newLevels: for each factor how many levels were not seen.
  init(_ joint: JointEffects, newLevels: [Int], from stream: KeyedStream) {
    self.joint = joint
    self.newLevels = newLevels
    self.stream = stream
  }

  mutating func next() -> (beta: [Double], effects: [[Double]]) {
    joint.draw(newLevels: newLevels, from: &stream)
  }
}

/// The draws of a posterior in their order; effects of levels that were not seen are from N(0, Σ) of the same draw.
struct PosteriorEffects: EffectDraws {
  private let fit: BayesianFit
  private let places: [EffectPlaces]
  private let levelCounts: [Int]
  private let fixedCount: Int
  private let total: Int
  private let newLevels: [Int]
  private var stream: KeyedStream
  private var draw = 0

  /// - Parameter newLevels: for each factor how many levels were not seen.
  init(_ fit: BayesianFit, newLevels: [Int]) {
    self.fit = fit
    self.newLevels = newLevels
    places = EffectPlaces.all(of: fit.model)
    levelCounts = fit.model.model.factors.map(\.levels.count)
    fixedCount = fit.model.model.fixedEffectNames.count
    total = fit.drawCount * fit.chainCount
    // The chains have the streams 0 and 1 of the seed.
    stream = KeyedStream(seed: fit.plan.seed, stream: StreamPurpose.newLevels)
  }

  /// - Precondition: fewer calls before than draws.
  mutating func next() -> (beta: [Double], effects: [[Double]]) {
    precondition(draw < total, "\(total) draws")
    defer { draw += 1 }
    let beta = (0..<fixedCount).map { fit.draws[draw + total * $0] }
    var all: [[Double]] = []
    for (f, own) in places.enumerated() {
      var values = (0..<levelCounts[f] * own.width).map {
        fit.draws[draw + total * (own.first + $0)]
      }
      if newLevels[f] > 0 {
        let root = JointEffects.lowerRoot(of: covariance(own))
        for _ in 0..<newLevels[f] {
          let z = (0..<own.width).map { _ in stream.normal() }
          values += (0..<own.width).map { a in (0...a).reduce(0) { $0 + root[a, $1] * z[$1] } }
        }
      }
      all.append(values)
    }
    return (beta, all)
  }

  /// Σ of a factor in the current draw.
  private func covariance(_ own: EffectPlaces) -> Matrix {
    var matrix = Matrix(rows: own.width, columns: own.width)
    let sd = own.deviations.map { fit.draws[draw + total * $0] }
    for a in sd.indices {
      for b in sd.indices {
        let correlation =
          a == b ? 1 : own.correlations[a][b].map { fit.draws[draw + total * $0] } ?? 0
        matrix[a, b] = sd[a] * sd[b] * correlation
      }
    }
    return matrix
  }
}

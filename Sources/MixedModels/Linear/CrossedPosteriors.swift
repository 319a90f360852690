import LinearAlgebra
import Synchronization

/// The effects of one of several grouping factors given the data. Modes are made with the fit; covariances of all levels when one is asked for,
/// together.
///
/// With N = ΛC⁻¹Λ' of `CrossedCriterion`, C over levels and fixed effects: Var(b̂ − b) = σ²N, Cov(β̂, b̂ − b) = −σ²(…) its block of X, and Var(b | y)
/// is the same without fixed effects.
struct CrossedPosteriors: FactorPosteriors {
  let modes: Matrix
  private let factor: Int
  private let data: LevelCrossProducts
  private let covariances: CrossedCovariances
  /// σ², R_b⁻¹ and R_b⁻¹Λ of the factor, R_b, and R_x⁻¹.
  private let variance: Double
  private let unscale: Matrix
  private let scale: Matrix
  private let lambda: Matrix
  private let unscaleFixed: Matrix

  /// Takes over what a workspace holds after an evaluation and its solution.
  init(
    _ workspace: CrossedCriterion, factor f: Int, psi: Matrix, covariances: CrossedCovariances,
    unscaleFixed: Matrix
  ) {
    factor = f
    data = workspace.data
    self.covariances = covariances
    self.unscaleFixed = unscaleFixed
    let columns = data.factors[f].columns
    let q = columns.count
    let responseScale = data.design.responseScale
    variance = workspace.sigmaSquared * responseScale * responseScale
    var scale = Matrix(rows: q, columns: q)
    var lambda = Matrix(rows: q, columns: q)
    for (b, j) in columns.enumerated() {
      for (a, i) in columns.enumerated() {
        scale[a, b] = data.design.effectScale[i, j]
        lambda[a, b] = workspace.lambdas[f][a + b * q]
      }
    }
    self.scale = scale
    self.lambda = lambda
    unscale = scale.upperInverse
    let levels = data.factors[f].levelCount
    var modes = Matrix(rows: levels, columns: q)
    for j in 0..<levels {
      let own = workspace.solution + workspace.place(ofFactor: f, level: j)
      for b in 0..<q {
        for a in 0..<q { modes[j, a] += unscale[a, b] * own[b] * responseScale }
      }
    }
    self.modes = modes
  }

  var conditionalStandardDeviations: Matrix {
    let q = modes.columns
    var result = Matrix(rows: modes.rows, columns: q)
    for j in 0..<modes.rows {
      let own = conditionalCovariance(of: j)
      for k in 0..<q { result[j, k] = max(0, own[k, k]).squareRoot() }
    }
    return result
  }

  func conditionalCovariance(of j: Int) -> Matrix {
    unscale * covariances.tables.conditional[factor][j] * unscale.transposed * variance
  }

  func predictionCovariance(of j: Int) -> Matrix {
    unscale * covariances.tables.prediction[factor][j] * unscale.transposed * variance
  }

  func crossCovariance(of j: Int) -> Matrix {
    unscaleFixed * covariances.tables.cross[factor][j] * unscale.transposed * variance
  }

  func jointWeights(of j: Int) -> Matrix {
    LevelInformation.jointWeights(
      gram: data.square(ofFactor: factor, level: j), lambda: lambda, scale: scale, unscale: unscale)
  }

  func weights(of j: Int) -> [Double] {
    LevelInformation.weights(
      sampling: LevelInformation.samplingVariances(
        gram: data.square(ofFactor: factor, level: j), unscale: unscale),
      turnedLambda: unscale * lambda)
  }
}

/// The covariance blocks of all levels of all factors at one Ψ, in the coordinates of the reduced data and units of σ²; made when first asked for.
final class CrossedCovariances: Sendable {
  struct Tables: Sendable {
    /// Var(b_j | y), Var(b̂_j − b_j) (q×q) and Cov(β̂, b̂_j − b_j) (p×q), by factor and level.
    var conditional: [[Matrix]]
    var prediction: [[Matrix]]
    var cross: [[Matrix]]
  }

  private let data: LevelCrossProducts
  private let psi: [Double]
  private let made = Mutex<Tables?>(nil)

  init(_ data: LevelCrossProducts, psi: [Double]) {
    self.data = data
    self.psi = psi
  }

  var tables: Tables {
    made.withLock { made in
      if let made { return made }
      let workspace = CrossedCriterion(data, method: .ml)
      _ = psi.withPointer { workspace.evaluate(at: $0) }
      let conditional = workspace.covarianceBlocks(includingFixed: false)
      let joint = workspace.covarianceBlocks(includingFixed: true)
      let tables = Tables(conditional: conditional.own, prediction: joint.own, cross: joint.cross)
      made = tables
      return tables
    }
  }
}

extension CrossedCriterion {
  /// N_jj (q×q) of all factors' levels, and with fixed effects N_xj (p×q).
  fileprivate func covarianceBlocks(includingFixed: Bool) -> (own: [[Matrix]], cross: [[Matrix]]) {
    invertTail(includingFixed: includingFixed)
    fillLevelCovariances(includingFixed: includingFixed) { _, _, _ in }
    let order = data.tailOrder
    let p = fixedCount
    var own: [[Matrix]] = []
    var cross: [[Matrix]] = []
    for (f, factor) in data.factors.enumerated() {
      let q = factor.columns.count
      var (blocks, fixed): ([Matrix], [Matrix]) = ([], [])
      for j in 0..<factor.levelCount {
        var (block, part) = (Matrix(rows: q, columns: q), Matrix(rows: p, columns: q))
        if let stage = stages.first(where: { $0.factor == f }) {
          for i in 0..<q * q { block.storage[i] = stage.covariance[j * q * q + i] }
          if includingFixed {
            let row = stage.covarianceRows + stage.rowStart(j) + q * (stage.rowWidth(j) - 1 - p)
            for l in 0..<p { for a in 0..<q { part[l, a] = row[a + l * q] } }
          }
        } else {
          let c = data.tail.first { $0.factor == f }!.start + j * q
          for b in 0..<q {
            for a in 0..<q { block[a, b] = tailWork[c + max(a, b) + (c + min(a, b)) * order] }
            if includingFixed {
              for l in 0..<p { part[l, b] = tailWork[data.tailLevelColumns + l + (c + b) * order] }
            }
          }
        }
        blocks.append(block)
        fixed.append(part)
      }
      own.append(blocks)
      cross.append(fixed)
    }
    return (own, cross)
  }
}

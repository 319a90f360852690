import LinearAlgebra
import Tables

/// The effects of one of several grouping factors given the data. Modes are made with the fit; covariances of all levels when one is asked for,
/// together.
///
/// With N = ΛC⁻¹Λ' of `CrossedCriterion`, C over levels and fixed effects: Var(b̂ − b) = σ²N, Cov(β̂, b̂ − b) = −σ²(…) its block of X, and Var(b | y)
/// is the same without fixed effects.
struct CrossedPosteriors: FactorPosteriors {
  let modes: Matrix
  private let factor: Int
  private let coordinates: FactorCoordinates
  private let covariances: CrossedCovariances
  /// σ², in squared units of the response, and R_x⁻¹ (p×p).
  private let variance: Double
  private let unscaleFixed: Matrix

  /// Takes over what a workspace holds after an evaluation and its solution.
  init(
    _ workspace: CrossedCriterion, factor f: Int, covariances: CrossedCovariances, unscaleFixed: Matrix
  ) {
    factor = f
    self.covariances = covariances
    self.unscaleFixed = unscaleFixed
    let unit = workspace.data.design.responseScale
    variance = workspace.sigmaSquared * unit * unit
    coordinates = FactorCoordinates(workspace.data, factor: f, lambda: workspace.lambdas[f])
    let (start, q) = (
      workspace.place(ofFactor: f, level: 0), workspace.data.factors[f].columns.count
    )
    modes = coordinates.modes { workspace.solution[start + $0 * q + $1] }
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
    coordinates.turned(covariances.tables.conditional[factor][j]) * variance
  }

  func predictionCovariance(of j: Int) -> Matrix {
    coordinates.turned(covariances.tables.prediction[factor][j]) * variance
  }

  func crossCovariance(of j: Int) -> Matrix {
    unscaleFixed * coordinates.turnedColumns(covariances.tables.cross[factor][j]) * variance
  }

  func jointWeights(of j: Int) -> Matrix { coordinates.jointWeights(of: j) }
  func weights(of j: Int) -> [Double] { coordinates.weights(of: j) }
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
  private let made = MadeOnce<Tables>()

  init(_ data: LevelCrossProducts, psi: [Double]) {
    self.data = data
    self.psi = psi
  }

  var tables: Tables {
    made.value {
      let workspace = CrossedCriterion(data, method: .ml)
      _ = psi.withPointer { workspace.evaluate(at: $0) }
      let conditional = workspace.covarianceBlocks(includingFixed: false)
      let joint = workspace.covarianceBlocks(includingFixed: true)
      return Tables(conditional: conditional.own, prediction: joint.own, cross: joint.cross)
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

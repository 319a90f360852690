import LinearAlgebra

/// The effects of one of several grouping factors of very many levels. Modes are made with the fit; the covariances of a level by conjugate gradients when
/// they are asked for, which takes as long as some evaluations of the criterion. Those of all levels at once are not made: `conditionalStandardDeviations` are NaN.
struct IterativePosteriors: FactorPosteriors {
  let modes: Matrix
  private let factor: Int
  private let coordinates: FactorCoordinates
  private let data: LevelCrossProducts
  private let psi: [Double]
  /// σ², in squared units of the response, and R_x⁻¹ (p×p).
  private let variance: Double
  private let unscaleFixed: Matrix

  init(_ workspace: IterativeCriterion, factor f: Int, psi: [Double], unscaleFixed: Matrix) {
    factor = f
    data = workspace.data
    self.psi = psi
    self.unscaleFixed = unscaleFixed
    let unit = data.design.responseScale
    variance = workspace.sigmaSquared * unit * unit
    coordinates = FactorCoordinates(data, factor: f, lambda: workspace.lambdas[f])
    let (start, width) = (workspace.operations.start(ofFactor: f), workspace.fixedCount + 1)
    let q = data.factors[f].columns.count
    modes = coordinates.modes { level, effect in
      // b = b_y − b_Xβ.
      let own = workspace.solutions + (start + level * q + effect) * width
      return (0..<width - 1).reduce(own[width - 1]) { $0 - own[$1] * workspace.beta[$1] }
    }
  }

  var knowsAllCovariances: Bool { false }

  var conditionalStandardDeviations: Matrix {
    Matrix(
      rows: modes.rows, columns: modes.columns,
      storage: [Double](repeating: .nan, count: modes.storage.count))
  }

  func conditionalCovariance(of j: Int) -> Matrix { covariances(of: j).conditional }
  func predictionCovariance(of j: Int) -> Matrix { covariances(of: j).prediction }
  func crossCovariance(of j: Int) -> Matrix { covariances(of: j).cross }

  private func covariances(of j: Int) -> (conditional: Matrix, prediction: Matrix, cross: Matrix) {
    let workspace = IterativeCriterion(data, method: .ml)
    _ = psi.withPointer { workspace.evaluate(at: $0) }
    let (own, cross) = workspace.levelCovariance(ofFactor: factor, level: j)
    let inner = workspace.fixedInverse
    let conditional = coordinates.turned(own) * variance
    let turned = unscaleFixed * coordinates.turnedColumns(inner * cross) * (-variance)
    let both = coordinates.turned(own + cross.transposed * inner * cross) * variance
    return (conditional, both, turned)
  }

  func jointWeights(of j: Int) -> Matrix { coordinates.jointWeights(of: j) }
  func weights(of j: Int) -> [Double] { coordinates.weights(of: j) }
}

extension IterativeCriterion {
  /// (X'V⁻¹X)⁻¹.
  var fixedInverse: Matrix {
    let p = fixedCount
    var upper = Matrix(rows: p, columns: p)
    for k in 0..<p { for i in k..<p { upper[k, i] = fixedFactor[i + k * p] } }
    let half = upper.upperInverse
    return half * half.transposed
  }

  /// (Z'Z + Ψ⁻¹)⁻¹ of a level (q×q) and X'Z times its columns (p×q).
  fileprivate func levelCovariance(ofFactor f: Int, level j: Int) -> (own: Matrix, cross: Matrix) {
    let q = data.factors[f].columns.count
    let start = operations.start(ofFactor: f) + j * q
    let n = operations.count
    let right = operations.scratch(n * q)
    for i in 0..<n * q { right[i] = 0 }
    for a in 0..<q { right[(start + a) * q + a] = 1 }
    operations.solve(right, width: q, tolerance: 1e-10)
    let width = fixedCount + 1
    let products = operations.scratch(n * width)
    operations.fillDataProducts(products)
    var own = Matrix(rows: q, columns: q)
    var cross = Matrix(rows: fixedCount, columns: q)
    for b in 0..<q {
      for a in 0..<q { own[a, b] = right[(start + a) * q + b] }
      for i in 0..<n where right[i * q + b] != 0 {
        for k in 0..<fixedCount { cross[k, b] += products[i * width + k] * right[i * q + b] }
      }
    }
    return (own, cross)
  }

  /// Var(x'β̂ + z'(b̂ − b)) for some rows, in units of σ².
  func variances(of rows: [(effects: [(place: Int, value: Double)], fixed: [Double])]) -> [Double] {
    operations.releaseScratch()
    let (n, width) = (operations.count, rows.count)
    let right = operations.scratch(n * width)
    for i in 0..<n * width { right[i] = 0 }
    for (k, row) in rows.enumerated() {
      for (place, value) in row.effects { right[place * width + k] += value }
    }
    operations.solve(right, width: width, tolerance: 1e-10)
    let columns = fixedCount + 1
    let products = operations.scratch(n * columns)
    operations.fillDataProducts(products)
    let inverse = fixedInverse
    return rows.enumerated().map { k, row in
      // x − X'Zb.
      var x = row.fixed
      for i in 0..<n where right[i * width + k] != 0 {
        for l in 0..<fixedCount { x[l] -= products[i * columns + l] * right[i * width + k] }
      }
      let own = row.effects.reduce(0) { $0 + $1.value * right[$1.place * width + k] }
      return own + zip(x, inverse * x).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}

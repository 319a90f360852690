import Distributions
import Glibc
import LinearAlgebra

/// The criterion of crossed factors with so many levels that no exact factorization is sensible: conjugate gradients and fixed random probes.
///
/// The factor with most levels is eliminated level by level as in `CrossedCriterion`. With the block diagonal P = L_PL_P' of what that leaves,
/// S = I + Λ'(A₂₂ − B'HB)Λ, and M = L_P⁻¹SL_P⁻ᵀ = I − E,
///
///     log|S| = log|P| + tr log M ≈ log|P| + mean over probes z of  z'log(M)z + z'Ez + (z'E²z − |E|²)/2
///
/// z'log(M)z comes from the Lanczos matrix of the conjugate gradients, the two further terms have expectation 0 and take most of its noise away.
/// Quadratic forms of X and y are exact to the solutions' tolerance. The gradient's Σ_j Z_j'V⁻¹Z_j = Λ⁻ᵀ Σ_j(I − C^jj)Λ⁻¹ is estimated likewise, by probes
/// over all levels and with C⁻¹'s first two terms around its own block diagonal taken out of the noise (`IterativeOperations.traces`). Probes are the
/// same in every evaluation, so all is a smooth function of Ψ; `valueError` is the Monte Carlo standard error of the value.
///
/// Reference: Golub & Meurant (2010), Matrices, Moments and Quadrature; Ubaru, Chen & Saad (2017), doi:10.1137/16M1104974.
/// Cost of a value: some ten products with the data's cross-products for each of `probeCount` probes.
final class IterativeCriterion: CovarianceCriterion {
  let data: LevelCrossProducts
  /// Λ of each factor (q_f×q_f).
  let lambdas: [Pointer]
  let operations: IterativeOperations
  /// Probes of the determinant over the tail and of the traces over all levels, ±1.
  static let probeCount = 32
  /// The Monte Carlo standard error of the value at the last evaluation.
  private(set) var standardError = 0.0
  override var valueError: Double { standardError }

  /// b and Z'V⁻¹u over all levels for u = X's columns and y (vectorCount × (p+1), entries of one level side by side).
  let solutions, scores: Pointer
  /// c = Z'V⁻¹(y − Xβ) over all levels.
  let residualScores: Pointer
  private let probes, traceProbes: Pointer
  private let block: ScratchBlock
  private let constant: Double

  /// A workspace for one reduction (with one stage) and method.
  init(_ data: LevelCrossProducts, method: EstimationMethod) {
    precondition(data.stages.count == 1, "\(data.stages.count) stages")
    self.data = data
    let widths = data.factors.map(\.columns.count)
    let operations = IterativeOperations(data)
    self.operations = operations
    let (n, m, p) = (operations.count, data.tailLevelColumns, data.fixedCount)
    let r = IterativeCriterion.probeCount
    block = ScratchBlock(
      count: widths.reduce(0) { $0 + $1 * $1 } + 2 * n * (p + 1) + n + (m + n) * r)
    var lambdas: [UnsafeMutablePointer<Double>] = []
    for width in widths { lambdas.append(block.take(width * width)) }
    self.lambdas = lambdas
    solutions = block.take(n * (p + 1))
    scores = block.take(n * (p + 1))
    residualScores = block.take(n)
    probes = block.take(m * r)
    traceProbes = block.take(n * r)
    for k in 0..<r {
      var stream = KeyedStream(seed: 1_599, replicate: UInt32(k))
      for i in 0..<m { probes[i * r + k] = stream.uniform() < 0.5 ? -1 : 1 }
      for i in 0..<n { traceProbes[i * r + k] = stream.uniform() < 0.5 ? -1 : 1 }
    }
    let dof = Double(method == .reml ? data.rowCount - p : data.rowCount)
    constant = data.design.criterionShift(method, degreesOfFreedom: dof)
    super.init(method: method, blocks: data.blocks, fixedCount: p, rowCount: data.rowCount)
  }

  override var hasExactHessian: Bool { false }
  override var isExpensive: Bool { true }
  override var leastGroupCount: Int { data.factors.map(\.levelCount).min() ?? 0 }
  override var inflations: [Double] { data.design.inflations }
  override func fillMomentStart(_ psi: Pointer) -> Bool { data.fillMomentStart(psi) }

  override func evaluate(at psi: Pointer) -> Double {
    value = .infinity
    operations.releaseScratch()
    for (f, factor) in data.factors.enumerated() {
      let q = factor.columns.count
      var own = [Double](repeating: 0, count: q * q)
      for (b, j) in factor.columns.enumerated() {
        for (a, i) in factor.columns.enumerated() { own[a + b * q] = psi[i + j * effectCount] }
      }
      RelativeCovarianceFactor.fillLowerFactor(lambdas[f], of: own, order: q)
    }
    guard let logBlocks = operations.prepare(lambdas) else { return value }
    solveForData()
    guard profile() else { return value }
    guard let logTail = logDeterminant() else { return value }
    let dof = degreesOfFreedom
    let p = fixedCount
    var logFixed = 0.0
    for k in 0..<p { logFixed += log(fixedFactor[k + k * p]) }
    value = logBlocks + logTail + dof * (1 + log(2 * .pi * residualSquares / dof)) + constant
    if method == .reml { value += 2 * logFixed }
    return value
  }

  /// b and Z'V⁻¹u for X's columns and y.
  private func solveForData() {
    let (n, width) = (operations.count, fixedCount + 1)
    operations.fillDataProducts(scores)
    for i in 0..<n * width { solutions[i] = scores[i] }
    operations.solve(solutions, width: width, tolerance: 1e-12)
    let product = operations.scratch(n * width)
    operations.multiply(solutions, into: product, width: width)
    for i in 0..<n * width { scores[i] -= product[i] }
  }

  /// β, L_x and r² from [X y]'V⁻¹[X y] = [X y]'[X y] − [X y]'Zb.
  private func profile() -> Bool {
    let (n, p) = (operations.count, fixedCount)
    let width = p + 1
    let rights = operations.scratch(n * width)
    operations.fillDataProducts(rights)
    var gram = data.dense
    for i in 0..<n {
      for b in 0..<width {
        for a in 0..<width { gram[a + b * width] -= rights[i * width + a] * solutions[i * width + b] }
      }
    }
    for b in 0..<width {
      for a in 0..<b {
        let mean = (gram[a + b * width] + gram[b + a * width]) / 2
        gram[a + b * width] = mean
        gram[b + a * width] = mean
      }
    }
    let positive = gram.withUnsafeMutableBufferPointer { SmallKernels.cholesky($0.baseAddress!, width) }
    guard positive else { return false }
    for k in 0..<p {
      for i in k..<p { fixedFactor[i + k * p] = gram[i + k * width] }
      beta[k] = gram[p + k * width]
    }
    SmallKernels.solveLowerTransposed(fixedFactor, p, beta)
    let last = gram[width * width - 1]
    residualSquares = last * last
    guard residualSquares > 0 else { return false }
    for i in 0..<n {
      var sum = scores[i * width + p]
      for k in 0..<p { sum -= scores[i * width + k] * beta[k] }
      residualScores[i] = sum
    }
    return true
  }

  /// log|S| by Lanczos quadrature with two control variates.
  private func logDeterminant() -> Double? {
    let (m, r) = (data.tailLevelColumns, IterativeCriterion.probeCount)
    let right = operations.scratch(m * r)
    for i in 0..<m * r { right[i] = probes[i] }
    operations.multiplyByBlockFactor(right, width: r)
    let runs = operations.conjugateGradients(right, width: r, tolerance: 1e-8)
    let squares = operations.offDiagonalSquares()
    var samples: [Double] = []
    for run in runs {
      let tridiagonal = run.lanczosMatrix
      let (values, vectors) = tridiagonal.symmetricEigen
      guard values.allSatisfy({ $0 > 0 }) else { return nil }
      let size = Double(m)
      var quadrature = 0.0
      for (k, value) in values.enumerated() { quadrature += vectors[0, k] * vectors[0, k] * log(value) }
      let first: Double = tridiagonal[0, 0]
      let beside: Double = values.count > 1 ? tridiagonal[0, 1] : 0
      // z'Ez = m(1 − T₁₁), z'E²z = m(1 − 2T₁₁ + T₁₁² + T₁₂²).
      let linear: Double = size * (1 - first)
      let quadratic: Double = size * ((1 - first) * (1 - first) + beside * beside)
      samples.append(size * quadrature + linear + (quadratic - squares) / 2)
    }
    let mean = samples.reduce(0, +) / Double(r)
    let spread = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(r - 1)
    standardError = (spread / Double(r)).squareRoot()
    return operations.logBlockDeterminant + mean
  }

  override func differentiate(precision: Double?) {
    let (q, p) = (effectCount, fixedCount)
    let r = IterativeCriterion.probeCount
    operations.releaseScratch()
    for i in 0..<q * q { gradient[i] = 0 }
    let information = operations.traces(traceProbes, width: r) { self.project($0, width: r) }
    let ratio = precision ?? degreesOfFreedom / residualSquares
    var inverse = Matrix(rows: p, columns: p)
    for k in 0..<p { for i in k..<p { inverse[k, i] = fixedFactor[i + k * p] } }
    inverse = inverse.upperInverse
    for i in 0..<directions.count { tSums[i] = 0 }
    for (f, factor) in data.factors.enumerated() {
      let width = factor.columns.count
      let start = operations.start(ofFactor: f)
      for (b, column) in factor.columns.enumerated() {
        for (a, row) in factor.columns.enumerated() where a <= b {
          var (fixed, residual) = (0.0, 0.0)
          for j in 0..<factor.levelCount {
            let (x, y) = (start + j * width + a, start + j * width + b)
            residual += residualScores[x] * residualScores[y]
            if method == .reml {
              // F_jS⁻¹F_j', S⁻¹ = (L⁻ᵀ)(L⁻ᵀ)'.
              for l in 0..<p {
                var (left, right) = (0.0, 0.0)
                for k in 0...l {
                  left += scores[x * (p + 1) + k] * inverse[k, l]
                  right += scores[y * (p + 1) + k] * inverse[k, l]
                }
                fixed += left * right
              }
            }
          }
          let entry = information[f][a, b] - fixed - ratio * residual
          gradient[row + column * q] = entry
          gradient[column + row * q] = entry
          let pair = (min(row, column), max(row, column))
          if let e = directions.firstIndex(where: { $0 == pair }) {
            tSums[e] = a == b ? residual : 2 * residual
          }
        }
      }
    }
    fillHessian(ratio, curved: precision == nil ? ratio / residualSquares : 0)
  }

  /// Average information: (m/r²)(w_E'Pw_F − t_Et_F/r²), w_E = ZEc.
  private func fillHessian(_ ratio: Double, curved: Double) {
    let (n, p, s) = (operations.count, fixedCount, directions.count)
    let moved = operations.scratch(n * s)
    let own = operations.scratch(n * s)
    for i in 0..<n * s { own[i] = 0 }
    for (e, direction) in directions.enumerated() {
      let f = data.factors.firstIndex { $0.columns.contains(direction.a) }!
      let columns = data.factors[f].columns
      let (a, b) = (columns.firstIndex(of: direction.a)!, columns.firstIndex(of: direction.b)!)
      let start = operations.start(ofFactor: f)
      for j in 0..<data.factors[f].levelCount {
        let place = start + j * columns.count
        own[(place + a) * s + e] += residualScores[place + b]
        if a != b { own[(place + b) * s + e] += residualScores[place + a] }
      }
    }
    for i in 0..<n * s { moved[i] = own[i] }
    project(moved, width: s)
    // F'g of each direction, for P = V⁻¹ − V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹.
    var half = [[Double]](repeating: [Double](repeating: 0, count: p), count: s)
    for e in 0..<s {
      for i in 0..<n where own[i * s + e] != 0 {
        for k in 0..<p { half[e][k] += scores[i * (p + 1) + k] * own[i * s + e] }
      }
      half[e].withUnsafeMutableBufferPointer {
        if let base = $0.baseAddress { SmallKernels.solveLower(fixedFactor, p, base) }
      }
    }
    for e in 0..<s {
      for f in 0...e {
        var product = 0.0
        for i in 0..<n { product += own[i * s + f] * moved[i * s + e] }
        for k in 0..<p { product -= half[e][k] * half[f][k] }
        let entry = ratio * product - curved * tSums[e] * tSums[f]
        hessian[f + e * s] = entry
        hessian[e + f * s] = entry
      }
    }
  }

  /// g ← Z'V⁻¹Zg, `width` vectors over all levels.
  func project(_ g: Pointer, width: Int) {
    let n = operations.count
    let product = operations.scratch(n * width)
    operations.multiply(g, into: product, width: width)
    for i in 0..<n * width { g[i] = product[i] }
    operations.solve(product, width: width, tolerance: 1e-9)
    let back = operations.scratch(n * width)
    operations.multiply(product, into: back, width: width)
    for i in 0..<n * width { g[i] -= back[i] }
  }

  override var fixedProducts: [(columns: [Int], levels: [Matrix])] {
    let width = fixedCount + 1
    return data.factors.indices.map { f in
      let q = data.factors[f].columns.count
      let start = operations.start(ofFactor: f)
      let levels = (0..<data.factors[f].levelCount).map { j in
        var block = Matrix(rows: q, columns: fixedCount)
        for a in 0..<q {
          for k in 0..<fixedCount { block[a, k] = scores[(start + j * q + a) * width + k] }
        }
        return block
      }
      return (data.factors[f].columns, levels)
    }
  }
}

import Glibc
import LinearAlgebra

/// The criterion of a model with several grouping factors, by blocked elimination: levels of the stages one by one, the tail as one dense matrix.
///
/// With Ψ_f = ΛΛ' of factor f, A_j = Z_j'Z_j of a level and B_j its products with the columns behind it (both after the elimination of the stages before),
///
///     D_j = I + Λ'A_jΛ,   H_j = ΛD_j⁻¹Λ',   S ← S − B_j'H_jB_j
///     log|V| = Σ log|D_j| + log|I + Λ'S_uuΛ|,   and log|X'V⁻¹X|, r² are the pivots of X and y behind it
///
/// Λ may be singular: nothing is divided by it. Reference: Bates et al. (2015), section 3, doi:10.18637/jss.v067.i01.
/// Cost of a value: the squares of the numbers of columns that levels meet, and a third of the cube of the tail's order.
final class CrossedCriterion: CovarianceCriterion {
  let data: LevelCrossProducts
  let stages: [StageWorkspace]
  /// The tail's factors, for products with the data.
  let tailStages: [StageWorkspace]
  /// Both, so that products make no array of their own.
  let allStages: [StageWorkspace]
  /// Number of entries of a vector over all levels, X and y, and where the tail begins in it.
  let vectorCount: Int
  let tailOffset: Int
  /// S (lower triangle) after the elimination of the stages, the factor of [I + Λ'S_uuΛ, …], and scratch; all of the tail's order.
  let schur, tailFactor, tailWork: Pointer
  /// Λ of each factor (q_f×q_f).
  let lambdas: [Pointer]
  /// The solution for y: b over all levels, β, and −1; and c = Z'(y − Xβ − Zb) over all levels.
  let solution, scores: Pointer
  /// Scratch of `vectorCount`.
  let vector, vector2: Pointer
  private let block: ScratchBlock
  private let constant: Double
  /// log|V| at the last evaluation.
  private(set) var logDeterminant = 0.0
  /// A normal prior of β, as in `ProfiledCriterion`.
  var priorProducts: [Double] = []
  var priorScale = 0.0
  /// What derivatives need beside; made when first asked for.
  private(set) lazy var covarianceScratch = CovarianceScratch(self)
  /// For each stage the place of tail columns in one level's row, and whose row that is.
  private let positions: [UnsafeMutablePointer<Int32>]
  private var positionOwners: [Int]

  /// A workspace for one reduction and method.
  init(_ data: LevelCrossProducts, method: EstimationMethod) {
    self.data = data
    let order = data.tailOrder
    var offset = 0
    var stages: [StageWorkspace] = []
    for stage in data.stages {
      stages.append(StageWorkspace(stage, offset: offset, isFirst: stages.isEmpty))
      offset += stage.levelCount * stage.width
    }
    tailOffset = offset
    vectorCount = offset + order
    for (s, stage) in stages.enumerated() {
      stage.fillNeighbours(tailOffset: offset, later: Array(stages[(s + 1)...]))
    }
    self.stages = stages
    tailStages = zip(data.tailStages, data.tail).map { stage, place in
      let own = StageWorkspace(stage, offset: offset + place.start, isFirst: true)
      own.fillNeighbours(tailOffset: offset, later: [])
      return own
    }
    allStages = stages + tailStages
    let widths = data.factors.map(\.columns.count)
    block = ScratchBlock(
      count: 3 * order * order + widths.reduce(0) { $0 + $1 * $1 } + 4 * vectorCount)
    schur = block.take(order * order)
    tailFactor = block.take(order * order)
    tailWork = block.take(order * order)
    var lambdas: [UnsafeMutablePointer<Double>] = []
    for width in widths { lambdas.append(block.take(width * width)) }
    self.lambdas = lambdas
    solution = block.take(vectorCount)
    scores = block.take(vectorCount)
    vector = block.take(vectorCount)
    vector2 = block.take(vectorCount)
    positions = stages.map { _ in
      let place = UnsafeMutablePointer<Int32>.allocate(capacity: order)
      place.initialize(repeating: 0, count: order)
      return place
    }
    positionOwners = [Int](repeating: -1, count: stages.count)
    let m = Double(method == .reml ? data.rowCount - data.fixedCount : data.rowCount)
    constant = data.design.criterionShift(method, degreesOfFreedom: m)
    super.init(
      method: method, blocks: data.blocks, fixedCount: data.fixedCount, rowCount: data.rowCount)
  }

  deinit { for place in positions { place.deallocate() } }

  override var inflations: [Double] { data.design.inflations }
  override var leastGroupCount: Int { data.factors.map(\.levelCount).min() ?? 0 }
  override var mayFallWithoutEnd: Bool {
    data.rowSpan?.holdsResponse
      ?? (data.rowCount <= data.factors.reduce(fixedCount) { $0 + $1.levelCount * $1.columns.count })
  }
  /// log|V| + log|X'V⁻¹X| grows with the effects as fast as r² falls, where all effects are independent and span all rows together with X.
  override var levelsOff: Bool {
    method == .reml && blocks.allSatisfy { $0.count == 1 } && data.rowSpan?.holdsAll ?? false
  }
  /// Cross-products lose r² in rounding of y'y.
  override var leastResidualSquares: Double { 1e-12 }
  override var leastPreciseSquares: Double { 5e-10 }
  override var hasSeveralFactors: Bool { true }
  override var isExpensive: Bool { data.operationCount > 3e6 }
  override var needsWideSearch: Bool {
    // Independent terms of one factor can stand for each other.
    !isExpensive && blocks.count > data.factors.count
  }
  override func evaluate(at psi: Pointer) -> Double {
    let order = data.tailOrder
    for (f, factor) in data.factors.enumerated() {
      let q = factor.columns.count
      for (b, j) in factor.columns.enumerated() {
        for (a, i) in factor.columns.enumerated() { tailWork[a + b * q] = psi[i + j * effectCount] }
      }
      RelativeCovarianceFactor.fillLowerFactor(lambdas[f], of: tailWork, order: q)
    }
    fillSchur()
    for stage in stages.dropFirst() { stage.restore() }
    value = .infinity
    var logSum = 0.0
    for s in stages.indices {
      guard let logDeterminant = eliminate(s) else { return value }
      logSum += logDeterminant
    }
    scaleTail()
    guard DenseKernels.cholesky(tailFactor, order) else { return value }
    let levels = data.tailLevelColumns
    var logPivots = 0.0
    for k in 0..<levels { logPivots += log(tailFactor[k + k * order]) }
    let p = fixedCount
    var logFixed = 0.0
    for k in 0..<p {
      for i in k..<p { fixedFactor[i + k * p] = tailFactor[levels + i + (levels + k) * order] }
      beta[k] = tailFactor[order - 1 + (levels + k) * order]
      logFixed += log(fixedFactor[k + k * p])
    }
    SmallKernels.solveLowerTransposed(fixedFactor, p, beta)
    let last = tailFactor[order * order - 1]
    residualSquares = last * last
    guard residualSquares > 0, logSum.isFinite, logPivots.isFinite else { return value }
    logDeterminant = logSum + 2 * logPivots
    let dof = degreesOfFreedom
    value = logDeterminant + dof * (1 + log(2 * .pi * residualSquares / dof)) + constant
    if method == .reml { value += 2 * logFixed }
    return value
  }

  /// S ← the tail's cross-products.
  private func fillSchur() {
    let order = data.tailOrder
    for j in 0..<order { for i in j * order + j..<(j + 1) * order { schur[i] = 0 } }
    for stage in tailStages {
      let (q, start) = (stage.width, stage.offset - tailOffset)
      for j in 0..<stage.levelCount {
        let columns = stage.tailColumns + stage.columnStart(j)
        let row = stage.rawRows + stage.rowStart(j)
        for a in 0..<q {
          let target = schur + (start + j * q + a) * order
          for b in a..<q { target[start + j * q + b] = stage.rawSquares[j * q * q + b + a * q] }
          for k in 0..<stage.rowWidth(j) { target[Int(columns[k])] = row[a + k * q] }
        }
      }
    }
    let (levels, p) = (data.tailLevelColumns, fixedCount)
    for l in 0...p {
      for k in l...p { schur[levels + k + (levels + l) * order] = data.dense[k + l * (p + 1)] }
    }
    guard !priorProducts.isEmpty else { return }
    for l in 0...p {
      for k in l...p {
        schur[levels + k + (levels + l) * order] += priorScale * priorProducts[k + l * (p + 1)]
      }
    }
  }

  override func differentiate(precision: Double?) { fillDerivatives(precision: precision) }
  override func fillMomentStart(_ psi: Pointer) -> Bool { data.fillMomentStart(psi) }
  override var fixedProducts: [(columns: [Int], levels: [Matrix])] { productsWithFixed() }
  /// The Hessian is exact up to this number of columns of all levels.
  private static let exactColumns = 128
  override var hasExactHessian: Bool {
    data.factors.reduce(0) { $0 + $1.levelCount * $1.columns.count } <= CrossedCriterion.exactColumns
  }

  /// Eliminates the levels of a stage; Σ log|D_j|, or nil if a factorization fails.
  private func eliminate(_ s: Int) -> Double? {
    let stage = stages[s]
    let q = stage.width
    var logSum = 0.0
    var product = 1.0
    for j in stage.order {
      // H = T'T.
      guard fillRoot(of: j, in: stage, &product) else { return nil }
      let t = stage.small2
      if product > 1e200 {
        logSum += log(product)
        product = 1
      }
      let h = stage.posterior + j * q * q
      for k in 0..<q {
        for i in 0..<q {
          var sum = 0.0
          for l in 0..<q { sum += t[l + i * q] * t[l + k * q] }
          h[i + k * q] = sum
        }
      }
      let width = stage.rowWidth(j)
      let row = stage.rows + stage.rowStart(j)
      let v = stage.wide
      if q == 1 {
        let factor = t[0]
        for k in 0..<width { v[k] = factor * row[k] }
      } else {
        for k in 0..<width {
          for i in 0..<q {
            var sum = 0.0
            for l in 0..<q { sum += t[i + l * q] * row[l + k * q] }
            v[i + k * q] = sum
          }
        }
      }
      subtract(v, of: j, in: s)
    }
    return logSum + log(product)
  }

  /// T = L⁻¹Λ' of a level, LL' = D = I + Λ'A_jΛ, into `small2` of its stage; multiplies the product by |D|.
  /// - Returns: false if a pivot is not positive.
  @inline(__always)
  func fillRoot(of j: Int, in stage: StageWorkspace, _ product: inout Double) -> Bool {
    let q = stage.width
    let lambda = lambdas[stage.factor]
    let a = stage.squares + j * q * q
    let (d, t) = (stage.small, stage.small2)
    if q == 1 {
      let pivot = 1 + lambda[0] * a[0] * lambda[0]
      guard pivot > 0 else { return false }
      product *= pivot
      t[0] = lambda[0] / pivot.squareRoot()
      return true
    }
    SmallMatrices.sandwich(d, lambda, a, q, scratch: stage.small3)
    for k in 0..<q { d[k + k * q] += 1 }
    guard SmallKernels.cholesky(d, q) else { return false }
    for k in 0..<q { product *= d[k + k * q] * d[k + k * q] }
    for k in 0..<q {
      for i in 0..<q { t[i + k * q] = lambda[k + i * q] }
      SmallKernels.solveLower(d, q, t + k * q)
    }
    return true
  }

  /// Takes v'v, v the scaled row of a level (q × its width), out of the rows of its ancestors and out of S.
  private func subtract(_ v: Pointer, of j: Int, in s: Int) {
    let stage = stages[s]
    let (q, width, first) = (stage.width, stage.rowWidth(j), stage.ancestorWidth)
    let columns = stage.tailColumns + stage.columnStart(j)
    var offset = 0
    for (later, ancestors) in zip(stages[(s + 1)...], stage.ancestors) {
      let a = ancestors[j]
      let own = later.width
      let place = positions(of: a, in: later)
      let squares = later.squares + a * own * own
      let row = later.rows + later.rowStart(a)
      for k in 0..<own {
        let left = v + (offset + k) * q
        for l in 0..<own { squares[k + l * own] -= SmallMatrices.dot(left, v + (offset + l) * q, q) }
        for l in offset + own..<max(first, offset + own) {
          row[k + (l - offset - own) * own] -= SmallMatrices.dot(left, v + l * q, q)
        }
        for l in first..<width {
          row[k + Int(place[Int(columns[l - first])]) * own] -= SmallMatrices.dot(left, v + l * q, q)
        }
      }
      offset += own
    }
    let order = data.tailOrder
    let count = width - first
    let tail = v + first * q
    if q == 1 {
      for k in 0..<count {
        let value = tail[k]
        let target = schur + Int(columns[k]) * order
        for l in k..<count { target[Int(columns[l])] -= value * tail[l] }
      }
    } else {
      for k in 0..<count {
        let target = schur + Int(columns[k]) * order
        for l in k..<count {
          target[Int(columns[l])] -= SmallMatrices.dot(tail + k * q, tail + l * q, q)
        }
      }
    }
  }

  /// For each tail column that a level meets, its place in the level's row.
  func positions(of level: Int, in stage: StageWorkspace) -> UnsafeMutablePointer<Int32> {
    let place = positions[stage.index]
    if positionOwners[stage.index] != level {
      let columns = stage.tailColumns + stage.columnStart(level)
      for k in 0..<stage.rowWidth(level) - stage.ancestorWidth {
        place[Int(columns[k])] = Int32(stage.ancestorWidth + k)
      }
      positionOwners[stage.index] = level
    }
    return place
  }

  /// tailFactor ← [I + Λ'S_uuΛ, …] (lower triangle).
  private func scaleTail() {
    let order = data.tailOrder
    for j in 0..<order { for i in j * order + j..<(j + 1) * order { tailFactor[i] = schur[i] } }
    for (f, start) in data.tail {
      let q = data.factors[f].columns.count
      let lambda = lambdas[f]
      let end = start + q * data.factors[f].levelCount
      if q == 1 {
        let theta = lambda[0]
        for c in start..<end {
          let column = tailFactor + c * order
          for i in c..<order { column[i] *= theta }
        }
        for c in 0..<end {
          let column = tailFactor + c * order
          for i in max(c, start)..<end { column[i] *= theta }
        }
      } else {
        for c in stride(from: start, to: end, by: q) {
          // The whole diagonal block, then columns in ascending order: each needs itself and later ones only.
          for k in 0..<q {
            for i in 0..<k { tailFactor[c + i + (c + k) * order] = tailFactor[c + k + (c + i) * order] }
          }
          for k in 0..<q {
            let target = tailFactor + (c + k) * order
            for i in c..<order {
              var sum = 0.0
              for l in k..<q { sum += tailFactor[i + (c + l) * order] * lambda[l + k * q] }
              target[i] = sum
            }
          }
        }
        for c in 0..<end {
          let column = tailFactor + c * order
          let from = max(start, start + (c - start) / q * q)
          for r in stride(from: c < start ? start : from, to: end, by: q) {
            SmallMatrices.multiplyTransposed(lambda, column + r, q)
          }
        }
      }
      for c in start..<end { tailFactor[c + c * order] += 1 }
    }
  }
}

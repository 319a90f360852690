import LinearAlgebra
import MixedModels

/// What rows shared by levels of several terms tell: the blocks of Z'WZ between terms, and what remains of an earlier term's H and G when the effects b of a
/// later one are integrated out of the likelihood's normal approximation,
///
///     H − C'DC,   G − C'DG_b,   D = (Σ̂⁻¹ + H_b)⁻¹
///
/// one term after the other as by an incomplete Cholesky factorization: couplings between levels of one term, and between levels without rows in common, are
/// dropped. Of nested terms nothing is dropped. Terms of one factor are not coupled: what an intercept's rows tell depends too much on how far the slope of the
/// same level can move (`(year || g)` with years from 2010).
struct SharedRows {
  /// C' of a level: by the place of an effect of an earlier term, the couplings with the level's own effects (q).
  private typealias Level = [Int: [Double]]

  /// Whose an effect is.
  private struct Owner {
    let term, level, component: Int
  }

  /// By term, by level.
  private var levels: [[Level]]
  private let owners: [Owner]

  /// - Parameter information: w of each row about its linear predictor.
  init(_ terms: [JointCoordinates.Term], _ model: any MixedModel, information: [Double]) {
    let z = model.randomMatrix
    levels = terms.map { Array(repeating: [:], count: $0.levelCount) }
    var owners: [Int: Owner] = [:]
    for (t, term) in terms.enumerated() {
      for j in 0..<term.levelCount {
        for a in term.columns.indices {
          let component = a - term.columns.lowerBound
          owners[term.first + j * term.stride + component] = Owner(term: t, level: j, component: component)
        }
      }
    }
    self.owners = (0..<owners.count).compactMap { owners[$0] }
    let codes = terms.map { model.factors[model.terms[$0.index].factor].codes }
    for (t, term) in terms.enumerated() {
      for (s, earlier) in terms[..<t].enumerated()
      where model.terms[earlier.index].factor != model.terms[term.index].factor {
        for (i, w) in information.enumerated() {
          for (a, column) in earlier.columns.enumerated() {
            let place = earlier.first + codes[s][i] * earlier.stride + a
            for (b, own) in term.columns.enumerated() {
              levels[t][codes[t][i]][place, default: Array(repeating: 0, count: term.columns.count)][b] +=
                w * z[i, column] * z[i, own]
            }
          }
        }
      }
    }
  }

  /// Integrates out term after term, the last first. Levels of which no information would remain keep that of their rows alone.
  /// - Parameter covariance: Σ̂ (q×q).
  mutating func integrateOut(_ terms: inout [JointCoordinates.Term], covariance: Matrix) {
    let own = terms
    for t in terms.indices.reversed() {
      keepInformation(&terms[t], own[t])
      guard t > 0 else { continue }
      let first = terms[t].columns.lowerBound
      let q = terms[t].columns.count
      var sigma = Matrix(rows: q, columns: q)
      for b in 0..<q { for a in 0..<q { sigma[a, b] = covariance[first + a, first + b] } }
      guard let root = sigma.lowerFactor else { continue }
      for j in 0..<terms[t].levelCount { integrateOut(level: j, of: t, &terms, root: root) }
    }
  }

  /// D = R'R, R = L⁻¹F', LL' = I + F'H_bF: every product with D is one of R's columns.
  private mutating func integrateOut(
    level j: Int, of t: Int, _ terms: inout [JointCoordinates.Term], root: Matrix
  ) {
    let (q, p) = (root.rows, terms[t].fixedCount)
    let block = j * q * q..<(j + 1) * q * q
    let information = Matrix(rows: q, columns: q, storage: Array(terms[t].information[block]))
    guard var lower = (Matrix.identity(q) + root.transposed * information * root).lowerFactor else { return }
    var r = root.transposed
    lower.storage.withUnsafeMutableBufferPointer { lower in
      r.storage.withUnsafeMutableBufferPointer { r in
        guard let l = lower.baseAddress, let column = r.baseAddress else { return }
        for k in 0..<q { SmallKernels.solveLower(l, q, column + k * q) }
      }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let shared = levels[t][j].sorted { $0.key < $1.key }.map { (owners[$0.key], $0.key, r * $0.value) }
    let fixed = (0..<p).map { c in r * Array(terms[t].cross[(j * p + c) * q..<(j * p + c + 1) * q]) }
    for (owner, place, column) in shared {
      let (s, i) = (owner.term, owner.level)
      let order = terms[s].columns.count
      for c in 0..<p { terms[s].cross[i * order * p + owner.component + c * order] -= dot(column, fixed[c]) }
      for (other, _, second) in shared where other.term >= s {
        if other.term == s {
          guard other.level == i else { continue }
          let at = i * order * order + owner.component + other.component * order
          terms[s].information[at] -= dot(column, second)
        } else {
          levels[other.term][other.level][place]?[other.component] -= dot(column, second)
        }
      }
    }
  }

  /// Gives levels whose remaining information is none that of their own rows.
  private func keepInformation(_ term: inout JointCoordinates.Term, _ own: JointCoordinates.Term) {
    let q = term.columns.count
    let p = term.fixedCount
    for j in 0..<term.levelCount {
      let block = j * q * q..<(j + 1) * q * q
      var left = Matrix(rows: q, columns: q, storage: Array(term.information[block]))
      // What rounding takes is not missed.
      for k in 0..<q { left[k, k] += 1e-9 * own.information[j * q * q + k * (q + 1)] }
      if left.lowerFactor != nil { continue }
      term.information.replaceSubrange(block, with: own.information[block])
      let crossed = j * q * p..<(j + 1) * q * p
      term.cross.replaceSubrange(crossed, with: own.cross[crossed])
    }
  }

  /// C of a term.
  /// - Parameter order: q.
  func couplings(of t: Int, order q: Int) -> EffectCouplings {
    var rows: [[(column: Int, value: Double)]] = []
    for level in levels[t] {
      let sorted = level.sorted { $0.key < $1.key }
      for k in 0..<q { rows.append(sorted.map { ($0.key, $0.value[k]) }.filter { $0.value != 0 }) }
    }
    return EffectCouplings(rows)
  }
}

extension Matrix {
  /// The lower Cholesky factor of a symmetric matrix; nil where it is not positive definite.
  fileprivate var lowerFactor: Matrix? {
    var factor = self
    let isPositive = factor.storage.withUnsafeMutableBufferPointer { factor in
      factor.baseAddress.map { SmallKernels.cholesky($0, rows) } ?? true
    }
    guard isPositive, factor.storage.allSatisfy(\.isFinite) else { return nil }
    for j in 0..<rows { for i in 0..<j { factor[i, j] = 0 } }
    return factor
  }
}

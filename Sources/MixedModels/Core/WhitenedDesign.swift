import Glibc
import LinearAlgebra

/// The columns of a model in coordinates without scale: nothing that follows depends on the units of predictors or response.
///
/// Z̃ = ZR_b⁻¹ with R_b'R_b = Z'Z/J term by term, J the number of the factor's levels; X̃ = XR_x⁻¹ with R_x'R_x = X'X; y replaced by its
/// least-squares residual on X, scaled to length 1. With prior weights w every row of Z, X and y is multiplied by √w first. So shifting or rescaling
/// a predictor changes nothing but R_b, R_x, the scale of y and the pooled β.
struct WhitenedDesign {
  /// Z̃ (n×q) and [X̃ ỹ] (n×(p+1)), by columns.
  let effects: [Double]
  let fixedAndResponse: [Double]
  let coordinates: Coordinates

  /// What turns results back to the user's coordinates.
  struct Coordinates: Sendable {
    /// R_b (q×q, block diagonal) and R_x (p×p), upper triangular.
    let effectScale: Matrix
    let fixedScale: Matrix
    /// log|R_x'R_x|.
    let logFixedGram: Double
    /// Σ log w over the rows; 0 without weights.
    let logWeights: Double
    /// Least-squares coefficients of y on X.
    let pooledCoefficients: [Double]
    /// The length of y's least-squares residual, by which it was divided; 0 if X fits y exactly.
    let responseScale: Double
    /// For each random effect how much of its column other columns can stand for, as a variance inflation κ² between 1 and 1e16: the column
    /// beside the fixed effects, which take what all levels share, or beside the other random effects.
    ///
    /// Beside a constant κ is the ratio of x's distance from 0 to its spread. A slope that moves y by its residual's size within the range of x
    /// then has a variance of about κ² here, and so has the intercept that takes it back to 0.
    let inflations: [Double]

    /// What the scales of X and y, or of another response, add to a criterion with m degrees of freedom.
    func criterionShift(
      _ method: EstimationMethod, degreesOfFreedom m: Double, responseScale: Double? = nil
    ) -> Double {
      (method == .reml ? logFixedGram : 0) - logWeights + 2 * m
        * log(max(responseScale ?? self.responseScale, .leastNormalMagnitude))
    }
  }

  /// Whitens data.
  /// - Parameters:
  ///   - rows: Z and y, and X of full rank.
  ///   - blocks: which columns of Z belong to one term.
  ///   - groupCounts: the number of levels of each term's factor.
  ///   - qr: X, times the rows' factors, factored.
  ///   - interceptColumn: the column of X that is 1 everywhere, if there is one.
  /// - Throws: `FitError.collinearEffects` if a term's columns are linearly dependent over all rows.
  /// - Complexity: O(n(q + p)²).
  init(
    _ rows: ModelRows, blocks: [Range<Int>], blockNames: [String], effectNames: [String], groupCounts: [Int],
    qr: PivotedQR, interceptColumn: Int?
  ) throws(FitError) {
    let (z, rowFactors) = (rows.random, rows.rowFactors)
    let n = rows.response.count
    let q = z.columns
    let p = rows.fixed.columns

    // √J times the orthonormal factor of each term's columns.
    var scale = Matrix(rows: q, columns: q)
    var whiteZ = z.storage
    for (index, block) in blocks.enumerated() {
      let failed = WhitenedDesign.orthonormalize(
        &whiteZ, rows: n, columns: block, rowFactors: rowFactors, shifts: rows.shifts?.random,
        triangle: &scale)
      if let failed { throw .collinearEffects(term: blockNames[index], column: effectNames[failed]) }
      let rootJ = Double(groupCounts[index]).squareRoot()
      for k in block {
        for i in k * n..<(k + 1) * n { whiteZ[i] *= rootJ }
        for l in 0..<q { scale[l, k] /= rootJ }
      }
    }
    effects = whiteZ

    // Orthonormal X and the residual of y. A constant far from 0 is taken out first where X holds it.
    let mean =
      interceptColumn == nil ? 0 : rows.shifts?.response ?? rows.response.reduce(0, +) / Double(n)
    var y = rows.shifts == nil ? rows.response.map { $0 - mean } : rows.response
    if let rowFactors { for i in 0..<n { y[i] *= rowFactors[i] } }
    var effects = y
    qr.applyTransposedQ(to: &effects)
    var pooled = qr.coefficients(fromEffects: effects)
    if let interceptColumn { pooled[interceptColumn] += mean }
    let size = y.reduce(0) { max($0, abs($1)) }
    var u = qr.orthonormalColumns
    for i in 0..<min(p, n) { effects[i] = 0 }
    qr.applyQ(to: &effects)
    // In two steps, so that squares neither overflow nor vanish.
    let largest = effects.reduce(0) { max($0, abs($1)) }
    let length = effects.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot() * largest
    // A residual that is nothing but rounding beside y counts as none.
    let heaviest = rowFactors?.max() ?? 1
    let responseScale = length.isFinite && largest > 1e-13 * max(size, abs(mean) * heaviest) ? length : 0
    if responseScale > 0 { for i in 0..<n { effects[i] /= length } }
    u += effects
    fixedAndResponse = u
    coordinates = Coordinates(
      effectScale: scale, fixedScale: qr.positiveTriangle, logFixedGram: 2 * qr.logAbsDeterminant,
      logWeights: rows.logWeights, pooledCoefficients: pooled,
      responseScale: responseScale,
      inflations: WhitenedDesign.inflations(effects: whiteZ, count: q, fixed: u, fixedCount: p, rows: n))
  }

  /// κ² of each effect; columns that others span altogether, which nothing can tell apart, do not count.
  private static func inflations(
    effects: [Double], count q: Int, fixed: [Double], fixedCount p: Int, rows n: Int
  ) -> [Double] {
    func product(_ a: [Double], _ k: Int, _ b: [Double], _ l: Int) -> Double {
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          n == 0 ? 0 : SmallMatrices.longDot(a.baseAddress! + k * n, b.baseAddress! + l * n, n)
        }
      }
    }
    var gram = Matrix(rows: q, columns: q)
    for k in 0..<q { for l in 0...k { gram[l, k] = product(effects, l, effects, k) } }
    for k in 0..<q { for l in 0..<k { gram[k, l] = gram[l, k] } }
    let scratch = ScratchBlock(count: n)
    defer { withExtendedLifetime(scratch) {} }
    let rest = scratch.take(n)
    /// What orthonormal columns leave of an effect's sum of squares, as a share of it, by Gram–Schmidt twice over.
    func shareLeft(of k: Int, beside columns: [Double], _ places: Range<Int>) -> Double {
      effects.withUnsafeBufferPointer { effects in
        columns.withUnsafeBufferPointer { columns in
          rest.update(from: effects.baseAddress! + k * n, count: n)
          for _ in 0..<2 {
            for l in places {
              let direction = columns.baseAddress! + l * n
              let along = SmallMatrices.longDot(direction, rest, n)
              for i in 0..<n { rest[i] -= along * direction[i] }
            }
          }
          return SmallMatrices.longDot(rest, rest, n) / gram[k, k]
        }
      }
    }
    return (0..<q).map { k in
      // X̃ has orthonormal columns.
      var besideFixed = gram[k, k]
      for l in 0..<p {
        let shared = product(effects, k, fixed, l)
        besideFixed -= shared * shared
      }
      var left = gram
      for l in 0..<q where l != k && left[l, l] > 1e-12 * gram[l, l] {
        let row = left.row(l)
        for i in 0..<q { for m in 0..<q { left[i, m] -= row[i] * row[m] / row[l] } }
      }
      var shares = [besideFixed / gram[k, k], left[k, k] / gram[k, k]]
      // Differences of sums of squares lose small shares, which are measured row by row then.
      if shares[0] < 1e-8 { shares[0] = shareLeft(of: k, beside: fixed, 0..<p) }
      if shares[1] < 1e-8 {
        let others = Matrix(
          rows: n, columns: q - 1,
          storage: (0..<q).filter { $0 != k }.flatMap { effects[$0 * n..<($0 + 1) * n] })
        let qr = PivotedQR(others, tolerance: 1e-10)
        shares[1] = shareLeft(of: k, beside: qr.orthonormalColumns, 0..<qr.rank)
      }
      return shares.filter { $0 > 1e-16 }.map { max(1, 1 / $0) }.max() ?? 1
    }
  }

  /// Gram–Schmidt twice over, column by column, in place; returns the first column that the ones before it span.
  ///
  /// Behind a constant, a column far from zero gives up a value in its middle first: that difference rounds nothing.
  static func orthonormalize(
    _ storage: inout [Double], rows n: Int, columns: Range<Int>, rowFactors: [Double]?,
    shifts: [Double]? = nil, triangle: inout Matrix
  ) -> Int? {
    storage.withUnsafeMutableBufferPointer { b -> Int? in
      let first = columns.lowerBound
      let constant =
        shifts != nil ? 1 : (0..<n).allSatisfy { b[first * n + $0] == b[first * n] } ? b[first * n] : 0
      for k in columns {
        var middle = shifts?[k] ?? 0
        if shifts == nil, constant != 0, k > first {
          var (low, high) = (Double.infinity, -Double.infinity)
          for i in 0..<n {
            low = min(low, b[i + k * n])
            high = max(high, b[i + k * n])
          }
          if high > low, high - low < 0.25 * min(abs(low), abs(high)) {
            middle = low + (high - low) / 2
            for i in 0..<n { b[i + k * n] -= middle }
          }
        }
        if let rowFactors { for i in 0..<n { b[i + k * n] *= rowFactors[i] } }
        if middle != 0 { triangle[first, k] += triangle[first, first] * middle / constant }
        var before = 0.0
        for i in 0..<n { before += b[i + k * n] * b[i + k * n] }
        for _ in 0..<2 {
          for l in columns.lowerBound..<k {
            var dot = 0.0
            for i in 0..<n { dot += b[i + l * n] * b[i + k * n] }
            triangle[l, k] += dot
            for i in 0..<n { b[i + k * n] -= dot * b[i + l * n] }
          }
        }
        var after = 0.0
        for i in 0..<n { after += b[i + k * n] * b[i + k * n] }
        // Less than 1e-12 of the column's length is what rounding of its digits may have left; beside a middle that was taken out, 1e-13.
        let mean = middle == 0 ? 0 : triangle[first, first] * middle / constant
        if before == 0 || after < max(1e-24 * before, 1e-26 * mean * mean) { return k }
        let norm = after.squareRoot()
        triangle[k, k] = norm
        for i in 0..<n { b[i + k * n] /= norm }
      }
      return nil
    }
  }
}

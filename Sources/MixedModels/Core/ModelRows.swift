import Glibc
import LinearAlgebra
import ModelFormula

/// The rows from which the data of a model are reduced: its observations, or for one grouping factor fewer rows that stand for them.
struct ModelRows {
  /// All random-effects columns Z (rows × q).
  let random: Matrix
  /// Fixed-effects columns X (rows × p).
  let fixed: Matrix
  /// The response, the offset taken out.
  let response: [Double]
  /// By what Z, X and y are multiplied: √w of weights w; nil for 1.
  let rowFactors: [Double]?
  /// The level of each row, for each grouping factor.
  let codes: [[Int]]
  /// How many observations the rows stand for.
  let observationCount: Int
  /// Σ log w over the observations.
  let logWeights: Double
  /// What has been taken out of the columns; nil for rows that are observations.
  let shifts: Shifts?

  /// Multiples of the constant column that have been taken out: of each column of Z behind a constant of its term, of each column of X behind a
  /// constant, and of the response where X has one; 0 elsewhere.
  struct Shifts {
    let random: [Double]
    let fixed: [Double]
    let response: Double
  }

  /// The observations themselves.
  init(random: Matrix, fixed: Matrix, response: [Double], rowFactors: [Double]?, codes: [[Int]]) {
    self.random = random
    self.fixed = fixed
    self.response = response
    self.rowFactors = rowFactors
    self.codes = codes
    observationCount = response.count
    logWeights = 2 * (rowFactors?.reduce(0) { $0 + log($1) } ?? 0)
    shifts = nil
  }

  /// Rows of levels that stand for observations, all weighted alike.
  init(
    random: Matrix, fixed: Matrix, response: [Double], codes: [Int], observationCount: Int,
    logWeights: Double,
    shifts: Shifts
  ) {
    self.random = random
    self.fixed = fixed
    self.response = response
    rowFactors = nil
    self.codes = [codes]
    self.observationCount = observationCount
    self.logWeights = logWeights
    self.shifts = shifts
  }

  /// The factorization of X.
  var fixedFactorization: PivotedQR { PivotedQR(fixed, rowFactors: rowFactors, shifts: shifts?.fixed) }

  /// The same rows with some of the columns of X.
  func keeping(fixedColumns kept: [Int]) -> ModelRows {
    ModelRows(
      self,
      fixed: Matrix(
        rows: fixed.rows, columns: kept.count, storage: kept.flatMap { fixed.column($0) }),
      shifts: shifts.map { shifts in
        Shifts(random: shifts.random, fixed: kept.map { shifts.fixed[$0] }, response: shifts.response)
      })
  }

  private init(_ other: ModelRows, fixed: Matrix, shifts: Shifts?) {
    random = other.random
    self.fixed = fixed
    response = other.response
    rowFactors = other.rowFactors
    codes = other.codes
    observationCount = other.observationCount
    logWeights = other.logWeights
    self.shifts = shifts
  }
}

extension ModelRows {
  /// The rows of a frame, compressed where that pays.
  init(_ frame: ModelFrame, _ layout: RandomLayout, compresses: Bool = true) {
    let (response, rowFactors) = (frame.responseBesideOffset, frame.rowFactors)
    let codes = layout.factors.map(\.codes)
    if compresses, codes.count == 1,
      let rows = LevelCompression.rows(
        random: layout.columns, blocks: layout.terms.map(\.columns), fixed: frame.fixedColumns,
        response: response, rowFactors: rowFactors, codes: codes[0],
        groupCount: layout.factors[0].levels.count)
    {
      self = rows
    } else {
      self.init(
        random: layout.columns.matrix, fixed: frame.fixed, response: response, rowFactors: rowFactors,
        codes: codes)
    }
  }
}

/// A dense matrix of doubles, stored by columns.
public struct Matrix: Sendable, Equatable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let columns: Int
  /// The entries, column after column: entry (i, j) stands at i + j·rows.
  public var storage: [Double]

  /// A matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    storage = [Double](repeating: 0, count: rows * columns)
  }

  /// A matrix from entries given column after column.
  public init(rows: Int, columns: Int, storage: [Double]) {
    precondition(storage.count == rows * columns, "\(storage.count) entries for \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.storage = storage
  }

  /// A matrix from its rows.
  public init(_ rowArrays: [[Double]]) {
    self.init(rows: rowArrays.count, columns: rowArrays.first?.count ?? 0)
    for (i, row) in rowArrays.enumerated() {
      precondition(row.count == columns, "row \(i) has \(row.count) entries, not \(columns)")
      for (j, x) in row.enumerated() { self[i, j] = x }
    }
  }

  /// The identity of an order.
  public static func identity(_ order: Int) -> Matrix {
    var result = Matrix(rows: order, columns: order)
    for i in 0..<order { result[i, i] = 1 }
    return result
  }

  /// Entry (row, column).
  @inlinable public subscript(row: Int, column: Int) -> Double {
    get { storage[row + column * rows] }
    set { storage[row + column * rows] = newValue }
  }

  /// The entries of a column.
  public func column(_ j: Int) -> [Double] { Array(storage[j * rows..<(j + 1) * rows]) }
  /// The entries of a row.
  public func row(_ i: Int) -> [Double] { (0..<columns).map { self[i, $0] } }
  /// The entries on the diagonal.
  public var diagonal: [Double] { (0..<min(rows, columns)).map { self[$0, $0] } }

  /// The transpose.
  public var transposed: Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for j in 0..<columns { for i in 0..<rows { result[j, i] = self[i, j] } }
    return result
  }

  /// The inverse of an upper triangular matrix; what stands below its diagonal is not read.
  package var upperInverse: Matrix {
    var inverse = Matrix(rows: rows, columns: columns)
    for j in 0..<columns {
      inverse[j, j] = 1 / self[j, j]
      for i in (0..<j).reversed() {
        var sum = 0.0
        for k in i + 1...j { sum += self[i, k] * inverse[k, j] }
        inverse[i, j] = -sum / self[i, i]
      }
    }
    return inverse
  }

  /// The matrix product; for the small matrices of reports, not for hot loops.
  public static func * (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.columns == b.rows, "\(a.rows)×\(a.columns) times \(b.rows)×\(b.columns)")
    var result = Matrix(rows: a.rows, columns: b.columns)
    for j in 0..<b.columns {
      for k in 0..<a.columns {
        let factor = b[k, j]
        if factor != 0 { for i in 0..<a.rows { result[i, j] += a[i, k] * factor } }
      }
    }
    return result
  }

  /// The matrix times a vector.
  public static func * (a: Matrix, x: [Double]) -> [Double] {
    precondition(a.columns == x.count, "\(a.rows)×\(a.columns) times a vector of \(x.count)")
    var result = [Double](repeating: 0, count: a.rows)
    for k in 0..<a.columns { for i in 0..<a.rows { result[i] += a[i, k] * x[k] } }
    return result
  }

  /// The matrix times a number.
  public static func * (a: Matrix, s: Double) -> Matrix {
    Matrix(rows: a.rows, columns: a.columns, storage: a.storage.map { $0 * s })
  }

  /// The entrywise sum.
  public static func + (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.rows == b.rows && a.columns == b.columns, "shapes differ")
    return Matrix(rows: a.rows, columns: a.columns, storage: zip(a.storage, b.storage).map(+))
  }

  /// The entrywise difference.
  public static func - (a: Matrix, b: Matrix) -> Matrix {
    precondition(a.rows == b.rows && a.columns == b.columns, "shapes differ")
    return Matrix(rows: a.rows, columns: a.columns, storage: zip(a.storage, b.storage).map(-))
  }
}

import LinearAlgebra
import Tables

/// The columns of a design, n rows each. Of a long table the columns are kept one by one: those that are columns of the data share
/// their memory, and the matrix is made when it is first asked for.
public struct DesignColumns: Sendable {
  /// The entries of one column.
  public enum Entries: Sendable {
    /// One number in every row.
    case constant(Double)
    /// A number for each row.
    case varying([Double])
  }

  /// Number of rows.
  public let rows: Int
  /// Number of columns.
  public let count: Int
  private let storage: Storage

  private enum Storage: Sendable {
    case matrix(Matrix)
    case separate(SeparateColumns)
  }

  /// Shorter tables are copied into a matrix at once.
  static let leastSeparateRows = 4096

  /// A design from its matrix.
  public init(_ matrix: Matrix) {
    rows = matrix.rows
    count = matrix.columns
    storage = .matrix(matrix)
  }

  /// A design from columns of equal length.
  public init(_ columns: [Entries], rows: Int) {
    self.rows = rows
    count = columns.count
    let separate = SeparateColumns(columns, rows: rows)
    storage = rows < DesignColumns.leastSeparateRows ? .matrix(separate.assembled()) : .separate(separate)
  }

  /// Designs side by side.
  public init(joining designs: [DesignColumns], rows: Int) {
    if designs.count == 1 {
      self = designs[0]
    } else if rows >= DesignColumns.leastSeparateRows {
      self.init(designs.flatMap(\.entries), rows: rows)
    } else {
      let count = designs.reduce(0) { $0 + $1.count }
      self.init(Matrix(rows: rows, columns: count, storage: designs.flatMap(\.matrix.storage)))
    }
  }

  /// The columns as a matrix (n × count).
  public var matrix: Matrix {
    switch storage {
    case .matrix(let matrix): matrix
    case .separate(let columns): columns.matrix
    }
  }

  /// The entries of all columns.
  public var entries: [Entries] {
    switch storage {
    case .matrix(let matrix): (0..<count).map { .varying(matrix.column($0)) }
    case .separate(let columns): columns.columns
    }
  }

  /// The entries of a column.
  public func column(_ j: Int) -> [Double] {
    switch storage {
    case .matrix(let matrix): matrix.column(j)
    case .separate(let columns):
      switch columns.columns[j] {
      case .constant(let value): [Double](repeating: value, count: rows)
      case .varying(let values): values
      }
    }
  }

  /// Some of the columns.
  public func selecting(columns kept: [Int]) -> DesignColumns {
    if kept == Array(0..<count) { return self }
    switch storage {
    case .matrix(let matrix):
      return DesignColumns(
        Matrix(rows: rows, columns: kept.count, storage: kept.flatMap { matrix.column($0) }))
    case .separate(let columns): return DesignColumns(kept.map { columns.columns[$0] }, rows: rows)
    }
  }
}

/// Columns one by one, and the matrix once it has been made.
private final class SeparateColumns: Sendable {
  let columns: [DesignColumns.Entries]
  private let rows: Int
  private let made = MadeOnce<Matrix>()

  init(_ columns: [DesignColumns.Entries], rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  var matrix: Matrix { made.value(assembled) }

  func assembled() -> Matrix {
    var storage: [Double] = []
    storage.reserveCapacity(rows * columns.count)
    for column in columns {
      switch column {
      case .constant(let value): storage.append(contentsOf: repeatElement(value, count: rows))
      case .varying(let values): storage += values
      }
    }
    return Matrix(rows: rows, columns: columns.count, storage: storage)
  }
}

import LinearAlgebra

extension Contrast {
  /// The columns beside a constant: for each level of k a row of k − 1 numbers.
  ///
  /// - `sum`: column j is 1 at level j and −1 at the last.
  /// - `helmert`: column j is −1 at levels 1…j and j at level j + 1.
  /// - `poly`: orthonormal polynomials of degree j over 1…k.
  func matrix(levels k: Int) -> Matrix {
    var matrix = Matrix(rows: k, columns: k - 1)
    switch self {
    case .treatment:
      for j in 0..<k - 1 { matrix[j + 1, j] = 1 }
    case .sum:
      for j in 0..<k - 1 {
        matrix[j, j] = 1
        matrix[k - 1, j] = -1
      }
    case .helmert:
      for j in 0..<k - 1 {
        for i in 0...j { matrix[i, j] = -1 }
        matrix[j + 1, j] = Double(j + 1)
      }
    case .poly:
      matrix.storage = OrthogonalPolynomials.contrasts(levels: k).flatMap { $0 }
    }
    return matrix
  }

  /// What R writes behind the factor's name: the levels but the first, 1…k − 1, or `.L .Q .C ^4 ^5 …`.
  func suffixes(levels: [String]) -> [String] {
    switch self {
    case .treatment: Array(levels.dropFirst())
    case .sum, .helmert: (1..<levels.count).map(String.init)
    case .poly: (1..<levels.count).map { $0 <= 3 ? [".L", ".Q", ".C"][$0 - 1] : "^\($0)" }
    }
  }
}

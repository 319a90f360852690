import Glibc
import LinearAlgebra

/// A search over decades, for designs whose criterion has several minima far apart: independent terms, whose effects can stand for each other
/// (x far from 0 in `(x || g)`), effects that fixed ones can stand for (x far from 0 in `1 + (0 + x | g)`), and effects that hardly vary
/// within groups.
extension CovarianceOptimizer {
  /// Whether minima far from each other are likely.
  static func needsWideSearch(_ criterion: CovarianceCriterion) -> Bool {
    criterion.needsWideSearch || criterion.effectCount >= 2 && criterion.inflations.max()! > 1e3
  }

  /// Starting points (q×q): the lowest of a grid's local minima for two effects, one effect large or small beside the others for more.
  func wideStarts() -> [[Double]] {
    if q == 2 { return gridMinima() }
    return (0..<q).flatMap { k in
      let inflation = criterion.inflations[k]
      let far = inflation > 1e3 ? [inflation, 100 * inflation, 1e4 * inflation].map { ($0, 0.1) } : []
      return ([(1e4, 0.1), (0.1, 1e4), (100, 0.001)] + far).map { own, others in
        var start = [Double](repeating: 0, count: q * q)
        for i in 0..<q { start[i + i * q] = i == k ? own : others }
        return start
      }
    }
  }

  /// The lowest local minima of a grid of two variances over ten decades; where the effects have a correlation, over six decades, more closely,
  /// and of nine correlations. Effects that other columns can stand for reach further up.
  private func gridMinima() -> [[Double]] {
    let separate = criterion.blocks.count > 1
    let usual =
      separate
      ? [1e-3, 0.3, 10, 300, 1e4, 3e5, 1e7]
      : [1e-2, 0.1, 0.3, 1, 3, 10, 30, 100, 1e3, 1e4]
    let most = criterion.inflations.max()!
    let variances = usual + [most, 100 * most, 1e4 * most].filter { $0 > 3 * usual.last! }
    let correlations = separate ? [0.0] : [-0.999, -0.95, -0.7, -0.3, 0, 0.3, 0.7, 0.95, 0.999]
    let n = variances.count
    func start(_ i: Int, _ j: Int, _ correlation: Double) -> [Double] {
      let covariance = correlation * (variances[i] * variances[j]).squareRoot()
      return [variances[i], covariance, covariance, variances[j]]
    }
    var minima: [(value: Double, start: [Double])] = []
    for correlation in correlations {
      var values = [Double](repeating: .infinity, count: n * n)
      for j in 0..<n {
        for i in 0..<n {
          for (k, entry) in start(i, j, correlation).enumerated() { trial[k] = entry }
          values[i + j * n] = evaluate(trial)
        }
      }
      for j in 0..<n {
        for i in 0..<n {
          let near = (max(0, j - 1)...min(n - 1, j + 1)).flatMap { b in
            (max(0, i - 1)...min(n - 1, i + 1)).map { values[$0 + b * n] }
          }
          let own = values[i + j * n]
          if own.isFinite, near.allSatisfy({ own <= $0 }) { minima.append((own, start(i, j, correlation))) }
        }
      }
    }
    let inside = minima.sorted { $0.value < $1.value }.prefix(separate ? 4 : 12).map(\.start)
    return separate ? inside : inside + edgeMinima(variances)
  }

  /// The lowest local minima among covariance matrices of rank one: groups that lie on one line, over its angle and size.
  private func edgeMinima(_ sizes: [Double]) -> [[Double]] {
    let angles = 96
    let n = sizes.count
    func start(_ angle: Int, _ size: Int, apart: Double) -> [Double] {
      let (x, y) = (cos(.pi * Double(angle) / Double(angles)), sin(.pi * Double(angle) / Double(angles)))
      let a = sizes[size]
      return [a * x * x + apart, a * x * y, a * x * y, a * y * y + apart]
    }
    var values = [Double](repeating: .infinity, count: n * angles)
    for angle in 0..<angles {
      for size in 0..<n {
        for (k, entry) in start(angle, size, apart: 0).enumerated() { trial[k] = entry }
        values[size + angle * n] = evaluate(trial)
      }
    }
    var minima: [(value: Double, start: [Double])] = []
    for angle in 0..<angles {
      for size in 0..<n {
        let own = values[size + angle * n]
        // The last angle is next to the first.
        let near = (-1...1).flatMap { turn in
          (max(0, size - 1)...min(n - 1, size + 1)).map { values[$0 + (angle + turn + angles) % angles * n] }
        }
        if own.isFinite, near.allSatisfy({ own <= $0 }) {
          minima.append((own, start(angle, size, apart: 1e-3)))
        }
      }
    }
    return minima.sorted { $0.value < $1.value }.prefix(10).map(\.start)
  }
}

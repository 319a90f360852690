import LinearAlgebra

/// The moments of one data set with one grouping factor: all that models with at most one predictor and normal errors need to know of its rows.
///
/// For each group n_j, x̄_j, ȳ_j and, about the means, S_xx, S_xy and the residual sum of squares of the group's own regression of y on x,
///
///     RSS_j = S_yy − S_xy²/S_xx,
///
/// which is kept instead of S_yy because the difference would cancel where x explains most of y. Without a predictor x̄_j, S_xx and S_xy are 0 and
/// RSS_j = S_yy.
///
/// Memory of its own, made once: a structure of arrays whose columns are filled up to whole vectors with zeros. Filled from rows, or group by group.
/// Not `Sendable`: each task has its own.
public final class GroupMoments {
  /// A pointer to one number a group, filled up to a multiple of four.
  public typealias Column = UnsafeMutablePointer<Double>

  /// The number of groups J.
  public let groupCount: Int
  /// J filled up to a multiple of four.
  public let width: Int
  /// n_j.
  public let counts: Column
  /// x̄_j, in the unit of x.
  public let xMeans: Column
  /// S_xx, in squared units of x.
  public let xSquares: Column
  /// ȳ_j, in the unit of y.
  public let yMeans: Column
  /// S_xy.
  public let crossProducts: Column
  /// RSS_j, in squared units of y. Only where `hasGroupResiduals`.
  public let residualSquares: Column
  /// Σ RSS_j.
  public var totalResidualSquares = 0.0
  /// Whether RSS_j is known group by group, not in sum alone.
  public var hasGroupResiduals = true
  /// Another number whenever n_j are written.
  public var sizesVersion = 0
  /// Another number whenever x̄_j and S_xx are written.
  public var predictorVersion = 0
  private let block: ScratchBlock

  /// Room for the moments of J groups, all 0.
  public init(groupCount: Int) {
    precondition(groupCount > 0, "\(groupCount) groups")
    self.groupCount = groupCount
    width = (groupCount + 3) / 4 * 4
    block = ScratchBlock(count: 6 * width)
    counts = block.take(width)
    xMeans = block.take(width)
    xSquares = block.take(width)
    yMeans = block.take(width)
    crossProducts = block.take(width)
    residualSquares = block.take(width)
  }

  /// The moments of rows, each found about means that were found before, so that nothing cancels.
  /// - Parameters:
  ///   - x: the predictor, or nothing for none.
  ///   - y: the response, a number a row.
  ///   - codes: the group of each row, 0..<groupCount.
  /// - Complexity: O(n).
  public convenience init(x: [Double] = [], y: [Double], codes: [Int], groupCount: Int) {
    self.init(groupCount: groupCount)
    precondition(codes.count == y.count, "\(codes.count) codes for \(y.count) rows")
    precondition(x.isEmpty || x.count == y.count, "\(x.count) numbers of x for \(y.count) rows")
    for code in codes {
      precondition(code >= 0 && code < groupCount, "code \(code) of \(groupCount) groups")
      counts[code] += 1
    }
    Self.fillMeans(yMeans, y, codes, counts, groupCount)
    if !x.isEmpty { Self.fillMeans(xMeans, x, codes, counts, groupCount) }
    for i in x.indices {
      let j = codes[i]
      let d = x[i] - xMeans[j]
      xSquares[j] += d * d
      crossProducts[j] += d * (y[i] - yMeans[j])
    }
    for j in 0..<groupCount where isConstant(j) {
      xSquares[j] = 0
      crossProducts[j] = 0
    }
    for i in y.indices {
      let j = codes[i]
      var residual = y[i] - yMeans[j]
      if xSquares[j] > 0 { residual -= (x[i] - xMeans[j]) * (crossProducts[j] / xSquares[j]) }
      residualSquares[j] += residual * residual
    }
    for j in 0..<groupCount {
      // A regression of as many coefficients as rows leaves nothing but rounding.
      if counts[j] <= (xSquares[j] > 0 ? 2 : 1) { residualSquares[j] = 0 }
      totalResidualSquares += residualSquares[j]
    }
  }

  /// Whether what S_xx holds is nothing but the rounding of x̄_j.
  private func isConstant(_ j: Int) -> Bool {
    xSquares[j] <= counts[j] * (1e-15 * xMeans[j]) * (1e-15 * xMeans[j])
  }

  /// Means in two passes: the second corrects the rounding of the first.
  private static func fillMeans(
    _ means: Column, _ values: [Double], _ codes: [Int], _ counts: Column, _ groups: Int
  ) {
    for (i, j) in codes.enumerated() { means[j] += values[i] }
    for j in 0..<groups where counts[j] > 0 { means[j] /= counts[j] }
    var rest = [Double](repeating: 0, count: groups)
    for (i, j) in codes.enumerated() { rest[j] += values[i] - means[j] }
    for j in 0..<groups where counts[j] > 0 { means[j] += rest[j] / counts[j] }
  }

  /// S_yy of a group, in squared units of y.
  public func ySquares(_ j: Int) -> Double {
    let explained = xSquares[j] > 0 ? crossProducts[j] * crossProducts[j] / xSquares[j] : 0
    return residualSquares[j] + explained
  }
}

import Distributions
import MixedModels
import Tables

/// Rows that have the moments of a replicate: the data set that the moments stand for, one of those equally likely given them.
///
/// Given its moments a normal sample is uniform on the sphere they leave (Cochran 1934, doi:10.1017/S0305004100016595): normal numbers less their mean (and
/// their regression on x), scaled to the length drawn. So rows over all replicates have the design's distribution.
public struct MomentRows: Sendable {
  /// The response, group after group.
  public let y: [Double]
  /// The predictor; empty without one.
  public let x: [Double]
  /// The group of each row, from 0.
  public let codes: [Int]

  /// Rebuilds the rows of a replicate.
  /// - Complexity: O(n).
  public init(_ generator: MomentGenerator, replicate: UInt32) {
    generator.draw(replicate)
    generator.splitResiduals()
    let moments = generator.moments
    let hasPredictor = generator.design.hasPredictor
    var stream = generator.rowStream
    var (y, x, codes): ([Double], [Double], [Int]) = ([], [], [])
    for j in 0..<moments.groupCount {
      let n = Int(moments.counts[j])
      var places: [Double] = []
      let squares = moments.xSquares[j]
      if hasPredictor {
        switch generator.design.predictor {
        case .fixed(let given): places = given[j].map { $0 - moments.xMeans[j] }
        default:
          places = (0..<n).map { _ in stream.normal() }
          Self.scale(&places, beside: [], to: squares)
        }
        x += places.map { moments.xMeans[j] + $0 }
      }
      var rest = (0..<n).map { _ in stream.normal() }
      Self.scale(&rest, beside: squares > 0 ? places : [], to: moments.residualSquares[j])
      let slope = squares > 0 ? moments.crossProducts[j] / squares : 0
      for i in 0..<n {
        y.append(moments.yMeans[j] + (squares > 0 ? slope * places[i] : 0) + rest[i])
        codes.append(j)
      }
    }
    (self.y, self.x, self.codes) = (y, x, codes)
  }

  /// Takes the mean, and the regression on a centred column, out of numbers, twice over, and scales them to a sum of squares.
  private static func scale(_ values: inout [Double], beside column: [Double], to squares: Double) {
    let n = values.count
    let length = column.reduce(0) { $0 + $1 * $1 }
    for _ in 0..<2 {
      let mean = values.reduce(0, +) / Double(n)
      for i in 0..<n { values[i] -= mean }
      if column.isEmpty { continue }
      let along = zip(values, column).reduce(0) { $0 + $1.0 * $1.1 } / length
      for i in 0..<n { values[i] -= along * column[i] }
    }
    let own = values.reduce(0) { $0 + $1 * $1 }
    let factor = squares > 0 && own > 0 ? (squares / own).squareRoot() : 0
    for i in 0..<n { values[i] *= factor }
  }

  /// The rows as a table with the columns `y`, `x` (with a predictor) and `g`, groups numbered from 1.
  public var table: DataTable {
    var columns = [Column("y", y)]
    if !x.isEmpty { columns.append(Column("x", x)) }
    columns.append(Column("g", codes.map { Double($0 + 1) }))
    return DataTable(columns)
  }
}

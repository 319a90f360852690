/// The standard normal density covered by 256 layers of equal area, for drawing from it without a logarithm.
///
/// Layer i ≥ 1 reaches from the axis to x[i] and in height from f(x[i]) to f(x[i+1]), f(x) = exp(−x²/2);
/// layer 0 is the rest below f(x[1]) with the tail beyond x[1]. A point of a layer left of x[i+1] lies under
/// the density for certain. The edges come from the portable functions: the same bits everywhere.
///
/// - Reference: Marsaglia & Tsang (2000), doi:10.18637/jss.v005.i08.
@usableFromInline
struct Ziggurat: @unchecked Sendable, Equatable {
  /// One layer.
  @usableFromInline
  struct Layer {
    /// x[i]·2⁻⁵², the width of a step of the signed 53-bit integer.
    @usableFromInline var step: Double
    /// ⌊2⁵²·x[i+1]/x[i]⌋: integers of smaller size are accepted at once.
    @usableFromInline var sure: UInt64
    /// f(x[i]), at 0 that of layer 0's nominal width.
    var height: Double
  }

  /// The 256 layers and the height of the peak. Written once, before the pointer is known to anyone, and
  /// never freed: hence Sendable.
  ///
  /// A pointer, because a generator keeps it at hand: a global table would be asked on each draw whether it
  /// is made.
  @usableFromInline let layers: UnsafePointer<Layer>

  /// The one table of the process.
  static let standardNormal = Ziggurat()

  /// Where the tail begins, x[1], and the area of a layer: the solution for which x[256] = 0.
  static let tailStart = 3.6541528853610087963
  static let area = 0.0049286732339746553474

  private init() {
    let count = 256
    var edges = [Self.area / Portable.exp(-0.5 * Self.tailStart * Self.tailStart), Self.tailStart]
    for i in 1..<(count - 1) {
      let height = Self.area / edges[i] + Portable.exp(-0.5 * edges[i] * edges[i])
      edges.append((-2 * Portable.log(height)).squareRoot())
    }
    edges.append(0)
    let layers = UnsafeMutablePointer<Layer>.allocate(capacity: count + 1)
    for i in 0...count {
      let sure = i < count ? UInt64((edges[i + 1] / edges[i] * 0x1p52).rounded(.down)) : 0
      let height = Portable.exp(-0.5 * edges[i] * edges[i])
      (layers + i).initialize(to: Layer(step: edges[i] * 0x1p-52, sure: sure, height: height))
    }
    self.layers = UnsafePointer(layers)
  }

  /// What becomes of a point x of layer i outside the sure part: the number drawn, or nil to begin again.
  ///
  /// Beyond `tailStart` an exponential proposal is accepted with the ratio of the densities; in a wedge a
  /// uniform height decides.
  @usableFromInline
  func settle(_ x: Double, layer i: Int, with stream: inout KeyedStream) -> Double? {
    if i > 0 {
      let (low, high) = (layers[i].height, layers[i + 1].height)
      let height = low + (high - low) * stream.uniform()
      return height < Portable.exp(-0.5 * x * x) ? x : nil
    }
    while true {
      let beyond = -Portable.log(stream.uniform()) / Self.tailStart
      let threshold = -Portable.log(stream.uniform())
      if threshold + threshold > beyond * beyond {
        return x < 0 ? -(Self.tailStart + beyond) : Self.tailStart + beyond
      }
    }
  }
}

/// A cubic spline through points: twice continuously differentiable, its second derivative 0 at the ends, or at the first a given slope.
///
/// Reference: de Boor (2001), A Practical Guide to Splines, chapter IV.
struct CubicSpline {
  private let x, y: [Double]
  /// Second derivatives at the points.
  private let curvatures: [Double]

  /// - Parameters:
  ///   - x: places, strictly ascending, two or more.
  ///   - y: values there.
  ///   - startSlope: the first derivative at the first place; nil for a second derivative of 0.
  init(_ x: [Double], _ y: [Double], startSlope: Double? = nil) {
    precondition(x.count == y.count && x.count > 1, "\(x.count) places, \(y.count) values")
    let n = x.count
    (self.x, self.y) = (x, y)
    // The tridiagonal system for the second derivatives, eliminated downwards.
    var upper = [Double](repeating: 0, count: n)
    var right = upper
    if let startSlope {
      let width = x[1] - x[0]
      upper[0] = 0.5
      right[0] = 3 * ((y[1] - y[0]) / width - startSlope) / width
    }
    for i in 1..<max(1, n - 1) {
      let (left, next) = (x[i] - x[i - 1], x[i + 1] - x[i])
      let pivot = 2 * (left + next) - left * upper[i - 1]
      upper[i] = next / pivot
      let bend = (y[i + 1] - y[i]) / next - (y[i] - y[i - 1]) / left
      right[i] = (6 * bend - left * right[i - 1]) / pivot
    }
    for i in stride(from: n - 2, through: 0, by: -1) { right[i] -= upper[i] * right[i + 1] }
    curvatures = right
  }

  /// Value and first derivative at a place between the ends.
  func value(at place: Double) -> (value: Double, slope: Double) {
    let next = min(max(1, x.firstIndex { $0 >= place } ?? x.count - 1), x.count - 1)
    let (a, b, width) = (next - 1, next, x[next] - x[next - 1])
    let (s, t) = ((x[b] - place) / width, (place - x[a]) / width)
    let (m, n) = (curvatures[a], curvatures[b])
    let value = s * y[a] + t * y[b] + ((s * s * s - s) * m + (t * t * t - t) * n) * width * width / 6
    let slope = (y[b] - y[a]) / width + ((3 * t * t - 1) * n - (3 * s * s - 1) * m) * width / 6
    return (value, slope)
  }
}

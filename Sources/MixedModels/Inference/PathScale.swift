/// A parameter's value as a function of a place near its own ζ: cubics between the points of its path, monotone, with straight ends.
///
/// Where ζ is level, as that of a correlation is from where a standard deviation of 0 fits best, the place goes on with the value.
///
/// Reference: Fritsch & Carlson (1980), doi:10.1137/0717021.
struct PathScale {
  private let places, values: [Double]
  /// dvalue/dplace at the points.
  private let slopes: [Double]
  private let bounds: (low: Double, high: Double)
  /// The places that the parameter can have: to its bounds, or a little beyond the path.
  let range: ClosedRange<Double>

  init(_ path: LikelihoodProfile.Path, bounds: (low: Double, high: Double)) {
    let values = path.values(of: path.parameter)
    let middle = path.zetas.firstIndex(of: 0)!
    let share = 0.3 * (path.zetas.max()! - path.zetas.min()!) / (values.last! - values[0])
    var places = [Double](repeating: 0, count: values.count)
    func step(_ k: Int) -> Double {
      max(path.zetas[k + 1] - path.zetas[k], share * (values[k + 1] - values[k]))
    }
    for k in middle..<values.count - 1 { places[k + 1] = places[k] + step(k) }
    for k in stride(from: middle - 1, through: 0, by: -1) { places[k] = places[k + 1] - step(k) }
    let chords = values.indices.dropLast().map {
      (values[$0 + 1] - values[$0]) / (places[$0 + 1] - places[$0])
    }
    slopes = places.indices.map { k in
      guard k > 0, k < chords.count else { return chords[k == 0 ? 0 : chords.count - 1] }
      let (left, right) = (places[k] - places[k - 1], places[k + 1] - places[k])
      let parabola = (chords[k - 1] * right + chords[k] * left) / (left + right)
      return min(parabola, 3 * min(chords[k - 1], chords[k]))
    }
    let (low, high) = (places[0], places[places.count - 1])
    range = (path.meetsLowerBound ? low : 1.02 * low)...(path.meetsUpperBound ? high : 1.02 * high)
    (self.places, self.values, self.bounds) = (places, values, bounds)
  }

  /// The value at a place within the range.
  func value(at place: Double) -> Double {
    let last = places.count - 1
    if place <= places[0] { return max(bounds.low, values[0] + slopes[0] * (place - places[0])) }
    if place >= places[last] { return min(bounds.high, values[last] + slopes[last] * (place - places[last])) }
    let k = places.firstIndex { $0 > place }! - 1
    let width = places[k + 1] - places[k]
    let (t, rise) = ((place - places[k]) / width, values[k + 1] - values[k])
    let (s, e) = (slopes[k] * width, slopes[k + 1] * width)
    return values[k] + t * (s + t * (3 * rise - 2 * s - e + t * (s + e - 2 * rise)))
  }
}

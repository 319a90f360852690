import Glibc

/// Offsets that set points of one value beside each other, evenly and without random numbers: the fractional
/// parts of i/φ, φ the golden ratio, each within −½ and ½. Any run of them is spread nearly evenly, so
/// neither the number of points nor their order shows as a pattern.
///
/// Reference: Kuipers & Niederreiter (1974), Uniform Distribution of Sequences, section 2.3.
func lowDiscrepancySpread(_ count: Int) -> [Double] {
  let share = 2 / (1 + 5.0.squareRoot())
  return (0..<count).map { i in
    let value = (Double(i) + 0.5) * share
    return value - value.rounded(.down) - 0.5
  }
}

/// The values with points of each one spread over a width about it, in the order in which they come.
func spread(_ values: [Double], over width: Double) -> [Double] {
  var counts: [Double: Int] = [:]
  for value in values { counts[value, default: 0] += 1 }
  let offsets = counts.mapValues { lowDiscrepancySpread($0) }
  var next: [Double: Int] = [:]
  return values.map { value in
    guard value.isFinite else { return value }
    let place = next[value, default: 0]
    next[value] = place + 1
    return value + width * offsets[value]![place]
  }
}

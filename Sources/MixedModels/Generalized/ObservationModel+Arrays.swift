extension ObservationModel {
  /// ℓ, s and wₒ of observations.
  /// - Parameters:
  ///   - eta: linear predictors.
  ///   - y: successes, counts or positive numbers.
  ///   - m: trials, or prior weights.
  /// - Precondition: the arrays have the same length.
  func curvature(
    eta: [Double], y: [Double], m: [Double]
  ) -> (logDensity: [Double], score: [Double], observed: [Double]) {
    precondition(y.count == eta.count && m.count == eta.count, "\(eta.count), \(y.count), \(m.count)")
    let count = eta.count
    // Room for the last group of four.
    let padding = [Double](repeating: 1, count: 3)
    var (eta, y, m) = (eta + padding, y + padding, m + padding)
    var (density, score, observed) = (eta, eta, eta)
    eta.withUnsafeMutableBufferPointer { eta in
      y.withUnsafeMutableBufferPointer { y in
        m.withUnsafeMutableBufferPointer { m in
          density.withUnsafeMutableBufferPointer { density in
            score.withUnsafeMutableBufferPointer { score in
              observed.withUnsafeMutableBufferPointer { observed in
                fillCurvature(
                  count, eta: eta.baseAddress!, y: y.baseAddress!, m: m.baseAddress!,
                  logDensity: density.baseAddress!, score: score.baseAddress!,
                  observed: observed.baseAddress!)
              }
            }
          }
        }
      }
    }
    return (Array(density[..<count]), Array(score[..<count]), Array(observed[..<count]))
  }
}

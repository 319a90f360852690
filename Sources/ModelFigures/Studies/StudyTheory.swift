import Designs
import Distributions
import Glibc
import MixedModels
import Studies
import StudyResults

/// What is known of a study's numbers without simulation.
enum StudyTheory {
  /// The boundary rate of balanced one-way designs, from the F distribution; shrinkage and weight with the true variances; the nominal level is no theory.
  static func value(
    of quantity: StudyQuantity, in measured: MeasuredStudy, _ strategy: Int, cell: Int
  ) -> Double {
    let name = measured.study.strategies[strategy].name
    switch quantity {
    case .rate(.boundary):
      guard let design = BalancedOneWay(measured, cell: cell) else { return .nan }
      return design.boundaryRate(by: measured.study.strategies[strategy]) ?? .nan
    case .measure(.shrinkage, let estimand):
      return trueWeight(of: estimand, in: measured, name, cell: cell).map { 1 - $0 } ?? .nan
    case .measure(.weight, let estimand):
      return trueWeight(of: estimand, in: measured, name, cell: cell) ?? .nan
    default: return .nan
    }
  }

  /// The mean weight that the true variances give, on the replicates that have a weight.
  static func trueWeight(
    of estimand: String, in measured: MeasuredStudy, _ strategy: String, cell: Int
  ) -> Double? {
    guard let weight = measured.measure(.weight, of: estimand, by: strategy, cell: cell),
      let excess = measured.measure(.weightExcess, of: estimand, by: strategy, cell: cell)
    else { return nil }
    return weight.value - excess.value
  }

  /// The boundary rate between the cells of a line, where the axis is a number of the design that may take any value.
  static func curve(
    of quantity: StudyQuantity, in measured: MeasuredStudy, _ line: StudyCurves.Line, x: StudyAxis
  ) -> (x: [Double], y: [Double])? {
    guard case .rate(.boundary) = quantity, let numbers = x.numbers,
      line.points.count > 1
    else { return nil }
    let strategy = measured.study.strategies[line.strategy]
    let designs = line.points.compactMap { BalancedOneWay(measured, cell: $0.cell) }
    guard designs.count == line.points.count,
      designs.allSatisfy({ $0.boundaryRate(by: strategy) != nil })
    else { return nil }
    let places = line.points.map { numbers[$0.place] }
    // The number of the design that the axis is, and nothing else of it changes along the line.
    let numbersOfDesign: [WritableKeyPath<BalancedOneWay, Double>] = [
      \.groups, \.size, \.groupSD, \.residualSD,
    ]
    for path in numbersOfDesign where zip(designs, places).allSatisfy({ $0[keyPath: path] == $1 }) {
      guard
        designs.allSatisfy({ design in
          var same = design
          same[keyPath: path] = designs[0][keyPath: path]
          return same == designs[0]
        })
      else { continue }
      let (low, high) = (places[0], places[places.count - 1])
      let isGeometric = x.isGeometric
      var curve: (x: [Double], y: [Double]) = ([], [])
      for step in 0...80 {
        let share = Double(step) / 80
        let place = isGeometric ? low * exp(log(high / low) * share) : low + (high - low) * share
        var design = designs[0]
        design[keyPath: path] = place
        guard let rate = design.boundaryRate(by: strategy) else { continue }
        curve.x.append(place)
        curve.y.append(rate)
      }
      return curve
    }
    return nil
  }
}

/// A balanced one-way design: J groups of n rows, intercepts alone vary.
struct BalancedOneWay: Equatable {
  var groups: Double
  var size: Double
  var groupSD: Double
  var residualSD: Double

  /// The design of a cell; nil for all others, and where another formula than the design's is fitted.
  init?(_ measured: MeasuredStudy, cell: Int) {
    guard measured.study.formula == nil,
      let design = try? measured.study.design(of: measured.study.cells[cell]),
      let shape = design.oneFactorShape, shape.predictor == nil, case .fixed(let size) = shape.sizes
    else { return nil }
    groups = Double(shape.groupCount)
    self.size = Double(size)
    groupSD = shape.sd[0]
    residualSD = shape.residualSD
  }

  /// The probability that the variance between groups is estimated as 0:
  ///
  ///     REML: P(F < 1/(1 + n σ_α²/σ_y²))    ML: P(F < J/(J − 1)/(1 + n σ_α²/σ_y²))    F with J − 1 and J(n − 1) degrees of freedom
  ///
  /// REML has σ̂_α² = max(0, (MSB − MSW)/n), ML the same with MSB·(J − 1)/J, and MSB/MSW is F times 1 + n σ_α²/σ_y².
  /// - Returns: nil for strategies without a boundary or with another formula.
  func boundaryRate(by strategy: StudyStrategy) -> Double? {
    guard strategy.formula == nil, groups > 1, size > 1, residualSD > 0 else { return nil }
    let ratio = 1 + size * groupSD * groupSD / (residualSD * residualSD)
    let distribution = FDistribution(numerator: groups - 1, denominator: groups * (size - 1))
    switch strategy.method {
    case .reml: return distribution.cumulative(1 / ratio)
    case .ml: return distribution.cumulative(groups / (groups - 1) / ratio)
    default: return nil
    }
  }
}

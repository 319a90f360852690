import Distributions
import Tables

extension DesignPlan {
  /// The columns of the response, and the mean variance of residuals.
  func outcome<Stream: VariateStream>(
    _ eta: [Double], _ data: DataTable, _ units: DesignUnits, from stream: inout Stream
  ) throws(DesignFault) -> (columns: [Column], response: [Double], residualVariance: Double?) {
    let name = equation.responseName
    var y = eta
    switch family {
    case .gaussian(let law):
      let scales = scales(data, units, from: &stream)
      var e = DesignPlan.standardResiduals(law.shape, count: y.count, from: &stream)
      if let serial, let correlation = law.serial?.correlation {
        let order: SerialOrder
        if let known = fixed?.serial {
          order = known
        } else {
          order = try SerialOrder(units, within: serial.within, time: serial.time, graph: rows.graph)
        }
        DesignPlan.correlate(&e, order, correlation)
      }
      switch scales {
      case .one(let sd):
        for i in y.indices { y[i] += sd * e[i] }
        return ([Column(name, y)], y, sd * sd)
      case .each(let sd):
        if let bad = sd.firstIndex(where: { !$0.isFinite }) {
          throw DesignFault(
            ["response", "residual", "heteroscedastic"],
            "the standard deviation is \(shortestText(sd[bad])) in row \(bad + 1) of this draw; a power or rate that is finite for all values would work"
          )
        }
        for i in y.indices { y[i] += sd[i] * e[i] }
        let mean = sd.reduce(0) { $0 + $1 * $1 } / Double(max(1, sd.count))
        return ([Column(name, y)], y, mean)
      }
    case .binary(let link):
      for i in y.indices { y[i] = stream.uniform() < link.probability(eta[i]) ? 1 : 0 }
      return ([Column(name, y)], y, nil)
    case .binomial(let trials, let link):
      for i in y.indices {
        y[i] = Double(stream.binomial(size: trials, probability: link.probability(eta[i])))
      }
      let size = Column(DesignPlan.trialsColumn, [Int](repeating: trials, count: y.count))
      return ([Column(name, y), size], y, nil)
    case .count:
      for i in y.indices {
        let mean = Portable.exp(eta[i])
        guard mean <= 1e9 else {
          throw DesignFault(
            ["response", "beta"],
            "the expected count is \(shortestText(mean)) in row \(i + 1) of this draw; coefficients that keep it below 1e9 would work"
          )
        }
        y[i] = Double(stream.poisson(mean: mean))
      }
      return ([Column(name, y)], y, nil)
    }
  }

  private enum Scales {
    case one(Double)
    case each([Double])
  }

  /// The residuals' SDs.
  private func scales<Stream: VariateStream>(
    _ data: DataTable, _ units: DesignUnits, from stream: inout Stream
  ) -> Scales {
    switch spread {
    case .constant(let sd): return .one(sd)
    case .power(let sd, let by, let exponent):
      return .each(data[by]!.numbers!.map { sd * Portable.pow(abs($0), exponent) })
    case .exponential(let sd, let by, let rate):
      return .each(data[by]!.numbers!.map { sd * Portable.exp(rate * $0) })
    case .listed(let by, let sds):
      let entry = catalog[by]!
      if entry.isLevel, case .level(let k) = entry.place {
        guard let (first, last) = rows.graph.levels[k].times else {
          return .each(units.ofRow[k].map { sds[$0] })
        }
        return .each(units.ofRow[k].map { sds[$0 % (last - first + 1)] })
      }
      guard case .names(let names) = entry.kind, case .text(let texts) = data[by]!.values else {
        preconditionFailure("'\(by)' was checked to be categorical")
      }
      let place = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
      return .each(texts.map { sds[place[$0!]!] })
    case .lognormal(let sd, let level, let sdLog):
      let own = standardNormals(units.counts[level], from: &stream).map { sd * Portable.exp(sdLog * $0) }
      return .each(units.ofRow[level].map { own[$0] })
    }
  }

  /// Residuals with mean 0 and variance 1.
  private static func standardResiduals<Stream: VariateStream>(
    _ shape: ResidualLaw.Shape, count: Int, from stream: inout Stream
  ) -> [Double] {
    switch shape {
    case .normal: return standardNormals(count, from: &stream)
    case .studentT(let df):
      let scale = ((df - 2) / df).squareRoot()
      return (0..<count).map { _ in scale * stream.studentT(degreesOfFreedom: df) }
    case .skewed(let skewness):
      let k = 4 / (skewness * skewness)
      let sign: Double = skewness < 0 ? -1 : 1
      return (0..<count).map { _ in sign * ((stream.gamma(shape: k, scale: 1) - k) / k.squareRoot()) }
    }
  }

  /// Makes independent residuals autocorrelated: r_t = ρ^d·r_{t−d} + √(1 − ρ^2d)·r_t, the first of a unit as
  /// it is.
  private static func correlate(_ r: inout [Double], _ order: SerialOrder, _ correlation: Double) {
    for (k, row) in order.order.enumerated() where order.steps[k] > 0 {
      let weight = order.steps[k] == 1 ? correlation : Portable.pow(correlation, Double(order.steps[k]))
      r[row] = weight * r[order.order[k - 1]] + (1 - weight * weight).squareRoot() * r[row]
    }
  }
}

extension DesignResponse.Link {
  /// The probability at a linear predictor.
  func probability(_ eta: Double) -> Double {
    switch self {
    case .logit: logistic(eta)
    case .probit: NormalDistribution().cumulative(eta)
    }
  }
}

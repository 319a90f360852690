import Estimates
import Tables

/// What the truth says of residuals beside their SD: their distribution, how the SD differs between rows, and autocorrelation.
extension ResidualLaw {
  /// Members of the truth's `residual` object: `shape` always; `base_sd` and `heteroscedastic` where the SD differs between rows; `ar1` with
  /// `within` and `time` where residuals are autocorrelated. Names are those of the design language.
  ///
  /// - Parameter names: of what a list of SDs is for, in its order.
  func truth(listing names: [String]) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    switch shape {
    case .normal: members.append(("shape", .string("normal")))
    case .studentT(let df): members.append(("shape", .object([("t", .number(df))])))
    case .skewed(let skewness): members.append(("shape", .object([("skewed", .number(skewness))])))
    }
    if spread != .constant, let sd { members.append(("base_sd", .number(sd))) }
    func differs(_ by: String, _ name: String, _ value: JSONValue) {
      members.append(("heteroscedastic", .object([("by", .string(by)), (name, value)])))
    }
    switch spread {
    case .constant: break
    case .power(let by, let exponent): differs(by, "power", .number(exponent))
    case .exponential(let by, let rate): differs(by, "exp", .number(rate))
    case .lognormal(let by, let sdLog): differs(by, "lognormal", .number(sdLog))
    case .listed(let by, let sds):
      differs(by, "sd", .object(zip(names, sds).map { ($0, .number($1)) }))
    }
    if let serial {
      members += [
        ("ar1", .number(serial.correlation)), ("within", .string(serial.within)),
        ("time", .string(serial.time)),
      ]
    }
    return members
  }

  /// The numbers of `truth` by their names, lists of SDs left out.
  var numbersBesideSD: [(name: String, value: Double)] {
    var numbers: [(String, Double)] = []
    switch shape {
    case .normal: break
    case .studentT(let df): numbers.append(("t", df))
    case .skewed(let skewness): numbers.append(("skewed", skewness))
    }
    if spread != .constant, let sd { numbers.append(("base_sd", sd)) }
    switch spread {
    case .constant, .listed: break
    case .power(_, let exponent): numbers.append(("power", exponent))
    case .exponential(_, let rate): numbers.append(("exp", rate))
    case .lognormal(_, let sdLog): numbers.append(("lognormal", sdLog))
    }
    if let serial { numbers.append(("ar1", serial.correlation)) }
    return numbers
  }

  /// The same in words, for a terminal.
  ///
  /// - Parameter names: of what a list of SDs is for, in its order.
  func remarks(listing names: [String]) -> [String] {
    var remarks: [String] = []
    func text(_ x: Double) -> String { shortestText(x) }
    switch shape {
    case .normal: break
    case .studentT(let df): remarks.append("t with \(text(df)) degrees of freedom")
    case .skewed(let skewness): remarks.append("skewness \(text(skewness))")
    }
    let base = sd.map(text) ?? ""
    switch spread {
    case .constant: break
    case .power(let by, let exponent): remarks.append("SD \(base) * |\(by)|^\(text(exponent))")
    case .exponential(let by, let rate): remarks.append("SD \(base) * exp(\(text(rate)) * \(by))")
    case .lognormal(let by, let sdLog):
      remarks.append("SD \(base) * exp(\(text(sdLog)) * z), one z for each \(by)")
    case .listed(let by, let sds):
      remarks.append("SD by \(by): " + zip(names, sds).map { "\($0) \(text($1))" }.joined(separator: ", "))
    }
    if let serial {
      remarks.append("autocorrelation \(text(serial.correlation)) within \(serial.within), by \(serial.time)")
    }
    return remarks
  }
}

extension DesignTruth {
  /// The law of the residuals; nil where the response has none.
  var residualLaw: ResidualLaw? {
    guard case .gaussian(let law) = plan.family else { return nil }
    return law
  }

  /// The names that a list of residual SDs is for, in its order: categories, names or numbers of units, points in time.
  var spreadNames: [String] {
    guard let law = residualLaw, case .listed(let by, let sds) = law.spread, let entry = plan.catalog[by]
    else { return [] }
    if case .names(let names) = entry.kind { return names }
    guard case .level(let k) = entry.place else { return [] }
    let first = plan.rows.graph.levels[k].times?.first ?? 1
    return sds.indices.map { String(first + $0) }
  }
}

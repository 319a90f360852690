import Distributions
import Tables

/// The residuals' SD of each row, planned.
enum SpreadPlan: Sendable, Equatable {
  case constant(Double)
  /// sd·|x|^exponent.
  case power(sd: Double, by: String, Double)
  /// sd·exp(rate·x).
  case exponential(sd: Double, by: String, Double)
  /// One SD for each name of a predictor, or each unit of a level.
  case listed(by: String, [Double])
  /// sd·exp(sdLog·z), one z for each unit of a level.
  case lognormal(sd: Double, level: Int, Double)

  /// - Throws: `DesignFault` for impossible SDs and columns that do not suit.
  init(_ law: ResidualLaw, catalog: ColumnCatalog, rows: RowPlan) throws(DesignFault) {
    let path = ["response", "residual", "heteroscedastic"]
    func sd() throws(DesignFault) -> Double {
      guard let sd = law.sd else {
        throw DesignFault(
          ["response", "sd"], "'residual' is missing: the standard deviation of the residuals")
      }
      guard sd >= 0, sd.isFinite else {
        throw DesignFault(
          ["response", "sd", "residual"], "standard deviation \(shortestText(sd)); 0 or more would work")
      }
      return sd
    }
    func column(_ name: String) throws(DesignFault) -> ColumnCatalog.Entry {
      if let entry = catalog[name] { return entry }
      throw DesignFault(path + ["by"], catalog.unknown(name))
    }
    func number(_ name: String, _ value: Double, _ key: String) throws(DesignFault) {
      if case .names = try column(name).kind {
        throw DesignFault(path + ["by"], "'\(name)' has no numbers; sd: {name: SD, …} would work")
      }
      if !value.isFinite {
        throw DesignFault(path + [key], "\(shortestText(value)); a finite number would work")
      }
    }
    switch law.shape {
    case .normal: break
    case .studentT(let df):
      guard df > 2, df.isFinite else {
        throw DesignFault(
          ["response", "residual", "t"],
          "\(shortestText(df)) degrees of freedom have no variance; above 2 would work")
      }
    case .skewed(let skewness):
      guard skewness != 0, abs(skewness) <= 20 else {
        throw DesignFault(
          ["response", "residual", "skewed"],
          "skewness \(shortestText(skewness)); from -20 to 20 and not 0 would work")
      }
    }
    switch law.spread {
    case .constant: self = .constant(try sd())
    case .power(let by, let exponent):
      try number(by, exponent, "power")
      self = .power(sd: try sd(), by: by, exponent)
    case .exponential(let by, let rate):
      try number(by, rate, "exp")
      self = .exponential(sd: try sd(), by: by, rate)
    case .listed(let by, let sds):
      let entry = try column(by)
      var count: Int?
      if case .names(let names) = entry.kind {
        count = names.count
      } else if entry.isLevel, case .level(let k) = entry.place {
        count = rows.graph.levels[k].timeCount ?? rows.fixedCount(k)
      }
      guard let count else {
        throw DesignFault(
          path + ["by"],
          "'\(by)' is neither categorical nor a level with a fixed number of units; one of these would work")
      }
      guard sds.count == count else {
        throw DesignFault(
          path + ["sd"],
          "\(sds.count) standard deviations for the \(count) of '\(by)'; one for each would work")
      }
      for (i, value) in sds.enumerated() where !(value >= 0 && value.isFinite) {
        throw DesignFault(
          path + ["sd", String(i + 1)], "standard deviation \(shortestText(value)); 0 or more would work")
      }
      if law.sd != nil {
        throw DesignFault(
          ["response", "sd", "residual"],
          "one standard deviation beside a list of them; leave one of the two out")
      }
      self = .listed(by: by, sds)
    case .lognormal(let by, let sdLog):
      guard let k = rows.graph.index(of: by) else {
        throw DesignFault(
          path + ["by"],
          "no level '\(by)'; levels are \(rows.graph.levels.map(\.name).joined(separator: ", "))")
      }
      guard sdLog >= 0, sdLog.isFinite else {
        throw DesignFault(
          path + ["lognormal"], "standard deviation \(shortestText(sdLog)); 0 or more would work")
      }
      self = .lognormal(sd: try sd(), level: k, sdLog)
    }
  }
}

import Estimates
import ModelFormula
import Tables

/// No pooling: one linear model to each level of a factor.
public struct GroupwiseLinearModels: Sendable {
  /// The factor's name.
  public let groupingFactor: String
  /// Each level with its fit, in the factor's order; levels that cannot be fitted are in `failures`.
  public let fits: [(level: String, fit: LinearModelFit)]
  /// Levels whose rows give no model, and why.
  public let failures: [(level: String, reason: String)]

  /// Fits one model to each level.
  /// - Throws: `FormulaError` if the column is missing; `FitError.noLevelFitted` if no level can be fitted.
  public init(_ formula: ModelFormula, data: DataTable, by name: String, roles: ColumnRoles = ColumnRoles())
    throws
  {
    guard let column = data[name] else {
      throw FormulaError.missingVariable(name, available: data.columnNames)
    }
    let factor = column.factor
    var fits: [(String, LinearModelFit)] = []
    var failures: [(String, String)] = []
    for (code, level) in factor.levels.enumerated() {
      let rows = factor.codes.indices.filter { factor.codes[$0] == code }
      do {
        fits.append(
          (level, try LinearModel(formula, data: data.selecting(rows: rows), roles: roles).fit()))
      } catch {
        failures.append((level, "\(error)"))
      }
    }
    if fits.isEmpty, let first = failures.first {
      throw FitError.noLevelFitted(factor: name, level: first.0, reason: first.1, levels: failures.count)
    }
    groupingFactor = name
    self.fits = fits
    self.failures = failures
  }

  /// The numbers with their addresses: `by.LEVEL.` before those of each fit.
  public var estimates: Estimates {
    var all = Estimates()
    for (level, fit) in fits {
      for row in fit.estimates.rows {
        all.append(
          EstimateRow(
            ["by", level] + row.address.parts, effect: row.effect, group: groupingFactor, level: level,
            term: row.term, row.quantities))
      }
    }
    return all
  }
}

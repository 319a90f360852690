import Estimates
import ModelFormula
import Tables

/// No pooling: one regression to each level of a factor.
public struct GroupwiseModels<Fit: RegressionFit>: Sendable {
  /// The factor's name.
  public let groupingFactor: String
  /// Each level with its fit, in the factor's order; levels that cannot be fitted are in `failures`.
  public let fits: [(level: String, fit: Fit)]
  /// Levels whose rows give no model, and why.
  public let failures: [(level: String, reason: String)]

  /// Fits one model to each level.
  private init(data: DataTable, by name: String, _ fit: (DataTable) throws -> Fit) throws {
    guard let column = data[name] else {
      throw FormulaError.missingVariable(name, available: data.columnNames)
    }
    let factor = column.factor
    var fits: [(String, Fit)] = []
    var failures: [(String, String)] = []
    for (code, level) in factor.levels.enumerated() {
      let rows = factor.codes.indices.filter { factor.codes[$0] == code }
      do {
        fits.append((level, try fit(data.selecting(rows: rows))))
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

/// One linear model to each level of a factor.
public typealias GroupwiseLinearModels = GroupwiseModels<LinearModelFit>
/// One generalized linear model to each level of a factor.
public typealias GroupwiseGeneralizedModels = GroupwiseModels<GeneralizedLinearModelFit>

extension GroupwiseModels where Fit == LinearModelFit {
  /// Fits one linear model to each level.
  /// - Throws: `FormulaError` if the column is missing; `FitError.noLevelFitted` if no level can be fitted.
  public init(_ formula: ModelFormula, data: DataTable, by name: String, roles: ColumnRoles = ColumnRoles())
    throws
  {
    try self.init(data: data, by: name) { try LinearModel(formula, data: $0, roles: roles).fit() }
  }
}

extension GroupwiseModels where Fit == GeneralizedLinearModelFit {
  /// Fits one generalized linear model to each level; a response of two levels is read alike in all of them.
  /// - Throws: as for linear models.
  public init(
    _ formula: ModelFormula, data: DataTable, by name: String, family: ResponseFamily,
    link: LinkFunction? = nil, roles: ColumnRoles = ColumnRoles()
  ) throws {
    let levels = SuccessLevels(formula.response, in: data, roles: roles)
    try self.init(data: data, by: name) {
      try GeneralizedLinearModel(
        formula, data: $0, family: family, link: link, roles: roles, levels: levels
      ).fit()
    }
  }
}

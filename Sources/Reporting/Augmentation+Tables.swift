import Estimates
import MixedModels
import Tables

extension Augmentation {
  /// A table with the columns of the augmentation behind its own; rows that the fit did not use are NaN.
  public func table(beside data: DataTable, rows: [Int]) -> DataTable {
    data.appending(
      [
        (".fitted", fitted), (".fixed", fixed), (".resid", residuals), (".pearson", pearson),
        (".std.resid", studentized), (".hat", leverages), (".cooksd", cooksDistances),
      ], atRows: rows)
  }
}

extension GeneralizedAugmentation {
  /// A table with the columns of the augmentation behind its own, as broom's: `.fitted` and `.fixed` are linear predictors, `.mu` means, `.resid` deviance
  /// residuals; rows that the fit did not use are NaN.
  public func table(beside data: DataTable, rows: [Int]) -> DataTable {
    data.appending(
      [
        (".fitted", linearPredictors), (".fixed", fixed), (".mu", means), (".resid", residuals[.deviance]!),
        (".pearson", residuals[.pearson]!), (".working", residuals[.working]!),
        (".response", residuals[.response]!), (".std.resid", studentized), (".hat", leverages),
        (".cooksd", cooksDistances),
      ], atRows: rows)
  }
}

extension DataTable {
  /// The table with further columns that have values in some rows, NaN in others.
  fileprivate func appending(_ columns: [(String, [Double])], atRows rows: [Int]) -> DataTable {
    var table = self
    for (name, values) in columns {
      var column = [Double](repeating: .nan, count: rowCount)
      for (place, row) in rows.enumerated() { column[row] = values[place] }
      table = table.appending(Column(DataTable.freeName(name, among: table.columnNames), column))
    }
    return table
  }
}

extension GroupInfluence {
  /// One row a level: rows, Cook's distance, changes of the fixed effects in standard errors, standard deviations without it.
  public func table(of fit: Fit) -> DataTable {
    let fits = entries.map { try? $0.fit.get() }
    var columns = [
      Column(column, entries.map(\.level)), Column("n", entries.map(\.rowCount)),
      Column("cooksd", entries.map(\.cooksDistance)),
    ]
    for (k, name) in fit.model.fixedEffectNames.enumerated() {
      columns.append(Column("dfbetas.\(name)", entries.map { $0.scaledChanges[k] }))
    }
    for component in fit.varianceComponents {
      for name in component.names {
        columns.append(
          Column(
            "sd.\(component.label).\(name)",
            fits.map { other in
              let own = other?.varianceComponents.first { $0.label == component.label }
              return own?.names.firstIndex(of: name).map { own!.standardDeviations[$0] } ?? .nan
            }))
      }
    }
    if fit is LinearMixedModelFit {
      columns.append(Column("sigma", fits.map { ($0 as? LinearMixedModelFit)?.sigma ?? .nan }))
    }
    return DataTable(columns)
  }

  /// Levels without which there is no fit, and why.
  public func notes(in language: Language = .en) -> [String] {
    let words = ExplanationWords(language)
    return entries.compactMap { entry in
      guard case .failure(let error) = entry.fit else { return nil }
      return words.pick(
        "note: no fit without '\(entry.level)': \(error)", "说明：去掉 '\(entry.level)' 后无法拟合：\(error)")
    }
  }

  /// `influence.COLUMN.LEVEL(.cooksd)` and `.TERM` for the scaled changes.
  public func estimates(of fit: Fit) -> Estimates {
    var all = Estimates()
    for entry in entries {
      all.append(
        EstimateRow(
          ["influence", column, entry.level], effect: .influence, group: column, level: entry.level,
          [.init("cooksd", entry.cooksDistance)]))
      for (k, name) in fit.model.fixedEffectNames.enumerated() {
        all.append(
          EstimateRow(
            ["influence", column, entry.level, name], effect: .influence, group: column,
            level: entry.level, term: name, [.init("dfbetas", entry.scaledChanges[k])]))
      }
    }
    return all
  }
}

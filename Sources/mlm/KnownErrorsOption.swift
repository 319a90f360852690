import ArgumentParser
import ModelFormula
import Tables

/// Known standard errors of rows, as of published estimates.
struct KnownErrorsOption: ParsableArguments {
  @Option(
    name: .customLong("known-se"),
    help: ArgumentHelp(
      "Column of the rows' known standard errors, as in a meta-analysis; groups may then have one row each.",
      valueName: "COL"))
  var column: String?

  /// Refuses what says of residual variances something else.
  func check(_ columns: RoleOptions, _ distribution: FamilyOptions) throws {
    guard column != nil else { return }
    for (option, isGiven) in [
      ("--weights", columns.weights != nil), ("--family", distribution.family != nil),
    ] where isGiven {
      throw ValidationError("--known-se says what the residual variances are; leave \(option) out")
    }
  }

  /// The roles of columns, with known standard errors where there are some.
  /// - Parameter table: the data; without them the name is believed.
  /// - Throws: `OptionError` for a column that the table does not have.
  func roles(_ given: ColumnRoles, _ table: DataTable?) throws(OptionError) -> ColumnRoles {
    guard let column else { return given }
    if let table, table[column] == nil {
      throw .unknownColumn(option: "--known-se", column, table.columnNames)
    }
    var roles = given
    roles.standardErrors = column
    return roles
  }
}

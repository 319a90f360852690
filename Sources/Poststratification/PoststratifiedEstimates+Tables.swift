import Estimates
import MixedModels
import Reporting
import Tables

extension PoststratifiedEstimates {
  /// All estimates as one table, a row a group, everyone first (`by` and `level` empty): `n`, `N`, `share`, `raw`, `raw.std.error`, `no.pooling`
  /// (cell by cell), `no.pooling.std.error`, `unweighted` (the model without the census), `estimate`, `std.error`, `conf.low`, `conf.high`, `truth` where there is one, `cells` and
  /// `cells.seen`.
  public var table: DataTable {
    let rows = [("", overall)] + tables.flatMap { table in table.rows.map { (table.by, $0) } }
    var columns = [
      Column("by", rows.map(\.0)), Column("level", rows.map(\.1.level)),
      Column("n", .integer(rows.map(\.1.sampleCount))), Column("N", rows.map(\.1.populationCount)),
      Column("share", rows.map(\.1.share)), Column("raw", rows.map(\.1.rawMean)),
      Column("raw.std.error", rows.map(\.1.rawStandardError)),
      Column("no.pooling", rows.map(\.1.cellwiseMean)),
      Column("no.pooling.std.error", rows.map(\.1.cellwiseStandardError)),
      Column("unweighted", rows.map(\.1.unweightedMean)),
      Column("estimate", rows.map(\.1.estimate)),
    ]
    if drawCount > 0 {
      columns += [
        Column("std.error", rows.map(\.1.standardError)), Column("conf.low", rows.map(\.1.lower)),
        Column("conf.high", rows.map(\.1.upper)),
      ]
    }
    if overall.truth != nil { columns.append(Column("truth", rows.map { $0.1.truth ?? .nan })) }
    columns += [Column("cells", rows.map(\.1.cellCount)), Column("cells.seen", rows.map(\.1.seenCellCount))]
    return DataTable(columns)
  }

  /// The census with the model's mean of each cell behind its columns.
  public var cellTable: DataTable {
    let name = DataTable.freeName("mrp", among: census.cells.columnNames)
    return census.cells.appending(Column(name, cellMeans))
  }

  /// One object: the model, how survey and census meet, and the estimates.
  public var document: JSONValue {
    var members: [(String, JSONValue)] = [("formula", .string(fit.frame.formula.text))]
    switch fit {
    case .linear, .linearMixed: members += [("family", .string("gaussian")), ("link", .string("identity"))]
    case .generalized(_, let fit):
      members += [("family", .string(fit.family.name)), ("link", .string(fit.link.rawValue))]
    case .generalizedMixed(let fit):
      members += [
        ("family", .string(fit.family.name)), ("link", .string(fit.link.rawValue)),
      ]
      if posterior == nil { members.append(("nAGQ", .integer(fit.nodeCount))) }
    }
    members += [
      ("n_obs", .integer(coverage.surveyRows)),
      ("n_respondents", .integer(overall.sampleCount ?? coverage.surveyRows)),
      (
        "census",
        .object([
          ("N", .number(census.total)), ("cells", .integer(coverage.cellCount)),
          ("columns", .strings(coverage.cellColumns)), ("cells_seen", .integer(coverage.seenCellCount)),
          ("share_unseen", .number(coverage.unseenShare)),
          ("rows_uncounted", .integer(coverage.uncountedRows)),
          ("cells_uncounted", .strings(coverage.uncountedCells)),
          ("rows_repeated", .integer(coverage.repeatedRows)),
          ("rows_identical", .integer(coverage.identicalRows)),
        ])
      ),
      (
        "new_levels",
        .array(
          coverage.newLevels.map {
            .object([
              ("group", .string($0.factor)), ("levels", .strings($0.levels)), ("share", .number($0.share)),
            ])
          })
      ),
      (
        "redundant_terms",
        .array(
          redundantTerms.map {
            .object([
              ("term", .string($0.term)), ("spanned_by", .string($0.spannedBy ?? "fixed effects")),
            ])
          })
      ),
      ("lean_formula", leanFormula.map { .string($0) } ?? .null),
      ("has_maximum", .bool(areMeaningful)),
      ("draws", .integer(drawCount)), ("seed", .integer(Int(clamping: seed))), ("level", .number(level)),
    ]
    if let found = posterior?.document() {
      let told = ["priors", "sampling", "verdict", "verdict_text"]
      members.append(("posterior", .object(told.map { ($0, found[$0] ?? .null) })))
    }
    members.append(("estimates", table.jsonRows))
    return .object(members)
  }

  /// Every number by its address: `mrp.overall.estimate`, `mrp.area.province.P01.raw`.
  public var estimates: Estimates {
    var all = Estimates()
    func append(_ address: [String], _ row: AreaEstimate, group: String?) {
      var quantities: [EstimateRow.Quantity] = [
        .init("estimate", row.estimate), .init("raw", row.rawMean), .init("no.pooling", row.cellwiseMean),
        .init("unweighted", row.unweightedMean), .init("N", row.populationCount), .init("share", row.share),
        .init("raw.std.error", row.rawStandardError), .init("cells", Double(row.cellCount)),
        .init("cells.seen", Double(row.seenCellCount)),
      ]
      if let n = row.sampleCount { quantities.append(.init("n", Double(n))) }
      if drawCount > 0 {
        quantities += [
          .init("std.error", row.standardError), .init("lower", row.lower), .init("upper", row.upper),
        ]
      }
      if let truth = row.truth { quantities.append(.init("truth", truth)) }
      all.append(
        EstimateRow(
          address, effect: .prediction, group: group, level: group.map { _ in row.level }, quantities))
    }
    append(["mrp", "overall"], overall, group: nil)
    for table in tables {
      for row in table.rows { append(["mrp", "area", table.by, row.level], row, group: table.by) }
    }
    return all
  }
}

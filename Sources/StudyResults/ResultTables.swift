import Studies
import Tables

/// The results of a study as tables: one row a number.
public struct ResultTables: Sendable {
  /// Measures: cell, its parameters, strategy, estimand, kind, subset, measure, value, mcse, count, total, low, high.
  public let measures: DataTable
  /// Statuses: cell, its parameters, strategy, status, count, total, rate, mcse.
  public let statuses: DataTable
  /// Cells: number, identifier, parameters, replicates there and wanted.
  public let cells: DataTable
  /// Failures: cell, replicate, strategy, status, reason; the first ones of each block.
  public let failures: DataTable
  /// What every column and measure means.
  public let codebook: DataTable
  /// Blocks that are missing, by cell.
  public let missing: [(cell: StudyCell, blocks: [ReplicateBlocks.Block])]

  /// Whether every replicate is there.
  public var isComplete: Bool { missing.isEmpty }

  /// Measures everything that a store has of a study.
  public init(_ study: StudySpecification, _ store: StudyStore) throws {
    var measures = Rows(), statuses = Rows(), cells = Rows(), failures = Rows()
    var missing: [(cell: StudyCell, blocks: [ReplicateBlocks.Block])] = []
    for cell in study.cells {
      let found = try store.results(of: cell, replicates: study.replicates)
      let left = store.missing(of: cell, replicates: study.replicates)
      if !left.isEmpty { missing.append((cell, left)) }
      let own: [Rows.Value] = [.integer(cell.number)] + cell.settings.map { Rows.value($0.value) }
      cells.append(
        own + [
          .text(cell.identifier), .integer(found.sums?.replicates ?? 0), .integer(study.replicates),
        ])
      guard let sums = found.sums else { continue }
      for failure in found.failures {
        failures.append(
          own + [
            .integer(failure.replicate + 1), .text(study.strategies[failure.strategy].name),
            .text(failure.status.rawValue), .text(failure.reason),
          ])
      }
      let estimands = try study.estimands(of: cell)
      for (s, strategy) in study.strategies.enumerated() {
        for status in ReplicateStatus.allCases {
          let rate = sums.rate(of: status, strategy: s)
          statuses.append(
            own + [
              .text(strategy.name), .text(status.rawValue), .integer(sums.count(of: status, strategy: s)),
              .integer(rate.count), .real(rate.value), .real(rate.error),
            ])
        }
        for (e, estimand) in estimands.enumerated() {
          for subset in BlockSums.Subset.allCases {
            for measure in Measure.allCases {
              guard
                let found = sums.measure(
                  measure, strategy: s, estimand: e, kind: estimand.kind, subset: subset)
              else { continue }
              let total = subset == .all ? sums.replicates : sums.count(of: .ok, strategy: s)
              let bounds = sums.bounds(of: measure, strategy: s, estimand: e, subset: subset)
              measures.append(
                own + [
                  .text(strategy.name), .text(estimand.address), .text(estimand.kind.rawValue),
                  .text(subset.rawValue), .text(measure.rawValue), .real(found.value), .real(found.error),
                  .integer(found.count), .integer(total), .real(bounds?.low ?? .nan),
                  .real(bounds?.high ?? .nan),
                ])
            }
          }
        }
      }
    }
    let parameters = study.cells.first?.settings.map(\.name) ?? []
    self.measures = measures.table(
      ["cell"] + parameters + [
        "strategy", "estimand", "kind", "subset", "measure", "value", "mcse", "count", "total", "low", "high",
      ], name: "measures", texts: ["strategy", "estimand", "kind", "subset", "measure"])
    self.statuses = statuses.table(
      ["cell"] + parameters + ["strategy", "status", "count", "total", "rate", "mcse"], name: "statuses",
      texts: ["strategy", "status"])
    self.cells = cells.table(
      ["cell"] + parameters + ["identifier", "replicates", "wanted"], name: "cells")
    self.failures = failures.table(
      ["cell"] + parameters + ["replicate", "strategy", "status", "reason"], name: "failures",
      texts: ["strategy", "status", "reason"])
    codebook = ResultTables.codebook(parameters)
    self.missing = missing
  }

  /// All tables in the order in which they are written.
  public var all: [DataTable] { [measures, statuses, cells, failures, codebook] }

  private static func codebook(_ parameters: [String]) -> DataTable {
    var rows: [(String, String, String)] = [
      ("measures", "cell", "number of the cell in the grid, from 1"),
      ("measures", "strategy", "the way of estimating, by the study's names"),
      (
        "measures", "estimand",
        "what is estimated: fixed.TERM, random.GROUP.TERM.sd, random.GROUP.TERM.TERM (correlation), residual.sd, coef.GROUP.TERM (of each group), new.GROUP.TERM (of one more group)"
      ),
      (
        "measures", "kind",
        "parameter; group: means are taken over a replicate's groups first; new_group: one more group of the population"
      ),
      (
        "measures", "subset",
        "all: replicates with an estimate; ok: those whose fit is inside the parameter space"
      ),
      ("measures", "measure", "see the rows of measures below"),
      ("measures", "value", "the measure"),
      ("measures", "mcse", "its Monte Carlo standard error; replicates are the units"),
      ("measures", "count", "replicates behind the value"),
      ("measures", "total", "replicates of the subset, with and without a value"),
      ("measures", "low", "rates only: the rate if all replicates and groups without a value counted as 0"),
      ("measures", "high", "rates only: the rate if all replicates and groups without a value counted as 1"),
      (
        "statuses", "status", "ok, boundary (variance 0 or correlation 1), not_converged, unidentified, error"
      ),
      ("statuses", "count", "replicates that ended so"),
      ("statuses", "total", "all replicates; none is dropped or drawn again"),
      ("statuses", "rate", "count / total"),
      ("statuses", "mcse", "Monte Carlo standard error of the rate"),
      ("cells", "identifier", "hash of the cell's values; with the study's seed it gives the random numbers"),
      ("cells", "replicates", "replicates in the results"),
      ("cells", "wanted", "replicates of the study"),
      (
        "failures", "replicate",
        "number of the replicate, for 'mlm study replay'; the first ten of each block"
      ),
      ("failures", "reason", "what the fit said"),
    ]
    for name in parameters { rows.append(("all", name, "value of the design's '\(name)' in the cell")) }
    for measure in Measure.allCases { rows.append(("measure", measure.rawValue, measure.meaning)) }
    return DataTable(
      [
        Column("table", rows.map(\.0)), Column("name", rows.map(\.1)), Column("meaning", rows.map(\.2)),
      ], name: "codebook")
  }
}

/// Rows of mixed values on their way into columns.
private struct Rows {
  enum Value {
    case integer(Int)
    case real(Double)
    case text(String)
  }

  private var rows: [[Value]] = []

  /// A parameter's text as the number that it is, if it is one.
  static func value(_ text: String) -> Value {
    if let whole = Int(text) { return .integer(whole) }
    if let number = Double(text) { return .real(number) }
    return .text(text)
  }

  mutating func append(_ row: [Value]) { rows.append(row) }

  /// - Parameter texts: columns of text, which a table without rows cannot tell by its values.
  func table(_ names: [String], name: String, texts: Set<String> = []) -> DataTable {
    DataTable(
      names.indices.map { k in
        let values = rows.map { $0[k] }
        let isText =
          texts.contains(names[k]) || values.contains { if case .text = $0 { true } else { false } }
        let isReal = values.contains { if case .real = $0 { true } else { false } }
        if isText {
          return Column(
            names[k],
            values.map {
              switch $0 {
              case .integer(let n): String(n)
              case .real(let x): shortestText(x)
              case .text(let text): text
              }
            })
        }
        if isReal {
          return Column(
            names[k],
            values.map {
              switch $0 {
              case .integer(let n): Double(n)
              case .real(let x): x
              case .text: .nan
              }
            })
        }
        return Column(
          names[k],
          values.map { if case .integer(let n) = $0 { n } else { 0 } })
      }, name: name)
  }
}

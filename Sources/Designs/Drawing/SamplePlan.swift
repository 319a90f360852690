import ModelFormula
import Tables

/// A survey of a design's rows, planned: what weights depend on, and what the census counts.
struct SamplePlan: Sendable {
  let law: SampleLaw
  /// The levels of areas: all but the one that makes the rows, as listed.
  let areas: [Int]
  /// The predictors whose values make cells within areas.
  let cells: [String]
  /// The predictors of areas, one value for each of their units.
  let areaPredictors: [String]

  /// The census' columns beside those of the data.
  static let countColumn = "N"
  static let truthColumn = "truth"

  /// - Throws: `DesignFault` for sizes, weights and cells that do not suit.
  init(
    _ law: SampleLaw, catalog: ColumnCatalog, rows: RowPlan, predictors: [PlacedPredictor],
    listedLevels: [Int], equation: EquationPlan
  ) throws(DesignFault) {
    self.law = law
    guard law.size >= 1, law.size <= DesignError.largestTable else {
      throw DesignFault(["sample", "size"], "\(law.size) rows; 1 or more would work")
    }
    for weight in law.weights { try SamplePlan.check(weight, catalog, rows, equation) }
    let rowPlace = rows.rowLevel.map { ColumnPlace.level($0) } ?? .rows
    let own = predictors.filter { $0.place == rowPlace }.flatMap(\.predictor.columns)
    let upper = predictors.filter { $0.place != rowPlace }.flatMap(\.predictor.columns)
    let continuous = predictors.filter { $0.place == rowPlace && !$0.hasFewValues }
      .flatMap(\.predictor.columns)
    if let listed = law.cells {
      var seen: Set<String> = []
      for (k, name) in listed.enumerated() {
        let path = ["sample", "cells", String(k + 1)]
        guard own.contains(name) else {
          if upper.contains(name) || catalog[name]?.isLevel == true {
            throw DesignFault(path, "'\(name)' belongs to areas, which the census has anyway; leave it out")
          }
          throw DesignFault(path, catalog.unknown(name))
        }
        if continuous.contains(name) {
          throw DesignFault(
            path,
            "'\(name)' has another value in every row; a categorical, binary or listed predictor would work")
        }
        if !seen.insert(name).inserted { throw DesignFault(path, "'\(name)' is named twice") }
      }
      cells = listed
    } else {
      let used = equation.formula.predictors
      cells = own.filter { !continuous.contains($0) && used.contains($0) }
    }
    areas = listedLevels.filter { $0 != rows.rowLevel }
    areaPredictors = upper
    let taken = areas.map { rows.graph.levels[$0].name } + cells + upper
    for name in [SamplePlan.countColumn, SamplePlan.truthColumn] where taken.contains(name) {
      throw DesignFault(
        ["sample"], "the census has a column '\(name)' of its own; another name in the design would work")
    }
  }

  private static func check(
    _ weight: SampleLaw.Weight, _ catalog: ColumnCatalog, _ rows: RowPlan, _ equation: EquationPlan
  ) throws(DesignFault) {
    let path = ["sample", "weights", weight.column]
    let entry = catalog[weight.column]
    guard entry != nil || weight.column == equation.responseName else {
      throw DesignFault(path, catalog.unknown(weight.column))
    }
    func bounded(_ rate: Double, _ key: String) throws(DesignFault) {
      guard abs(rate) <= 100 else {
        throw DesignFault(path + [key], "rate \(shortestText(rate)); -100 to 100 would work")
      }
    }
    switch weight.law {
    case .exponential(let rate):
      if case .names = entry?.kind {
        throw DesignFault(path, "'\(weight.column)' has no numbers; weights of its names would work")
      }
      try bounded(rate, "exp")
    case .effect(let rate):
      guard entry?.isLevel == true, DesignPlan.intercept(of: weight.column, equation) != nil else {
        throw DesignFault(
          path + ["effect"],
          "the formula has no intercept that varies over '\(weight.column)'; a term such as (1 | area) and its level would work"
        )
      }
      try bounded(rate, "effect")
    case .named(let list):
      if list.isEmpty { throw DesignFault(path, "no weights; {value: weight} would work") }
      for named in list {
        guard named.value >= 0, named.value.isFinite else {
          throw DesignFault(
            path + [named.name], "weight \(shortestText(named.value)); weights are 0 or more")
        }
        if case .names(let names) = entry?.kind {
          guard names.contains(named.name) else {
            let meant = NearestNames.close(to: named.name, among: names).map { " (did you mean '\($0)'?)" }
            throw DesignFault(
              path + [named.name],
              "no '\(named.name)' in '\(weight.column)'\(meant ?? ""); there are \(names.prefix(20).joined(separator: ", "))"
            )
          }
        } else if Double(named.name) == nil {
          throw DesignFault(
            path + [named.name], "'\(named.name)' is no value of '\(weight.column)'; a number would work")
        }
      }
    }
  }
}

extension PlacedPredictor {
  /// Whether its law has few values, so that rows can share them.
  var hasFewValues: Bool {
    switch predictor.law {
    case .binary, .categorical, .numbers, .names, .poisson, .none: predictor.trend == 0
    case .computed: true
    case .normal, .uniform, .lognormal, .jointNormal, .mean, .centered: false
    }
  }
}

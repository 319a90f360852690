import Distributions
import LinearAlgebra
import ModelFormula
import Tables

extension DesignPlan {
  /// One draw of all rows, in the order that `DataDesign` states.
  /// - Throws: `DesignFault` for what only a draw can show.
  func population<Stream: VariateStream>(from stream: inout Stream) throws(DesignFault) -> DrawnPopulation {
    let graph = rows.graph
    let units: DesignUnits
    if let fixed { units = fixed.units } else { units = try DesignUnits(rows, from: &stream) }
    let groups = fixed?.groups ?? equation.groups.map { $0.groups(units) }

    var deviates = [PredictorDeviates](repeating: .none, count: predictors.count)
    for k in drawOrder { deviates[k] = predictors[k].deviates(units, graph, from: &stream) }

    // z of each term, group after group; then effects b = L·z.
    let z = zip(equation.terms, effects).map { term, law in
      DesignPlan.standardEffects(law, groups: groups[term.group].count, from: &stream)
    }
    let b = zip(z, lower).map { DesignPlan.product(of: $1, $0) }

    var values: [String: (values: UnitValues, place: ColumnPlace)] = [:]
    for (placed, own) in zip(predictors, deviates) {
      let columns = try placed.values(
        own, units, graph, intercepts: { self.standardIntercepts(of: $0, z) }, known: { values[$0] })
      for (name, column) in zip(placed.predictor.columns, columns) { values[name] = (column, placed.place) }
    }
    var columns = fixed?.levelColumns ?? DesignPlan.levelColumns(listedLevels, units, graph)
    for placed in predictors {
      for name in placed.predictor.columns {
        columns.append(values[name]!.values.column(name, at: rowUnits(of: placed.place, units)))
      }
    }
    let predictorTable = DataTable(columns)
    let codings = try equation.codings(on: predictorTable)
    let eta = try linearPredictor(predictorTable, codings, groups, b)
    let outcome = try self.outcome(eta, predictorTable, units, from: &stream)
    columns += outcome.columns

    var survey: DrawnPopulation.Survey?
    if let sample {
      let complete = DataTable(columns)
      survey = DrawnPopulation.Survey(
        weights: try weights(
          sample, complete, units, intercepts: { self.standardIntercepts(of: $0, z) }),
        census: try PopulationCensus(
          sample, complete, units, means: expectations(eta), outcomes: outcome.response, plan: self))
    }
    var missingCounts: [Int] = []
    for plan in missing {
      missingCounts.append(
        apply(plan, to: &columns, values, response: outcome.response, units, from: &stream))
    }
    return DrawnPopulation(
      table: DataTable(columns),
      truth: DesignTruth(
        plan: self, units: units, groups: groups, effects: b, values: values, fixedCoding: codings.fixed,
        residualVariance: outcome.residualVariance, missingCounts: missingCounts),
      survey: survey)
  }

  /// For each row the unit of a place; nil where they are the rows themselves.
  func rowUnits(of place: ColumnPlace, _ units: DesignUnits) -> [Int]? {
    guard case .level(let k) = place, k != rows.rowLevel else { return nil }
    return units.ofRow[k]
  }

  /// Standard deviates of a term's effects, groups×effects row by row: normal numbers, then for t the χ²
  /// number of each group.
  private static func standardEffects<Stream: VariateStream>(
    _ law: RandomEffectsLaw, groups: Int, from stream: inout Stream
  ) -> [Double] {
    let q = law.sd.count
    var z = standardNormals(groups * q, from: &stream)
    if case .studentT(let df) = law.shape {
      for j in 0..<groups {
        let scale = (stream.chiSquared(degreesOfFreedom: df) / df).squareRoot()
        for k in 0..<q { z[j * q + k] = z[j * q + k] / scale * ((df - 2) / df).squareRoot() }
      }
    }
    return z
  }

  /// L·z of every group.
  private static func product(of lower: [[Double]], _ z: [Double]) -> [Double] {
    let q = lower.count
    if q == 1 { return z.map { lower[0][0] * $0 } }
    var b = [Double](repeating: 0, count: z.count)
    for start in stride(from: 0, to: z.count, by: max(1, q)) {
      for i in 0..<q {
        var sum = 0.0
        for k in 0...i { sum += lower[i][k] * z[start + k] }
        b[start + i] = sum
      }
    }
    return b
  }

  /// The standard deviates of a factor's random intercepts: those of the first effect of the term that has
  /// it.
  private func standardIntercepts(of factor: String, _ z: [[Double]]) -> [Double] {
    let term = DesignPlan.intercept(of: factor, equation)!
    let q = effects[term].sd.count
    return stride(from: 0, to: z[term].count, by: q).map { z[term][$0] }
  }

  /// η = offset + Xβ + Σ Zb.
  private func linearPredictor(
    _ data: DataTable, _ codings: (fixed: DesignCoding, terms: [DesignCoding]), _ groups: [GroupPlan.Groups],
    _ b: [[Double]]
  ) throws(DesignFault) -> [Double] {
    var eta = [Double](repeating: 0, count: data.rowCount)
    do throws(FormulaError) {
      for offset in equation.formula.offsets {
        let x = try offset.number(in: data, formula: equation.formula.source)
        for i in eta.indices { eta[i] += x[i] }
      }
      for (j, entries) in try codings.fixed.columns(for: data).entries.enumerated() {
        let slope = beta[j]
        switch entries {
        case .constant(let x): for i in eta.indices { eta[i] += slope * x }
        case .varying(let x): for i in eta.indices { eta[i] += slope * x[i] }
        }
      }
      for (t, term) in equation.terms.enumerated() {
        let (ofRow, effects) = (groups[term.group].ofRow, b[t])
        let q = term.effectNames.count
        for (k, entries) in try codings.terms[t].columns(for: data).entries.enumerated() {
          switch entries {
          case .constant(let x): for i in eta.indices { eta[i] += x * effects[ofRow[i] * q + k] }
          case .varying(let x): for i in eta.indices { eta[i] += x[i] * effects[ofRow[i] * q + k] }
          }
        }
      }
    } catch { throw DesignFault(["response", "formula"], "in this draw: \(error.inDesign)") }
    if let bad = eta.firstIndex(where: { !$0.isFinite }) {
      throw DesignFault(
        ["response", "formula"],
        "the expectation is \(shortestText(eta[bad])) in row \(bad + 1) of this draw; functions that are finite for all values would work"
      )
    }
    return eta
  }
}

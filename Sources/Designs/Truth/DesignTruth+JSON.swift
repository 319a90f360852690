import Estimates
import LinearAlgebra
import Tables

extension DesignTruth {
  /// The truth as a JSON document: parameters, then the groups of this draw.
  /// - Parameters:
  ///   - design: the design that was drawn.
  ///   - seed: the seed of the stream.
  ///   - stream: the stream's name.
  public func json(of design: DataDesign, seed: Int, stream: String) -> JSONValue {
    let population = census.map { [("population", self.population($0))] } ?? []
    return .object(
      [
        ("design", design.document), ("seed", .integer(seed)), ("stream", .string(stream)),
        ("n", .integer(rowCount)),
        ("units", .object(unitCounts.map { ($0.level, .integer($0.units)) })),
        (
          "columns",
          .array(
            design.columnNotes.map {
              .object([
                ("column", .string($0.column)), ("level", .string($0.level)), ("holds", .string($0.text)),
              ])
            })
        ),
        (
          "fixed",
          .object([
            ("names", .strings(design.fixedEffectNames)), ("values", .numbers(design.fixedEffects)),
          ])
        ),
        ("random", .array(design.randomTerms.map(random))),
        ("residual", residual),
        (
          "icc",
          .object(intraclassCorrelations.map { ($0.factor, $0.value.map { .number($0) } ?? .null) })
        ),
        ("groups", .array(groups.map(self.group))),
        (
          "missing",
          .array(
            missingCounts.map {
              .object([
                ("column", .string($0.column)), ("mechanism", .string($0.mechanism.rawValue)),
                ("rows", .integer($0.rows)),
              ])
            })
        ),
      ] + population)
  }

  /// The population behind a sample: for the whole and each area rows, sampled rows, the mean of expectations and
  /// that of responses.
  private func population(_ census: PopulationCensus) -> JSONValue {
    func numbers(_ rows: [AreaTruth.Row]) -> [(String, JSONValue)] {
      [
        ("N", .array(rows.map { .integer($0.populationCount) })),
        ("n", .array(rows.map { .integer($0.sampleCount) })), ("mean", .numbers(rows.map(\.mean))),
        ("realised_mean", .numbers(rows.map(\.realisedMean))),
      ]
    }
    let total = census.total
    return .object([
      ("N", .integer(total.populationCount)), ("n", .integer(total.sampleCount)),
      ("cells", .integer(census.cells.rowCount)), ("mean", .number(total.mean)),
      ("realised_mean", .number(total.realisedMean)),
      (
        "areas",
        .array(
          census.areas.map {
            .object(
              [("group", .string($0.factor)), ("levels", .strings($0.rows.map(\.level)))] + numbers($0.rows))
          })
      ),
    ])
  }

  private func random(_ term: DataDesign.RandomTerm) -> JSONValue {
    let shape: JSONValue
    switch term.law.shape {
    case .normal: shape = .string("normal")
    case .studentT(let df): shape = .object([("t", .number(df))])
    }
    return .object([
      ("label", .string(term.label)), ("group", .string(term.factor)), ("terms", .strings(term.effectNames)),
      ("sd", .numbers(term.law.sd)), ("correlation", .array(term.law.correlation.map { .numbers($0) })),
      ("covariance", .array(term.law.covariance.map { .numbers($0) })), ("shape", shape),
    ])
  }

  private var residual: JSONValue {
    guard let variance = residualVariance, let law = residualLaw else { return .null }
    return .object(
      [("sd", .number(variance.squareRoot())), ("variance", .number(variance))]
        + law.truth(listing: spreadNames))
  }

  private func group(_ group: GroupTruth) -> JSONValue {
    func rows(_ matrix: Matrix) -> JSONValue {
      .array((0..<matrix.rows).map { .numbers(matrix.row($0)) })
    }
    let realised = realised(group)
    return .object([
      ("group", .string(group.factor)), ("terms", .strings(group.effectNames)),
      ("levels", .strings(group.levels)), ("sizes", .array(group.sizes.map { .integer($0) })),
      ("effects", rows(group.effects)), ("coefficients", rows(group.coefficients)),
      ("lines", rows(group.lines)),
      (
        "realised",
        .object([
          ("mean", .numbers(realised.means)), ("sd", .numbers(realised.sds)),
          ("population_sd", .numbers(realised.populationSDs)),
          ("correlation", .array(realised.correlations.map { .numbers($0) })),
        ])
      ),
    ])
  }

  /// What a terminal shows for the record: units, the implied SDs, correlations and covariances, and the
  /// ICCs.
  public func echo(of design: DataDesign) -> String {
    func text(_ x: [Double]) -> String {
      x.map { shortestText(($0 * 1e6).rounded() / 1e6) }.joined(separator: ", ")
    }
    var lines = [
      "\(rowCount) rows; " + unitCounts.map { "\($0.level) \($0.units)" }.joined(separator: ", "),
      "beta: "
        + zip(design.fixedEffectNames, design.fixedEffects).map { "\($0) \(text([$1]))" }.joined(
          separator: ", "),
    ]
    let icc = Dictionary(
      intraclassCorrelations.map { ($0.factor, $0.value) }, uniquingKeysWith: { a, _ in a })
    for term in design.randomTerms {
      var line =
        "\(term.label): "
        + zip(term.effectNames, term.law.sd).map { "\($0) SD \(text([$1]))" }.joined(separator: ", ")
      if term.law.sd.count > 1 {
        let below = term.law.sd.indices.dropFirst()
        line += "; correlation " + text(below.flatMap { Array(term.law.correlation[$0].prefix($0)) })
        line += "; covariance [" + term.law.covariance.map { text($0) }.joined(separator: "; ") + "]"
      }
      if term.effectNames.first == "(Intercept)", case .some(.some(let value)) = icc[term.factor] {
        line += "; ICC \(text([value]))"
      }
      lines.append(line)
    }
    if let variance = residualVariance {
      let remarks = residualLaw?.remarks(listing: spreadNames) ?? []
      lines.append((["residual: SD \(text([variance.squareRoot()]))"] + remarks).joined(separator: "; "))
    }
    for count in missingCounts {
      lines.append("\(count.column): \(count.rows) of \(rowCount) rows missing (\(count.mechanism.rawValue))")
    }
    if let census {
      lines.insert(
        "a sample of a population of \(census.total.populationCount) rows in \(census.cells.rowCount) cells, whose mean is \(text([census.total.mean]))",
        at: 1)
    }
    return lines.joined(separator: "\n")
  }
}

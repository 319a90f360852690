import Estimates

extension DesignTruth {
  /// The truth as addressed numbers, by the addresses of a fit with `truth.` before them:
  ///
  ///     truth.fixed.TERM                                      truth.random.LABEL.TERM.sd (.variance)      truth.random.LABEL.TERM.TERM.corr (.covariance)
  ///     truth.residual.sd (.variance)                         truth.icc.GROUP                             truth.n, truth.groups.GROUP, truth.units.LEVEL
  ///     truth.mode.GROUP.LEVEL.TERM (b_j)                     truth.coef.GROUP.LEVEL.TERM (β + b_j)       truth.line.GROUP.LEVEL.TERM (the group's own line)
  ///     truth.size.GROUP.LEVEL                                truth.realised.GROUP.TERM.mean (.sd .population_sd)
  ///     truth.realised.GROUP.TERM.TERM (correlation)          truth.missing.COLUMN
  ///     truth.residual.t (degrees of freedom)                 truth.residual.skewed (skewness)        truth.residual.ar1 (autocorrelation)
  ///     truth.residual.base_sd, truth.residual.power (.exp .lognormal), truth.residual.COLUMN.NAME.sd: how SDs differ between rows
  ///     truth.population.mean (.realised_mean .N .n)          truth.area.COLUMN.LEVEL.mean (.realised_mean .N .n): the population behind a sample
  ///
  /// The residual's SD is the root of its mean variance where rows differ.
  public var estimates: Estimates {
    var all = Estimates()
    for (name, value) in zip(plan.equation.fixedNames, plan.beta) {
      all.append(
        EstimateRow(["truth", "fixed", name], effect: .truth, term: name, [.init("estimate", value)]))
    }
    for (term, law) in zip(plan.equation.terms, plan.effects) {
      let names = term.effectNames
      for (i, name) in names.enumerated() {
        all.append(
          EstimateRow(
            ["truth", "random", term.label, name], effect: .truth, group: term.label, term: name,
            [.init("sd", law.sd[i]), .init("variance", law.sd[i] * law.sd[i])]))
        for (k, other) in names.enumerated() where k != i {
          all.append(
            EstimateRow(
              ["truth", "random", term.label, name, other], effect: .truth, group: term.label,
              term: name + "." + other,
              [
                .init("corr", law.correlation[i][k]),
                .init("covariance", law.sd[i] * law.sd[k] * law.correlation[i][k]),
              ]))
        }
      }
    }
    if let variance = residualVariance {
      all.append(
        EstimateRow(
          ["truth", "residual"], effect: .truth, group: "Residual",
          [.init("sd", variance.squareRoot()), .init("variance", variance)]))
      appendResidualShape(to: &all)
    }
    func scalar(_ parts: [String], _ value: Double) {
      all.append(EstimateRow(["truth"] + parts, effect: .truth, [.init("estimate", value)]))
    }
    for case (let factor, let value?) in intraclassCorrelations { scalar(["icc", factor], value) }
    scalar(["n"], Double(rowCount))
    for (level, count) in unitCounts { scalar(["units", level], Double(count)) }
    for group in groups { append(group, to: &all) }
    for count in missingCounts { scalar(["missing", count.column], Double(count.rows)) }
    if let census { append(census, to: &all) }
    return all
  }

  /// Means and sizes of the population behind a sample.
  private func append(_ census: PopulationCensus, to all: inout Estimates) {
    func quantities(_ row: AreaTruth.Row) -> [EstimateRow.Quantity] {
      [
        .init("mean", row.mean), .init("realised_mean", row.realisedMean),
        .init("N", Double(row.populationCount)), .init("n", Double(row.sampleCount)),
      ]
    }
    all.append(EstimateRow(["truth", "population"], effect: .truth, quantities(census.total)))
    for area in census.areas {
      for row in area.rows {
        all.append(
          EstimateRow(
            ["truth", "area", area.factor, row.level], effect: .truth, group: area.factor, level: row.level,
            quantities(row)))
      }
    }
  }

  /// What makes residuals other than normal, independent and alike.
  private func appendResidualShape(to all: inout Estimates) {
    guard let law = residualLaw else { return }
    for (name, value) in law.numbersBesideSD {
      all.append(
        EstimateRow(
          ["truth", "residual", name], effect: .truth, group: "Residual", [.init("estimate", value)]))
    }
    guard case .listed(let by, let sds) = law.spread else { return }
    for (name, sd) in zip(spreadNames, sds) {
      all.append(
        EstimateRow(
          ["truth", "residual", by, name], effect: .truth, group: "Residual", level: name,
          [.init("sd", sd), .init("variance", sd * sd)]))
    }
  }

  private func append(_ group: GroupTruth, to all: inout Estimates) {
    let factor = group.factor
    func row(_ kind: String, _ level: String, _ term: String, _ value: Double) {
      all.append(
        EstimateRow(
          ["truth", kind, factor, level, term], effect: .truth, group: factor, level: level, term: term,
          [.init("estimate", value)]))
    }
    all.append(
      EstimateRow(
        ["truth", "groups", factor], effect: .truth, group: factor,
        [.init("estimate", Double(group.levels.count))]))
    for (j, level) in group.levels.enumerated() {
      all.append(
        EstimateRow(
          ["truth", "size", factor, level], effect: .truth, group: factor, level: level,
          [.init("estimate", Double(group.sizes[j]))]))
      for (k, name) in group.effectNames.enumerated() {
        row("mode", level, name, group.effects[j, k])
        row("coef", level, name, group.coefficients[j, k])
        row("line", level, name, group.lines[j, k])
      }
    }
    let realised = realised(group)
    for (i, name) in group.effectNames.enumerated() {
      all.append(
        EstimateRow(
          ["truth", "realised", factor, name], effect: .truth, group: factor, term: name,
          [
            .init("sd", realised.sds[i]), .init("population_sd", realised.populationSDs[i]),
            .init("mean", realised.means[i]),
          ]))
      for (k, other) in group.effectNames.enumerated() where k != i {
        all.append(
          EstimateRow(
            ["truth", "realised", factor, name, other], effect: .truth, group: factor,
            term: name + "." + other, [.init("corr", realised.correlations[i][k])]))
      }
    }
  }
}

import ModelFormula
import Tables

extension RProgramWriter {
  /// What is drawn for predictors; values of those that need nothing else.
  mutating func writePredictorDraws() {
    section("Predictors, level after level: one value a unit")
    add("v <- z <- list()")
    for k in plan.drawOrder { writeDraw(plan.predictors[k]) }
  }

  private mutating func writeDraw(_ placed: PlacedPredictor) {
    let predictor = placed.predictor
    let v = RText.member("v", predictor.name)
    let n = count(placed.place)
    switch predictor.law {
    case .normal(let m, let s):
      guard predictor.groupParts.isEmpty else {
        let z = RText.member("z", predictor.name)
        for part in predictor.groupParts {
          add("\(RText.member(z, part.factor)) <- rnorm(\(RText.member("n", part.factor)))")
        }
        if placed.withinShare > 0 { add("\(z)$.own <- rnorm(\(n))") }
        return
      }
      add("\(v) <- \(RText.affine(m, s, "rnorm(\(n))"))")
    case .lognormal(let m, let s): add("\(v) <- exp(\(RText.affine(m, s, "rnorm(\(n))")))")
    case .uniform(let a, let b): add("\(v) <- \(RText.affine(a, b - a, "runif(\(n))"))")
    case .poisson(let mean): add("\(v) <- rpois(\(n), \(RText.number(mean)))")
    case .binary(let p): add("\(v) <- as.numeric(runif(\(n)) < \(RText.number(p)))")
    case .categorical(let list):
      add("p <- \(RText.vector(list.map(\.probability)))")
      add(
        "\(v) <- \(RText.vector(list.map(\.name)))[findInterval(runif(\(n)), head(cumsum(p), -1) / sum(p)) + 1]"
      )
    case .numbers(let list):
      add("\(v) <- \(turned("c(\(list.map(RText.number).joined(separator: ", ")))", list.count, placed))")
    case .names(let list): add("\(v) <- \(turned(RText.vector(list), list.count, placed))")
    case .none: add("\(v) <- rep(0, \(n))")
    case .jointNormal(let names, let means, let sds, let correlation):
      add("C <- cholesky(\(RText.matrix(correlation)))")
      add("joint <- matrix(rnorm(\(names.count) * \(n)), ncol = \(names.count), byrow = TRUE) %*% t(C)")
      for (i, name) in names.enumerated() {
        add("\(RText.member("v", name)) <- \(RText.affine(means[i], sds[i], "joint[, \(i + 1)]"))")
      }
    case .mean, .centered, .computed: return
    }
    writeTrend(placed)
  }

  /// A list in turn within each unit above.
  private func turned(_ list: String, _ count: Int, _ placed: PlacedPredictor) -> String {
    let place: String
    switch placed.place {
    case .rows:
      guard case .crossed(let cross) = plan.rows.rows else { preconditionFailure("rows of crossed levels") }
      place = "(seq_len(rows) - 1) %% \(cross.perCell)"
    case .level(let k):
      let name = graph.levels[k].name
      if let parent = graph.levels[k].parent {
        let up = RText.member(RText.member("up", name), parent)
        place = "(sequence(tabulate(\(up), \(RText.member("n", parent)))) - 1)"
      } else {
        place = "(seq_len(\(RText.member("n", name))) - 1)"
      }
    }
    return "\(list)[\(place) %% \(count) + 1]"
  }

  private mutating func writeTrend(_ placed: PlacedPredictor) {
    guard let time = placed.time else { return }
    let v = RText.member("v", placed.predictor.name)
    let units = units(of: time, at: placed.place) ?? "seq_len(\(count(placed.place)))"
    add("\(v) <- \(v) + \(RText.number(placed.predictor.trend)) * (\(timeIndex(time, units)))")
  }

  /// Values that need random intercepts or other predictors.
  mutating func writeLaterPredictors() {
    let later = plan.predictors.filter { $0.predictor.isDerived || !$0.predictor.groupParts.isEmpty }
    if later.isEmpty { return }
    section("Predictors made of random intercepts or of other predictors")
    for placed in later {
      let predictor = placed.predictor
      let v = RText.member("v", predictor.name)
      switch predictor.law {
      case .normal(let m, let s): writeMixed(placed, m, s)
      case .mean(let of, let by): add("\(v) <- \(mean(of, by))")
      case .centered(let of, let by):
        let above = units(of: placed.by!, at: placed.place) ?? "seq_len(\(count(placed.place)))"
        add("\(v) <- \(RText.member("v", of)) - (\(mean(of, by)))[\(above)]")
      case .computed(let text):
        let known = placed.expression!.variables.map { name -> String in
          "\(name) = \(value(name, at: placed.place))"
        }
        add("\(v) <- with(list(\(known.joined(separator: ", "))), \(text))")
      default: break
      }
    }
  }

  /// A column at the units of a place.
  func value(_ name: String, at place: ColumnPlace) -> String {
    guard let entry = plan.catalog[name], case .level(let upper) = entry.place else {
      return RText.member("v", name)
    }
    let units = units(of: upper, at: place)
    if entry.isLevel {
      let own = units ?? "seq_len(\(count(place)))"
      guard let (first, _) = graph.levels[upper].times else { return own }
      return "\(first) + \(timeIndex(upper, own))"
    }
    return units.map { "\(RText.member("v", name))[\($0)]" } ?? RText.member("v", name)
  }

  /// The means of a predictor over the rows of each unit.
  private func mean(_ name: String, _ by: String) -> String {
    let unit = RText.member("unit", by)
    let n = RText.member("n", by)
    let place: ColumnPlace = plan.rows.rowLevel.map { .level($0) } ?? .rows
    return
      "as.vector(tapply(\(value(name, at: place)), factor(\(unit), seq_len(\(n))), sum)) / tabulate(\(unit), \(n))"
  }

  private mutating func writeMixed(_ placed: PlacedPredictor, _ mean: Double, _ sd: Double) {
    let z = RText.member("z", placed.predictor.name)
    var sum: [String] = []
    if placed.withinShare > 0 {
      sum.append("sqrt(\(RText.number(placed.withinShare))) * \(z)$.own")
    }
    for (i, part) in placed.predictor.groupParts.enumerated() {
      var g = RText.member(z, part.factor)
      if part.correlation != 0 {
        let term = DesignPlan.intercept(of: part.factor, plan.equation)!
        let rho = RText.number(part.correlation)
        add("# correlated with the standardised intercepts of \(part.factor)")
        add(
          "part <- \(rho) * \(RText.member("standard", plan.equation.terms[term].label))[, 1] + sqrt(1 - (\(rho))^2) * \(g)"
        )
        g = "part"
        if placed.predictor.groupParts.count > 1 {
          add("\(RText.member(z, part.factor)) <- part")
          g = RText.member(z, part.factor)
        }
      }
      let units = units(of: placed.factors[i], at: placed.place)
      sum.append("sqrt(\(RText.number(part.share))) * \(units.map { "\(g)[\($0)]" } ?? g)")
    }
    add(
      "\(RText.member("v", placed.predictor.name)) <- \(RText.affine(mean, sd, "(\(sum.joined(separator: " + ")))"))"
    )
    writeTrend(placed)
  }
}

import ModelFormula
import Tables

extension RProgramWriter {
  /// The groups of a factor's rows.
  private func groupCodes(_ group: GroupPlan) -> (count: String, lines: [String]) {
    func code(_ part: GroupPlan.Part) -> (code: String, count: String) {
      let unit = RText.member("unit", graph.levels[part.level].name)
      guard let times = part.times else { return (unit, RText.member("n", graph.levels[part.level].name)) }
      return ("((\(unit) - 1) %% \(times) + 1)", String(times))
    }
    let g = RText.member("g", group.text)
    let first = code(group.parts[0])
    if group.parts.count == 1 { return (first.count, ["\(g) <- \(first.code)"]) }
    var lines = ["code <- \(first.code)"]
    for part in group.parts.dropFirst() {
      let next = code(part)
      lines.append("code <- (code - 1) * \(next.count) + \(next.code)")
      lines.append("code <- match(code, sort(unique(code)))")
    }
    lines.append("\(g) <- code")
    return ("max(\(g))", lines)
  }

  /// The random effects of every term.
  mutating func writeEffects() {
    if plan.equation.terms.isEmpty { return }
    section("Random effects b = L z of each group, L = sd * cholesky(corr)")
    add("g <- standard <- b <- list()")
    var counts: [String] = []
    for group in plan.equation.groups {
      let (count, code) = groupCodes(group)
      for line in code { add(line) }
      counts.append(count)
    }
    for (term, law) in zip(plan.equation.terms, plan.effects) {
      let q = law.sd.count
      let z = RText.member("standard", term.label)
      let b = RText.member("b", term.label)
      let n = counts[term.group]
      add("# \(term.label): \(term.effectNames.joined(separator: ", "))")
      add("\(z) <- matrix(rnorm(\(q == 1 ? "" : "\(q) * ")\(n)), ncol = \(q), byrow = TRUE)")
      if case .studentT(let df) = law.shape {
        let df = RText.number(df)
        add("\(z) <- \(z) / sqrt(rchisq(\(n), \(df)) / \(df)) * sqrt((\(df) - 2) / \(df))")
      }
      if q == 1 {
        add("\(b) <- \(RText.number(law.sd[0])) * \(z)")
      } else {
        add("\(b) <- \(z) %*% t(\(RText.vector(law.sd)) * cholesky(\(RText.matrix(law.correlation))))")
      }
    }
  }

  /// The columns of levels and predictors.
  mutating func writeTable() {
    section("One row an observation")
    let place: ColumnPlace = plan.rows.rowLevel.map { .level($0) } ?? .rows
    add("d <- data.frame(row.names = seq_len(rows))")
    for entry in plan.catalog.entries {
      var value = value(entry.name, at: place)
      if case .names(let names) = entry.kind {
        if entry.isLevel { value = "\(RText.vector(names))[\(value)]" }
        let levels = plan.equation.examples[entry.name]!.factor.levels
        value = "factor(\(value), levels = \(RText.vector(levels)))"
      }
      add("\(RText.member("d", entry.name)) <- \(value)")
    }
  }

  /// The terms behind `~`.
  private func rightSide(_ list: TermList) -> String {
    let names = list.terms.map(\.name)
    return ([list.hasIntercept ? "1" : "0"] + names).joined(separator: " + ")
  }

  mutating func writeLinearPredictor() {
    section("Expectation: X beta + Z b")
    let beta = zip(plan.equation.fixedNames, plan.beta)
    add(
      "beta <- c(\(beta.map { "`\($0)` = \(RText.number($1))" }.joined(separator: ", ")))")
    add("X <- model.matrix(~ \(rightSide(plan.equation.formula.fixed)), d)")
    add("eta <- drop(X %*% beta[colnames(X)])")
    for offset in plan.equation.formula.offsets { add("eta <- eta + with(d, \(offset.text))") }
    for term in plan.equation.terms {
      let group = RText.member("g", plan.equation.groups[term.group].text)
      add("Z <- model.matrix(~ \(rightSide(term.list)), d)")
      add("eta <- eta + rowSums(Z * \(RText.member("b", term.label))[\(group), , drop = FALSE])")
    }
  }

  mutating func writeOutcome() {
    let y = RText.member("d", plan.equation.responseName)
    section("The response")
    switch plan.family {
    case .gaussian(let law):
      writeSpread()
      switch law.shape {
      case .normal: add("e <- rnorm(rows)")
      case .studentT(let df):
        let df = RText.number(df)
        add("e <- sqrt((\(df) - 2) / \(df)) * rt(rows, \(df))")
      case .skewed(let skewness):
        add("k <- \(RText.number(4 / (skewness * skewness)))")
        add("e <- \(skewness < 0 ? "-" : "")(rgamma(rows, k) - k) / sqrt(k)")
      }
      if let serial = plan.serial, let correlation = law.serial?.correlation {
        writeSerial(serial.within, serial.time, correlation)
      }
      add("\(y) <- eta + s * e")
    case .binary(let link):
      add("\(y) <- as.numeric(runif(rows) < \(link == .logit ? "plogis" : "pnorm")(eta))")
    case .binomial(let trials, let link):
      add("\(y) <- rbinom(rows, \(trials), \(link == .logit ? "plogis" : "pnorm")(eta))")
      add("\(RText.member("d", DesignPlan.trialsColumn)) <- \(trials)")
    case .count: add("\(y) <- rpois(rows, exp(eta))")
    }
  }

  /// The units of a level, of points in time their places.
  private func timed(_ unit: String, _ level: Int) -> String {
    guard let count = graph.levels[level].timeCount else { return unit }
    return "(\(unit) - 1) %% \(count) + 1"
  }

  private mutating func writeSpread() {
    switch plan.spread {
    case .constant(let sd): add("s <- \(RText.number(sd))")
    case .power(let sd, let by, let exponent):
      add("s <- \(RText.number(sd)) * abs(\(RText.member("d", by)))^(\(RText.number(exponent)))")
    case .exponential(let sd, let by, let rate):
      add("s <- \(RText.number(sd)) * exp(\(RText.number(rate)) * \(RText.member("d", by)))")
    case .listed(let by, let sds):
      let entry = plan.catalog[by]!
      if entry.isLevel, case .level(let k) = entry.place {
        let unit = RText.member("unit", by)
        add("s <- \(RText.vector(sds))[\(timed(unit, k))]")
      } else if case .names(let names) = entry.kind {
        add("s <- \(RText.vector(sds))[match(\(RText.member("d", by)), \(RText.vector(names)))]")
      }
    case .lognormal(let sd, let level, let sdLog):
      let name = graph.levels[level].name
      add(
        "s <- (\(RText.number(sd)) * exp(\(RText.number(sdLog)) * rnorm(\(RText.member("n", name)))))[\(RText.member("unit", name))]"
      )
    }
  }

  private mutating func writeSerial(_ within: Int, _ time: Int, _ correlation: Double) {
    add("# first-order autocorrelation within \(graph.levels[within].name)")
    let unit = RText.member("unit", graph.levels[within].name)
    add("time <- \(timeIndex(time, RText.member("unit", graph.levels[time].name)))")
    add("o <- order(\(unit), time)")
    add(
      """
      for (k in seq_along(o)[-1]) {
        now <- o[k]
        before <- o[k - 1]
        if (\(unit)[now] == \(unit)[before]) {
          r <- (\(RText.number(correlation)))^(time[now] - time[before])
          e[now] <- r * e[before] + sqrt(1 - r^2) * e[now]
        }
      }
      """)
  }

  mutating func writeMissing() {
    if plan.missing.isEmpty { return }
    section("Missing values: for each unit, by values that are all still there")
    add("complete <- d")
    for rule in plan.missing {
      let column = RText.member("d", rule.rule.column)
      let n = count(rule.place)
      var p = RText.number(rule.rule.rate)
      if let depends = rule.rule.depends {
        let on: String
        if rule.place == .rows || rule.place == plan.rows.rowLevel.map({ .level($0) }) {
          on = RText.member("complete", depends.on)
        } else {
          on = value(depends.on, at: rule.place)
        }
        p = "missing_probability(\(on), \(p), \(RText.number(depends.slope)))"
      }
      add("gone <- runif(\(n)) < \(p)")
      var rows = "gone"
      if case .level(let k) = rule.place, k != plan.rows.rowLevel {
        rows = "gone[\(RText.member("unit", graph.levels[k].name))]"
      }
      add("\(column)[\(rows)] <- NA")
    }
  }
}

import Tables

/// What a column of a design's data holds, in one line.
public struct ColumnNote: Sendable, Equatable {
  /// The column.
  public let column: String
  /// The level of whose units it tells; `rows` where it tells of each row.
  public let level: String
  /// What it holds.
  public let text: String
}

extension DataDesign {
  /// A line for every column, in the order of the columns.
  public var columnNotes: [ColumnNote] {
    var notes = levels.map { ColumnNote(column: $0.name, level: $0.name, text: $0.note) }
    for placed in plan.predictors {
      let level: String
      if case .level(let k) = placed.place {
        level = plan.rows.graph.levels[k].name
      } else {
        level = DesignPredictor.rowsLevel
      }
      for (k, name) in placed.predictor.columns.enumerated() {
        notes.append(ColumnNote(column: name, level: level, text: placed.predictor.note(column: k)))
      }
    }
    let row = plan.rows.rowLevel.map { plan.rows.graph.levels[$0].name } ?? DesignPredictor.rowsLevel
    notes.append(ColumnNote(column: plan.equation.responseName, level: row, text: response.family.note))
    if case .binomial = response.family {
      notes.append(ColumnNote(column: DesignPlan.trialsColumn, level: row, text: "number of trials"))
    }
    return notes
  }
}

extension DesignLevel {
  fileprivate var note: String {
    let beside = belongs.isEmpty ? "" : "; belongs to " + belongs.map(\.level).joined(separator: " and ")
    switch units {
    case .counted(let n): return "\(n) units" + beside
    case .named(let names): return "\(names.count) units with names" + beside
    case .nested(let per, let size): return "units within \(per), \(size.note)" + beside
    case .times(let first, let last, let per):
      return "time \(first) to \(last)" + (per.map { " within \($0)" } ?? "") + beside
    }
  }
}

extension GroupSizeLaw {
  /// The law in words.
  fileprivate var note: String {
    func held(_ law: String, _ least: Int, _ most: Int?) -> String {
      "\(law), at least \(least)" + (most.map { " and at most \($0)" } ?? "")
    }
    switch self {
    case .fixed(let n): return "\(n) each"
    case .listed(let list): return list.map(String.init).joined(separator: ", ") + " in turn"
    case .uniform(let a, let b): return "\(a) to \(b)"
    case .lognormal(let m, let s, let least, let most):
      return held("exp(N(\(shortestText(m)), \(shortestText(s))²))", least, most)
    case .poisson(let mean, let least, let most):
      return held("Poisson with mean \(shortestText(mean))", least, most)
    case .oneTiny(let n, let tiny): return "\(n) each, \(tiny) in the last"
    }
  }
}

extension DesignPredictor {
  fileprivate func note(column: Int) -> String {
    func text(_ x: Double) -> String { shortestText(x) }
    var note: String
    switch law {
    case .normal(let m, let s): note = "normal, mean \(text(m)), SD \(text(s))"
    case .uniform(let a, let b): note = "uniform from \(text(a)) to \(text(b))"
    case .lognormal(let m, let s): note = "exp(N(\(text(m)), \(text(s))²))"
    case .poisson(let m): note = "Poisson with mean \(text(m))"
    case .binary(let p): note = "1 with probability \(text(p)), else 0"
    case .categorical(let list):
      note = list.map { "\($0.name) (\(text($0.probability)))" }.joined(separator: ", ")
    case .numbers(let list): note = list.map(text).joined(separator: ", ") + " in turn"
    case .names(let list): note = list.joined(separator: ", ") + " in turn"
    case .none: note = "0"
    case .jointNormal(let names, let means, let sds, let correlation):
      let others = names.indices.filter { $0 != column }
        .map { "\(names[$0]) (\(text(correlation[column][$0])))" }
      note =
        "normal, mean \(text(means[column])), SD \(text(sds[column])), correlated with \(others.joined(separator: ", "))"
    case .mean(let of, let by): note = "mean of \(of) by \(by)"
    case .centered(let of, let by): note = "\(of) less its mean by \(by)"
    case .computed(let expression): note = expression
    }
    for part in groupParts {
      note += "; \(text(part.share)) of the variance between \(part.factor)"
      if part.correlation != 0 { note += ", correlated with its intercepts by \(text(part.correlation))" }
    }
    if trend != 0 { note += "; \(text(trend)) more at each step of time" }
    return note
  }
}

extension DesignResponse.Family {
  fileprivate var note: String {
    switch self {
    case .gaussian: "response"
    case .binary(let link): "response: 1 or 0, \(link.rawValue) link"
    case .binomial(let trials, let link): "response: successes in \(trials) trials, \(link.rawValue) link"
    case .count: "response: Poisson counts, log link"
    }
  }
}

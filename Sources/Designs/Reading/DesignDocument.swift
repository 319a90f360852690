import Estimates

extension DataDesign {
  /// The design in its own language, every number written out, as one line of JSON (which is YAML). Equal
  /// designs have equal texts, and reading the text gives the design back; so its hash names the design.
  public var canonicalText: String { document.text() }

  /// The design in its own language.
  public var document: JSONValue {
    var members: [(String, JSONValue)] = [("levels", .object(levels.map { ($0.name, $0.document) }))]
    if !predictors.isEmpty {
      members.append(("predictors", .object(predictors.map { ($0.name, $0.document) })))
    }
    members.append(("response", responseDocument))
    if !missing.isEmpty {
      members.append(("missing", .object(missing.map { ($0.column, $0.document) })))
    }
    if let sample { members.append(("sample", sample.document)) }
    return .object(members)
  }

  private var responseDocument: JSONValue {
    var members: [(String, JSONValue)] = [("formula", .string(response.formula))]
    switch plan.rows.rows {
    case .units(let level): members.append(("level", .string(level)))
    case .crossed(let cross): members.append(("level", cross.document))
    }
    members.append(
      ("beta", .object(zip(plan.equation.fixedNames, plan.beta).map { ($0, .number($1)) })))
    var sds: [(String, JSONValue)] = []
    var correlations: [(String, JSONValue)] = []
    var shapes: [(String, JSONValue)] = []
    for term in randomTerms {
      sds.append((term.label, .numbers(term.law.sd)))
      if term.law.sd.count > 1 {
        correlations.append((term.label, .array(term.law.correlation.map { .numbers($0) })))
      }
      if case .studentT(let df) = term.law.shape {
        shapes.append((term.label, .object([("t", .number(df))])))
      }
    }
    var residual: [(String, JSONValue)] = []
    var family: [(String, JSONValue)] = []
    switch response.family {
    case .gaussian(let law):
      if let sd = law.sd { sds.append(("residual", .number(sd))) }
      residual = law.document
    case .binary(let link): family = [("family", .string("binary")), ("link", .string(link.rawValue))]
    case .binomial(let trials, let link):
      family = [
        ("family", .object([("binomial", .integer(trials))])), ("link", .string(link.rawValue)),
      ]
    case .count: family = [("family", .string("count"))]
    }
    if !sds.isEmpty { members.append(("sd", .object(sds))) }
    if !correlations.isEmpty { members.append(("corr", .object(correlations))) }
    members += family
    if !shapes.isEmpty { members.append(("effects", .object(shapes))) }
    if !residual.isEmpty { members.append(("residual", .object(residual))) }
    return .object(members)
  }
}

extension DesignLevel {
  fileprivate var document: JSONValue {
    var members: [(String, JSONValue)]
    switch units {
    case .counted(let n): members = [("count", .integer(n))]
    case .named(let names): members = [("names", .strings(names))]
    case .nested(let per, let size): members = [("per", .string(per)), ("size", size.document)]
    case .times(let first, let last, let per):
      members = [("time", .array([.integer(first), .integer(last)]))]
      if let per { members.append(("per", .string(per))) }
    }
    if !belongs.isEmpty {
      members.append(
        (
          "belongs",
          .object(belongs.map { ($0.level, $0.weights.map { .numbers($0) } ?? .string("uniform")) })
        ))
    }
    return .object(members)
  }
}

extension GroupSizeLaw {
  /// The law in the design language.
  public var document: JSONValue {
    func bounded(_ law: (String, JSONValue), _ least: Int, _ most: Int?) -> JSONValue {
      .object([law, ("min", .integer(least))] + (most.map { [("max", .integer($0))] } ?? []))
    }
    switch self {
    case .fixed(let n): return .integer(n)
    case .listed(let list): return .array(list.map { .integer($0) })
    case .uniform(let a, let b): return .object([("uniform", .array([.integer(a), .integer(b)]))])
    case .lognormal(let m, let s, let least, let most):
      return bounded(("lognormal", .numbers([m, s])), least, most)
    case .poisson(let mean, let least, let most): return bounded(("poisson", .number(mean)), least, most)
    case .oneTiny(let n, let tiny):
      return .object([("one_tiny", .array([.integer(n), .integer(tiny)]))])
    }
  }
}

extension DesignPredictor {
  fileprivate var document: JSONValue {
    var members: [(String, JSONValue)] = level.map { [("level", .string($0))] } ?? []
    switch law {
    case .normal(let m, let s): members.append(("normal", .numbers([m, s])))
    case .uniform(let a, let b): members.append(("uniform", .numbers([a, b])))
    case .lognormal(let m, let s): members.append(("lognormal", .numbers([m, s])))
    case .poisson(let m): members.append(("poisson", .number(m)))
    case .binary(let p): members.append(("binary", .number(p)))
    case .categorical(let list):
      members.append(("categorical", .object(list.map { ($0.name, .number($0.probability)) })))
    case .numbers(let list): members.append(("values", .numbers(list)))
    case .names(let list): members.append(("values", .strings(list)))
    case .none: break
    case .jointNormal(let names, let means, let sds, let correlation):
      members += [
        ("joint", .strings(names)), ("normal", .array(zip(means, sds).map { .numbers([$0, $1]) })),
        ("corr", .array(correlation.map { .numbers($0) })),
      ]
    case .mean(let of, let by): members += [("mean", .string(of)), ("by", .string(by))]
    case .centered(let of, let by): members += [("centered", .string(of)), ("by", .string(by))]
    case .computed(let text): members.append(("computed", .string(text)))
    }
    if !groupParts.isEmpty {
      members.append(("between", .object(groupParts.map { ($0.factor, .number($0.share)) })))
      members.append(("correlated", .object(groupParts.map { ($0.factor, .number($0.correlation)) })))
    }
    if trend != 0 { members.append(("trend", .number(trend))) }
    return .object(members)
  }
}

extension CrossedRows {
  fileprivate var document: JSONValue {
    var members: [(String, JSONValue)] = [("cross", .strings(levels)), ("per_cell", .integer(perCell))]
    switch cells {
    case .all: break
    case .fraction(let share): members.append(("fraction", .number(share)))
    case .sees(let each, let count): members += [("each", .string(each)), ("sees", .integer(count))]
    }
    return .object(members)
  }
}

extension ResidualLaw {
  fileprivate var document: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    switch shape {
    case .normal: break
    case .studentT(let df): members.append(("t", .number(df)))
    case .skewed(let skewness): members.append(("skewed", .number(skewness)))
    }
    var spreadMembers: [(String, JSONValue)] = []
    switch spread {
    case .constant: break
    case .power(let by, let exponent): spreadMembers = [("by", .string(by)), ("power", .number(exponent))]
    case .exponential(let by, let rate): spreadMembers = [("by", .string(by)), ("exp", .number(rate))]
    case .listed(let by, let sds): spreadMembers = [("by", .string(by)), ("sd", .numbers(sds))]
    case .lognormal(let by, let sdLog):
      spreadMembers = [("by", .string(by)), ("lognormal", .number(sdLog))]
    }
    if !spreadMembers.isEmpty { members.append(("heteroscedastic", .object(spreadMembers))) }
    if let serial {
      members += [
        ("ar1", .number(serial.correlation)), ("within", .string(serial.within)),
        ("time", .string(serial.time)),
      ]
    }
    return members
  }
}

extension MissingRule {
  fileprivate var document: JSONValue {
    guard let depends else { return .number(rate) }
    return .object([
      ("rate", .number(rate)),
      ("depends", .object([("on", .string(depends.on)), ("slope", .number(depends.slope))])),
    ])
  }
}

extension SampleLaw {
  fileprivate var document: JSONValue {
    var members: [(String, JSONValue)] = [("size", .integer(size))]
    if !weights.isEmpty {
      members.append(("weights", .object(weights.map { ($0.column, $0.law.document) })))
    }
    if let cells { members.append(("cells", .strings(cells))) }
    return .object(members)
  }
}

extension SampleLaw.Law {
  fileprivate var document: JSONValue {
    switch self {
    case .named(let list): .object(list.map { ($0.name, .number($0.value)) })
    case .exponential(let rate): .object([("exp", .number(rate))])
    case .effect(let rate): .object([("effect", .number(rate))])
    }
  }
}

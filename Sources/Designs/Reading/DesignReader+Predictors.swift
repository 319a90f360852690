import Specifications
import Tables

extension DesignReader {
  private static let laws = [
    "normal", "uniform", "lognormal", "poisson", "binary", "categorical", "values", "mean", "centered",
    "computed",
  ]

  /// The predictors.
  func predictors(
    _ node: SpecificationNode?, _ levels: [DesignLevel]
  ) throws(SpecificationError) -> [DesignPredictor] {
    var predictors: [DesignPredictor] = []
    for entry in try node?.entries() ?? [] { predictors.append(try predictor(entry.key, entry.value)) }
    return predictors
  }

  private func predictor(
    _ name: String, _ node: SpecificationNode
  ) throws(SpecificationError) -> DesignPredictor {
    let fields = try node.fields(
      ["level"] + DesignReader.laws + ["by", "between", "correlated", "trend", "joint", "corr"])
    let trend = try fields["trend"].map { node throws(SpecificationError) in try number(node) } ?? 0
    let level = try fields["level"]?.text()
    let found = DesignReader.laws.filter { fields[$0] != nil }
    let derived = ["mean", "centered", "computed"].contains(found.first ?? "")
    func refuse(_ names: [String], _ why: String) throws(SpecificationError) {
      for name in names {
        if let node = fields[name] { throw node.fault("\(why); leave it out") }
      }
    }
    if derived {
      try refuse(
        ["level", "between", "correlated", "trend", "joint", "corr"],
        "a predictor that is computed from others has none")
    } else {
      try refuse(["by"], "only 'mean' and 'centered' are by a level")
    }
    if fields["joint"] == nil { try refuse(["corr"], "only 'joint' predictors have correlations") }
    if found.isEmpty {
      guard fields["trend"] != nil else {
        throw node.fault("no law; one of \(DesignReader.laws.joined(separator: ", ")) would work")
      }
      return DesignPredictor(name, level: try required(level, node), .none, trend: trend)
    }
    let (kind, value) = try only(fields, of: DesignReader.laws, in: node)
    let law: DesignPredictor.Law
    switch kind {
    case "normal":
      if let joint = fields["joint"] {
        law = try self.joint(joint, value, fields["corr"], node)
      } else {
        let (mean, sd) = try pair(value, "mean, sd")
        law = .normal(mean: mean, sd: sd)
      }
    case "uniform":
      let (low, high) = try pair(value, "lower, upper")
      law = .uniform(low, high)
    case "lognormal":
      let (mean, sd) = try pair(value, "meanlog, sdlog")
      law = .lognormal(meanLog: mean, sdLog: sd)
    case "poisson": law = .poisson(mean: try number(value))
    case "binary": law = .binary(try number(value))
    case "categorical": law = .categorical(try categories(value))
    case "values": law = try values(value)
    case "mean": law = .mean(of: try value.text(), by: try fields.required("by").text())
    case "centered": law = .centered(try value.text(), by: try fields.required("by").text())
    default:
      try refuse(["by"], "only 'mean' and 'centered' are by a level")
      law = .computed(try value.text())
    }
    if fields["joint"] != nil, kind != "normal" {
      throw node.fault("'joint' beside '\(kind)'; joint predictors are normal: [mean, sd]")
    }
    return DesignPredictor(
      name, level: derived ? nil : try required(level, node), law,
      groupParts: try groupParts(fields["between"], fields["correlated"], level: level), trend: trend)
  }

  private func required(_ level: String?, _ node: SpecificationNode) throws(SpecificationError) -> String {
    guard let level else { throw node.fault("'level' is missing: the level whose units have values") }
    return level
  }

  /// Names with probabilities, or names alone for equal ones.
  private func categories(
    _ node: SpecificationNode
  ) throws(SpecificationError) -> [DesignPredictor.Category] {
    if case .list(let items) = node.content {
      var list: [DesignPredictor.Category] = []
      for item in items { list.append(.init(try item.text(), 1 / Double(items.count))) }
      return list
    }
    var list: [DesignPredictor.Category] = []
    for entry in try node.entries() { list.append(.init(entry.key, try number(entry.value))) }
    return list
  }

  /// Numbers, or names where the first item is none.
  private func values(_ node: SpecificationNode) throws(SpecificationError) -> DesignPredictor.Law {
    let items = try node.items()
    func isNumber(_ item: SpecificationNode) -> Bool {
      if case .scalar(_, let isQuoted) = item.content, isQuoted { return false }
      return (try? number(item)) != nil
    }
    guard let first = items.first, !isNumber(first) else { return .numbers(try numbers(node)) }
    var texts: [String] = []
    for item in items {
      if isNumber(item) { throw item.fault("a number among names; quotation marks would make it a name") }
      texts.append(try item.text())
    }
    return .names(texts)
  }

  private func joint(
    _ names: SpecificationNode, _ normal: SpecificationNode, _ corr: SpecificationNode?,
    _ node: SpecificationNode
  ) throws(SpecificationError) -> DesignPredictor.Law {
    var columns: [String] = []
    for item in try names.items() { columns.append(try item.text()) }
    var (means, sds): ([Double], [Double]) = ([], [])
    guard case .list(let items) = normal.content else {
      throw normal.fault("\(normal.summary) where [mean, sd] belongs")
    }
    if let first = items.first, case .list = first.content {
      for item in items {
        let (mean, sd) = try pair(item, "mean, sd")
        means.append(mean)
        sds.append(sd)
      }
    } else {
      let (mean, sd) = try pair(normal, "mean, sd")
      means = columns.map { _ in mean }
      sds = columns.map { _ in sd }
    }
    guard let corr else { throw node.fault("'corr' is missing: the correlations of joint predictors") }
    return .jointNormal(
      names: columns, means: means, sds: sds, correlation: try correlations(corr, of: columns.count))
  }

  /// Shares between groups, and correlations with their intercepts.
  private func groupParts(
    _ between: SpecificationNode?, _ correlated: SpecificationNode?, level: String?
  ) throws(SpecificationError) -> [DesignPredictor.GroupPart] {
    let shares = try between?.entries() ?? []
    let correlations = try correlated?.entries() ?? []
    var parts: [DesignPredictor.GroupPart] = []
    for entry in shares {
      let rho = correlations.first { $0.key == entry.key }?.value
      parts.append(
        .init(
          entry.key, share: try number(entry.value),
          correlation: try rho.map { node throws(SpecificationError) in try number(node) } ?? 0))
    }
    for entry in correlations where !shares.contains(where: { $0.key == entry.key }) {
      let share = entry.key == level ? 1 : DesignPredictor.usualShare
      parts.append(.init(entry.key, share: share, correlation: try number(entry.value)))
    }
    return parts
  }
}

import Specifications
import Tables

extension DesignReader {
  /// The response with its distribution.
  func response(
    _ node: SpecificationNode, _ levels: [DesignLevel], _ predictors: [DesignPredictor]
  ) throws(SpecificationError) -> DesignResponse {
    let fields = try node.fields([
      "formula", "level", "beta", "sd", "corr", "cov", "icc", "total_sd", "family", "link", "residual",
      "effects",
    ])
    let formula = try fields.required("formula").text()
    let rows = try fields["level"].map { node throws(SpecificationError) in try self.rows(node) }
    let sketch = try placing { () throws(DesignFault) in
      try DesignSketch(levels: levels, predictors: predictors, rows: rows, formula: formula)
    }
    let beta = try coefficients(try fields.required("beta"))
    let scales = try TermScales(fields, sketch, reader: self)
    let shapes = try self.shapes(fields["effects"], sketch)
    var effects: [RandomEffectsLaw] = []
    for (k, shape) in shapes.enumerated() {
      effects.append(
        RandomEffectsLaw(sd: scales.sds[k], correlation: scales.correlations[k], shape: shape))
    }
    let family = try self.family(fields, scales.residual, sketch)
    return DesignResponse(formula: formula, rows: rows, beta: beta, effects: effects, family: family)
  }

  /// A level's name, or levels that are crossed.
  private func rows(_ node: SpecificationNode) throws(SpecificationError) -> DesignResponse.Rows {
    if case .scalar = node.content { return .units(of: try node.text()) }
    let fields = try node.fields(["cross", "per_cell", "fraction", "each", "sees"])
    var levels: [String] = []
    for item in try fields.required("cross").items() { levels.append(try item.text()) }
    let perCell = try fields["per_cell"].map { node throws(SpecificationError) in try integer(node) } ?? 1
    var cells = CrossedRows.Cells.all
    if let fraction = fields["fraction"] {
      for name in ["each", "sees"] {
        if let other = fields[name] { throw other.fault("beside 'fraction'; one of the two would work") }
      }
      cells = .fraction(try number(fraction))
    } else if fields["each"] != nil || fields["sees"] != nil {
      cells = .sees(
        each: try fields.required("each").text(), try integer(try fields.required("sees")))
    }
    return .crossed(CrossedRows(levels, perCell: perCell, cells: cells))
  }

  private func coefficients(
    _ node: SpecificationNode
  ) throws(SpecificationError) -> DesignResponse.Coefficients {
    guard case .mapping(let entries) = node.content else { return .listed(try numbers(node)) }
    var named: [DesignResponse.Named] = []
    for entry in entries { named.append(.init(entry.key, try number(entry.value))) }
    return .named(named)
  }

  /// `normal`, `{t: df}`, or one of them for each term.
  private func shapes(
    _ node: SpecificationNode?, _ sketch: DesignSketch
  ) throws(SpecificationError) -> [RandomEffectsLaw.Shape] {
    let labels = sketch.equation.terms.map(\.label)
    func shape(_ node: SpecificationNode) throws(SpecificationError) -> RandomEffectsLaw.Shape {
      if case .mapping = node.content {
        return .studentT(try number(try node.fields(["t"]).required("t")))
      }
      guard try node.text() == "normal" else {
        throw node.fault(SpecificationNode.unknown(try node.text(), allowed: ["normal", "{t: df}"]))
      }
      return .normal
    }
    guard let node else { return labels.map { _ in .normal } }
    if case .mapping(let entries) = node.content,
      !entries.contains(where: { $0.key == "t" }) || labels.contains("t")
    {
      let fields = try node.fields(labels)
      var shapes: [RandomEffectsLaw.Shape] = []
      for label in labels {
        shapes.append(
          try fields[label].map { node throws(SpecificationError) in try shape(node) } ?? .normal)
      }
      return shapes
    }
    let one = try shape(node)
    return labels.map { _ in one }
  }

  /// The distributions of a response by their names in a design.
  enum FamilyName: String, CaseIterable {
    case gaussian, binary, binomial, count

    /// The name here of what statistics call otherwise, too; other texts as they are.
    static func own(_ text: String) -> String {
      switch text {
      case "poisson": count.rawValue
      case "bernoulli": binary.rawValue
      case "normal": gaussian.rawValue
      default: text
      }
    }
  }

  private func family(
    _ fields: SpecificationFields, _ residual: Double?, _ sketch: DesignSketch
  ) throws(SpecificationError) -> DesignResponse.Family {
    var name = FamilyName.gaussian
    var trials: Int?
    if let node = fields["family"] {
      if case .mapping = node.content {
        (name, trials) = (.binomial, try integer(try node.fields(["binomial"]).required("binomial")))
      } else {
        let own = FamilyName(rawValue: FamilyName.own(try node.text()))
        if let own { name = own } else { name = try node.choice(of: FamilyName.self) }
        if name == .binomial {
          throw node.fault("the number of trials is missing; {binomial: 10} would work")
        }
      }
    }
    if name == .gaussian {
      if let link = fields["link"] { throw link.fault("a gaussian response has no link; leave it out") }
      return .gaussian(try residuals(fields["residual"], residual, sketch))
    }
    if let node = fields["sd"]?[path: ["residual"]] {
      throw node.fault("a \(name.rawValue) response has no residual SD; leave it out")
    }
    if let node = fields["residual"] {
      throw node.fault("a \(name.rawValue) response has no residual of its own; leave it out")
    }
    if name == .count {
      if let link = fields["link"] { throw link.fault("a count has the logarithm as link; leave it out") }
      return .count
    }
    let link =
      try fields["link"].map { node throws(SpecificationError) in
        try node.choice(of: DesignResponse.Link.self)
      }
      ?? .logit
    return trials.map { .binomial(trials: $0, link) } ?? .binary(link)
  }

  private func residuals(
    _ node: SpecificationNode?, _ sd: Double?, _ sketch: DesignSketch
  ) throws(SpecificationError) -> ResidualLaw {
    guard let node else { return ResidualLaw(sd: sd) }
    guard case .mapping = node.content else {
      guard try node.text() == "normal" else {
        throw node.fault(
          SpecificationNode.unknown(
            try node.text(),
            allowed: ["normal", "{t: df}", "{skewed: skewness}", "{heteroscedastic: …}", "{ar1: rho}"]))
      }
      return ResidualLaw(sd: sd)
    }
    let fields = try node.fields(["t", "skewed", "heteroscedastic", "ar1", "within", "time"])
    var shape = ResidualLaw.Shape.normal
    if let t = fields["t"] {
      if let other = fields["skewed"] { throw other.fault("beside 't'; one of the two would work") }
      shape = .studentT(try number(t))
    } else if let skewed = fields["skewed"] {
      shape = .skewed(try number(skewed))
    }
    let spread =
      try fields["heteroscedastic"].map { node throws(SpecificationError) in try self.spread(node, sketch) }
      ?? .constant
    return ResidualLaw(sd: sd, shape: shape, spread: spread, serial: try serial(fields, node, sketch))
  }

  private func serial(
    _ fields: SpecificationFields, _ node: SpecificationNode, _ sketch: DesignSketch
  ) throws(SpecificationError) -> ResidualLaw.Serial? {
    guard let ar1 = fields["ar1"] else {
      for name in ["within", "time"] {
        if let other = fields[name] { throw other.fault("without 'ar1'; leave it out") }
      }
      return nil
    }
    let times = sketch.rows.graph.levels.filter { $0.times != nil }
    let time: String
    if let written = fields["time"] {
      time = try written.text()
    } else if times.count == 1 {
      time = times[0].name
    } else {
      throw node.fault(
        "'time' is missing: the level of points in time, such as year: {time: 1..10, per: country}")
    }
    let within: String
    if let written = fields["within"] {
      within = try written.text()
    } else if let per = times.first(where: { $0.name == time })?.parent {
      within = per
    } else if !times.contains(where: { $0.name == time }) {
      // What is wrong with the time is said where the design is checked.
      within = sketch.rows.graph.levels[0].name
    } else {
      throw node.fault("'within' is missing: the level within whose units residuals are correlated")
    }
    return ResidualLaw.Serial(try number(ar1), within: within, time: time)
  }

  private func spread(
    _ node: SpecificationNode, _ sketch: DesignSketch
  ) throws(SpecificationError) -> ResidualLaw.Spread {
    let kinds = ["power", "exp", "sd", "lognormal"]
    let fields = try node.fields(["by"] + kinds)
    let by = try fields.required("by").text()
    let (kind, value) = try only(fields, of: kinds, in: node)
    switch kind {
    case "power": return .power(by: by, try number(value))
    case "exp": return .exponential(by: by, try number(value))
    case "lognormal": return .lognormal(by: by, sdLog: try number(value))
    default: break
    }
    guard case .mapping = value.content else { return .listed(by: by, try numbers(value)) }
    guard let entry = sketch.catalog[by] else {
      throw try fields.required("by").fault(sketch.catalog.unknown(by))
    }
    var names: [String]
    if case .names(let own) = entry.kind {
      names = own
    } else if entry.isLevel, case .level(let k) = entry.place {
      names = sketch.rows.graph.levels[k].names ?? (1...(sketch.rows.fixedCount(k) ?? 1)).map(String.init)
    } else {
      throw value.fault("'\(by)' has no names; power, exp, or another column would work")
    }
    let own = try value.fields(names)
    var sds: [Double] = []
    for name in names { sds.append(try number(try own.required(name))) }
    return .listed(by: by, sds)
  }
}

import Specifications
import Tables

/// SDs and correlations of the random effects, and the SD of the residuals, from the keys `sd`, `corr`,
/// `cov`, `icc` and `total_sd`.
struct TermScales {
  /// For each term the SDs of its effects.
  private(set) var sds: [[Double]] = []
  /// For each term the correlations of its effects.
  private(set) var correlations: [[[Double]]] = []
  /// The SD of the residuals, where it is given or follows from ICCs.
  private(set) var residual: Double?

  /// - Throws: `SpecificationError`.
  init(
    _ fields: SpecificationFields, _ sketch: DesignSketch, reader: DesignReader
  ) throws(SpecificationError) {
    let terms = sketch.equation.terms
    let labels = terms.map(\.label)
    let sd = try fields["sd"]?.fields(labels + ["residual"])
    let corr = try fields["corr"]?.fields(labels)
    let cov = try fields["cov"]?.fields(labels)
    let icc = try fields["icc"]?.fields(labels)
    residual = try sd?["residual"].map { node throws(SpecificationError) in try reader.number(node) }
    for term in terms {
      let (names, label) = (term.effectNames, term.label)
      correlations.append(
        try corr?[label].map { node throws(SpecificationError) in
          try reader.correlations(node, of: names.count)
        } ?? names.indices.map { i in names.indices.map { $0 == i ? 1 : 0 } })
      if let node = cov?[label] {
        for other in [sd?[label], corr?[label], icc?[label]] {
          if let other { throw other.fault("beside 'cov', which says it too; one of the two would work") }
        }
        let (own, r) = try TermScales.split(node, names, reader)
        _ = try reader.placing { () throws(DesignFault) in
          try CorrelationFactor.lower(r, at: ["response", "cov", label])
        }
        sds.append(own)
        correlations[correlations.count - 1] = r
      } else if let node = icc?[label] {
        guard names[0] == "(Intercept)" else {
          throw node.fault("the term has no intercept, so no ICC; 'sd' would work")
        }
        let rest = Array(names.dropFirst())
        // The intercept's SD comes below, when all ICCs are known.
        sds.append([.nan] + (try TermScales.listed(sd?[label], rest, reader, at: node)))
      } else if let node = sd?[label] {
        sds.append(try TermScales.listed(node, names, reader, at: node))
      } else {
        let place = fields["sd"] ?? fields["cov"] ?? fields["icc"] ?? fields["formula"]!
        throw place.fault(
          "no standard deviations for '\(label)' (\(names.joined(separator: ", "))); sd: {\(label): …}, cov or icc would work"
        )
      }
    }
    if let node = fields["icc"] {
      try applyICC(icc!, node, fields, terms, reader)
    } else if let total = fields["total_sd"] {
      throw total.fault("without 'icc'; leave it out, or give ICCs in place of standard deviations")
    }
  }

  private mutating func applyICC(
    _ icc: SpecificationFields, _ node: SpecificationNode, _ fields: SpecificationFields,
    _ terms: [EquationPlan.Term], _ reader: DesignReader
  ) throws(SpecificationError) {
    var shares: [(String, Double)] = []
    var places: [Int] = []
    var other = 0.0
    for (k, term) in terms.enumerated() {
      if let share = icc[term.label] {
        shares.append((term.label, try reader.number(share)))
        places.append(k)
      } else if term.effectNames[0] == "(Intercept)" {
        other += sds[k][0] * sds[k][0]
      }
    }
    let family = try fields["family"].map { node throws(SpecificationError) -> String in
      if case .mapping = node.content { return "binomial" }
      return DesignReader.FamilyName.own(try node.text())
    }
    let scale: IntraclassScale.Scale
    switch family ?? "gaussian" {
    case "gaussian":
      if let total = fields["total_sd"] {
        if residual != nil {
          throw total.fault("beside sd.residual, which it gives; one of the two would work")
        }
        scale = .total(try reader.number(total))
      } else if let residual {
        scale = .residual(residual)
      } else {
        throw node.fault("ICCs need a scale; total_sd, or sd: {residual: …}, would work")
      }
    case "count": throw node.fault("ICCs of a count depend on its mean; 'sd' would work")
    default:
      if let total = fields["total_sd"] {
        throw total.fault("the scale of a binary response is that of its link; leave it out")
      }
      let link =
        try fields["link"].map { node throws(SpecificationError) in
          try node.choice(of: DesignResponse.Link.self)
        }
        ?? .logit
      scale = .residual(link.latentVariance.squareRoot())
    }
    let variances = try reader.placing { () throws(DesignFault) in
      try IntraclassScale(shares, otherVariance: other, scale: scale)
    }
    for (k, sd) in zip(places, variances.interceptSDs) { sds[k][0] = sd }
    if family == nil || family == "gaussian" { residual = variances.residualSD }
  }

  /// Numbers for effects: one, a list in their order, or by their names.
  private static func listed(
    _ node: SpecificationNode?, _ names: [String], _ reader: DesignReader, at place: SpecificationNode
  ) throws(SpecificationError) -> [Double] {
    guard let node else {
      if names.isEmpty { return [] }
      throw place.fault(
        "no standard deviations for \(names.joined(separator: ", ")); 'sd' for them beside 'icc' would work")
    }
    if case .mapping = node.content {
      let fields = try node.fields(names)
      var values: [Double] = []
      for name in names { values.append(try reader.number(try fields.required(name))) }
      return values
    }
    let values = try reader.numbers(node)
    guard values.count == names.count else {
      throw node.fault(
        "\(values.count) standard deviation\(values.count == 1 ? "" : "s") for \(names.count) effect\(names.count == 1 ? "" : "s")"
          + (names.isEmpty
            ? " beside the ICC; leave it out"
            : "; one for each of \(names.joined(separator: ", ")) would work"))
    }
    return values
  }

  /// SDs and correlations of a covariance matrix.
  private static func split(
    _ node: SpecificationNode, _ names: [String], _ reader: DesignReader
  ) throws(SpecificationError) -> ([Double], [[Double]]) {
    var rows: [[Double]] = []
    for item in try node.items() { rows.append(try reader.numbers(item)) }
    guard rows.count == names.count, rows.allSatisfy({ $0.count == names.count }) else {
      throw node.fault(
        "\(node.summary); a matrix of \(names.count) rows of \(names.count) numbers, for \(names.joined(separator: ", ")), would work"
      )
    }
    var sds: [Double] = []
    for i in rows.indices {
      guard rows[i][i] >= 0 else {
        throw node.fault("the variance of \(names[i]) is \(shortestText(rows[i][i])); 0 or more would work")
      }
      sds.append(rows[i][i].squareRoot())
    }
    var r = rows
    for i in rows.indices {
      for k in rows.indices {
        if i == k {
          r[i][k] = 1
        } else {
          guard rows[i][k] == rows[k][i] else {
            throw node.fault(
              "the covariances of \(names[i]) and \(names[k]) are \(shortestText(rows[i][k])) and \(shortestText(rows[k][i])); a symmetric matrix would work"
            )
          }
          let scale = sds[i] * sds[k]
          if scale == 0 {
            guard rows[i][k] == 0 else {
              throw node.fault(
                "a covariance of \(names[i]) and \(names[k]), one of which has no variance; 0 would work")
            }
            r[i][k] = 0
          } else {
            let value = rows[i][k] / scale
            // Rounding may carry a correlation of 1 across.
            r[i][k] = abs(value) > 1 && abs(value) < 1 + 1e-12 ? (value < 0 ? -1 : 1) : value
          }
        }
      }
    }
    return (sds, r)
  }
}

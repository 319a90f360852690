import BayesianModels
import MixedModels
import ModelFormula
import Tables

/// The columns of a model by their names in JAGS and their texts in R, and which coefficients of levels stand about fixed effects.
struct JAGSDesign {
  /// A column of the design.
  struct DesignColumn {
    /// Its name in JAGS; nil for a column of ones.
    let name: String?
    /// Its name in the design.
    let label: String
  }

  /// One random-effects term.
  struct Term {
    /// The name that follows `sd_` and its like, and the name of its levels.
    let name, index: String
    /// What stands before `_name`: `coef`, or `b` where no effect stands about a fixed one.
    let prefix: String
    let label: String
    let columns: [DesignColumn]
    /// For each effect the fixed effect about which its levels stand, or nil for 0.
    let centres: [Int?]
    /// Standing of the first effect among all effects.
    let first: Int
  }

  /// The fixed effects' columns.
  let fixed: [DesignColumn]
  let terms: [Term]
  /// Fixed effects that stand in no term.
  let common: [Int]
  /// The values of `data` in R: names in JAGS with R's texts.
  let columnData: [(name: String, text: String)]
  /// The grouping factors: names with R's texts.
  let groupData: [(name: String, text: String)]
  /// Lines that make design matrices.
  let matrices: [String]

  init(_ model: any MixedModel) {
    let text = RDesignText(model.frame)
    var names = JAGSNames()
    let labels = model.terms.map { names.term($0.label) }
    let indices = model.factors.map { names.column($0.name) }
    var columns = NamedColumns(text: text, names: names)
    fixed = model.fixedEffectNames.enumerated().map { k, label in
      columns.take(label, model.fixedColumns.column(k), from: "X", text.fixedMatrix)
    }
    var all: [[DesignColumn]] = []
    var places: [[Int?]] = []
    for (label, term) in zip(labels, model.terms) {
      let values = term.columns.map(model.randomColumns.column)
      all.append(
        zip(term.names, values).map {
          columns.take($0, $1, from: "Z_\(label)", text.matrix(of: term, model))
        })
      places.append(
        zip(term.names, values).map { name, values in
          model.fixedEffectNames.firstIndex(of: name).flatMap {
            model.fixedColumns.column($0) == values ? $0 : nil
          }
        })
    }
    let levels = model.terms.map { model.factors[$0.factor].levels.count }
    let (centres, common) = JAGSDesign.centres(places, levels: levels, count: fixed.count)
    self.common = common
    terms = model.terms.enumerated().map { t, term in
      Term(
        name: labels[t], index: indices[term.factor],
        prefix: centres[t].contains { $0 != nil } ? "coef" : "b", label: term.label, columns: all[t],
        centres: centres[t], first: term.columns.lowerBound)
    }
    columnData = columns.data
    matrices = columns.matrices
    groupData = zip(indices, model.factors).map { ($0, text.levels(of: $1)) }
  }

  /// About which fixed effect the levels of each effect stand: a fixed effect is the centre of one term, that with the fewest levels, whose mean tells most of
  /// it. Then the fixed effects that are no centre.
  /// - Parameter places: for each term's effects the fixed effect with the same column.
  private static func centres(
    _ places: [[Int?]], levels: [Int], count: Int
  ) -> (centres: [[Int?]], common: [Int]) {
    var free = Set(0..<count)
    var centres = places.map { $0.map { _ in Int?.none } }
    for t in places.indices.sorted(by: { (levels[$0], $0) < (levels[$1], $1) }) {
      for (k, place) in places[t].enumerated() {
        if let place, free.remove(place) != nil { centres[t][k] = place }
      }
    }
    return (centres, free.sorted())
  }
}

/// The columns of a design as they get their names, each once.
private struct NamedColumns {
  let text: RDesignText
  var names: JAGSNames
  private(set) var data: [(name: String, text: String)] = []
  private(set) var matrices: [String] = []
  private var known: [(label: String, values: [Double], column: JAGSDesign.DesignColumn)] = []

  init(text: RDesignText, names: JAGSNames) {
    self.text = text
    self.names = names
  }

  /// The column of a label: one that is known, or a new one.
  /// - Parameters:
  ///   - matrix: the design matrix that has it in R, and `call`, what makes that.
  mutating func take(
    _ label: String, _ values: [Double], from matrix: String, _ call: String
  ) -> JAGSDesign.DesignColumn {
    if values.allSatisfy({ $0 == 1 }) { return JAGSDesign.DesignColumn(name: nil, label: label) }
    if let same = known.first(where: { $0.label == label && $0.values == values }) { return same.column }
    let name = names.column(label)
    if let own = text.column(label) {
      data.append((name, own))
    } else {
      let line = matrix + " <- " + call
      if !matrices.contains(line) { matrices.append(line) }
      data.append((name, "\(matrix)[, \(RCode.quoted(label))]"))
    }
    let column = JAGSDesign.DesignColumn(name: name, label: label)
    known.append((label, values, column))
    return column
  }
}

/// Columns of a frame as R makes them.
struct RDesignText {
  let frame: ModelFrame
  private let contrasts: [String]

  init(_ frame: ModelFrame) {
    self.frame = frame
    // factor(x) in a formula forgets the contrasts of x.
    contrasts = frame.formula.factorCalls.sorted { $0.key < $1.key }.compactMap { column, call in
      frame.roles.contrasts[column].map {
        "\(call.contains("`") ? RCode.quoted(call) : "`\(call)`") = \"contr.\($0.rawValue)\""
      }
    }
  }

  /// A numeric column of the data; nil for whatever is made of columns.
  func column(_ label: String) -> String? {
    guard
      let column = frame.data.columns.first(where: {
        FormulaExpression.quotedIfNeeded($0.name) == label || $0.name == label
      }),
      !frame.roles.factors.contains(column.name)
    else { return nil }
    switch column.values {
    case .integer, .real: return "df$" + RCode.name(column.name)
    case .text, .logical: return nil
    }
  }

  /// The call that makes X.
  var fixedMatrix: String {
    let terms = (frame.formula.fixed.hasIntercept ? ["1"] : ["0"]) + frame.formula.fixed.terms.map(\.name)
    return matrix(terms)
  }

  /// The call that makes a term's columns.
  func matrix(of term: RandomTerm, _ model: any MixedModel) -> String {
    let design = frame.random.first {
      $0.grouping.name == model.factors[term.factor].name && $0.columnNames == term.names
    }
    return matrix([term.names.contains("(Intercept)") ? "1" : "0"] + (design?.coding.termNames ?? term.names))
  }

  private func matrix(_ terms: [String]) -> String {
    let own = contrasts.isEmpty ? "" : ", contrasts.arg = list(\(contrasts.joined(separator: ", ")))"
    let formula = RCode.escaped(terms.joined(separator: " + "))
    guard frame.omittedCount > 0 else { return "model.matrix(~ \(formula), df\(own))" }
    // What functions learn from a column they learn from all rows.
    return
      "model.matrix(~ \(formula), model.frame(~ \(formula), all, na.action = na.pass)\(own))[complete, , drop = FALSE]"
  }

  /// The levels of a factor.
  func levels(of factor: RandomFactor) -> String {
    let design = frame.random.first { $0.grouping.name == factor.name }
    let columns = (design?.groupingExpression.variables ?? [factor.name]).map { "df$" + RCode.name($0) }
    return columns.count == 1
      ? "factor(\(columns[0]))" : "interaction(\(columns.joined(separator: ", ")), drop = TRUE)"
  }

  /// An expression of columns.
  func values(_ expression: FormulaExpression) -> String {
    if case .variable(let name, _) = expression { return "df$" + RCode.name(name) }
    return "with(df, \(RCode.escaped(expression.text)))"
  }
}

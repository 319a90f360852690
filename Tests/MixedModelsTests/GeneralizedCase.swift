import LinearAlgebra
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import MixedModels

/// A generalized linear mixed model that lme4 fitted: one of the records under `Tests/Reference/glmm` and `slides`.
struct GeneralizedCase: CustomTestStringConvertible, Sendable {
  let name: String
  let record: JSON

  var testDescription: String { name }
  var nodeCount: Int { max(record["nAGQ"].int, 1) }
  /// −2 log-likelihood with all constants.
  var objective: Double { record["minus2_loglik_full"].double }

  static let all = [
    "cbpp", "cbpp_null", "cbpp_probit", "cbpp_cloglog", "cbpp_cauchit", "cbpp_weights", "cbpp_agq9",
    "cbpp_agq25", "cbpp_probit_agq9", "contra_int", "contra_slope", "contra_probit", "contra_cloglog",
    "contra_factor_response", "contra_agq25", "grouse_brood", "grouse_slope", "grouse_agq9", "poisson_dbar",
    "poisson_offset", "poisson_offset_arg",
  ].map { GeneralizedCase(name: $0, record: try! Reference.json("glmm/\($0).json")) }

  /// Models with several grouping factors.
  static let several = [
    "glmm/verbagg", "glmm/grouse_three", "glmm/cbpp_overdispersed", "slides/case1_a_intercepts",
    "slides/case1_a_slope", "slides/case1_a_full", "slides/mrp_a_intercepts", "slides/mrp_a_medium",
    "slides/mrp_a_full",
  ].map { GeneralizedCase(name: $0, record: try! Reference.json("\($0).json")) }

  static func named(_ name: String) -> GeneralizedCase { (all + several).first { $0.name == name }! }

  /// The arrays of the model, the response read from its column of successes or counts.
  func data() throws -> GeneralizedData {
    let table = try DataTable(csv: Reference.bytes(record["data"].string!), file: name)
    let formula = record["formula"].string!
    let response = [
      "cbind(incidence, size - incidence)": "incidence", "prop": "incidence", "factor(use)": "use01",
    ]
    let left = formula.split(separator: "~", maxSplits: 1)[0].trimmingCharacters(" ")
    let right = formula.split(separator: "~", maxSplits: 1)[1]
    let factors = Set(record["factors"].object.keys).intersection(table.columnNames).subtracting(["use"])
    let frame = try ModelFrame(
      ModelFormula("\(response[left] ?? left) ~\(right)"), data: table,
      roles: ColumnRoles(factors: factors, offset: record["offset"].string))
    return GeneralizedData(
      frame,
      ObservationModel(
        record["family"].string == "poisson" ? .poisson : .binomial,
        link: LinkFunction(rawValue: record["link"].string!)!),
      trials: name.contains("cbpp") ? table["size"]!.numbers! : nil)
  }
}

extension Substring {
  fileprivate func trimmingCharacters(_ blank: Character) -> String {
    String(drop { $0 == blank }.reversed().drop { $0 == blank }.reversed())
  }
}

extension GeneralizedData {
  /// The arrays of a frame.
  init(_ frame: ModelFrame, _ model: ObservationModel, trials: [Double]? = nil) {
    var blocks: [Range<Int>] = []
    var random: [Double] = []
    var names: [String] = []
    var factors: [(codes: [Int], levelCount: Int)] = []
    for term in frame.random {
      let first = blocks.last?.upperBound ?? 0
      blocks.append(first..<first + term.matrix.columns)
      random += term.matrix.storage
      if !names.contains(term.grouping.name) {
        names.append(term.grouping.name)
        factors.append((term.grouping.codes, term.grouping.levels.count))
      }
    }
    self.init(
      model: model, response: frame.response, trials: trials, offset: frame.offset, fixed: frame.fixed,
      random: Matrix(
        rows: frame.response.count, columns: blocks.last?.upperBound ?? 0, storage: random),
      blocks: blocks, factors: factors,
      factorOfBlock: frame.random.map { names.firstIndex(of: $0.grouping.name)! })
  }

  /// Made-up data: a constant and p − 1 predictors, of which the first q vary by group; some groups without rows or with one.
  static func simulated(
    _ model: ObservationModel, seed: UInt64, groups: Int = 8, rows: Int = 60, p: Int = 3, q: Int,
    blocks: [Range<Int>]? = nil, deviation: Double = 0.7
  ) -> GeneralizedData {
    var numbers = TestNumbers(seed: seed)
    var fixed = Matrix(rows: rows, columns: p)
    var random = Matrix(rows: rows, columns: q)
    var codes: [Int] = []
    var effects = Matrix(rows: q, columns: groups)
    for j in 0..<groups { for k in 0..<q { effects[k, j] = deviation * numbers.normal() } }
    var offset: [Double] = []
    var trials: [Double] = []
    var response: [Double] = []
    for i in 0..<rows {
      // The last group stays empty, the first has one row.
      codes.append(i == 0 ? 0 : 1 + Int(numbers.uniform() * Double(groups - 2)))
      for c in 0..<p { fixed[i, c] = c == 0 ? 1 : numbers.normal() }
      for k in 0..<q { random[i, k] = k < p ? fixed[i, k] : numbers.normal() }
      offset.append(0.3 * numbers.normal())
      var eta = offset[i] - 0.4
      for c in 1..<max(p, 1) { eta += 0.5 * fixed[i, c] }
      for k in 0..<q { eta += random[i, k] * effects[k, codes[i]] }
      let m = model.family == .binomial ? Double(1 + Int(numbers.uniform() * 4)) : 1
      trials.append(m)
      let mean = model.link.mean(predictor: eta)
      switch model.family {
      case .binomial:
        response.append((0..<Int(m)).reduce(0) { sum, _ in sum + (numbers.uniform() < mean ? 1 : 0) })
      case .poisson, .negativeBinomial: response.append(numbers.poisson(mean))
      case .gamma: response.append(mean * (0.2 + numbers.uniform() + numbers.uniform()))
      }
    }
    return GeneralizedData(
      model: model, response: response, trials: trials, offset: offset, fixed: fixed, random: random,
      blocks: blocks ?? [0..<q], factors: [(codes, groups)],
      factorOfBlock: (blocks ?? [0..<q]).map { _ in 0 })
  }
}

extension GeneralizedData {
  /// Made-up data over several grouping factors, each with its terms: `widths[f]` are the numbers of effects of the terms of factor f.
  ///
  /// - Parameters:
  ///   - levels: numbers of levels; the last level of the first factor has no rows.
  ///   - isNested: whether the levels of a factor lie in those of the next one.
  static func crossed(
    _ model: ObservationModel, seed: UInt64, levels: [Int], widths: [[Int]], rows: Int = 60,
    isNested: Bool = false, deviation: Double = 0.6
  ) -> GeneralizedData {
    let most = widths.map { $0.reduce(0, +) }.max()!
    var data = simulated(
      model, seed: seed, groups: max(levels[0], 3), rows: rows, q: most, deviation: deviation)
    var numbers = TestNumbers(seed: seed &+ 977)
    var factors: [(codes: [Int], levelCount: Int)] = []
    for (f, count) in levels.enumerated() {
      var codes = (0..<rows).map { _ in Int(numbers.uniform() * Double(f == 0 ? max(count - 1, 1) : count)) }
      if isNested && f > 0 { codes = factors[f - 1].codes.map { $0 % count } }
      factors.append((codes, count))
    }
    // Terms of the factors by turns, so that the columns of a factor do not stand side by side.
    var random: [Double] = []
    data.blocks = []
    data.factorOfBlock = []
    for t in 0..<(widths.map(\.count).max()!) {
      for f in levels.indices where t < widths[f].count {
        let first = widths[f][..<t].reduce(0, +)
        let from = data.blocks.last?.upperBound ?? 0
        data.blocks.append(from..<from + widths[f][t])
        data.factorOfBlock.append(f)
        for k in first..<first + widths[f][t] { random += data.random.column(k) }
      }
    }
    data.random = Matrix(rows: rows, columns: data.blocks.last!.upperBound, storage: random)
    data.factors = factors
    return data
  }
}

/// Numbers for tests: SplitMix64.
struct TestNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func uniform() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }

  mutating func normal() -> Double {
    (0..<12).reduce(-6) { sum, _ in sum + uniform() }
  }

  mutating func poisson(_ mean: Double) -> Double {
    var (count, left) = (0.0, uniform())
    var mass = exponential(-mean)
    while left > mass, count < 1000 {
      left -= mass
      count += 1
      mass *= mean / count
    }
    return count
  }

  private func exponential(_ x: Double) -> Double { LinkFunction.log.mean(predictor: x) }
}

extension GeneralizedCriterion {
  /// Value and gradient at parameters, from modes at 0.
  func at(_ parameters: [Double]) -> (value: Double, gradient: [Double]) {
    clearModes()
    var point = parameters
    let value = point.withUnsafeMutableBufferPointer { evaluate(at: $0.baseAddress!) }
    return (value, (0..<parameterCount).map { gradient[$0] })
  }

  /// Second derivatives in β and θ at parameters.
  func secondDerivatives(_ parameters: [Double]) -> Matrix? {
    clearModes()
    var point = parameters
    return point.withUnsafeMutableBufferPointer {
      _ = evaluate(at: $0.baseAddress!)
      return secondDerivatives(at: $0.baseAddress!)
    }
  }
}

/// The derivative of a function at 0 by central differences of order 8.
func derivative(step h: Double, _ f: (Double) -> Double) -> Double {
  let weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280]
  return weights.indices.reduce(0) { sum, k in
    sum + weights[k] * (f(Double(k + 1) * h) - f(-Double(k + 1) * h)) / h
  }
}

import BayesianModels
import Designs
import Distributions
import Estimates
import LinearAlgebra
import MixedModels
import ModelFormula
import Specifications
import Tables

/// Replicates of any design: rows are drawn, and models fitted to them as `mlm fit` and `mlm pool` do.
final class RowRunner: ReplicateRunner {
  private(set) var layout = EstimandLayout()

  private let study: StudySpecification
  private let design: DataDesign
  private let key: UInt64
  /// The fitted formula of each strategy.
  private let formulas: [FittedFormula]
  /// For each strategy the coefficients of its formula that are not in the design's.
  private(set) var ownColumns: [[String]] = []
  private let terms: [DataDesign.RandomTerm]
  /// True values of the parameters, in the order of the layout.
  private var parameters: [Double] = []
  /// Whether a new group is an estimand: one grouping factor, normal effects, no group-level predictors.
  private let hasNewGroup: Bool
  private let newGroupFactor: [Double]
  private let newGroupMeans: [Double]

  /// - Throws: `SpecificationError` at the formula that does not fit the design, found by a first draw.
  init(_ study: StudySpecification, _ cell: StudyCell, _ design: DataDesign) throws(SpecificationError) {
    self.study = study
    self.design = design
    key = cell.streamKey(seed: study.seed)
    terms = design.randomTerms
    var formulas: [ModelFormula] = []
    for strategy in study.strategies {
      let node = study.formulaNode(of: strategy)
      do {
        formulas.append(try ModelFormula(strategy.formula ?? study.formula ?? design.formula.source))
      } catch { throw study.formulaFault(error, of: strategy) }
      if formulas[formulas.count - 1].randomTerms.isEmpty {
        throw node.fault(
          "'\(formulas[formulas.count - 1].source)' has no random-effects term; add one, e.g. (1 | group): it names the groups that every strategy estimates"
        )
      }
    }
    for (strategy, formula) in zip(study.strategies, formulas)
    where formula.response.text != design.formula.response.text {
      let node = study.formulaNode(of: strategy)
      throw node.fault(
        "the response of '\(formula.source)' is not the design's '\(design.formula.response.text)', whose coefficients are the truth"
      )
    }
    let offsets = design.formula.offsets.map(\.text).sorted()
    for (strategy, formula) in zip(study.strategies, formulas)
    where formula.offsets.map(\.text).sorted() != offsets {
      throw study.formulaNode(of: strategy).fault(
        "'\(formula.source)' has another offset than the design's formula '\(design.formula.source)': its coefficients would be of another quantity; the same offset in both would work"
      )
    }
    self.formulas = formulas.map { FittedFormula($0, design) }
    guard case .gaussian = design.response.family else {
      let node = study.design.node[path: ["response", "family"]] ?? study.design.node
      throw node.fault("studies fit linear models; a gaussian response would work")
    }
    let first: DrawnData
    var stream = KeyedStream(seed: key, stream: StreamPurpose.data)
    do { first = try design.draw(from: &stream) } catch { throw study.design.node.fault("\(error)") }
    let groups = first.truth.groups
    hasNewGroup =
      groups.count == 1 && terms.allSatisfy { $0.law.shape == .normal }
      && groups[0].lines.storage.elementsEqual(groups[0].coefficients.storage)
    if hasNewGroup {
      let names = groups[0].effectNames
      var covariance = Matrix(rows: names.count, columns: names.count)
      var offset = 0
      for term in terms {
        for a in term.effectNames.indices {
          for b in term.effectNames.indices { covariance[offset + a, offset + b] = term.law.covariance[a][b] }
        }
        offset += term.effectNames.count
      }
      newGroupFactor = RowRunner.lowerFactor(of: covariance)
      newGroupMeans = names.map { name in
        design.fixedEffectNames.firstIndex(of: name).map { design.fixedEffects[$0] } ?? 0
      }
    } else {
      newGroupFactor = []
      newGroupMeans = []
    }
    for (name, beta) in zip(design.fixedEffectNames, design.fixedEffects) {
      layout.append(["fixed", name].joined(separator: "."), kind: .parameter)
      parameters.append(beta)
    }
    for term in terms {
      for (k, name) in term.effectNames.enumerated() {
        layout.append(["random", term.label, name].joined(separator: ".") + ".sd", kind: .parameter)
        parameters.append(term.law.sd[k])
      }
      for a in term.effectNames.indices {
        for b in term.effectNames.indices where b > a {
          layout.append(
            ["random", term.label, term.effectNames[a], term.effectNames[b]].joined(separator: "."),
            kind: .parameter)
          parameters.append(term.law.sd[a] > 0 && term.law.sd[b] > 0 ? term.law.correlation[a][b] : .nan)
        }
      }
    }
    if let sigma = design.residualSD {
      layout.append("residual.sd", kind: .parameter)
      parameters.append(sigma)
    }
    addGroups(groups)
    for (place, strategy) in study.strategies.enumerated() {
      do {
        let names = try ModelFrame(formulas[place], data: first.table).fixedCoding.columnNames
        ownColumns.append(names.filter { !design.fixedEffectNames.contains($0) })
      } catch { throw study.formulaFault(error, of: strategy) }
    }
    try checkPriors(on: first.table)
  }

  /// Refuses priors that are none for a strategy's model, found on a data set.
  private func checkPriors(on table: DataTable) throws(SpecificationError) {
    for (fitted, strategy) in zip(formulas, study.strategies) {
      // Where the model cannot be made, every replicate says so.
      guard let posterior = strategy.posterior,
        let model = try? LinearMixedModel(fitted.formula, data: table)
      else { continue }
      let priors = try posterior.priors(of: .linear(model))
      do throws(BayesianModelError) {
        _ = try BayesianMixedModel(.linear(model), priors: priors)
      } catch {
        if case .improper = error { continue }
        throw (posterior.priors ?? study.node).fault("\(error)")
      }
    }
  }

  /// The layout's part that follows the number of groups.
  private func addGroups(_ groups: [GroupTruth]) {
    for group in groups {
      for name in group.effectNames {
        layout.append(
          ["coef", group.factor, name].joined(separator: "."), kind: .group, count: group.levels.count)
      }
    }
    guard hasNewGroup else { return }
    for name in groups[0].effectNames {
      layout.append(["new", groups[0].factor, name].joined(separator: "."), kind: .newGroup)
    }
  }

  func run(_ replicate: Int, into outcome: ReplicateOutcome) {
    var stream = KeyedStream(seed: key, replicate: UInt32(replicate), stream: StreamPurpose.data)
    let drawn: DrawnData
    do { drawn = try design.draw(from: &stream) } catch {
      for strategy in outcome.strategies { strategy.fail(.error, "\(error)") }
      return
    }
    let groups = drawn.truth.groups
    if groups.map(\.levels.count) != lastCounts {
      lastCounts = groups.map(\.levels.count)
      layout = layout.prefix(parameters.count)
      addGroups(groups)
    }
    outcome.prepare(layout)
    for (k, value) in parameters.enumerated() { outcome.truths[k] = value }
    var next = parameters.count
    for group in groups {
      for k in group.effectNames.indices {
        for j in group.levels.indices { outcome.truths[next + j] = group.lines[j, k] }
        next += group.levels.count
      }
    }
    if hasNewGroup {
      var fresh = KeyedStream(seed: key, replicate: UInt32(replicate), stream: StreamPurpose.newGroup)
      let q = newGroupMeans.count
      let z = (0..<q).map { _ in fresh.normal() }
      for i in 0..<q {
        outcome.truths[next + i] =
          newGroupMeans[i] + (0...i).reduce(0) { $0 + newGroupFactor[i + $1 * q] * z[$1] }
      }
    }
    let data = ReplicateData(drawn.table, groups: groups, of: design, layout: layout)
    var posterior = KeyedStream(
      seed: key, replicate: UInt32(replicate), stream: StreamPurpose.posterior)
    let plan = StudyDraws.Plan(seed: posterior.next(), level: study.level)
    // The same bits on every processor, also where the library is not installed.
    DenseKernels.$usesLibrary.withValue(false) {
      for (s, strategy) in study.strategies.enumerated() {
        data.estimate(
          strategy, formulas[s], intervals: study.intervals, draws: plan,
          into: outcome.strategies[s],
          trueWeights: outcome.trueWeights)
      }
    }
  }

  private var lastCounts: [Int] = []

  /// The truth of a replicate.
  func truth(of replicate: Int) throws -> DesignTruth {
    var stream = KeyedStream(seed: key, replicate: UInt32(replicate), stream: StreamPurpose.data)
    return try design.draw(from: &stream).truth
  }

  func data(of replicate: Int) throws -> (table: DataTable, levels: [String: [String]]) {
    var stream = KeyedStream(seed: key, replicate: UInt32(replicate), stream: StreamPurpose.data)
    let drawn = try design.draw(from: &stream)
    var levels: [String: [String]] = [:]
    for group in drawn.truth.groups {
      for name in group.effectNames {
        levels[["coef", group.factor, name].joined(separator: ".")] = group.levels
      }
    }
    return (drawn.table, levels)
  }

  /// The lower factor L of a covariance matrix with LL' = it; a pivot of zero gives a column of zeros.
  private static func lowerFactor(of covariance: Matrix) -> [Double] {
    let q = covariance.rows
    var l = [Double](repeating: 0, count: q * q)
    for j in 0..<q {
      let rest = covariance[j, j] - (0..<j).reduce(0) { $0 + l[j + $1 * q] * l[j + $1 * q] }
      guard rest > 1e-14 * covariance[j, j] else { continue }
      let pivot = rest.squareRoot()
      l[j + j * q] = pivot
      for i in (j + 1)..<max(q, j + 1) {
        let sum = covariance[i, j] - (0..<j).reduce(0) { $0 + l[i + $1 * q] * l[j + $1 * q] }
        l[i + j * q] = sum / pivot
      }
    }
    return l
  }
}

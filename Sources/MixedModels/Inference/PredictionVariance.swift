import LinearAlgebra

extension PredictionRows {
  /// Var(x'β̂ + z'(b̂ − b)) of each row, θ held, in squared units of the response: of new levels z'Σz stands for z'(b̂ − b).
  ///
  /// - Parameter newLevelsVary: whether effects of levels that are not known count with their variance; without, they are taken as 0.
  /// - Complexity: O(q²) a row where its levels met in the data; one solution with all levels for others.
  func variances(of fit: LinearMixedModelFit, newLevelsVary: Bool = true) -> [Double] {
    let model = fit.model
    var result = newLevelsVary ? newLevelVariances(of: fit) : [Double](repeating: 0, count: fixed.rows)
    if factors.isEmpty {
      addFixed(fit.fixedEffectCovariance, to: &result)
      return result
    }
    switch model.reducedData {
    case .single: addSingle(fit, to: &result)
    case .several(let data): addSeveral(fit, data, to: &result)
    case .iterative(let data): addIterative(fit, data, to: &result)
    }
    return result
  }

  /// z'Σz of levels that are not known.
  func newLevelVariances(of fit: some MixedModelFit) -> [Double] {
    var result = [Double](repeating: 0, count: fixed.rows)
    let covariances = fit.model.factors.indices.map { fit.covariance(ofFactor: $0) }
    for (f, places, columns, levels) in factors {
      for (row, level) in levels.enumerated() where level < 0 {
        for (a, i) in places.enumerated() {
          for (b, k) in places.enumerated() {
            result[row] += columns[row, a] * covariances[f][i, k] * columns[row, b]
          }
        }
      }
    }
    return result
  }

  /// Adds x'Var(β̂)x.
  private func addFixed(_ covariance: Matrix, to result: inout [Double]) {
    let turned = fixed * covariance
    for row in result.indices {
      for k in 0..<fixed.columns { result[row] += turned[row, k] * fixed[row, k] }
    }
  }

  /// The same of a generalized model, on the scale of the link: from the joint covariance of all effects at the modes, and from the Hessian's of the fixed
  /// effects where no random ones count.
  func variances(of fit: GeneralizedLinearMixedModelFit) -> [Double] {
    var result = newLevelVariances(of: fit)
    if factors.isEmpty {
      addFixed(fit.fixedEffectCovariance, to: &result)
      return result
    }
    let joint = fit.jointPrecision
    for row in result.indices {
      let effects = factors.compactMap {
        f, places, columns, levels -> (factor: Int, level: Int, z: [Double])? in
        guard levels[row] >= 0 else { return nil }
        var z = [Double](repeating: 0, count: fit.model.factors[f].effectNames.count)
        for (k, place) in places.enumerated() { z[place] = columns[row, k] }
        return (f, levels[row], z)
      }
      result[row] += joint.variance(fixed: fixed.row(row), effects: effects)
    }
    return result
  }

  private func addSingle(_ fit: LinearMixedModelFit, to result: inout [Double]) {
    let p = fixed.columns
    let effects = fit.randomEffects[0]
    var own = [Matrix?](repeating: nil, count: effects.factor.levels.count)
    var cross = own
    for row in result.indices {
      let x = fixed.row(row)
      for k in 0..<p { for l in 0..<p { result[row] += x[k] * fit.fixedEffectCovariance[k, l] * x[l] } }
      guard let (_, places, columns, levels) = factors.first, levels[row] >= 0 else { continue }
      let j = levels[row]
      if own[j] == nil {
        own[j] = effects.predictionCovariance(ofLevel: j)
        cross[j] = effects.crossCovariance(ofLevel: j)
      }
      for (a, i) in places.enumerated() {
        let z = columns[row, a]
        for (b, k) in places.enumerated() { result[row] += z * own[j]![i, k] * columns[row, b] }
        for l in 0..<p { result[row] += 2 * x[l] * cross[j]![l, i] * z }
      }
    }
  }

  /// Many rows at once by conjugate gradients.
  private func addIterative(
    _ fit: LinearMixedModelFit, _ data: LevelCrossProducts, to result: inout [Double]
  ) {
    let workspace = IterativeCriterion(data, method: fit.method)
    _ = (fit.whiteLambda * fit.whiteLambda.transposed).storage.withPointer { workspace.evaluate(at: $0) }
    let unscaleFixed = data.design.fixedScale.upperInverse
    let unscale = data.design.effectScale.upperInverse
    for start in stride(from: 0, to: result.count, by: IterativeCriterion.probeCount) {
      let rows = start..<min(start + IterativeCriterion.probeCount, result.count)
      var entries: [(effects: [(place: Int, value: Double)], fixed: [Double])] = []
      for row in rows {
        var effects: [(place: Int, value: Double)] = []
        for (f, places, columns, codes) in factors where codes[row] >= 0 {
          let own = data.factors[f].columns
          let first = workspace.operations.start(ofFactor: f) + codes[row] * own.count
          for (k, column) in own.enumerated() {
            var value = 0.0
            for (a, place) in places.enumerated() { value += columns[row, a] * unscale[own[place], column] }
            effects.append((first + k, value))
          }
        }
        entries.append((effects, unscaleFixed.transposed * fixed.row(row)))
      }
      for (k, variance) in workspace.variances(of: entries).enumerated() {
        result[start + k] += fit.sigma * fit.sigma * variance
      }
    }
  }

  private func addSeveral(
    _ fit: LinearMixedModelFit, _ data: LevelCrossProducts, to result: inout [Double]
  ) {
    let joint = CrossedJointCovariance(data, psi: fit.whiteLambda * fit.whiteLambda.transposed)
    let unscaleFixed = data.design.fixedScale.upperInverse
    let unscale = data.design.effectScale.upperInverse
    for row in result.indices {
      let x = unscaleFixed.transposed * fixed.row(row)
      var levels = [Int](repeating: -1, count: data.factors.count)
      var effects = data.factors.map { [Double](repeating: 0, count: $0.columns.count) }
      for (f, places, columns, codes) in factors where codes[row] >= 0 {
        levels[f] = codes[row]
        let own = data.factors[f].columns
        for (k, column) in own.enumerated() {
          for (a, place) in places.enumerated() {
            effects[f][k] += columns[row, a] * unscale[own[place], column]
          }
        }
      }
      result[row] += fit.sigma * fit.sigma * joint.variance(levels: levels, effects: effects, fixed: x)
    }
  }
}

/// Var([b̂ − b; β̂]) of a model with several grouping factors at one Ψ, in the coordinates of the reduced data and units of σ².
final class CrossedJointCovariance {
  private let workspace: CrossedCriterion
  private let scratch: ScratchBlock
  private let vector: UnsafeMutablePointer<Double>

  init(_ data: LevelCrossProducts, psi: Matrix) {
    let workspace = CrossedCriterion(data, method: .reml)
    self.workspace = workspace
    _ = psi.storage.withPointer { workspace.evaluate(at: $0) }
    workspace.invertTail(includingFixed: true)
    workspace.fillLevelCovariances(includingFixed: true) { _, _, _ in }
    scratch = ScratchBlock(count: workspace.vectorCount)
    vector = scratch.take(workspace.vectorCount)
  }

  /// The variance of x'β̂ + Σ z_f'(b̂ − b) of one level a factor.
  /// - Parameters:
  ///   - levels: a level of each factor, −1 for none.
  ///   - effects: z of each factor; fixed: x.
  func variance(levels: [Int], effects: [[Double]], fixed: [Double]) -> Double {
    fromBlocks(levels, effects, fixed) ?? bySolution(levels, effects, fixed)
  }

  /// From the blocks of the inverse that are known; nil where two of the levels never met.
  private func fromBlocks(_ levels: [Int], _ effects: [[Double]], _ fixed: [Double]) -> Double? {
    let data = workspace.data
    var tail: [(column: Int, value: Double)] = []
    for (f, start) in data.tail where levels[f] >= 0 {
      let q = effects[f].count
      for k in 0..<q { tail.append((start + levels[f] * q + k, effects[f][k])) }
    }
    for (k, x) in fixed.enumerated() { tail.append((data.tailLevelColumns + k, x)) }
    var sum = 0.0
    for (s, stage) in workspace.stages.enumerated() where levels[stage.factor] >= 0 {
      let (j, q, z) = (levels[stage.factor], stage.width, effects[stage.factor])
      let own = stage.covariance + j * q * q
      for b in 0..<q { for a in 0..<q { sum += z[a] * own[a + b * q] * z[b] } }
      let row = stage.covarianceRows + stage.rowStart(j)
      func cross(_ local: Int, _ value: Double) {
        for a in 0..<q { sum += 2 * z[a] * row[a + local * q] * value }
      }
      var offset = 0
      for (later, ancestors) in zip(workspace.stages[(s + 1)...], stage.ancestors) {
        if levels[later.factor] >= 0 {
          guard levels[later.factor] == ancestors[j] else { return nil }
          for k in 0..<later.width { cross(offset + k, effects[later.factor][k]) }
        }
        offset += later.width
      }
      let columns = stage.tailColumns + stage.columnStart(j)
      let count = stage.rowWidth(j) - stage.ancestorWidth
      for (column, value) in tail {
        var (low, high) = (0, count)
        while low < high {
          let middle = (low + high) / 2
          if Int(columns[middle]) < column { low = middle + 1 } else { high = middle }
        }
        guard low < count, Int(columns[low]) == column else { return nil }
        cross(stage.ancestorWidth + low, value)
      }
    }
    let order = data.tailOrder
    for (a, x) in tail {
      for (b, y) in tail { sum += x * y * workspace.tailWork[max(a, b) + min(a, b) * order] }
    }
    return sum
  }

  private func bySolution(_ levels: [Int], _ effects: [[Double]], _ fixed: [Double]) -> Double {
    var entries: [(place: Int, value: Double)] = []
    for (f, level) in levels.enumerated() where level >= 0 {
      let start = workspace.place(ofFactor: f, level: level)
      for (k, z) in effects[f].enumerated() { entries.append((start + k, z)) }
    }
    let start = workspace.tailOffset + workspace.data.tailLevelColumns
    for (k, x) in fixed.enumerated() { entries.append((start + k, x)) }
    for i in 0..<workspace.vectorCount { vector[i] = 0 }
    for (place, value) in entries { vector[place] = value }
    workspace.solve(vector, includingFixed: true)
    return entries.reduce(0) { $0 + $1.value * vector[$1.place] }
  }
}

import Designs
import Studies

extension StudyReport {
  /// What is drawn anew in each replicate, in its order.
  var drawnParts: [String] {
    let levels = designs.flatMap(\.levels)
    var parts: [String] = []
    if levels.contains(where: { level in
      if case .nested(_, let law) = level.units { return law.isRandom }
      return false
    }) {
      parts.append(either("group sizes", "组的大小"))
    }
    if levels.contains(where: { !$0.belongs.isEmpty }) { parts.append(either("memberships", "所属关系")) }
    if designs.contains(where: { design in
      if case .crossed(let rows)? = design.response.rows { return rows.cells != .all }
      return false
    }) {
      parts.append(either("the combinations that have rows", "有数据的组合"))
    }
    if designs.contains(where: { !$0.predictors.isEmpty }) { parts.append(either("the predictors", "自变量")) }
    parts.append(either("the group effects", "组效应"))
    parts.append(either("the residuals", "残差"))
    if designs.contains(where: { !$0.missing.isEmpty }) { parts.append(either("missing values", "缺失值")) }
    return parts
  }

  /// The distributions of random effects, where one is not normal in some cell.
  var effectLaws: [String] {
    let labels = DesignPhrase.distinct(designs.flatMap { $0.randomTerms.map(\.label) })
    let isNormal = designs.allSatisfy { $0.randomTerms.allSatisfy { $0.law.shape == .normal } }
    if isNormal { return [] }
    return labels.map { label in
      let law = phrase { design in
        guard let term = design.randomTerms.first(where: { $0.label == label }) else { return nil }
        switch term.law.shape {
        case .normal: return phrase("normal", "正态")
        case .studentT(let df):
          let joint = term.effectNames.count > 1
          return phrase(
            "\(joint ? "multivariate " : "")Student's t with \(df) degrees of freedom, scaled to the SDs and correlations of the table of true values",
            "\(joint ? "多元" : "") t 分布，自由度 \(df)，缩放到真值表中的标准差与相关系数")
        }
      }
      return either("random effects of `\(label)`: ", "`\(label)` 的随机效应：") + law
    }
  }

  /// Shape, spread and autocorrelation of residuals, as far as they are not normal, constant and independent.
  var residualLaws: [String] {
    let laws = designs.compactMap(\.residuals)
    var parts: [String] = []
    if laws.contains(where: { $0.shape != .normal }) {
      parts.append(either("distribution: ", "分布：") + phrase { $0.residuals.map { shape($0.shape) } })
    }
    if laws.contains(where: { $0.spread != .constant }) {
      parts.append(either("SD of row $i$: ", "第 $i$ 行的标准差：") + phrase(spread))
    }
    if laws.contains(where: { $0.serial != nil }) {
      parts.append(phrase { $0.residuals.map { serial($0.serial) } })
    }
    return parts.isEmpty ? [] : [either("residuals; ", "残差；") + parts.joined(separator: either("; ", "；"))]
  }

  private func shape(_ shape: ResidualLaw.Shape) -> DesignPhrase {
    switch shape {
    case .normal: phrase("normal", "正态")
    case .studentT(let df):
      phrase(
        "Student's t with \(df) degrees of freedom, scaled to the residual SD", "t 分布，自由度 \(df)，缩放到残差标准差"
      )
    case .skewed(let skewness):
      phrase(
        "gamma of skewness \(skewness) (shape 4/skewness², mirrored for a negative one), shifted to mean 0 and scaled to the residual SD",
        "伽马分布，偏度 \(skewness)（形状参数为 4/偏度²，偏度为负时取镜像），平移到均值 0 并缩放到残差标准差")
    }
  }

  private func spread(_ design: DataDesign) -> DesignPhrase? {
    guard let law = design.residuals else { return nil }
    let sd = law.sd ?? .nan
    switch law.spread {
    case .constant: return phrase("\(sd) in every row", "每行都是 \(sd)")
    case .power(let by, let exponent): return "\(sd) · |`\(by)`|^\(exponent)"
    case .exponential(let by, let rate): return "\(sd) · exp(\(rate) · `\(by)`)"
    case .lognormal(let by, let sdLog):
      return phrase(
        "\(sd) · exp(\(sdLog) · z), one standard normal z for each \(by)",
        "\(sd) · exp(\(sdLog) · z)，每个 \(by) 一个标准正态的 z")
    case .listed(let by, let sds):
      let names = names(of: by, in: design)
      // By names where there are few; else by the order.
      if names.count == sds.count, sds.count <= 12 {
        return zip(names, sds).enumerated().reduce(phrase("by `\(by)`: ", "按 `\(by)`：")) { text, next in
          let (name, sd) = next.element
          return next.offset == 0 ? "\(text)\(name) \(sd)" : "\(text), \(name) \(sd)"
        }
      }
      let list = sds.map(DesignPhrase.text(of:)).joined(separator: ", ")
      return phrase(
        "\(value: list), one for each `\(by)` in order", "依次为 \(value: list)，每个 `\(by)` 一个")
    }
  }

  /// The names of a column's categories, or of a level's units.
  private func names(of column: String, in design: DataDesign) -> [String] {
    for predictor in design.predictors where predictor.name == column {
      switch predictor.law {
      case .categorical(let list): return list.map(\.name)
      case .names(let list): return DesignPhrase.distinct(list)
      default: return []
      }
    }
    switch design.levels.first(where: { $0.name == column })?.units {
    case .named(let names): return names
    case .times(let first, let last, _): return (first...last).map(String.init)
    case .counted(let count): return (0..<count).map { "\($0 + 1)" }
    case .nested, nil: return []
    }
  }

  private func serial(_ serial: ResidualLaw.Serial?) -> DesignPhrase {
    guard let serial else { return phrase("independent", "相互独立") }
    return phrase(
      "AR(1) within each \(serial.within): neighbours in \(serial.time) have correlation \(serial.correlation), those k steps apart its k-th power",
      "在每个 \(serial.within) 内为 AR(1)：\(serial.time) 相邻的残差相关系数为 \(serial.correlation)，相隔 k 步的为其 k 次方"
    )
  }
}

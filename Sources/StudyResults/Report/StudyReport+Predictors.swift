import Designs
import Studies

extension StudyReport {
  /// The law of each predictor.
  var predictorLaws: [String] {
    DesignPhrase.distinct(designs.flatMap { $0.predictors.map(\.name) }).map { name in
      let found = designs.compactMap { design in
        design.predictors.first { $0.name == name }.map { (design, $0) }
      }
      let hasTrend = found.contains { $0.1.trend != 0 }
      let columns = found[0].1.columns.map { "`\($0)`" }.joined(separator: ", ")
      let law = DesignPhrase.over(
        found.map { design, predictor in
          let law = predictor.groupParts.reduce(self.law(predictor, design)) { "\($0)\(part($1))" }
          guard hasTrend else { return law }
          return phrase(
            "\(law), plus \(predictor.trend) for each step of \(time(of: predictor, design)) after the first",
            "\(law)，从第二个 \(time(of: predictor, design)) 起每步再加 \(predictor.trend)")
        }, words)
      let places = DesignPhrase.over(found.compactMap { place($0.1) }, words)
      let several = found[0].1.columns.count > 1
      return either("predictor\(several ? "s" : "") \(columns)", "自变量 \(columns)")
        + (places.isEmpty ? "" : either(" (\(places))", "（\(places)）")) + either(": ", "：") + law
    }
  }

  /// Whose values they are; nil for those that follow from others.
  private func place(_ predictor: DesignPredictor) -> DesignPhrase? {
    guard let level = predictor.level else { return nil }
    return level == DesignPredictor.rowsLevel
      ? phrase("a value for each row", "每行一个值")
      : phrase("a value for each \(level)", "每个 \(level) 一个值")
  }

  private func law(_ predictor: DesignPredictor, _ design: DataDesign) -> DesignPhrase {
    switch predictor.law {
    case .normal(let mean, let sd):
      return phrase("normal with mean \(mean) and SD \(sd)", "正态，均值 \(mean)，标准差 \(sd)")
    case .uniform(let a, let b): return phrase("uniform from \(a) to \(b)", "\(a) 至 \(b) 的均匀分布")
    case .lognormal(let mean, let sd):
      return phrase(
        "exp of a normal number with mean \(mean) and SD \(sd)", "正态数的指数，该正态数均值 \(mean)，标准差 \(sd)")
    case .poisson(let mean): return phrase("Poisson with mean \(mean)", "泊松，均值 \(mean)")
    case .binary(let p): return phrase("1 with probability \(p), else 0", "以概率 \(p) 取 1，否则取 0")
    case .categorical(let list):
      return list.enumerated().reduce(phrase("a name by chance: ", "按概率取名称：")) { text, next in
        let (name, p) = (next.element.name, next.element.probability)
        let comma = next.offset == 0 ? "" : either(", ", "，")
        return phrase("\(text)\(comma)\(name) with \(p)", "\(text)\(comma)\(name)（\(p)）")
      }
    case .numbers(let list): return inTurn(list.map(DesignPhrase.text(of:)), predictor, design)
    case .names(let list): return inTurn(list, predictor, design)
    case .none: return phrase("0", "0")
    case .jointNormal(let names, let means, let sds, let correlation):
      let start = phrase("jointly normal; ", "联合正态；")
      var text = names.indices.reduce(start) { text, k in
        let comma = k == 0 ? "" : either(", ", "，")
        return phrase(
          "\(text)\(comma)\(names[k]) with mean \(means[k]) and SD \(sds[k])",
          "\(text)\(comma)\(names[k]) 均值 \(means[k])、标准差 \(sds[k])")
      }
      for i in names.indices {
        for j in names.indices where j > i {
          text = phrase(
            "\(text); correlation of \(names[i]) and \(names[j]) \(correlation[i][j])",
            "\(text)；\(names[i]) 与 \(names[j]) 的相关系数 \(correlation[i][j])")
        }
      }
      return text
    case .mean(let of, let by):
      return phrase("the mean of `\(of)` over the rows of each \(by)", "`\(of)` 在每个 \(by) 各行上的均值")
    case .centered(let of, let by):
      return phrase(
        "`\(of)` less its mean over the rows of the \(by)", "`\(of)` 减去它在所属 \(by) 各行上的均值")
    case .computed(let text): return phrase("computed as `\(text)`", "按 `\(text)` 计算")
    }
  }

  private func inTurn(
    _ list: [String], _ predictor: DesignPredictor, _ design: DataDesign
  ) -> DesignPhrase {
    let values = list.joined(separator: ", ")
    if predictor.level == DesignPredictor.rowsLevel, case .crossed? = design.response.rows {
      return phrase("\(value: values) in turn within each combination", "在每个组合内依次取 \(value: values)")
    }
    let parent = design.levels.first { $0.name == predictor.level }?.parent
    return parent.map {
      phrase("\(value: values) in turn within each \($0)", "在每个 \($0) 内依次取 \(value: values)")
    } ?? phrase("\(value: values) in turn", "依次取 \(value: values)")
  }

  /// What lies between groups.
  private func part(_ part: DesignPredictor.GroupPart) -> DesignPhrase {
    phrase(
      "; \(part.share) of the variance lies between the units of \(part.factor), and this part has correlation \(part.correlation) with their random intercepts",
      "；方差的 \(part.share) 在各 \(part.factor) 之间，这一部分与随机截距的相关系数为 \(part.correlation)")
  }

  /// The level of points in time that a trend counts: the predictor's own or the nearest above, else the only one.
  private func time(of predictor: DesignPredictor, _ design: DataDesign) -> String {
    func isTime(_ level: DesignLevel) -> Bool {
      if case .times = level.units { return true }
      return false
    }
    var next = predictor.level
    while let name = next, let level = design.levels.first(where: { $0.name == name }) {
      if isTime(level) { return name }
      next = level.parent
    }
    return design.levels.first(where: isTime)?.name ?? either("time", "时间")
  }
}

import Plotting

/// Words of figures of densities, of pairs of parameters and of the bootstrap.
extension FigureWords {
  /// The caption of profiles.
  /// - Parameters:
  ///   - flat: parameters whose profile could not be followed everywhere.
  ///   - undefined: correlations without a value.
  func profiles(flat: [String], undefined: [String]) -> String {
    var texts = [
      either(
        "|ζ|: square root of the rise of the ML deviance. Level bars: profile intervals of 50, 80, 90, 95 and 99%; a bar that meets no curve ends at the parameter's bound. "
          + "Dashed: with a quadratic deviance.",
        "|ζ|：极大似然偏差增量的平方根。水平线：50%、80%、90%、95% 与 99% 轮廓区间；未与曲线相交的一端止于参数的边界。虚线：偏差为二次函数时的情形。")
    ]
    if !flat.isEmpty {
      texts.append(
        either(
          "\(title(list(flat))): the likelihood is too flat to be followed everywhere, and the curve joins the points found.",
          "\(list(flat))：似然过于平坦，无法处处追踪，曲线只连接已找到的点。"))
    }
    if !undefined.isEmpty {
      texts.append(
        either(
          "\(title(list(undefined))): not defined, since a standard deviation is estimated as 0.",
          "\(list(undefined))：有标准差估计为 0，没有定义。"))
    }
    return sentences(texts)
  }

  /// A limit of a profile interval, or the bound where there is none.
  func limit(_ value: Double, bound: Double) -> String {
    if !value.isNaN { return number(value) }
    return bound.isFinite
      ? either("its bound \(number(bound))", "边界 \(number(bound))") : either("no limit", "无界")
  }

  /// An estimate; that of a correlation with an effect without variance is not defined.
  func estimated(_ value: Double) -> String {
    value.isNaN ? either("undefined", "无定义") : number(value)
  }

  var scaledDensity: String { either("Density, its maximum 1", "密度（最大值为 1）") }

  /// A share: "2.5%", "12%"; less than a thousandth is said to be so.
  func percent(_ share: Double) -> String {
    let value = 100 * share
    if value > 0, value < 0.1 { return either("under 0.1%", "不足 0.1%") }
    let text = NumberFormat.text(value, decimals: value < 9.95 && value != value.rounded() ? 1 : 0)
    return text + "%"
  }

  /// The caption of profile densities.
  var profileDensities: String {
    either(
      "Density of a value whose ζ is standard normal. Shaded, and bar below: 95% profile interval. Dot: maximum likelihood estimate.",
      "使 ζ 服从标准正态分布的值的密度。阴影与下方横线：95% 轮廓区间。点：极大似然估计。")
  }

  /// What a density lacks at a bound.
  func missingMass(_ name: String, _ mass: Double, at bound: Double) -> String {
    either(
      " \(name): the profile ends at \(number(bound)), and the area is \(percent(mass)) less than 1.",
      "\(spaced(name))：轮廓止于 \(number(bound))，面积比 1 少 \(percent(mass))。")
  }

  /// Said of a parameter without a density.
  func noDensity(_ name: String) -> String {
    either(
      " \(name): no density, since the estimate lies on the boundary.", "\(spaced(name))：估计值在边界上，没有密度。")
  }

  /// The most lopsided interval.
  func mostSkew(_ name: String, _ ratio: Double, isUp: Bool) -> String {
    either(
      " Most lopsided off the bounds: \(name), whose interval reaches \(number(ratio)) times as far \(isUp ? "up" : "down") as \(isUp ? "down" : "up").",
      "未触及边界者中最不对称的是\(inSentence(name))：区间\(isUp ? "向上" : "向下")的长度是\(isUp ? "向下" : "向上")的 \(number(ratio)) 倍。"
    )
  }
}

extension FigureWords {
  /// The caption of bootstrap distributions.
  func bootstrap(count: Int, seed: UInt64, level: Double, hasAtoms: Bool) -> String {
    let interval = number(100 * level)
    var text = either(
      "Parametric bootstrap: \(count) replicates, seed \(seed). Shaded, and bar below: \(interval)% percentile interval. Dot: estimate.",
      "参数自助法：\(count) 次重复，种子 \(seed)。阴影与下方横线：\(interval)% 百分位区间。点：估计值。")
    if hasAtoms {
      text += either(
        " Upright bar: share of replicates at the bound, full height 100%; the density is of the others.",
        "粗竖线：落在边界上的重复所占比例，满高为 100%；密度为其余重复的密度。")
    }
    return text
  }

  /// How many replicates stand at a bound.
  func shareAtBound(_ name: String, _ share: Double, at bound: Double) -> String {
    either(
      " \(name): \(percent(share)) of the replicates at \(number(bound)).",
      "\(spaced(name))：\(percent(share)) 的重复为 \(number(bound))。")
  }

  /// A heading with the shares of replicates at bounds: "Correlation: 14% at −1, 8.4% at 1".
  func withShares(_ name: String, _ shares: [(value: Double, share: Double)]) -> String {
    let pieces = shares.map {
      either("\(percent($0.share)) at \(number($0.value))", "\(percent($0.share)) 为 \(number($0.value))")
    }
    return pieces.isEmpty ? name : name + either(": ", "：") + pieces.joined(separator: either(", ", "，"))
  }

  /// Said of replicates without a fit.
  func failedReplicates(_ count: Int) -> String {
    either(" \(count) replicates could not be fitted.", "\(count) 次重复未能拟合。")
  }

  /// Said of correlations without a value.
  func undefinedCorrelations(_ count: Int) -> String {
    either(
      " In \(count) replicates a standard deviation is 0 and its correlations have no value.",
      "\(count) 次重复中有标准差为 0，其相关系数没有定义。")
  }
}

extension FigureWords {
  /// A line of pairs of parameters in the legend.
  func pairLabel(_ look: String) -> String {
    switch look {
    case "main": either("95% region", "95% 区域")
    case "others": either("50, 80, 90, 99%", "50%、80%、90%、99%")
    case "across": either("best y given x", "给定 x 时最优的 y")
    case "along": either("best x given y", "给定 y 时最优的 x")
    default: either("estimate", "估计值")
    }
  }

  /// The caption of pairs of parameters.
  func profilePairs(hasArcs: Bool, hasHeadings: Bool) -> String {
    either(
      "Contours: joint confidence regions of two parameters, by the profile deviance and the quantiles of χ² with 2 degrees of freedom. Traces: the best value of one parameter at each value of the other.",
      "等高线：由轮廓偏差与自由度为 2 的 χ² 分位数得到的两参数联合置信区域。迹线：一个参数取各值时另一个参数的最优值。")
      + (hasArcs
        ? either(" A region whose contour is open goes on to the bound.", "等高线不闭合处，区域延伸至参数边界。") : "")
      + (hasHeadings ? either(" Headings name the upright axis.", "小标题为纵轴的参数。") : "")
  }

  /// The pair of parameters that say most of each other.
  func closestPair(_ first: String, _ second: String, _ correlation: Double) -> String {
    let r = NumberFormat.text(correlation, decimals: 2)
    return either(
      " Most closely tied are \(first) and \(second), with a correlation of \(r) near the estimate.",
      "联系最紧的是\(inSentence(first))与\(inSentence(second))：在估计值附近的相关为 \(r)。")
  }

  /// How many pairs have open contours.
  func openPairs(_ count: Int, of total: Int) -> String {
    either(
      " In \(count) of \(total) panels a region goes on to the bound of a parameter.",
      "\(total) 个分面中有 \(count) 个的区域延伸至参数边界。")
  }
}

import Plotting

/// Words of ranges, extremes and levels picked out, alike in the texts of all kinds.
extension FigureWords {
  /// "from 1 to 2", or "all 1" where the numbers are printed alike. Numbers that are nothing beside the largest are 0.
  func range(_ values: [Double]) -> String {
    guard let (low, high) = dataRange(values) else { return either("none", "无") }
    let size = max(abs(low), abs(high))
    let (first, last) = (settled(low, beside: size), settled(high, beside: size))
    return range(first, last)
  }

  private func range(_ low: Double, _ high: Double) -> String {
    let (first, last) = pair(low, high)
    return first == last
      ? either("all \(first)", "均为 \(first)") : either("from \(first) to \(last)", "从 \(first) 到 \(last)")
  }

  /// 0 in place of what rounding leaves of it.
  func settled(_ value: Double, beside size: Double) -> Double { abs(value) < 1e-9 * size ? 0 : value }

  /// "1 row", "2 rows".
  func rows(_ count: Int) -> String {
    either("\(number(Double(count))) \(count == 1 ? "row" : "rows")", "\(number(Double(count))) 行")
  }

  /// The sizes of groups: "2 to 198 rows", "20 rows each".
  func rowsEach(_ counts: [Int]) -> String {
    guard let least = counts.min(), let most = counts.max() else { return "" }
    if least == most { return either("\(rows(least)) each", "每组 \(rows(least))") }
    return either("\(least) to \(rows(most))", "每组 \(least) 到 \(rows(most))")
  }

  /// A group's way from its own estimate to partial pooling's.
  func move(_ own: Double, _ pooled: Double) -> String {
    own.isFinite
      ? either("from \(number(own)) to \(number(pooled))", "从 \(number(own)) 到 \(number(pooled))")
      : either("\(number(pooled)) by partial pooling alone", "仅有部分池化值 \(number(pooled))")
  }

  /// Which group moves most: none of several that move equally far is singled out.
  func largestMove(_ moves: [(label: String, own: Double, pooled: Double)]) -> String {
    let known = moves.filter { $0.own.isFinite && $0.pooled.isFinite }
    let sizes = known.map { abs($0.pooled - $0.own) }
    guard let (low, high) = dataRange(known.flatMap { [$0.own, $0.pooled] }), let most = sizes.max() else {
      return ""
    }
    let tolerance = 1e-9 * max(high - low, 1e-3 * max(abs(low), abs(high)))
    guard most > tolerance else { return either("no group moves", "各组都没有移动") }
    let far = known.indices.filter { sizes[$0] >= most - tolerance }
    if far.count == 1 {
      let group = known[far[0]]
      let way = move(group.own, group.pooled)
      return either("\(group.label) moves most, \(way)", "移动最大的是\(spaced(group.label))，\(way)")
    }
    let distance = number(most)
    if far.count <= 3 {
      let labels = list(far.map { known[$0].label })
      return either(
        "\(labels) move most, by \(distance) each", "移动最大的是\(spaced(labels))，各移动 \(distance)")
    }
    return either(
      "\(far.count) groups move most, by \(distance) each", "有 \(far.count) 个组移动最大，各移动 \(distance)")
  }

  /// What is told of one level, coefficient by coefficient.
  func told(_ texts: [String]) -> String { texts.joined(separator: either(", ", "，")) }

  /// The levels picked out with their numbers.
  func pickedOut(_ groups: [(label: String, text: String)]) -> String {
    pickedOut(groups.map { either("\($0.label), \($0.text)", "\($0.label)，\($0.text)") })
  }

  /// The same with a text for each level.
  func pickedOut(_ texts: [String]) -> String {
    if texts.isEmpty { return "" }
    var text = texts.prefix(10).joined(separator: either("; ", "；"))
    if texts.count > 10 { text += either("; and \(texts.count - 10) more", "；另有 \(texts.count - 10) 个") }
    return either(" Highlighted: \(text).", "突出显示：\(text)。")
  }

  /// The caption's line on own estimates beyond the axes.
  func ownOutside(_ count: Int) -> String {
    either(
      "Outside of the panel: \(count) \(count == 1 ? "estimate" : "estimates") without pooling.",
      "图外另有 \(count) 个无池化估计。")
  }

  /// The caption's line on groups whose rows leave something open.
  func undetermined(_ count: Int) -> String {
    either(
      count == 1
        ? "The rows of 1 group do not determine all of its coefficients: what they leave open has no estimate without pooling."
        : "The rows of \(count) groups do not determine all of their coefficients: what they leave open has no estimate without pooling.",
      "\(count) 个组的数据不能确定其全部系数：不能确定者没有无池化估计。")
  }

  /// The caption's line on group-level columns that are taken off the groups' own estimates.
  func groupLevelShare(_ names: [String]) -> String {
    either(
      "Coefficients are those at \(list(names)) = 0: the groups' own estimates are less the mixed model's effects of \(list(names)).",
      "系数均指\(inSentence(list(names)))取 0 时：各组自身的估计已减去混合模型中\(inSentence(list(names)))的效应。")
  }
}

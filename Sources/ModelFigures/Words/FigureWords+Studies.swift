import Studies
import StudyResults

/// Words of studies' figures.
extension FigureWords {
  /// Words that figures share with reports.
  var study: StudyWords { StudyWords(language == .english ? .en : .zh) }

  /// What a figure shows, without the estimand.
  func quantityAlone(_ quantity: StudyQuantity) -> String {
    switch quantity {
    case .measure(let measure, _): study.measure(measure)
    case .relativeError(_, let toNone):
      toNone
        ? either("RMSE relative to no pooling", "相对无池化的 RMSE")
        : either("RMSE relative to complete pooling", "相对全池化的 RMSE")
    case .rate(let status): study.status(status)
    }
  }

  /// The axis of a quantity, with the estimand.
  func quantity(_ quantity: StudyQuantity) -> String {
    let alone = quantityAlone(quantity)
    guard let address = quantity.estimand else { return alone }
    return either("\(alone), \(estimandAsName(address))", "\(study.estimand(address))：\(alone)")
  }

  /// The same as a title; Chinese ones may begin with a column's name, which stays as it is.
  func quantityTitle(_ quantity: StudyQuantity) -> String {
    either(title(self.quantity(quantity)), self.quantity(quantity))
  }

  /// The estimand behind a comma, without its article.
  private func estimandAsName(_ address: String) -> String { noun(study.estimand(address)) }

  /// Caption sentences of curves.
  func studyCaption(_ curves: StudyCurves) -> [String] {
    var sentences: [String] = []
    let errors = curves.series.flatMap { $0.points.map(\.number.error) }.filter(\.isFinite)
    if case .parameter(_, let strategy) = curves.lines {
      let name = curves.grid.strategies[strategy](language)
      sentences.append(either("Strategy: \(name).", "策略：\(name)。"))
    }
    if let worst = errors.max() {
      sentences.append(monteCarloBars(curves.series.flatMap { $0.points.map(\.number.total) }, worst))
    }
    if !curves.curves.isEmpty {
      sentences.append(either("Curves: exact, from the F distribution.", "曲线：由 F 分布得到的精确值。"))
    } else if curves.series.contains(where: { $0.points.contains { $0.theory.isFinite } }) {
      let isInPlaces = curves.x.map { curves.grid.axes[$0].numbers == nil } ?? true
      let mark = isInPlaces ? either("Grey crosses", "灰色十字") : either("Grey, dotted", "灰色点线")
      if case .rate = curves.quantity {
        sentences.append(either("\(mark): exact, from the F distribution.", "\(mark)：由 F 分布得到的精确值。"))
      } else {
        sentences.append(either("\(mark): with the true variances.", "\(mark)：方差取真值时。"))
      }
    }
    if let note = referenceNote(curves) { sentences.append(note) }
    if let held = heldNote(curves.held, curves.grid) { sentences.append(held) }
    if let key = scenarioKey(curves) { sentences.append(key) }
    sentences += gapNotes(curves)
    if !curves.isComplete { sentences.append(partialNote) }
    return sentences
  }

  private func referenceNote(_ curves: StudyCurves) -> String? {
    switch curves.quantity {
    case .measure(.coverage, _):
      let level = number(100 * curves.grid.measured.study.level)
      return either("Grey line: the nominal \(level)%.", "灰线：名义水平 \(level)%。")
    case .relativeError(_, let toNone):
      return toNone
        ? either("Grey line: no pooling; below it a strategy errs less.", "灰线：无池化；线下的策略误差更小。")
        : either("Grey line: complete pooling; below it a strategy errs less.", "灰线：全池化；线下的策略误差更小。")
    default: return nil
    }
  }

  /// What is held while others vary.
  func heldNote(_ held: [Int: Int], _ grid: StudyGrid) -> String? {
    held.isEmpty ? nil : either("At \(grid.held(held, language)).", "其余参数：\(grid.held(held, language))。")
  }

  /// Said of results that are not all there.
  var partialNote: String {
    either(
      "PARTIAL RESULTS: replicates are missing.", "结果不完整：尚缺部分重复。")
  }

  /// Why tiles have no numbers.
  var unprintedNumbers: String {
    either("There is no room for numbers in the tiles.", "格子太窄，未印数值。")
  }

  /// What bars are, and what they rest on.
  func monteCarloBars(_ totals: [Int], _ worst: Double) -> String {
    either(
      "Bars: ±1.96 Monte Carlo standard errors (at most \(monteCarloError(worst))); \(replicatesEach(totals)).",
      "竖线：±1.96 倍蒙特卡罗标准误（最大 \(monteCarloError(worst))）；\(replicatesEach(totals))。")
  }

  /// A Monte Carlo error with one digit, two where the first is 1.
  func monteCarloError(_ error: Double) -> String { MonteCarloText.value(error, error: error) }

  /// "2000 replicates a point".
  func replicatesEach(_ totals: [Int]) -> String {
    guard let least = totals.min(), let most = totals.max() else { return "" }
    let (low, high) = (number(Double(least)), number(Double(most)))
    return least == most
      ? either("\(low) \(least == 1 ? "replicate" : "replicates") a point", "每点 \(low) 次重复")
      : either("\(low) to \(high) replicates a point", "每点 \(low) 至 \(high) 次重复")
  }

  /// A number that simulation gave, with the digits that its error supports.
  func simulated(_ number: MeasuredNumber) -> String {
    MonteCarloText.value(number.value, error: number.error)
  }
}

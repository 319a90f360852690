import StudyResults

/// What studies' figures say of scenarios and of missing points.
extension FigureWords {
  /// More than these are counted only.
  private static let mostListed = 12

  /// What the numbers of scenarios on the axis stand for.
  func scenarioKey(_ curves: StudyCurves) -> String? {
    guard let x = curves.x, let settings = curves.grid.axes[x].settings else { return nil }
    let all = zip(curves.grid.axes[x].values, settings).map { "\($0): \($1)" }
    let left = all.count - FigureWords.mostListed
    let shown = all.prefix(FigureWords.mostListed).joined(separator: either("; ", "；"))
    return either(
      "Scenarios: \(shown)\(left > 0 ? "; and \(left) more" : "").",
      "情景：\(shown)\(left > 0 ? "；另有 \(left) 个" : "")。")
  }

  /// Where strategies have no points, and whether that is because the model is not identified there.
  func gapNotes(_ curves: StudyCurves) -> [String] {
    [true, false].flatMap { hasNoFit in
      // Strategies without points at the same places stand together.
      var found: [(names: [String], places: String)] = []
      for strategy in Set(curves.gaps.map(\.strategy)).sorted() {
        let own = curves.gaps.filter { $0.strategy == strategy && $0.hasNoFit == hasNoFit }.map(\.at)
        if own.isEmpty { continue }
        let name = curves.grid.strategies[strategy](language)
        let places = places(own, of: curves)
        if let k = found.firstIndex(where: { $0.places == places }) {
          found[k].names.append(name)
        } else {
          found.append(([name], places))
        }
      }
      return found.map { names, places in
        let what = list(names) + (places.isEmpty ? "" : either(" at \(places)", "，在 \(places) 处"))
        return hasNoFit
          ? either(
            "No point, because the model is not identified: \(what).", "模型不可识别，因而没有点：\(what)。")
          : either("No point, because there is no value: \(what).", "没有数值，因而没有点：\(what)。")
      }
    }
  }

  /// Settings in words: one value of a parameter where all its cells are meant, else cell by cell; empty where all of the figure's are.
  private func places(_ gaps: [[Int]], of curves: StudyCurves) -> String {
    var shown = [curves.x, curves.panels].compactMap { $0 }
    if case .parameter(let parameter, _) = curves.lines { shown.append(parameter) }
    if shown.isEmpty || gaps.count == curves.cells.count { return "" }
    var left = gaps
    var parts: [String] = []
    for axis in shown where shown.count > 1 {
      for place in curves.grid.axes[axis].values.indices {
        let cells = curves.cells.filter { $0[axis] == place }
        guard !cells.isEmpty, cells.allSatisfy(gaps.contains), cells.contains(where: left.contains) else {
          continue
        }
        parts.append(curves.grid.setting(axis, place, language))
        left.removeAll { $0[axis] == place }
      }
    }
    parts += left.map { at in
      shown.sorted().map { curves.grid.setting($0, at[$0], language) }.joined(separator: ", ")
    }
    let more = parts.count - FigureWords.mostListed
    return parts.prefix(FigureWords.mostListed).joined(separator: either("; ", "；"))
      + (more > 0 ? either("; and \(more) more", "；另有 \(more) 处") : "")
  }
}

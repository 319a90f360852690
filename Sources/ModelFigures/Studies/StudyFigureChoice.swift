import MixedModels
import Studies
import StudyResults

/// Finds what a figure shows from what is asked and from what there is.
struct StudyFigureChoice {
  let kind: StudyFigureKind
  private(set) var grid: StudyGrid
  let request: StudyFigureRequest

  init(_ kind: StudyFigureKind, _ grid: StudyGrid, _ request: StudyFigureRequest) {
    self.kind = kind
    self.grid = grid
    self.request = request
  }

  private var measured: MeasuredStudy { grid.measured }
  private var names: [String] { grid.axes.map(\.name) }

  // MARK: quantities

  /// The asked estimand, else the first that has a measure, coefficients of groups before others.
  private func estimand(having measure: Measure) throws(StudyFigureError) -> String {
    let all = measured.estimands.map(\.address)
    let wanted = strategyNames ?? measured.study.strategies.map(\.name)
    let having = all.filter { address in wanted.contains { measured.has(measure, of: address, by: $0) } }
    if let asked = request.estimand {
      let plain = asked.filter { $0 != "\"" }
      guard let found = all.first(where: { $0.filter { $0 != "\"" } == plain }) else {
        throw .noEstimand(asked, available: all)
      }
      guard having.contains(found) else {
        throw .noNumbers("the measure '\(measure.rawValue)'", estimand: found, having: having)
      }
      return found
    }
    let groups = measured.estimands.filter { $0.kind == .group }.map(\.address)
    guard let found = groups.first(where: having.contains) ?? having.first else {
      throw .noNumbers("the measure '\(measure.rawValue)'", estimand: nil, having: [])
    }
    return found
  }

  private func quantity() throws(StudyFigureError) -> StudyQuantity {
    switch kind {
    case .boundary:
      if request.measure != nil { throw .notForKind(option: "measure", kind: kind.rawValue) }
      if request.estimand != nil { throw .notForKind(option: "estimand", kind: kind.rawValue) }
      return .rate(.boundary)
    case .shrinkage, .surface, .weight, .measure:
      let measure = request.measure ?? (kind == .measure ? .rmse : .shrinkage)
      return .measure(measure, estimand: try estimand(having: measure))
    case .coverage:
      return .measure(.coverage, estimand: try estimand(having: .coverage))
    case .rmse:
      for (measure, toNone) in [(Measure.mseVersusNone, true), (.mseVersusComplete, false)] {
        do { return .relativeError(estimand: try estimand(having: measure), toNone: toNone) } catch {
          guard case .noNumbers = error else { throw error }
        }
      }
      return .measure(.rmse, estimand: try estimand(having: .rmse))
    }
  }

  // MARK: strategies

  private var strategyNames: [String]? { request.strategies.isEmpty ? nil : request.strategies }

  /// The strategies that have the quantity's numbers.
  private func strategies(_ quantity: StudyQuantity) throws(StudyFigureError) -> [Int] {
    let asked = request.strategies.compactMap { grid.index(ofStrategy: $0) }
    let candidates = asked.isEmpty ? Array(measured.study.strategies.indices) : asked
    var found = candidates.filter { place in
      measured.study.cells.indices.contains {
        quantity.number(in: measured, measured.study.strategies[place].name, cell: $0) != nil
      }
    }
    if asked.isEmpty, kind == .boundary || kind == .shrinkage {
      // Least squares have no boundary, and a weight of 0 or 1 by definition.
      let partial: [PoolingMethod] = kind == .boundary ? [.reml, .ml] : [.reml, .ml, .oracle]
      found = found.filter { partial.contains(measured.study.strategies[$0].method) }
    }
    if found.isEmpty { throw .noNumbers(what(quantity), estimand: quantity.estimand, having: []) }
    return found
  }

  private func what(_ quantity: StudyQuantity) -> String {
    switch quantity {
    case .measure(let measure, _): "the measure '\(measure.rawValue)'"
    case .relativeError: "a relative error"
    case .rate: "a fit of a variance between groups, which could be on the boundary"
    }
  }

  /// The strategy of figures that show one: REML where there is one.
  private func oneStrategy(_ quantity: StudyQuantity) throws(StudyFigureError) -> Int {
    let all = try strategies(quantity)
    return all.first { measured.study.strategies[$0].method == .reml } ?? all[0]
  }

  // MARK: parameters

  private func parameter(_ name: String) throws(StudyFigureError) -> Int {
    guard let place = names.firstIndex(of: name) else { throw .noParameter(name, available: names) }
    return place
  }

  /// The parameters that are held by request.
  private func held() throws(StudyFigureError) -> [Int: Int] {
    var held: [Int: Int] = [:]
    for (name, value) in request.held {
      let k = try parameter(name)
      let values = grid.axes[k].values
      guard
        let place = values.firstIndex(where: {
          $0 == value || Double($0).map { $0 == Double(value) } ?? false
        })
      else { throw .noValue(value, parameter: name, available: values) }
      if held.updateValue(place, forKey: k) != nil { throw .parameterTwice(name) }
    }
    return held
  }

  /// Chooses the axes: the parameters where there is a cell for each combination, if need be of those with the held values alone; else
  /// the scenarios, one place each.
  /// - Returns: the places at which axes are held.
  private mutating func chooseAxes() throws(StudyFigureError) -> [Int: Int] {
    let held = try held()
    if grid.isFull { return held }
    let cells = measured.study.cells.indices.filter { cell in
      held.allSatisfy { measured.place(of: $0.key, cell: cell) == $0.value }
    }
    if cells.isEmpty { throw .noScenario(grid.held(held, .english)) }
    let part = StudyGrid(measured, cells: cells)
    if part.isFull {
      grid = part
      return held.mapValues { _ in 0 }
    }
    if kind == .surface { throw .notFull("figure '\(kind.rawValue)'") }
    if let lines = request.lines, lines != "strategy" { throw .notFull("--lines \(lines)") }
    if let panels = request.panels { throw .notFull("--panels \(panels)") }
    var own: Int?
    if let asked = request.x, asked != StudyAxis.scenario || names.contains(asked) {
      let k = try parameter(asked)
      if held[k] != nil { throw .parameterTwice(asked) }
      if Set(cells.map { measured.place(of: k, cell: $0) }).count < cells.count {
        throw .sameValue(asked, scenarios: cells.count)
      }
      own = k
    }
    grid = StudyGrid(measured, scenarios: cells, by: own, held: held.keys.sorted())
    return Dictionary(uniqueKeysWithValues: held.indices.enumerated().map { ($0.offset + 1, 0) })
  }

  /// Takes the asked parameter, or the first with several values that has no place yet.
  private func take(
    _ asked: String?, _ used: inout Set<Int>
  ) throws(StudyFigureError) -> Int? {
    if let asked {
      let k = try parameter(asked)
      guard used.insert(k).inserted else { throw .parameterTwice(asked) }
      return k
    }
    let reserved = Set(
      [request.x, request.lines, request.panels].compactMap { $0.flatMap(names.firstIndex(of:)) })
    let free = names.indices.first {
      !used.contains($0) && !reserved.contains($0) && grid.axes[$0].values.count > 1
    }
    if let free { used.insert(free) }
    return free
  }

  /// The rest stays at its first values; parameters of one value are not told.
  private func rest(_ used: Set<Int>, _ held: [Int: Int]) -> [Int: Int] {
    var all = held
    for k in names.indices where !used.contains(k) && grid.axes[k].values.count > 1 { all[k] = 0 }
    return all
  }

  // MARK: figures

  mutating func curves() throws(StudyFigureError) -> StudyCurves {
    let quantity = try quantity()
    var held = try chooseAxes()
    var used = Set(held.keys)
    let x = try take(request.x, &used)
    let all = try strategies(quantity)
    let usesStrategies: Bool
    switch request.lines {
    case "strategy"?: usesStrategies = true
    case .some: usesStrategies = false
    case nil:
      let isAboutOne = kind == .shrinkage || kind == .boundary
      usesStrategies = !isAboutOne || request.strategies.count > 1 || used.count == names.count
    }
    let lines: StudyCurves.Lines
    if !usesStrategies, let parameter = try take(request.lines, &used) {
      lines = .parameter(parameter, strategy: try oneStrategy(quantity))
    } else {
      lines = .strategies(all)
    }
    let panels = try take(request.panels, &used)
    held = rest(used, held)
    let slug =
      "study-"
      + (kind == .measure ? (request.measure ?? .rmse).rawValue.replacing("_", with: "-") : kind.rawValue)
    let figure = StudyCurves(slug: slug, quantity, of: grid, x: x, lines: lines, panels: panels, held: held)
    if figure.series.isEmpty { throw nothing(quantity, held) }
    return figure
  }

  /// The fault of a figure without a number.
  private func nothing(_ quantity: StudyQuantity, _ held: [Int: Int]) -> StudyFigureError {
    let what =
      switch quantity {
      case .measure(let measure, _): "the measure '\(measure.rawValue)'"
      case .relativeError: "the relative error"
      case .rate(let status): "the rate of the status '\(status.rawValue)'"
      }
    return .nothingThere(what, estimand: quantity.estimand, at: grid.held(held, .english))
  }

  mutating func surface() throws(StudyFigureError) -> StudySurface {
    let quantity = try quantity()
    let held = try chooseAxes()
    var used = Set(held.keys)
    if let lines = request.lines, lines != "strategy", request.x == lines { throw .parameterTwice(lines) }
    guard let x = try take(request.x, &used), let y = try take(request.lines, &used) else {
      throw .needsParameters(kind: kind.rawValue, count: 2, found: names)
    }
    let panels = try take(request.panels, &used)
    let figure = StudySurface(
      quantity, of: grid, strategy: try oneStrategy(quantity), x: x, y: y, panels: panels,
      held: rest(used, held))
    if figure.tiles.isEmpty { throw nothing(quantity, figure.held) }
    return figure
  }

  func weight() throws(StudyFigureError) -> WeightAgainstTheory {
    if request.measure != nil { throw .notForKind(option: "measure", kind: kind.rawValue) }
    for (option, value) in [("x", request.x), ("panels", request.panels)] where value != nil {
      throw .notForKind(option: option, kind: kind.rawValue)
    }
    if !request.held.isEmpty { throw .notForKind(option: "at", kind: kind.rawValue) }
    let quantity = StudyQuantity.measure(.weightExcess, estimand: try estimand(having: .weightExcess))
    var used: Set<Int> = []
    let lines = try take(request.lines, &used)
    let figure = WeightAgainstTheory(
      estimand: quantity.estimand ?? "", of: grid, strategy: try oneStrategy(quantity), lines: lines)
    if figure.points.isEmpty { throw nothing(quantity, [:]) }
    return figure
  }
}

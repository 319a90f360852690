import Studies
import StudyResults

extension StudyGrid {
  /// Whether the study has a cell for every combination of its parameters' values.
  static func isFull(_ measured: MeasuredStudy) -> Bool {
    measured.parameters.reduce(1) { $0 * $1.values.count } == measured.study.cells.count
  }

  /// Whether there is a cell for every combination of the axes' values.
  var isFull: Bool { axes.reduce(1) { $0 * $1.values.count } == cellCount }

  /// Some cells of a study by their parameters, with the values that they have.
  init(_ measured: MeasuredStudy, cells: [Int]) {
    let values = measured.parameters.indices.map { k in
      cells.map { measured.study.cells[$0].settings[k].value }
    }
    let axes = zip(measured.parameters, values).map { parameter, own in
      StudyAxis(parameter.name, values: parameter.values.filter(own.contains))
    }
    self.init(measured, axes: axes) { cell in
      cells.contains(cell)
        ? axes.indices.map {
          axes[$0].values.firstIndex(of: measured.study.cells[cell].settings[$0].value) ?? 0
        }
        : nil
    }
  }

  /// Some cells of a study on one axis, a place each.
  /// - Parameters:
  ///   - parameter: the parameter that tells the cells apart; nil for what they set.
  ///   - held: parameters that are held, by their places; they follow as axes of one value.
  init(_ measured: MeasuredStudy, scenarios cells: [Int], by parameter: Int?, held: [Int]) {
    func value(_ k: Int, _ cell: Int) -> String { measured.study.cells[cell].settings[k].value }
    let differing = measured.parameters.indices.filter { k in
      !held.contains(k) && Set(cells.map { value(k, $0) }).count > 1
    }
    let axis =
      parameter.map { k in StudyAxis(measured.parameters[k].name, values: cells.map { value(k, $0) }) }
      ?? StudyAxis(
        scenarios: cells.map { cell in
          (
            cell + 1,
            differing.map { "\(measured.parameters[$0].name) = \(value($0, cell))" }.joined(separator: ", ")
          )
        })
    let rest = held.map { StudyAxis(measured.parameters[$0].name, values: [value($0, cells[0])]) }
    self.init(measured, axes: [axis] + rest) { cell in
      cells.firstIndex(of: cell).map { [$0] + held.map { _ in 0 } }
    }
  }
}

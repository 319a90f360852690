/// The numbers of figures, tables, equations and exercises of one version, by key.
///
/// What only instructors see counts by itself (S1, S2, …): “Figure 3” is the same figure in both versions.
struct LabNumbering {
  private(set) var numbers: [String: String] = [:]
  private var exerciseNumbers: [LabLocation: String] = [:]
  private var counts: [String: Int] = [:]
  /// How many exercises there are, and what they are worth together.
  private(set) var exercises = 0
  private(set) var points = 0
  /// True where students are given ruled space to write on.
  private(set) var hasAnswers = false

  init(_ elements: [LabElement]) {
    for element in elements { count(element) }
  }

  /// The number of an exercise, which needs no id.
  func exercise(_ division: LabDivision) -> String { exerciseNumbers[division.location] ?? "" }

  private mutating func count(_ element: LabElement) {
    switch element {
    case .text, .heading, .code: break
    case .equation(let equation):
      if let key = equation.key { numbers[key] = next(.equation, equation.visibility) }
    case .table(let table): numbers[table.key] = next(.table, table.visibility)
    case .block(let block):
      if let key = block.key {
        numbers[key] = next(block.kind == .figure ? .figure : .table, block.visibility)
      }
    case .division(let division):
      if division.kind == .answer { hasAnswers = true }
      if division.kind == .problem {
        let number = next(.problem, division.visibility)
        exerciseNumbers[division.location] = number
        if let key = division.key { numbers[key] = number }
        exercises += 1
        points += division.points ?? 0
      }
      for child in division.elements { count(child) }
    }
  }

  private mutating func next(_ kind: LabReferenceKind, _ visibility: LabVisibility) -> String {
    let prefix = visibility.isInstructorOnly ? "S" : ""
    counts[prefix + kind.rawValue, default: 0] += 1
    return prefix + String(counts[prefix + kind.rawValue]!)
  }
}

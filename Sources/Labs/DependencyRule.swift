/// The rule by which make rebuilds a lab only when something under it changed.
///
///     out/salary-student.en.md: labs/01-salary/salary.lab.md labs/01-salary/extra.csv
public struct DependencyRule: Sendable, Equatable {
  /// What is built.
  public let targets: [String]
  /// What it is built from.
  public let prerequisites: [String]

  /// A rule; prerequisites that stand twice are kept once.
  public init(targets: [String], prerequisites: [String]) {
    self.targets = targets
    var seen: Set<String> = []
    self.prerequisites = prerequisites.filter { seen.insert($0).inserted }
  }

  /// The rule in make's language, with an empty rule for each prerequisite, so that a file that has gone
  /// away asks for a rebuild and does not stop make.
  public var text: String {
    let names = prerequisites.map(DependencyRule.escaped)
    var lines = [
      targets.map(DependencyRule.escaped).joined(separator: " ") + ": " + names.joined(separator: " ")
    ]
    lines += names.map { "\($0):" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Blanks and `#` take a backslash, `$` is doubled.
  private static func escaped(_ path: String) -> String {
    var out = ""
    for c in path {
      switch c {
      case " ", "#": out += "\\" + String(c)
      case "$": out += "$$"
      default: out.append(c)
      }
    }
    return out
  }
}

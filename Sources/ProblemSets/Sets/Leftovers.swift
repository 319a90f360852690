import Labs

/// What an earlier build made for the students of a roster and the present one does not make: sheets of other forms or languages, data of problems that are gone,
/// solutions in other languages. They stay while they go with the keys.
struct Leftovers {
  private let path: String
  /// By student, the names below the folder.
  private let names: [(student: Roster.Student, names: [String])]
  /// The keys of the earlier build by student; nil where no key file could be read.
  private let keys: [String: [ProblemKey]]?

  /// Looks for them before a build's files are moved from its staging folder.
  init(of roster: Roster, _ set: ProblemSet, besides folder: SetFolder) {
    path = folder.path
    let solutions = SetFolder.names(in: path + "/instructor/solutions")
    let made = Set(SetFolder.names(in: folder.staging + "/instructor/solutions"))
    let others = roster.students.map { student in
      let own = "students/\(student.folder)"
      let sheets = Set(SetFolder.files(below: "\(folder.staging)/\(own)"))
      return (
        student: student,
        names: SetFolder.files(below: "\(folder.path)/\(own)").filter { !sheets.contains($0) }
          .map { own + "/" + $0 }
          + solutions.filter {
            LabLanguage.allCases.map { "\(student.folder).\($0.rawValue).md" }.contains($0)
          }
          .filter { !made.contains($0) }.map { "instructor/solutions/" + $0 }
      )
    }.filter { !$0.names.isEmpty }
    guard !others.isEmpty else {
      (names, keys) = ([], nil)
      return
    }
    keys = Leftovers.keys(in: path)
    let problems = Set(keys?.values.joined().map(\.problem) ?? []).union(set.problems.map(\.id))
    names = others.map { student, names in
      (student, names.filter { Leftovers.isMade($0, problems) })
    }
  }

  /// Moves those of students whose keys changed, or whose other files did, to where replaced files go.
  /// - Returns: their names, in order.
  func retire(replaced: [String], to place: (String) -> String?) throws(SetFolderError) -> [String] {
    guard names.contains(where: { !$0.names.isEmpty }) else { return [] }
    let present = Leftovers.keys(in: path) ?? [:]
    var retired: [String] = []
    for (student, names) in names {
      let isChanged = replaced.contains { $0.hasPrefix("students/\(student.folder)/") }
      if !isChanged, let keys, Leftovers.agree(keys[student.id] ?? [], present[student.id] ?? []) { continue }
      for name in names {
        guard let target = place(name) else { continue }
        try SetFolder.move(path + "/" + name, to: path + "/" + target)
        retired.append(name)
      }
    }
    return retired
  }

  private static func keys(in path: String) -> [String: [ProblemKey]]? {
    let name = path + "/instructor/keys.json"
    guard let bytes = try? readFile(name), let file = try? ProblemKeyFile(parsing: bytes, file: name) else {
      return nil
    }
    return Dictionary(grouping: file.keys, by: \.student)
  }

  /// Whether builds give files such names; others' files stay.
  private static func isMade(_ name: String, _ problems: Set<String>) -> Bool {
    guard name.hasPrefix("students/") else { return true }
    let inner = name.split(separator: "/").dropFirst(2).joined(separator: "/")
    let forms = ["md", "html", "docx"]
    return LabLanguage.allCases.contains { l in forms.contains { inner == "sheet.\(l.rawValue).\($0)" } }
      || problems.contains { inner.hasPrefix($0 + "-") }
  }

  /// Whether sheets with one list of keys go with the other: the same problems, points and right answers.
  private static func agree(_ a: [ProblemKey], _ b: [ProblemKey]) -> Bool {
    func facts(_ keys: [ProblemKey]) -> [String] {
      keys.map { key in
        let answers = key.answers.map { answer -> String in
          let right =
            switch answer.key {
            case .number(let number):
              "\(number.value) \(number.decimals) \(number.tolerance) \(number.isPercent)"
            case .single(let options), .multiple(let options): "\(options.map { [$0.id, "\($0.isRight)"] })"
            case .essay: "essay"
            }
          return "\(answer.id) \(answer.weight) \(right)"
        }
        return "\(key.problem) \(key.code) \(key.points) \(answers)"
      }
    }
    return facts(a) == facts(b)
  }
}

import Labs

/// What earlier builds left in a folder: kept keys, and folders of students who are no longer in the roster.
struct EarlierBuilds {
  private let path: String
  /// Counts the builds that replaced something.
  private let number: Int
  /// The keys of the last build, where the same are kept already.
  private let areKeysKept: Bool

  /// Looks at a folder before a build replaces anything in it.
  init(_ path: String) {
    self.path = path
    let names = Set(SetFolder.names(in: path + "/instructor"))
    var number = 1
    while names.contains("keys-replaced-\(number).json") || names.contains("replaced-\(number)") {
      number += 1
    }
    self.number = number
    let keys = try? readFile(path + "/instructor/keys.json")
    areKeysKept = EarlierBuilds.keptKeys(in: path).contains {
      (try? readFile("\(path)/instructor/\($0)")) == keys
    }
  }

  /// Where a file goes that is replaced by another; nil for keys that are kept already.
  func place(_ name: String) -> String? {
    if name != "instructor/keys.json" { return "instructor/replaced-\(number)/\(name)" }
    return areKeysKept ? nil : "instructor/keys-replaced-\(number).json"
  }

  /// The names of kept key files, the latest first.
  private static func keptKeys(in path: String) -> [String] {
    func number(_ name: String) -> Int? {
      guard name.hasPrefix("keys-replaced"), name.hasSuffix(".json") else { return nil }
      let inner = name.dropFirst("keys-replaced".count).dropLast(".json".count)
      // Without a number they come from before they were counted.
      return inner.isEmpty ? 0 : inner.hasPrefix("-") ? Int(inner.dropFirst()) : nil
    }
    return SetFolder.names(in: path + "/instructor").compactMap { name in number(name).map { (name, $0) } }
      .sorted { $0.1 > $1.1 }.map(\.0)
  }

  /// What the instructor should know after a build.
  /// - Parameter retired: the names of files that were put aside without new ones in their places.
  func notes(replaced: [String], retired: [String], roster: Roster) -> [String] {
    var notes: [String] = []
    if replaced.contains("instructor/keys.json") {
      notes.append(
        areKeysKept
          ? "note: the keys differ from those that were there, which an earlier build has kept already"
          : "note: the keys differ from those that were there, which are kept as "
            + "instructor/keys-replaced-\(number).json"
      )
    }
    let ofStudents = replaced.filter { $0.hasPrefix("students/") }
    if let first = ofStudents.first {
      let words = ofStudents.count == 1 ? "file of students differs" : "files of students differ"
      notes.append(
        "note: \(ofStudents.count) \(words) from what was there, \(first) the first: a problem, or a "
          + "sheet by hand, was changed since; the earlier are kept below instructor/replaced-\(number)")
    }
    if let first = retired.first {
      let words = retired.count == 1 ? "file of an earlier build, which" : "files of earlier builds, which"
      notes.append(
        "note: \(retired.count) \(words) this one does not make, no longer \(retired.count == 1 ? "goes" : "go") with "
          + "the keys, \(first) the first: a sheet in another form or language, or data of a problem that is "
          + "gone; \(retired.count == 1 ? "it is" : "they are") kept below instructor/replaced-\(number). "
          + "--to and --lang make sheets in other forms and languages again")
    }
    return notes + keylessNotes(roster)
  }

  /// Which folders belong to nobody in the roster, and where their keys are.
  private func keylessNotes(_ roster: Roster) -> [String] {
    let folders = Set(roster.students.map(\.folder))
    let ids = Set(roster.students.map(\.id))
    let others = SetFolder.names(in: path + "/students").filter {
      !folders.contains($0) && !$0.hasPrefix(".")
    }
    if others.isEmpty { return [] }
    var places: [String: String] = [:]
    for name in EarlierBuilds.keptKeys(in: path) {
      guard let bytes = try? readFile("\(path)/instructor/\(name)"),
        let file = try? ProblemKeyFile(parsing: bytes, file: name)
      else { continue }
      for key in file.keys where places[key.student] == nil { places[key.student] = name }
    }
    let known = others.map { folder in (folder: folder, id: FolderName.id(of: folder) ?? folder) }
    let moved = known.filter { ids.contains($0.id) }.map {
      "note: students/\($0.folder) is an earlier folder of '\($0.id)', whose files stand elsewhere now"
    }
    func note(_ ids: [String], _ rest: (Bool) -> String, named: (String) -> String) -> [String] {
      if ids.isEmpty { return [] }
      let (most, isOne) = (10, ids.count == 1)
      let list = ids.prefix(most).map(named).joined(separator: ", ")
      return [
        "note: \(counted(ids.count, "folder")) in students/ \(isOne ? "belongs" : "belong") to nobody in the "
          + "roster and \(isOne ? "has" : "have") no key in keys.json: \(list)"
          + "\(ids.count > most ? ", and \(ids.count - most) more" : ""). \(rest(isOne))"
      ]
    }
    let gone = known.map(\.id).filter { !ids.contains($0) }
    return moved
      + note(gone.filter { places[$0] != nil }) { isOne in
        "To grade \(isOne ? "it" : "them"), name the \(isOne ? "file" : "files") in brackets too: --keys keys.json "
          + "--keys keys-replaced-N.json"
      } named: {
        "\($0) (\(places[$0] ?? ""))"
      }
      + note(gone.filter { places[$0] == nil }) { isOne in
        "No file has \(isOne ? "its key" : "their keys"); a build with \(isOne ? "it" : "them") in the roster makes "
          + "the same again"
      } named: {
        $0
      }
  }
}

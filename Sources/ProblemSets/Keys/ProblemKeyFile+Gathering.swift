import Labs

extension ProblemKeyFile {
  /// Several key files of one set as one, such as the keys of a build and those that it replaced. Of two keys
  /// for one student's problem that of the file named first counts.
  /// - Returns: the keys in the order of the files, and what the one who grades should know.
  /// - Throws: `KeyFileError` for files of different sets or course keys.
  public static func gathering(
    _ files: [(name: String, keys: ProblemKeyFile)]
  ) throws(KeyFileError) -> (keys: ProblemKeyFile, notes: [String]) {
    precondition(!files.isEmpty, "no key files to gather")
    var all = files[0].keys
    var places: [[String]: Int] = [:]
    for (i, key) in all.keys.enumerated() { places[[key.student, key.problem]] = i }
    var notes: [String] = []
    for (name, file) in files.dropFirst() {
      let top = LabLocation(file: name, line: 1)
      if file.set != all.set {
        throw KeyFileError(
          location: top,
          message: "the keys are of the set '\(file.set)', those of \(files[0].name) of '\(all.set)'")
      }
      if file.courseKeyFingerprint != all.courseKeyFingerprint {
        throw KeyFileError(
          location: top, message: "the keys were made with another course key than those of \(files[0].name)")
      }
      var differing: [ProblemKey] = []
      for key in file.keys {
        if let place = places[[key.student, key.problem]] {
          if all.keys[place].code != key.code || all.keys[place].answers != key.answers {
            differing.append(key)
          }
        } else {
          places[[key.student, key.problem]] = all.keys.count
          all.keys.append(key)
        }
      }
      if let first = differing.first {
        notes.append(
          "\(counted(differing.count, "key")) of \(name) \(differing.count == 1 ? "is" : "are") not used, "
            + "since another file named before has other ones (student '\(first.student)', problem "
            + "'\(first.problem)' the first)"
        )
      }
    }
    return (all, notes)
  }
}

/// Names shortened as R's `abbreviate` documents it.
///
/// Blanks go first; then characters are dropped from the end, lower-case vowels that end a word, lower-case vowels, lower-case letters,
/// then anything, until the name is short enough. The first character of each word stays. Different names that become equal are all shortened again,
/// to one character more, until they differ.
enum Abbreviation {
  /// All names shortened to a length, longer where they would not differ.
  static func abbreviated(_ names: [String], to length: Int) -> [String] {
    var result = names.map { shortened($0, to: length) }
    for allowed in (length + 1)...(length + 200) {
      var sources: [String: Set<String>] = [:]
      for (name, short) in zip(names, result) { sources[short, default: []].insert(name) }
      let clashes = result.indices.filter { sources[result[$0]]!.count > 1 }
      if clashes.isEmpty { break }
      for i in clashes { result[i] = shortened(names[i], to: allowed) }
    }
    return result
  }

  private static func shortened(_ name: String, to length: Int) -> String {
    let name = name.trimmed
    if name.count <= length { return name }
    var kept: [(character: Character, isFirst: Bool)] = []
    func isVowel(_ character: Character) -> Bool { "aeiou".contains(character) }
    for (i, character) in name.enumerated() where character != " " {
      let before = i == 0 ? " " : name[name.index(name.startIndex, offsetBy: i - 1)]
      kept.append((character, before == " "))
    }
    for i in kept.indices.reversed()
    where kept.count > length && !kept[i].isFirst && isVowel(kept[i].character)
      && (i + 1 == kept.count || kept[i + 1].isFirst)
    {
      kept.remove(at: i)
    }
    let kinds: [(Character) -> Bool] = [
      isVowel, { $0.isASCII && $0.isLowercase }, { _ in true },
    ]
    for droppable in kinds {
      for i in kept.indices.reversed()
      where kept.count > length && !kept[i].isFirst && droppable(kept[i].character) {
        kept.remove(at: i)
      }
    }
    return String(kept.map(\.character))
  }
}

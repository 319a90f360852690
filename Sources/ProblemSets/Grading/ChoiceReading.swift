/// Options as a student named them.
public enum ChoiceReading {
  /// Why a text names no options.
  public enum Fault: Error, Equatable, Sendable {
    /// Nothing stands there.
    case empty
    /// A word that is neither a letter of the sheet nor an option.
    case unknown(String)
  }

  /// The indices of the options that a text names, in the order of the sheet.
  ///
  /// Letters as on the sheet (`A`, `a`, `(A)`, `A.`), several parted by `;`, `,`, `/`, `、`, blanks or nothing
  /// (`AC`); the options' ids; one option's whole text. `none`, `-` and `无` name no option. A letter of the
  /// sheet goes before an id of one letter.
  /// - Throws: `Fault`.
  public static func indices(in text: String, of options: [ChoiceOption]) throws(Fault) -> [Int] {
    let plain = PlainCharacters.of(text)
    guard !plain.isEmpty else { throw .empty }
    if let one = index(of: plain, in: options) { return [one] }
    let texts = options.map { $0.text.values.map(PlainCharacters.of) }
    if let whole = texts.firstIndex(where: { $0.contains(plain) }) { return [whole] }
    if ["none", "none of them", "-", "无", "没有", "均无"].contains(plain.lowercased()) { return [] }
    var found: Set<Int> = []
    for word in plain.split(whereSeparator: { ",;/、|+& ".contains($0) }) {
      var word = String(word)
      if let whole = index(of: word, in: options) {
        found.insert(whole)
        continue
      }
      word = String(word.drop { "([{".contains($0) })
      while let last = word.last, ")]}.:'".contains(last) { word.removeLast() }
      if word.isEmpty || ["and", "和", "与"].contains(word.lowercased()) { continue }
      if let one = index(of: word, in: options) {
        found.insert(one)
      } else if let several = letters(word, count: options.count) {
        found.formUnion(several)
      } else {
        throw .unknown(word)
      }
    }
    return found.sorted()
  }

  private static func index(of word: String, in options: [ChoiceOption]) -> Int? {
    if word.count == 1, let one = letters(word, count: options.count) { return one[0] }
    return options.firstIndex { $0.id == word }
      ?? options.firstIndex { $0.id.lowercased() == word.lowercased() }
  }

  /// Letters that all stand on the sheet, none twice.
  private static func letters(_ word: String, count: Int) -> [Int]? {
    var indices: [Int] = []
    for scalar in word.uppercased().unicodeScalars {
      guard ("A"..."Z").contains(scalar) else { return nil }
      let index = Int(scalar.value) - 65
      guard index < count, !indices.contains(index) else { return nil }
      indices.append(index)
    }
    return indices.isEmpty ? nil : indices
  }
}

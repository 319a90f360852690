/// Suggestions for a misspelt name.
package enum NearestNames {
  /// The candidates most like a name, at most three, best first: those that differ least beside the case of letters, then those that differ
  /// least, then by bytes.
  /// - Complexity: the product of the lengths for each candidate.
  package static func of(_ name: String, among candidates: [String]) -> [String] {
    let wanted = Array(name.utf8)
    return candidates.map { (edits($0, name), distance(Array($0.utf8), wanted), $0) }
      .sorted { $0 < $1 }.prefix(3).map(\.2)
  }

  /// The candidate most like a name, nil where none is like it: where more than a third of the name's bytes would have to be changed, case aside.
  package static func close(to name: String, among candidates: [String]) -> String? {
    guard let best = of(name, among: candidates).first else { return nil }
    return edits(best, name) <= max(1, name.utf8.count / 3) ? best : nil
  }

  /// How many bytes to change beside the case of letters.
  private static func edits(_ a: String, _ b: String) -> Int {
    distance(Array(a.lowercased().utf8), Array(b.lowercased().utf8))
  }

  /// Levenshtein's distance: how many bytes to insert, delete or change.
  static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}

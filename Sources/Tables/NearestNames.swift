/// Suggestions for a misspelt name.
package enum NearestNames {
  /// The candidates most like a name, at most three, best first; equally like ones by bytes.
  /// - Complexity: the product of the lengths for each candidate.
  package static func of(_ name: String, among candidates: [String]) -> [String] {
    let wanted = Array(name.utf8)
    return candidates.map { (distance(Array($0.utf8), wanted), $0) }.sorted { $0 < $1 }.prefix(3).map(\.1)
  }

  /// The candidate most like a name, nil where none is like it: where more than a third of the name's bytes would have to be changed.
  package static func close(to name: String, among candidates: [String]) -> String? {
    guard let best = of(name, among: candidates).first else { return nil }
    let edits = distance(Array(best.utf8), Array(name.utf8))
    return edits <= max(1, name.utf8.count / 3) ? best : nil
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

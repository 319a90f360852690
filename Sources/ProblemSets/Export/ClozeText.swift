/// Whole weights of a cloze question's parts.
enum ClozeWeights {
  /// Whole numbers in the proportion of the weights: with the sum `points` where there are such, else the
  /// smallest, or hundredths where there are none below 100.
  static func of(_ weights: [Double], points: Double = 0) -> (whole: [Int], isExact: Bool) {
    let sum = weights.reduce(0, +)
    let shares = weights.map { $0 / sum * points }
    if points <= 1000, shares.allSatisfy({ abs($0 - $0.rounded()) < 1e-6 && $0 > 0.5 }) {
      return (shares.map { Int($0.rounded()) }, true)
    }
    for total in 1...100 {
      let scaled = weights.map { $0 / sum * Double(total) }
      if scaled.allSatisfy({ abs($0 - $0.rounded()) < 1e-6 && $0 > 0.5 }) {
        return (scaled.map { Int($0.rounded()) }, true)
      }
    }
    return (weights.map { max(1, Int(($0 / sum * 100).rounded())) }, false)
  }
}

/// Text in and around cloze marks.
enum ClozeText {
  /// Text inside an alternative: what would end it becomes character references, line ends become blanks, in
  /// code `<br/>`.
  static func inside(_ html: String) -> String {
    CodeBlocks.parts(html: html).map { $0.text.replacing("\n", with: $0.isCode ? "<br/>" : " ") }.joined()
      .replacing("}", with: "&#125;").replacing("~", with: "&#126;").replacingHash()
  }

  /// The text of an option: signs at its beginning that mean a grade are hidden as well.
  static func alternative(_ html: String) -> String {
    let text = inside(html)
    guard let first = text.unicodeScalars.first, first == "=" || first == "%" else { return text }
    return "&#\(first.value);" + text.dropFirst()
  }

  /// Text around marks: a brace that could begin one is hidden.
  static func outside(_ html: String) -> String {
    var out = String.UnicodeScalarView()
    let scalars = Array(html.unicodeScalars)
    for (i, scalar) in scalars.enumerated() {
      let next = i + 1 < scalars.count ? scalars[i + 1] : " "
      if scalar == "{", next == ":" || ("0"..."9").contains(next) {
        out.append(contentsOf: "&#123;".unicodeScalars)
      } else {
        out.append(scalar)
      }
    }
    return String(out)
  }
}

extension String {
  /// The text with `#` as a character reference, those of references left alone.
  fileprivate func replacingHash() -> String {
    var out = String.UnicodeScalarView()
    var before: Unicode.Scalar = " "
    for scalar in unicodeScalars {
      if scalar == "#", before != "&" {
        out.append(contentsOf: "&#35;".unicodeScalars)
      } else {
        out.append(scalar)
      }
      before = scalar
    }
    return String(out)
  }
}

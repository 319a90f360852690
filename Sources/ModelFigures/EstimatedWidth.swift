extension String {
  /// About the width in points at the size of labels, for shares of a figure that are set before its fonts are known: ideographs as wide as the size, everything else a
  /// little more than half of it.
  var estimatedWidth: Double { unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2E80 ? 8.5 : 4.9) } }

  /// The text, cut with an ellipsis where it would be wider than so many points.
  func shortened(to width: Double) -> String {
    if estimatedWidth <= width { return self }
    var text = self
    while !text.isEmpty, text.estimatedWidth + 8 > width { text.removeLast() }
    return text + "…"
  }
}

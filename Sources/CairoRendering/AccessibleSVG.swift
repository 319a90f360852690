import Plotting

/// Makes a Cairo SVG usable by screen readers and safe to inline next to others.
///
/// The root gets `role="img"`, `xml:lang` and `aria-labelledby`; `<title>` and `<desc>` become its first children; every id
/// and every reference to one gets the scene's slug as a prefix. Cairo numbers surfaces and images by all that the process drew before; they are
/// numbered anew from 1 in order of appearance. Texts in a Cairo SVG are outlines, so no text of the figure can be mistaken
/// for an attribute. Coordinates of paths are cut to three decimals, a thousandth of a point.
func accessibleSVG(_ file: [UInt8], scene: Scene) -> [UInt8] {
  let prefix = Array((scene.slug + "-").utf8)
  let needles = ["id=\"", "href=\"#", "url(#"].map { Array($0.utf8) }
  let root = Array("<svg ".utf8)
  var result: [UInt8] = []
  result.reserveCapacity(file.count + file.count / 8 + 2 * scene.summary.utf8.count)
  var i = 0
  var rootOpen = false
  var rootDone = false
  // Cairo's names for what it numbers by process, and the numbers met.
  var counted = ["surface", "image"].map { (name: Array($0.utf8), numbers: [[UInt8]]()) }
  let path = Array(" d=\"".utf8)

  func matches(_ pattern: [UInt8], at index: Int) -> Bool {
    guard index + pattern.count <= file.count else { return false }
    for k in pattern.indices where file[index + k] != pattern[k] { return false }
    return true
  }

  while i < file.count {
    let byte = file[i]
    if !rootDone {
      if !rootOpen, byte == root[0], matches(root, at: i) {
        rootOpen = true
        let attributes =
          "<svg role=\"img\" xml:lang=\"\(escaped(scene.language))\" "
          + "aria-labelledby=\"\(scene.slug)-title \(scene.slug)-desc\" "
        result += Array(attributes.utf8)
        i += root.count
        continue
      }
      result.append(byte)
      i += 1
      if rootOpen, byte == UInt8(ascii: ">") {
        rootDone = true
        let words =
          "\n<title id=\"\(scene.slug)-title\">\(escaped(scene.title))</title>"
          + "\n<desc id=\"\(scene.slug)-desc\">\(escaped(scene.summary))</desc>"
        result += Array(words.utf8)
      }
      continue
    }
    if byte == UInt8(ascii: "i") || byte == UInt8(ascii: "h") || byte == UInt8(ascii: "u"),
      let needle = needles.first(where: { matches($0, at: i) })
    {
      result += needle
      result += prefix
      i += needle.count
      if let kind = counted.indices.first(where: { matches(counted[$0].name, at: i) }) {
        i += counted[kind].name.count
        let digits = Array(file[i...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        i += digits.count
        if !counted[kind].numbers.contains(digits) { counted[kind].numbers.append(digits) }
        result += counted[kind].name
        result += Array(String(counted[kind].numbers.firstIndex(of: digits)! + 1).utf8)
      }
      continue
    }
    if byte == path[0], matches(path, at: i) {
      result += path
      i = appendShortened(file, from: i + path.count, to: &result)
      continue
    }
    result.append(byte)
    i += 1
  }
  return result
}

/// Copies path data up to its closing quote, each number cut to three decimals without trailing zeros.
///
/// - Returns: the index of the quote.
private func appendShortened(_ file: [UInt8], from start: Int, to result: inout [UInt8]) -> Int {
  var i = start
  while i < file.count, file[i] != UInt8(ascii: "\"") {
    guard file[i] == UInt8(ascii: ".") else {
      result.append(file[i])
      i += 1
      continue
    }
    var end = i + 1
    while end < file.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(file[end]) { end += 1 }
    var kept = min(end, i + 4)
    while kept > i + 1, file[kept - 1] == UInt8(ascii: "0") { kept -= 1 }
    if kept > i + 1 { result += file[i..<kept] }
    i = end
  }
  return i
}

/// Text safe inside an XML element or a double-quoted attribute; characters that XML 1.0 forbids are left out.
func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case ">": result += "&gt;"
    case "\"": result += "&quot;"
    case "\n", "\t", "\r": result.unicodeScalars.append(scalar)
    default:
      if scalar.value >= 0x20, scalar.value != 0xFFFE, scalar.value != 0xFFFF {
        result.unicodeScalars.append(scalar)
      }
    }
  }
  return result
}

import Labs

/// A figure that does not say of itself what it shows, which a problem may ask: an SVG's title becomes the problem's, and the ids that are
/// made of the kind of figure begin with `figure`. Other files stay as they are.
struct NamelessFigure {
  /// The file's content.
  let bytes: [UInt8]

  init(_ file: OutputFile, title: String) {
    let source = file.bytes
    guard file.path.hasSuffix(".svg"), let open = source.firstRange(of: Array("<title id=\"".utf8)),
      let idEnd = source[open.upperBound...].firstRange(of: Array("-title\">".utf8)),
      let close = source[idEnd.upperBound...].firstRange(of: Array("</title>".utf8))
    else {
      bytes = source
      return
    }
    let name = Array(source[open.upperBound..<idEnd.lowerBound])
    let titled = source[..<idEnd.upperBound] + Array(title.escapingHTML().utf8) + source[close.lowerBound...]
    bytes = NamelessFigure.replacing(name + [0x2d], by: Array("figure-".utf8), in: Array(titled))
  }

  private static func replacing(_ old: [UInt8], by new: [UInt8], in source: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(source.count)
    var i = 0
    while i < source.count {
      if source[i] == old[0], source[i...].starts(with: old) {
        out += new
        i += old.count
      } else {
        out.append(source[i])
        i += 1
      }
    }
    return out
  }
}

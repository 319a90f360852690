extension Scene {
  /// The scene as a JSON text: members in fixed order, one command a line, lengths in points rounded to 1e-4.
  ///
  /// Equal scenes give equal texts, so that tests and other renderers can rely on it.
  public var json: String {
    var writer = SceneWriter()
    writer.text = "{\n"
    writer.text += "\"width\":\(writer.number(size.width)),\"height\":\(writer.number(size.height)),\n"
    writer.text += "\"slug\":\(writer.string(slug)),\"language\":\(writer.string(language)),\n"
    writer.text += "\"title\":\(writer.string(title)),\n\"description\":\(writer.string(summary)),\n"
    writer.text += "\"background\":\(writer.colour(background)),\n\"commands\":[\n"
    for (i, command) in commands.enumerated() {
      writer.write(command)
      writer.text += i + 1 < commands.count ? ",\n" : "\n"
    }
    writer.text += "]}\n"
    return writer.text
  }
}

/// Writes drawing commands as JSON objects.
private struct SceneWriter {
  var text = ""

  mutating func write(_ command: DrawingCommand) {
    switch command {
    case .path(let lines, let fill, let stroke):
      let parts = lines.map { line in
        let points = line.points.map { "[\(number($0.x)),\(number($0.y))]" }.joined(separator: ",")
        return "{\"closed\":\(line.closed),\"points\":[\(points)]}"
      }
      text += "{\"kind\":\"path\",\"lines\":[\(parts.joined(separator: ","))]\(paint(fill, stroke))}"
    case .circle(let centre, let radius, let fill, let stroke):
      text +=
        "{\"kind\":\"circle\",\"centre\":[\(number(centre.x)),\(number(centre.y))],\"radius\":\(number(radius))"
      text += "\(paint(fill, stroke))}"
    case .text(let run):
      text +=
        "{\"kind\":\"text\",\"text\":\(string(MathText.plain(run.text))),\"origin\":[\(number(run.origin.x)),\(number(run.origin.y))]"
      text += ",\"size\":\(number(run.font.size))"
      let pieces = MathText.pieces(of: run.text)
      if pieces.contains(where: { $0.script != .base }) {
        let spans = pieces.map { "[\(string($0.script.rawValue)),\(string($0.text))]" }
        text += ",\"pieces\":[\(spans.joined(separator: ","))]"
      }
      if run.font.bold { text += ",\"bold\":true" }
      if run.rotation != 0 { text += ",\"rotation\":\(number(run.rotation))" }
      text += ",\"colour\":\(colour(run.colour))"
      if let halo = run.halo { text += ",\"halo\":\(colour(halo))" }
      text += "}"
    case .beginClip(let r):
      text += "{\"kind\":\"beginClip\",\"x\":\(number(r.x)),\"y\":\(number(r.y)),\"width\":\(number(r.width))"
      text += ",\"height\":\(number(r.height))}"
    case .endClip:
      text += "{\"kind\":\"endClip\"}"
    case .beginPicture(let r):
      text +=
        "{\"kind\":\"beginPicture\",\"x\":\(number(r.x)),\"y\":\(number(r.y)),\"width\":\(number(r.width))"
      text += ",\"height\":\(number(r.height))}"
    case .copies(let places, let parts):
      let points = places.map { "[\(number($0.x)),\(number($0.y))]" }.joined(separator: ",")
      text += "{\"kind\":\"copies\",\"at\":[\(points)],\"of\":["
      for (i, part) in parts.enumerated() {
        if i > 0 { text += "," }
        write(part)
      }
      text += "]}"
    case .endPicture:
      text += "{\"kind\":\"endPicture\"}"
    }
  }

  func paint(_ fill: Colour?, _ stroke: Stroke?) -> String {
    var result = ""
    if let fill { result += ",\"fill\":\(colour(fill))" }
    if let stroke {
      result += ",\"stroke\":{\"colour\":\(colour(stroke.colour)),\"width\":\(number(stroke.width))"
      if !stroke.dash.isEmpty { result += ",\"dash\":[\(stroke.dash.map(number).joined(separator: ","))]" }
      if stroke.round { result += ",\"round\":true" }
      result += "}"
    }
    return result
  }

  func colour(_ c: Colour) -> String {
    c.alpha == 1 ? "\"\(c.hexText)\"" : "{\"rgb\":\"\(c.hexText)\",\"alpha\":\(number(c.alpha))}"
  }

  /// Four decimals, trailing zeros removed; not a number becomes null.
  func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    var digits = fixedDecimals(value, 4)
    while digits.last == "0" { digits.removeLast() }
    if digits.last == "." { digits.removeLast() }
    return digits
  }

  func string(_ value: String) -> String {
    var result = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default:
        if scalar.value < 0x20 {
          let code = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}

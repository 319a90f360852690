import Plotting

/// Writes a scene as an SVG 1.1 file: paths, circles, text as outlines, and pictures embedded as PNG.
///
/// The root has `role="img"`, `xml:lang` and `aria-labelledby`; `<title>` and `<desc>` are its first children; every id begins with the scene's slug, so that
/// several files can be inlined on one page. Coordinates are rounded to a thousandth of a point, those inside glyphs to a hundredth.
///
/// Cairo's own SVG surface is not used: it prints every glyph anew for each file, numbers ids by what the process drew before, and takes five times as long.
struct SVGWriter {
  private var bytes: [UInt8] = []
  private let slug: String
  private var clips: [Rectangle] = []

  /// The file of a scene.
  /// - Parameters:
  ///   - outline: path data of a line of text with its baseline at the origin.
  ///   - picture: a PNG of some commands, within a rectangle, on a transparent ground.
  /// - Throws: what `outline` and `picture` throw.
  static func file(
    _ scene: Scene, outline: (TextRun) throws(FigureError) -> [UInt8],
    picture: (Rectangle, ArraySlice<DrawingCommand>) throws(RenderingError) -> [UInt8]
  ) throws(RenderingError) -> [UInt8] {
    var writer = SVGWriter(slug: scene.slug)
    writer.begin(scene)
    var i = 0
    while i < scene.commands.count {
      switch scene.commands[i] {
      case .path, .circle: writer.shape(scene.commands[i])
      case .copies(let places, let parts): writer.copies(parts, at: places)
      case .text(let run):
        do throws(FigureError) { writer.text(run, outline: try outline(run)) } catch { throw .text(error) }
      case .beginClip(let area): writer.beginClip(area)
      case .endClip: writer.add("</g>\n")
      case .beginPicture(let area):
        let end = scene.commands[i...].firstIndex(of: .endPicture) ?? scene.commands.endIndex
        writer.image(try picture(area, scene.commands[i + 1..<end]), in: area)
        i = end
      case .endPicture: break
      }
      i += 1
    }
    writer.add("</svg>\n")
    return writer.bytes
  }

  private init(slug: String) {
    self.slug = slug
    bytes.reserveCapacity(1 << 16)
  }

  private mutating func add(_ text: StaticString) {
    text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func add(_ length: Double) { bytes.append(length: length, decimals: 3) }

  private mutating func begin(_ scene: Scene) {
    add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg role=\"img\" xml:lang=\"")
    add(escaped(scene.language))
    add("\" aria-labelledby=\"\(slug)-title \(slug)-desc\" xmlns=\"http://www.w3.org/2000/svg\"")
    add(" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"")
    add(scene.size.width)
    add("pt\" height=\"")
    add(scene.size.height)
    add("pt\" viewBox=\"0 0 ")
    add(scene.size.width)
    add(" ")
    add(scene.size.height)
    add("\" version=\"1.1\">\n<title id=\"\(slug)-title\">\(escaped(scene.title))</title>")
    add("\n<desc id=\"\(slug)-desc\">\(escaped(scene.summary))</desc>\n")
    add("<rect width=\"100%\" height=\"100%\"")
    paint(fill: scene.background, stroke: nil)
    add("/>\n")
  }

  private mutating func paint(fill: Colour?, stroke: Stroke?) {
    if let fill {
      add(" fill=\"\(fill.hexText)\"")
      opacity(fill, " fill-opacity=\"")
    } else {
      add(" fill=\"none\"")
    }
    guard let stroke else { return }
    add(" stroke=\"\(stroke.colour.hexText)\"")
    opacity(stroke.colour, " stroke-opacity=\"")
    add(" stroke-width=\"")
    add(stroke.width)
    if stroke.round {
      add("\" stroke-linecap=\"round\" stroke-linejoin=\"round")
    } else {
      add("\" stroke-miterlimit=\"10")
    }
    if !stroke.dash.isEmpty {
      add("\" stroke-dasharray=\"")
      for (i, length) in stroke.dash.enumerated() {
        if i > 0 { add(",") }
        add(length)
      }
    }
    add("\"")
  }

  private mutating func opacity(_ colour: Colour, _ attribute: StaticString) {
    guard colour.alpha != 1 else { return }
    add(attribute)
    add(colour.alpha)
    add("\"")
  }

  private mutating func shape(_ command: DrawingCommand) {
    switch command {
    case .path(let lines, let fill, let stroke):
      add("<path d=\"")
      for line in lines {
        for (i, point) in line.points.enumerated() {
          add(i == 0 ? "M" : "L")
          add(point.x)
          add(" ")
          add(point.y)
        }
        if line.closed { add("Z") }
      }
      add("\"")
      paint(fill: fill, stroke: stroke)
      add("/>\n")
    case .circle(let centre, let radius, let fill, let stroke):
      add("<circle cx=\"")
      add(centre.x)
      add("\" cy=\"")
      add(centre.y)
      add("\" r=\"")
      add(max(0, radius))
      add("\"")
      paint(fill: fill, stroke: stroke)
      add("/>\n")
    case .text, .beginClip, .endClip, .beginPicture, .endPicture, .copies: break
    }
  }

  private mutating func copies(_ parts: [DrawingCommand], at places: [Point]) {
    for place in places {
      add("<g transform=\"translate(")
      add(place.x)
      add(" ")
      add(place.y)
      add(")\">")
      for part in parts { shape(part) }
      add("</g>\n")
    }
  }

  private mutating func text(_ run: TextRun, outline: [UInt8]) {
    func path(_ writer: inout SVGWriter, fill: Colour?, stroke: Stroke?) {
      writer.add("<path transform=\"translate(")
      writer.add(run.origin.x)
      writer.add(" ")
      writer.add(run.origin.y)
      writer.add(")")
      if run.rotation != 0 {
        writer.add(" rotate(")
        writer.add(-run.rotation)
        writer.add(")")
      }
      writer.add("\" d=\"")
      writer.bytes.append(contentsOf: outline)
      writer.add("\"")
      writer.paint(fill: fill, stroke: stroke)
      writer.add("/>\n")
    }
    if outline.isEmpty { return }
    if let halo = run.halo {
      path(&self, fill: nil, stroke: Stroke(halo, width: 0.2 * run.font.size, round: true))
    }
    path(&self, fill: run.colour, stroke: nil)
  }

  /// One clip path for each rectangle, however often it is used.
  private mutating func beginClip(_ area: Rectangle) {
    let number: Int
    if let known = clips.firstIndex(of: area) {
      number = known + 1
    } else {
      clips.append(area)
      number = clips.count
      add("<clipPath id=\"\(slug)-clip\(number)\"><rect")
      place(area)
      add("/></clipPath>\n")
    }
    add("<g clip-path=\"url(#\(slug)-clip\(number))\">\n")
  }

  private mutating func place(_ area: Rectangle) {
    add(" x=\"")
    add(area.x)
    add("\" y=\"")
    add(area.y)
    add("\" width=\"")
    add(area.width)
    add("\" height=\"")
    add(area.height)
    add("\"")
  }

  private mutating func image(_ png: [UInt8], in area: Rectangle) {
    add("<image")
    place(area)
    add(" preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,")
    bytes.append(base64: png)
    add("\"/>\n")
  }
}

extension [UInt8] {
  /// Appends a number rounded to some decimals, without trailing zeros, a leading zero or a sign before zero.
  mutating func append(length value: Double, decimals: Int) {
    let unit = decimals == 3 ? 1000.0 : 100
    guard value.isFinite, abs(value) < 1e12 else {
      append(UInt8(ascii: "0"))
      return
    }
    append(thousandths: Int((value * unit).rounded()), decimals: decimals)
  }

  /// Appends a whole number of units of the last decimal.
  mutating func append(thousandths scaled: Int, decimals: Int) {
    let unit = decimals == 3 ? 1000 : 100
    if scaled < 0 { append(UInt8(ascii: "-")) }
    let (whole, rest) = Int(scaled.magnitude).quotientAndRemainder(dividingBy: unit)
    if whole > 0 || rest == 0 { append(whole: whole) }
    guard rest > 0 else { return }
    append(UInt8(ascii: "."))
    var left = rest
    var place = unit / 10
    while left > 0 {
      append(UInt8(ascii: "0") + UInt8(left / place))
      left %= place
      place = Swift.max(1, place / 10)
    }
  }

  private mutating func append(whole value: Int) {
    if value >= 10 { append(whole: value / 10) }
    append(UInt8(ascii: "0") + UInt8(value % 10))
  }

  /// Appends bytes in base 64 (RFC 4648).
  mutating func append(base64 data: [UInt8]) {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    reserveCapacity(count + (data.count + 2) / 3 * 4)
    for start in stride(from: 0, to: data.count, by: 3) {
      let rest = data.count - start
      let word =
        UInt32(data[start]) << 16 | (rest > 1 ? UInt32(data[start + 1]) << 8 : 0)
        | (rest > 2 ? UInt32(data[start + 2]) : 0)
      append(digits[Int(word >> 18)])
      append(digits[Int(word >> 12 & 63)])
      append(rest > 1 ? digits[Int(word >> 6 & 63)] : UInt8(ascii: "="))
      append(rest > 2 ? digits[Int(word & 63)] : UInt8(ascii: "="))
    }
  }
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

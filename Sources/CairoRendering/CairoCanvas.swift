import CCairo
import Plotting

/// A Cairo surface with its context: an image in memory, or a PDF file that grows in memory.
///
/// User units are points.
@safe final class CairoCanvas {
  private let surface: OpaquePointer
  private let cairo: OpaquePointer
  /// The growing file of a vector surface.
  private let sink: UnsafeMutablePointer<ccairo_bytes>?
  /// Where pixels are written: how many a point has, and the place of the first one; nil in a file outside of pictures.
  private(set) var pixels: (scale: Double, origin: Point)?
  /// Pixels of an image surface; zero for files.
  let pixelWidth: Int
  /// Pixels of an image surface; zero for files.
  let pixelHeight: Int

  private init(
    _ surface: OpaquePointer, sink: UnsafeMutablePointer<ccairo_bytes>?, pixelWidth: Int = 0,
    pixelHeight: Int = 0
  ) {
    unsafe self.surface = unsafe surface
    unsafe self.cairo = unsafe cairo_create(surface)
    unsafe self.sink = unsafe sink
    self.pixelWidth = pixelWidth
    self.pixelHeight = pixelHeight
  }

  deinit {
    unsafe cairo_destroy(cairo)
    unsafe cairo_surface_destroy(surface)
    unsafe ccairo_bytes_free(sink)
  }

  /// An opaque image; `dpi` pixels an inch.
  static func image(_ size: Size, dpi: Double) throws(RenderingError) -> CairoCanvas {
    let width = Int((size.width * dpi / 72).rounded())
    let height = Int((size.height * dpi / 72).rounded())
    guard width <= 32767, height <= 32767 else { throw RenderingError.tooLarge(width: width, height: height) }
    let surface = unsafe cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))!
    let canvas = unsafe CairoCanvas(surface, sink: nil, pixelWidth: width, pixelHeight: height)
    try canvas.check()
    unsafe cairo_scale(canvas.cairo, dpi / 72, dpi / 72)
    canvas.pixels = (dpi / 72, Point(0, 0))
    return canvas
  }

  /// A small picture with a transparent ground and the origin at a pixel.
  static func stamp(side: Int, scale: Double, middle: Point) throws(RenderingError) -> CairoCanvas {
    let surface = unsafe cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(side), Int32(side))!
    let canvas = unsafe CairoCanvas(surface, sink: nil, pixelWidth: side, pixelHeight: side)
    try canvas.check()
    unsafe cairo_translate(canvas.cairo, middle.x, middle.y)
    unsafe cairo_scale(canvas.cairo, scale, scale)
    return canvas
  }

  /// The surface with all that was drawn; the caller releases it.
  func keptSurface() -> OpaquePointer {
    unsafe cairo_surface_flush(surface)
    return unsafe cairo_surface_reference(surface)
  }

  /// Puts a stamp down with its corner at a pixel.
  func put(_ stamp: CairoStamp, x: Double, y: Double) {
    unsafe cairo_save(cairo)
    unsafe cairo_identity_matrix(cairo)
    unsafe cairo_set_source_surface(cairo, stamp.surface, x, y)
    unsafe cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST)
    unsafe cairo_paint(cairo)
    unsafe cairo_restore(cairo)
  }

  /// Moves the origin until `restore`.
  func translate(to place: Point) {
    unsafe cairo_save(cairo)
    unsafe cairo_translate(cairo, place.x, place.y)
  }

  /// Takes back the last move.
  func restore() { unsafe cairo_restore(cairo) }

  /// A picture of a rectangle with a transparent ground, at `Scene.pictureResolution`.
  static func picture(_ area: Rectangle) throws(RenderingError) -> CairoCanvas {
    let scale = Scene.pictureResolution / 72
    let width = Int((area.width * scale).rounded(.up))
    let height = Int((area.height * scale).rounded(.up))
    guard width <= 32767, height <= 32767 else { throw RenderingError.tooLarge(width: width, height: height) }
    let surface = unsafe cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))!
    let canvas = unsafe CairoCanvas(surface, sink: nil, pixelWidth: width, pixelHeight: height)
    try canvas.check()
    // The picture fills the rectangle, which may be a fraction of a pixel smaller.
    unsafe cairo_scale(canvas.cairo, Double(width) / area.width, Double(height) / area.height)
    unsafe cairo_translate(canvas.cairo, -area.x, -area.y)
    canvas.pixels = (scale, Point(area.x, area.y))
    return canvas
  }

  /// A PDF file with fixed dates, so that equal drawings give equal bytes.
  static func pdf(_ size: Size, title: String, subject: String) throws(RenderingError) -> CairoCanvas {
    let sink = unsafe ccairo_bytes_new()
    let surface = unsafe ccairo_pdf_surface(sink, size.width, size.height)!
    unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title)
    unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, subject)
    unsafe cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
    let canvas = unsafe CairoCanvas(surface, sink: sink)
    try canvas.check()
    return canvas
  }

  /// - Throws: `RenderingError.drawing` with Cairo's words if anything went wrong so far.
  func check() throws(RenderingError) {
    var status = unsafe cairo_status(cairo)
    if status == CAIRO_STATUS_SUCCESS { status = unsafe cairo_surface_status(surface) }
    if status != CAIRO_STATUS_SUCCESS {
      throw RenderingError.drawing(unsafe String(cString: cairo_status_to_string(status)))
    }
  }

  /// Covers the whole canvas.
  func paint(_ colour: Colour) {
    source(colour)
    unsafe cairo_paint(cairo)
  }

  /// Draws a path or a circle; nothing else.
  func draw(_ command: DrawingCommand) {
    switch command {
    case .path(let lines, let fill, let stroke): path(lines, fill: fill, stroke: stroke)
    case .circle(let centre, let radius, let fill, let stroke):
      circle(centre, radius: radius, fill: fill, stroke: stroke)
    case .text, .beginClip, .endClip, .beginPicture, .endPicture, .copies: break
    }
  }

  /// Fills and strokes polylines as one path.
  func path(_ lines: [Polyline], fill: Colour?, stroke: Stroke?) {
    unsafe cairo_new_path(cairo)
    for line in lines {
      guard let first = line.points.first else { continue }
      unsafe cairo_move_to(cairo, first.x, first.y)
      for point in line.points.dropFirst() { unsafe cairo_line_to(cairo, point.x, point.y) }
      if line.closed { unsafe cairo_close_path(cairo) }
    }
    finishPath(fill: fill, stroke: stroke)
  }

  /// Fills and strokes a circle.
  func circle(_ centre: Point, radius: Double, fill: Colour?, stroke: Stroke?) {
    unsafe cairo_new_path(cairo)
    unsafe cairo_arc(cairo, centre.x, centre.y, max(0, radius), 0, 2 * Double.pi)
    unsafe cairo_close_path(cairo)
    finishPath(fill: fill, stroke: stroke)
  }

  /// Restricts drawing to a rectangle until `endClip`.
  func beginClip(_ r: Rectangle) {
    unsafe cairo_save(cairo)
    unsafe cairo_new_path(cairo)
    unsafe cairo_rectangle(cairo, r.x, r.y, r.width, r.height)
    unsafe cairo_clip(cairo)
  }

  /// Lifts the restriction.
  func endClip() {
    unsafe cairo_restore(cairo)
  }

  /// Puts a picture into the file.
  func put(_ picture: CairoCanvas, in area: Rectangle) {
    unsafe cairo_surface_flush(picture.surface)
    unsafe cairo_save(cairo)
    unsafe cairo_translate(cairo, area.x, area.y)
    unsafe cairo_scale(
      cairo, area.width / Double(picture.pixelWidth), area.height / Double(picture.pixelHeight))
    unsafe cairo_set_source_surface(cairo, picture.surface, 0, 0)
    unsafe cairo_paint(cairo)
    unsafe cairo_restore(cairo)
  }

  /// Runs `body` with the origin moved and turned; `body` must not keep the context.
  func withTextOrigin(_ origin: Point, rotation: Double, _ body: (OpaquePointer) -> Void) {
    unsafe cairo_save(cairo)
    unsafe cairo_translate(cairo, origin.x, origin.y)
    if rotation != 0 { unsafe cairo_rotate(cairo, -rotation * Double.pi / 180) }
    unsafe cairo_new_path(cairo)
    unsafe body(cairo)
    unsafe cairo_restore(cairo)
  }

  private func source(_ c: Colour) {
    unsafe cairo_set_source_rgba(cairo, c.red, c.green, c.blue, c.alpha)
  }

  private func finishPath(fill: Colour?, stroke: Stroke?) {
    if let fill {
      source(fill)
      unsafe cairo_fill_preserve(cairo)
    }
    if let stroke {
      source(stroke.colour)
      unsafe cairo_set_line_width(cairo, stroke.width)
      unsafe cairo_set_line_cap(cairo, stroke.round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
      unsafe cairo_set_line_join(cairo, stroke.round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER)
      unsafe cairo_set_dash(cairo, stroke.dash, Int32(stroke.dash.count), 0)
      unsafe cairo_stroke_preserve(cairo)
    }
    unsafe cairo_new_path(cairo)
  }

  /// Ends a vector file and returns its bytes.
  func finishFile() throws(RenderingError) -> [UInt8] {
    unsafe cairo_show_page(cairo)
    try check()
    unsafe cairo_surface_finish(surface)
    let status = unsafe cairo_surface_status(surface)
    if status != CAIRO_STATUS_SUCCESS {
      throw RenderingError.drawing(unsafe String(cString: cairo_status_to_string(status)))
    }
    guard let sink = unsafe sink, let data = unsafe sink.pointee.data else { return [] }
    return unsafe [UInt8](UnsafeBufferPointer(start: data, count: sink.pointee.count))
  }

  /// Encodes an image surface as PNG: RGB, opaque or (a picture) with its opacity, the resolution in pHYs, no clock.
  func finishPNG(dpi: Double, isOpaque: Bool = true) throws(RenderingError) -> [UInt8] {
    try check()
    unsafe cairo_surface_flush(surface)
    guard let pixels = unsafe cairo_image_surface_get_data(surface) else {
      throw RenderingError.encoding(width: pixelWidth, height: pixelHeight)
    }
    let stride = unsafe Int(cairo_image_surface_get_stride(surface))
    let file = unsafe pngFile(
      UnsafeRawBufferPointer(start: pixels, count: stride * pixelHeight), stride: stride, width: pixelWidth,
      height: pixelHeight, isOpaque: isOpaque, pixelsPerMetre: UInt32((dpi / 0.0254).rounded()))
    guard let file else { throw RenderingError.encoding(width: pixelWidth, height: pixelHeight) }
    return file
  }
}

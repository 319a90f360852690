import Plotting

/// Turns scenes into PNG, SVG and PDF bytes, and measures text for their layout.
///
/// One renderer may draw any number of figures, and the bytes of each do not depend on what was drawn before. Nothing
/// is initialised, and fontconfig is not touched, until the first text is measured or drawn. Writing files is the caller's
/// work.
///
/// Not `Sendable`: a thread that draws makes its own.
public final class FigureRenderer: TextMeasuring {
  /// Font families in order of preference: Latin first, then Chinese.
  public static let defaultFamilies = "Noto Sans, Noto Sans CJK SC"

  lazy var typesetter = PangoTypesetter(families: families)
  let families: String

  /// A renderer; `families` is a comma-separated list as fontconfig understands it.
  public init(families: String = FigureRenderer.defaultFamilies) {
    self.families = families
  }

  /// Advance width of a line in points, the same in every output format.
  public func width(of text: String, font: FontStyle, language: String) throws(FigureError) -> Double {
    try typesetter.width(of: text, font: font, language: language)
  }

  /// An opaque RGB image with its resolution recorded.
  ///
  /// - Parameter dpi: pixels an inch; 300 for print, 150 for a screen.
  public func png(_ scene: Scene, dpi: Double = 300) throws(RenderingError) -> [UInt8] {
    try pendingPNG(scene, dpi: dpi).bytes()
  }

  /// Draws an image as `png` does and returns while it is being encoded.
  public func pendingPNG(_ scene: Scene, dpi: Double = 300) throws(RenderingError) -> PendingPNG {
    let canvas = try CairoCanvas.image(scene.size, dpi: dpi)
    try draw(scene, on: canvas)
    return PendingPNG(canvas, dpi: dpi)
  }

  /// An SVG 1.1 file of outlines, with title and description for screen readers and ids that start with the scene's slug.
  public func svg(_ scene: Scene) throws(RenderingError) -> [UInt8] {
    try SVGWriter.file(scene) { run throws(FigureError) in
      try typesetter.outline(of: run, language: scene.language)
    } picture: { area, commands throws(RenderingError) in
      let canvas = try picture(area, commands, of: scene)
      return try canvas.finishPNG(dpi: Scene.pictureResolution, isOpaque: false)
    }
  }

  /// A one-page PDF with embedded fonts, title and fixed dates.
  public func pdf(_ scene: Scene) throws(RenderingError) -> [UInt8] {
    let canvas = try CairoCanvas.pdf(scene.size, title: scene.title, subject: scene.summary)
    try draw(scene, on: canvas)
    return try canvas.finishFile()
  }

  /// A picture of some commands.
  private func picture(
    _ area: Rectangle, _ commands: ArraySlice<DrawingCommand>, of scene: Scene
  ) throws(RenderingError) -> CairoCanvas {
    let canvas = try CairoCanvas.picture(area)
    try draw(commands, of: scene, on: canvas)
    return canvas
  }

  private func draw(_ scene: Scene, on canvas: CairoCanvas) throws(RenderingError) {
    canvas.paint(scene.background)
    try draw(scene.commands[...], of: scene, on: canvas)
  }

  private func draw(
    _ commands: ArraySlice<DrawingCommand>, of scene: Scene, on canvas: CairoCanvas
  ) throws(RenderingError) {
    var i = commands.startIndex
    while i < commands.endIndex {
      let command = commands[i]
      i += 1
      switch command {
      case .path, .circle: canvas.draw(command)
      case .copies(let places, let parts): try canvas.copies(parts, at: places)
      case .text(let run):
        do throws(FigureError) {
          try typesetter.show(run, language: scene.language, on: canvas)
        } catch { throw RenderingError.text(error) }
      case .beginClip(let area): canvas.beginClip(area)
      case .endClip: canvas.endClip()
      case .beginPicture(let area):
        // An image holds nothing but pixels anyway.
        if canvas.pixels != nil { break }
        let end = commands[i...].firstIndex(of: .endPicture) ?? commands.endIndex
        canvas.put(try picture(area, commands[i..<end], of: scene), in: area)
        i = end
      case .endPicture: break
      }
    }
    try canvas.check()
  }
}

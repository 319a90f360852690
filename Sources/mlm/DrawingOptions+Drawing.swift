import CairoRendering
import Estimates
import Labs
import ModelFigures
import Plotting

extension DrawingOptions {
  /// The figure with its words and size, drawn in every format asked for.
  /// - Parameter hasMaximum: whether the numbers of the fit mean anything.
  func drawn(
    _ specification: any ModelFigure, notes: [String] = [], hasMaximum: Bool = true,
    in context: CommandContext
  ) throws -> CommandResult {
    var drawn = specification
    var notes = notes
    try drawn.rename(labels.labels)
    let theme = (theme ?? .print).theme
    let renderer = FigureRenderer()
    let language: FigureLanguage = words.language(in: context) == .zh ? .chinese : .english
    let setting = FigureSetting(language: language, theme: theme)
    try drawn.resize(to: width, by: height, onSlide: self.theme == .slides, setting, measuring: renderer)
    var figure = drawn.figure(setting)
    if noLegend { figure.legend = .hidden }
    switch raster ?? .auto {
    case .auto: break
    case .always: figure.rasterThreshold = 0
    case .never: figure.rasterThreshold = .max
    }
    if !hasMaximum { figure.tellThatNumbersMeanNothing(setting) }
    if let yRange {
      let outside = yRange.countOutside(drawn.plottedData)
      figure.limitHeights(to: yRange.range, leavingOut: outside, setting)
      if outside > 0 {
        notes.append("note: \(outside) points lie outside the range \(yRange.text) and are not drawn")
      }
    }
    if let plot = drawn as? CoefficientPlot, plot.ratiosAreBeyondReach {
      notes.append(
        "note: exponentials of the coefficients would span more than 12 powers of ten, so that the coefficients themselves are drawn, on the scale "
          + "of the link")
    }
    if let panels = drawn as? GroupPanels, panels.isChoice {
      notes.append(
        "note: \(panels.panelCount) of \(panels.groups.count) groups have panels, evenly spread in their order; --only LEVEL picks others"
      )
    }
    let layout: FigureLayout
    do throws(FigureError) { layout = try figure.layout(measuring: renderer) } catch {
      // A size that nobody asked for is not refused.
      guard case .tooSmall = error, width == nil, height == nil else { throw error }
      figure.size = try drawn.grown(setting, measuring: renderer).size
      layout = try figure.layout(measuring: renderer)
    }
    if let first = layout.shortenedTexts.first {
      let others = layout.shortenedTexts.count - 1
      notes.append(
        "note: there is no room for the whole of '\(first)'"
          + (others > 0 ? " and \(others) more texts" : "")
          + "; a greater --width shows them, or --label shortens names"
      )
    }
    if layout.unnamedLevels > 0 {
      notes.append(
        "note: there is no room for the names of \(layout.unnamedLevels) rows; a greater --height names them")
    }
    var result = CommandResult(
      output: csv == "-" ? drawn.plottedData.csv : figure.alternativeText + "\n",
      notes: notes + DrawingOptions.note(unplaced: layout.unplacedLabels))
    for path in out {
      let file =
        switch ImageFormat(path: path)! {
        case .svg: OutputFile(path: path, bytes: try renderer.svg(layout.scene))
        case .pdf: OutputFile(path: path, bytes: try renderer.pdf(layout.scene))
        case .json: OutputFile(path: path, bytes: Array(layout.scene.json.utf8))
        // Encoded while what comes next is drawn.
        case .png: OutputFile(path: path, pending: try renderer.pendingPNG(layout.scene, dpi: dpi ?? 300))
        }
      result.files.append(file)
    }
    if let csv, csv != "-" {
      result.files.append(OutputFile(path: csv, bytes: Array(drawn.plottedData.csv.utf8)))
    }
    result.figure = FigureFacts(
      title: figure.alternativeTitle, altText: figure.alternativeText, width: figure.size.width,
      height: figure.size.height, caption: figure.caption.isEmpty ? nil : figure.caption)
    return result
  }
}

extension PendingPNG: PendingBytes {
  /// The encoded image.
  public func outcome() -> Result<[UInt8], any Error> { Result { try bytes() } }
}

extension DrawingOptions {
  /// What a reader is told of labels without a place.
  private static func note(unplaced labels: [String]) -> [String] {
    guard let first = labels.first else { return [] }
    if labels.count == 1 { return ["note: no room for the label '\(first)'; it is named under the figure"] }
    let names = labels.prefix(5).joined(separator: ", ") + (labels.count > 5 ? ", …" : "")
    return ["note: no room for \(labels.count) labels (\(names)); they are named under the figure"]
  }
}

extension ModelFigure {
  /// Takes the size asked for; without a height, that which the width wants.
  fileprivate mutating func resize(
    to width: Length?, by height: Length?, onSlide: Bool, _ setting: FigureSetting,
    measuring renderer: FigureRenderer
  ) throws(FigureError) {
    let slide = Size.centimetres(25.4, 14.3)
    let wanted = width?.points ?? (onSlide ? slide.width : size.width)
    if let height {
      size = Size(width: wanted, height: height.points)
    } else if onSlide, width == nil, !keepsHeight {
      // As high as a slide, unless it needs more.
      size = slide
      self = try grown(setting, measuring: renderer)
    } else if wanted != size.width || setting.theme.scale != 1 {
      self = try resized(toWidth: wanted, setting, measuring: renderer)
    }
  }
}

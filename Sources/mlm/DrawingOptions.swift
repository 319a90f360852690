import ArgumentParser
import ModelFigures
import Plotting

/// How a figure is drawn and where it goes: the options that all commands with figures share.
struct DrawingOptions: ParsableArguments {
  @OptionGroup var words: LanguageOption

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp(
      "Output file; its ending says the format. May be repeated. JSON holds every line and text with its place, for other programs to draw.",
      valueName: "F.svg|F.png|F.pdf|F.json"),
    completion: .file(extensions: ["svg", "png", "pdf", "json"]))
  var out: [String]

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write the plotted numbers; - prints them instead of the description.", valueName: "F.csv"))
  var csv: String?

  @OptionGroup var labels: LabelOption

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Width with unit cm, mm, in or pt. (default: 16cm)", valueName: "16cm"),
    transform: Length.init(parsing:))
  var width: Length?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Height with unit. (default: what the figure wants at its width)
      """, valueName: "10cm"),
    transform: Length.init(parsing:))
  var height: Length?

  @Option(
    name: .customLong("y-range"),
    help: ArgumentHelp(
      "Limits of the vertical axis, so that figures can be compared; write --y-range=-5:5 if the first is negative.",
      valueName: "LOW:HIGH"), transform: ValueRange.init(parsing:))
  var yRange: ValueRange?

  @Flag(help: "Leave the legend out, e.g. in a figure whose colours are asked for.")
  var noLegend = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      print, screen (a quarter larger) or slides (text of 15 points and more; 25.4cm wide, and 14.3cm high if nothing needs more). (default: print)
      """, valueName: "theme"))
  var theme: FigureTheme?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Dots of SVG and PDF as a picture of 300 dpi: auto (more than 20000), always or never. (default: auto)",
      valueName: "raster"))
  var raster: RasterChoice?

  @Option(name: .long, help: ArgumentHelp("Resolution of PNG. (default: 300)", valueName: "300"))
  var dpi: Double?

  enum FigureTheme: String, ExpressibleByArgument, CaseIterable {
    case print, screen, slides

    var theme: Theme {
      switch self {
      case .print: .print
      case .screen: .screen
      case .slides: .slides
      }
    }
  }

  enum RasterChoice: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  func validate() throws {
    for path in out where ImageFormat(path: path) == nil {
      throw ValidationError("cannot tell the format of '\(path)'; names end in .svg, .png, .pdf or .json")
    }
    if let dpi {
      if !(dpi >= 20 && dpi <= 2400) { throw ValidationError("--dpi is \(dpi); from 20 to 2400 would work") }
      if !out.contains(where: { ImageFormat(path: $0) == .png }) {
        throw ValidationError("--dpi is for PNG; no --out ends in .png")
      }
    }
  }
}

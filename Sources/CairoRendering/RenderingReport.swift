import CCairo
import CDeflate
import CPango
import Glibc
import Plotting

/// What a `doctor` reports about drawing.
public struct RenderingReport: Sendable, Equatable {
  /// A library in use.
  public struct Library: Sendable, Equatable {
    /// Its name, "Cairo".
    public let name: String
    /// What its shared object is called before ".so", "libcairo".
    public let object: String
    /// Its version, as it tells itself; nil if it does not.
    public let version: String?
  }
  /// A font asked for and what was found.
  public struct Font: Sendable, Equatable {
    /// What the font is for: "Latin", "Chinese".
    public let script: String
    /// Family asked for.
    public let requested: String
    /// Family that will be used; nil if no font at all shows the script.
    public let found: String?
    /// Version text of the font file; empty if none was found.
    public let version: String
    /// Whether the family asked for is the one found.
    public var isExpected: Bool { requested == found }
  }
  /// Libraries that draw, set text and encode.
  public let libraries: [Library]
  /// Fonts, Latin first.
  public let fonts: [Font]
}

extension FigureRenderer {
  /// Versions of the libraries and the fonts that texts will be set in. This touches fontconfig. What is missing is told, never thrown.
  public func report() -> RenderingReport {
    let wanted = families.split(separator: ",").map { $0.drop { $0 == " " } }.map(String.init)
    var fonts: [RenderingReport.Font] = []
    for (script, sample, language, index) in [("Latin", "Aa1", "en", 0), ("Chinese", "图表", "zh-CN", 1)] {
      let requested = wanted.indices.contains(index) ? wanted[index] : wanted.first ?? ""
      let found = try? typesetter.resolvedFont(for: sample, font: FontStyle(size: 9), language: language)
      fonts.append(
        RenderingReport.Font(script: script, requested: requested, found: found?.0, version: found?.1 ?? ""))
    }
    let cairo = unsafe String(cString: cairo_version_string())
    let pango = unsafe String(cString: pango_version_string())
    let harfbuzz = unsafe String(cString: hb_version_string())
    let deflate = unsafe String(cString: cdeflate_version())
    return RenderingReport(
      libraries: [
        .init(name: "Cairo", object: "libcairo", version: cairo),
        .init(name: "Pango", object: "libpango-1.0", version: pango),
        .init(name: "HarfBuzz", object: "libharfbuzz", version: harfbuzz),
        .init(name: "fontconfig", object: "libfontconfig", version: fontconfigVersion),
        .init(name: "libdeflate", object: "libdeflate", version: deflate),
      ], fonts: fonts)
  }

  // Fontconfig is loaded by Pango; we do not link it, so it is asked by symbol.

  private var fontconfigVersion: String? {
    typealias Version = @convention(c) () -> Int32
    guard let symbol = unsafe dlsym(nil, "FcGetVersion") else { return nil }
    let number = unsafe unsafeBitCast(symbol, to: Version.self)()
    return "\(number / 10_000).\(number / 100 % 100).\(number % 100)"
  }
}

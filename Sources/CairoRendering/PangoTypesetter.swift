import CCairo
import CPango
import Plotting

/// Sets single lines of text with Pango: measures them and shows them on a canvas.
///
/// Metrics are neither hinted nor rounded and one unit is one point, so that a line has the same width in every format. Families are
/// asked for by name, Latin first, which also settles which forms of Chinese characters are used. The font map is
/// Pango's own for the thread, so that fonts are found once however many renderers a program makes.
///
/// Not `Sendable`: a thread that draws makes its own.
@safe final class PangoTypesetter {
  /// Families in order of preference, as fontconfig names them.
  let families: String
  private let context: OpaquePointer
  private let layout: OpaquePointer
  private var descriptions: [FontStyle: FontDescription] = [:]
  private var language = ""
  private var hasScripts = false
  /// Outlines of texts, made when an SVG first shows them.
  var outlines: [OutlineKey: [UInt8]] = [:]
  /// Where outlines are traced: without an edge, since glyphs beyond one would be left out.
  private lazy var tracing: OpaquePointer = {
    let surface = unsafe cairo_recording_surface_create(CAIRO_CONTENT_ALPHA, nil)
    defer { unsafe cairo_surface_destroy(surface) }
    return unsafe cairo_create(surface)
  }()

  init(families: String) {
    self.families = families
    // The thread's map belongs to Pango.
    unsafe context = pango_font_map_create_context(pango_cairo_font_map_get_default())
    let options = unsafe cairo_font_options_create()
    unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    unsafe cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    unsafe pango_cairo_context_set_font_options(context, options)
    unsafe cairo_font_options_destroy(options)
    unsafe pango_cairo_context_set_resolution(context, 72)
    unsafe pango_context_set_round_glyph_positions(context, 0)
    unsafe layout = pango_layout_new(context)
    unsafe pango_layout_set_single_paragraph_mode(layout, 1)
  }

  /// The outline of a line with its baseline at the origin; the caller releases it.
  func path(of run: TextRun, language: String) throws(FigureError) -> UnsafeMutablePointer<cairo_path_t> {
    try set(run.text, run.font, language)
    unsafe cairo_new_path(tracing)
    unsafe cairo_move_to(tracing, 0, 0)
    unsafe pango_cairo_layout_line_path(tracing, pango_layout_get_line_readonly(layout, 0))
    return unsafe cairo_copy_path(tracing)
  }

  deinit {
    unsafe cairo_destroy(tracing)
    unsafe cpango_layout_free(layout)
    unsafe cpango_context_free(context)
  }

  /// Advance width of a line, in points.
  func width(of text: String, font: FontStyle, language: String) throws(FigureError) -> Double {
    try set(text, font, language)
    var width: Int32 = 0
    unsafe pango_layout_get_size(layout, &width, nil)
    return Double(width) / Double(PANGO_SCALE)
  }

  /// Shows a line at its origin, with its halo and rotation.
  func show(_ run: TextRun, language: String, on canvas: CairoCanvas) throws(FigureError) {
    try set(run.text, run.font, language)
    let line = unsafe pango_layout_get_line_readonly(layout, 0)
    unsafe canvas.withTextOrigin(run.origin, rotation: run.rotation) { cairo in
      if let halo = run.halo {
        unsafe cairo_move_to(cairo, 0, 0)
        unsafe pango_cairo_layout_line_path(cairo, line)
        unsafe cairo_set_source_rgba(cairo, halo.red, halo.green, halo.blue, halo.alpha)
        unsafe cairo_set_line_width(cairo, 0.2 * run.font.size)
        unsafe cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND)
        unsafe cairo_set_dash(cairo, nil, 0, 0)
        unsafe cairo_stroke(cairo)
      }
      unsafe cairo_move_to(cairo, 0, 0)
      unsafe cairo_set_source_rgba(cairo, run.colour.red, run.colour.green, run.colour.blue, run.colour.alpha)
      unsafe pango_cairo_show_layout_line(cairo, line)
    }
  }

  /// The font that shows a text: family and style as found, and the version its file carries.
  func resolvedFont(for text: String, font: FontStyle, language: String) throws(FigureError) -> (
    String, String
  ) {
    try set(text, font, language)
    guard let found = unsafe cpango_first_font(layout) else { return ("", "") }
    let description = unsafe pango_font_describe(found)
    defer { unsafe pango_font_description_free(description) }
    let family =
      unsafe pango_font_description_get_family(description).map { unsafe String(cString: $0) } ?? ""
    var buffer = [CChar](repeating: 0, count: 256)
    let length = unsafe cpango_font_version(found, &buffer, UInt32(buffer.count))
    let version = String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (family, version)
  }

  /// Makes subscripts and superscripts of a line small, low and high.
  private func setScripts(_ pieces: [MathText.Piece], _ font: FontStyle) {
    guard pieces.contains(where: { $0.script != .base }) else {
      if hasScripts { unsafe pango_layout_set_attributes(layout, nil) }
      hasScripts = false
      return
    }
    let list = unsafe pango_attr_list_new()
    var start: UInt32 = 0
    for piece in pieces {
      let end = start + UInt32(piece.text.utf8.count)
      if piece.script != .base {
        let rise = piece.script == .sup ? MathText.superscriptRise : -MathText.subscriptDrop
        unsafe cpango_add_script(
          list, start, end, Int32(MathText.scriptSize * font.size * Double(PANGO_SCALE)),
          Int32(rise * font.size * Double(PANGO_SCALE)))
      }
      start = end
    }
    unsafe pango_layout_set_attributes(layout, list)
    unsafe pango_attr_list_unref(list)
    hasScripts = true
  }

  /// Puts a line into the layout and makes sure that every character has a glyph.
  private func set(_ text: String, _ font: FontStyle, _ language: String) throws(FigureError) {
    if language != self.language {
      unsafe pango_context_set_language(context, pango_language_from_string(language))
      unsafe pango_layout_context_changed(layout)
      self.language = language
    }
    let description = descriptions[font] ?? FontDescription(font, families: families)
    descriptions[font] = description
    unsafe pango_layout_set_font_description(layout, description.pointer)
    let pieces = MathText.pieces(of: text)
    let plain = pieces.count == 1 ? pieces[0].text : MathText.plain(text)
    unsafe pango_layout_set_text(layout, plain, Int32(plain.utf8.count))
    setScripts(pieces, font)
    guard unsafe pango_layout_get_unknown_glyphs_count(layout) > 0 else { return }
    for character in plain {
      let single = String(character)
      unsafe pango_layout_set_text(layout, single, Int32(single.utf8.count))
      if unsafe pango_layout_get_unknown_glyphs_count(layout) > 0 {
        throw FigureError.missingGlyph(character, text: text, families: families)
      }
    }
    throw FigureError.textFailed(
      "the characters of '\(text)' have glyphs one by one but not together; give it another name")
  }
}

/// A family list with a size and a weight, owned.
@safe private final class FontDescription {
  let pointer: OpaquePointer

  init(_ font: FontStyle, families: String) {
    unsafe pointer = pango_font_description_new()
    unsafe pango_font_description_set_family(pointer, families)
    unsafe pango_font_description_set_absolute_size(pointer, font.size * Double(PANGO_SCALE))
    unsafe pango_font_description_set_weight(pointer, font.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
  }

  deinit { unsafe pango_font_description_free(pointer) }
}

import Glibc

/// pandoc as a filter: Markdown in, an HTML fragment with MathML out. Nothing passes through files.
public struct Pandoc {
  /// The converter.
  package init() {}

  /// A fragment and what pandoc said about it.
  struct Output {
    let html: String
    let warnings: [String]
  }

  /// Citations would take our references, implicit figures our images, smart quotes the Chinese ones.
  private static let reader =
    "markdown-citations-implicit_figures-auto_identifiers-yaml_metadata_block-example_lists"

  /// The version of the pandoc on the PATH, nil where there is none.
  public static func version() -> String? {
    guard let process = try? Subprocess(["pandoc", "--version"], input: []), process.status == 0 else {
      return nil
    }
    let first = String(decoding: process.output.prefix { $0 != 10 }, as: UTF8.self)
    return first.split(separator: " ").last.map(String.init)
  }

  /// Converts a text.
  /// - Throws: `LabError.pandocMissing` or `.pandocFailed`.
  func html(from markdown: String, language: LabLanguage) throws(LabError) -> Output {
    let from = Pandoc.reader + (language == .zh ? "-smart+east_asian_line_breaks" : "+smart")
    let process = try Subprocess(
      [
        "pandoc", "--from", from, "--to", "html5", "--mathml", "--no-highlight", "--wrap=preserve",
        "--columns=10000",
      ], input: Array(markdown.utf8))
    let said = String(decoding: process.errorOutput, as: UTF8.self).trimmingNewlines()
    guard process.status == 0 else { throw .pandocFailed(status: process.status, message: said) }
    let warnings = said.split(separator: "\n").map(String.init)
    return Output(
      html: Pandoc.marking(signs: String(decoding: process.output, as: UTF8.self)), warnings: warnings)
  }

  /// MathML with a minus behind another operator marked as a sign, close to its number: browsers set it as a difference otherwise.
  static func marking(signs html: String) -> String {
    guard html.contains("<mo>−</mo>") else { return html }
    let parts = html.split(separator: "<mo>−</mo>", omittingEmptySubsequences: false)
    var out = String(parts[0])
    for (before, after) in zip(parts, parts.dropFirst()) {
      let isSign = before.hasSuffix("</mo>") && !before.hasSuffix("form=\"postfix\">)</mo>")
      out += (isSign ? "<mo form=\"prefix\">−</mo>" : "<mo>−</mo>") + after
    }
    return out
  }

  /// Converts a text into a Word document; the same text and images give the same bytes.
  /// - Parameter folder: where the images that the text names lie.
  /// - Throws: `LabError.pandocMissing` or `.pandocFailed`.
  package func docx(
    from markdown: String, title: String, language: LabLanguage, imagesIn folder: String
  ) throws(LabError) -> [UInt8] {
    let from = Pandoc.reader + (language == .zh ? "-smart+east_asian_line_breaks" : "+smart")
    let process = try Subprocess(
      [
        "pandoc", "--from", from, "--to", "docx", "--output", "-", "--no-highlight",
        "--resource-path", folder, "--metadata", "title=\(title)",
        "--metadata", "lang=\(language == .zh ? "zh-CN" : "en-GB")",
      ], input: Array(markdown.utf8), variables: ["SOURCE_DATE_EPOCH=315532800"])
    let said = String(decoding: process.errorOutput, as: UTF8.self).trimmingNewlines()
    guard process.status == 0 else { throw .pandocFailed(status: process.status, message: said) }
    return process.output
  }
}

/// A Markdown document as one HTML page that needs no other file: formulas as MathML, images put into it.
public struct MarkdownPage: Sendable {
  /// The title, plain text.
  public let title: String
  /// The line below it; empty for none.
  public let subtitle: String
  /// The document without its title.
  public let markdown: String
  /// Its language.
  public let language: LabLanguage

  /// A page.
  public init(title: String, subtitle: String = "", markdown: String, language: LabLanguage) {
    self.title = title
    self.subtitle = subtitle
    self.markdown = markdown
    self.language = language
  }

  /// The page.
  /// - Parameter files: images that the document names by these paths.
  /// - Throws: `LabError.pandocMissing` or `.pandocFailed`.
  public func html(embedding files: [OutputFile]) throws(LabError) -> String {
    let body = ShortCode(in: TableHeads(in: try Pandoc().html(from: markdown, language: language).html).html)
      .html
    var head = "<h1>\(title.escapingHTML())</h1>\n"
    if !subtitle.isEmpty { head += "<p class=\"subtitle\">\(subtitle.escapingHTML())</p>\n" }
    return HandoutPage.frame(
      language: language, title: title.escapingHTML(), bodyClass: "report",
      content: "<header>\n\(head)</header>\n<main>\n\(HandoutPage.embedded(files, in: body))</main>\n")
  }
}

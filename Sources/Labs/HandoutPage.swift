/// The HTML page around a handout's body: one file that needs no other, no script and no network.
struct HandoutPage {
  private let build: LabBuild
  private let body: String
  private let numbering: LabNumbering

  init(build: LabBuild, body: String, visible: [LabElement]) {
    self.build = build
    self.body = ShortCode(in: TableHeads(in: body).html).html
    numbering = LabNumbering(visible)
  }

  /// The page, with every image that is among the files put into it as a data address.
  func text(embedding files: [OutputFile]) -> String {
    let matter = build.document.frontMatter
    let phrases = LabPhrases(build.language)
    let title = (matter.titles[build.language] ?? "").escapingHTML()
    var head = "<h1>\(title)</h1>\n"
    if let subtitle = matter.subtitles[build.language] {
      head += "<p class=\"subtitle\">\(subtitle.escapingHTML())</p>\n"
    }
    var facts = [matter.author, matter.date].compactMap { $0 }
    if numbering.exercises > 0 {
      facts.append(phrases.load(exercises: numbering.exercises, points: numbering.points))
    }
    if !facts.isEmpty {
      let items = facts.map { "<span>\($0.escapingHTML())</span>" }
      head += "<p class=\"facts\">\(items.joined(separator: " · "))</p>\n"
    }
    if build.audience == .instructor {
      head += "<p class=\"version\">\(phrases.instructorVersion)</p>\n"
    } else if numbering.hasAnswers {
      head +=
        "<p class=\"who\"><span>\(phrases.name)</span><i></i><span>\(phrases.studentNumber)</span><i></i></p>\n"
    }
    return HandoutPage.frame(
      language: build.language, title: title, bodyClass: build.audience.rawValue,
      content: "<header>\n\(head)</header>\n<main>\n\(HandoutPage.embedded(files, in: body))</main>\n")
  }

  /// A page with our style sheet; `title` is escaped already.
  static func frame(language: LabLanguage, title: String, bodyClass: String, content: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="\(language.htmlTag)">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="generator" content="multilevel-lab">
    <title>\(title)</title>
    <style>
    \(handoutStyle)
    </style>
    </head>
    <body class="\(bodyClass)">
    \(content)</body>
    </html>

    """
  }

  /// A body with `src="path"` replaced by the file's bytes, in one pass.
  static func embedded(_ files: [OutputFile], in body: String) -> String {
    let source = Array(body.utf8)
    let mark = Array("src=\"".utf8)
    var out: [UInt8] = []
    var i = 0
    while i < source.count {
      guard source[i] == mark[0], source[i...].starts(with: mark) else {
        out.append(source[i])
        i += 1
        continue
      }
      i += mark.count
      out += mark
      let path = source[i...].prefix { $0 != UInt8(ascii: "\"") }
      i += path.count
      let name = String(decoding: path, as: UTF8.self)
      if let file = files.first(where: { $0.path.escapingHTML() == name }),
        let type = HandoutPage.mediaType(name)
      {
        out += "data:\(type);base64,\(base64(file.bytes))".utf8
      } else {
        out += path
      }
    }
    return String(decoding: out, as: UTF8.self) + (body.hasSuffix("\n") ? "" : "\n")
  }

  private static func mediaType(_ path: String) -> String? {
    switch path.split(separator: ".").last {
    case "svg": "image/svg+xml"
    case "png": "image/png"
    case "jpg", "jpeg": "image/jpeg"
    case "gif": "image/gif"
    default: nil
    }
  }
}

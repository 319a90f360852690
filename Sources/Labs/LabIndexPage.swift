/// The page of an index for one audience: instructors find the students' handouts there, too.
struct LabIndexPage {
  private let title: String
  private let labs: [Lab]
  private let audience: LabAudience

  init(title: String, results: [LabResult], audience: LabAudience) {
    self.title = title
    self.audience = audience
    var labs: [Lab] = []
    var place: [String: Int] = [:]
    for result in results where audience == .instructor || result.audience == .student {
      if let i = place[result.lab] {
        labs[i].versions.append(result)
      } else {
        place[result.lab] = labs.count
        labs.append(Lab(titles: result.titles, subtitles: result.subtitles, versions: [result]))
      }
    }
    self.labs = labs
  }

  private struct Lab {
    let titles: [LabLanguage: String]
    let subtitles: [LabLanguage: String]
    var versions: [LabResult]

    /// The figures in a language, of the fullest version on the page.
    func figures(_ language: LabLanguage) -> [LabFigure] {
      let candidates = versions.filter { $0.language == language }
      return (candidates.first { $0.audience == .instructor } ?? candidates.first)?.figures ?? []
    }

    var languages: [LabLanguage] {
      LabLanguage.allCases.filter { language in versions.contains { $0.language == language } }
    }

    /// The data files; one that students and instructors get is named once.
    var handouts: [String] {
      var paths: [String] = []
      let inOrder = LabAudience.allCases.flatMap { audience in versions.filter { $0.audience == audience } }
      for version in inOrder {
        for file in version.files {
          let path = file.path.dropFirst(version.audience.folder.count)
          guard path.hasPrefix("handout/"), !paths.contains(where: { $0.hasSuffix(path) }) else { continue }
          paths.append(file.path)
        }
      }
      return paths
    }
  }

  /// The address of a file of the output folder, seen from this page.
  private func link(_ path: String) -> String {
    if audience.folder.isEmpty { return path }
    return path.hasPrefix(audience.folder) ? String(path.dropFirst(audience.folder.count)) : "../" + path
  }

  private func versionName(_ result: LabResult) -> String {
    let phrases = LabPhrases(result.language)
    let audience = result.audience == .student ? phrases.studentAudience : phrases.instructorAudience
    return "\(phrases.languageName) · \(audience)"
  }

  /// The lists of a lab, the students' without a heading.
  private func sections(_ lab: Lab) -> [(heading: [LabLanguage: String]?, versions: [LabResult])] {
    let heading: [LabLanguage: String] = [.en: "For instructors, with solutions", .zh: "教师用，含解答"]
    return [
      (nil, lab.versions.filter { $0.audience == .student }),
      (heading, lab.versions.filter { $0.audience == .instructor }),
    ].filter { !$0.1.isEmpty }
  }

  /// A version's documents, the pages to be read before their sources.
  private func documents(_ version: LabResult) -> [String] {
    version.documents.filter { $0.hasSuffix(".html") } + version.documents.filter { !$0.hasSuffix(".html") }
  }

  /// What a figure is called, as a sentence begins.
  private func caption(_ figure: LabFigure) -> String {
    figure.shortCaption.prefix(1).uppercased() + figure.shortCaption.dropFirst()
  }

  private func formatName(_ path: String) -> String { path.hasSuffix(".html") ? "HTML" : "Markdown" }

  private func dataName(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }

  /// The files of a figure with their formats: its SVG, and what the build made beside it, a PNG and the plotted numbers.
  private func files(of figure: LabFigure, in lab: Lab) -> [(path: String, format: String)] {
    let beside = [".png", ".csv"].map { String(figure.path.dropLast(4)) + $0 }.filter { path in
      lab.versions.contains { $0.files.contains { $0.path == path } }
    }
    return ([figure.path] + beside).map { ($0, $0.suffix(3).uppercased()) }
  }

  // MARK: Markdown

  var markdown: String {
    var parts = ["# \(title)"]
    for lab in labs {
      parts.append("## " + lab.languages.compactMap { lab.titles[$0] }.joined(separator: " · "))
      let subtitles = lab.languages.compactMap { lab.subtitles[$0] }
      if !subtitles.isEmpty { parts.append(subtitles.joined(separator: "\\\n")) }
      for (i, section) in sections(lab).enumerated() {
        if let heading = section.heading {
          parts.append("### " + lab.languages.compactMap { heading[$0] }.joined(separator: " · "))
        }
        var lines = section.versions.map { version in
          let links = documents(version).map { "[\(formatName($0))](\(link($0)))" }.joined(separator: ", ")
          return "- \(versionName(version)): \(links)"
        }
        if i == 0, !lab.handouts.isEmpty {
          let links = lab.handouts.map { "[\(dataName($0))](\(link($0)))" }
          lines.append("- Data · 数据: " + links.joined(separator: ", "))
        }
        parts.append(lines.joined(separator: "\n"))
      }
      for language in lab.languages where !lab.figures(language).isEmpty {
        let phrases = LabPhrases(language)
        parts.append("### \(phrases.figures)" + (lab.languages.count > 1 ? " · \(phrases.languageName)" : ""))
        for figure in lab.figures(language) {
          let path = link(figure.path)
          parts.append("![\(figure.altText.escapingBrackets())](\(path))")
          let files = files(of: figure, in: lab).map { "[\($0.format)](\(link($0.path)))" }
          let more = files.count > 1 ? " (\(files.joined(separator: ", ")))" : ""
          parts.append(
            "**\(phrases.figure)\u{A0}\(figure.number)**\(phrases.captionStop)\(caption(figure))\(more)")
        }
      }
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  // MARK: HTML

  var html: String {
    var content = "<header>\n<h1>\(title.escapingHTML())</h1>\n</header>\n<main>\n"
    for lab in labs {
      content += "<h2>\(spans(lab.titles, lab.languages, separator: " "))</h2>\n"
      if !lab.subtitles.isEmpty {
        content += "<p class=\"subtitle\">\(spans(lab.subtitles, lab.languages, separator: " "))</p>\n"
      }
      for (i, section) in sections(lab).enumerated() {
        if let heading = section.heading { content += "<h3>\(spans(heading, lab.languages))</h3>\n" }
        content += "<table>\n<tbody>\n"
        for version in section.versions {
          let links = documents(version).map { anchor($0, formatName($0)) }
          content += "<tr lang=\"\(version.language.htmlTag)\"><th scope=\"row\">\(versionName(version))</th>"
          content += "<td>\(links.joined(separator: ", "))</td></tr>\n"
        }
        if i == 0, !lab.handouts.isEmpty {
          let links = lab.handouts.map { anchor($0, dataName($0)) }
          content += "<tr><th scope=\"row\">Data · <span lang=\"zh-Hans\">数据</span></th>"
          content += "<td>\(links.joined(separator: ", "))</td></tr>\n"
        }
        content += "</tbody>\n</table>\n"
      }
      for language in lab.languages where !lab.figures(language).isEmpty {
        content += cards(lab.figures(language), of: lab, LabPhrases(language))
      }
    }
    return HandoutPage.frame(
      language: .en, title: title.escapingHTML(), bodyClass: "index", content: content + "</main>\n")
  }

  private func anchor(_ path: String, _ words: String) -> String {
    "<a href=\"\(link(path).escapingHTML())\">\(words.escapingHTML())</a>"
  }

  /// One text in several languages, each marked as such.
  private func spans(
    _ texts: [LabLanguage: String], _ languages: [LabLanguage], separator: String = "\u{A0}· "
  ) -> String {
    languages.compactMap { language in
      texts[language].map { "<span lang=\"\(language.htmlTag)\">\($0.escapingHTML())</span>" }
    }.joined(separator: separator)
  }

  private func cards(_ figures: [LabFigure], of lab: Lab, _ phrases: LabPhrases) -> String {
    let tag = phrases.language.htmlTag
    var out =
      "<h3 lang=\"\(tag)\">\(phrases.figures) · \(phrases.languageName)</h3>\n<ul class=\"cards\" lang=\"\(tag)\">\n"
    for figure in figures {
      let path = link(figure.path).escapingHTML()
      let links = files(of: figure, in: lab).map { anchor($0.path, $0.format) }.joined(separator: ", ")
      out += "<li><a href=\"\(path)\"><img src=\"\(path)\" alt=\"\(figure.altText.escapingHTML())\"></a>"
      out += "<p><span class=\"label\">\(phrases.figure)\u{A0}\(figure.number)</span>"
      out +=
        "\(phrases.captionStop)\(caption(figure).escapingHTML()) <span class=\"muted\">(\(links))</span></p></li>\n"
    }
    return out + "</ul>\n"
  }
}

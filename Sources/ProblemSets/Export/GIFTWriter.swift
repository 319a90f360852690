import Labs

/// Moodle's plain format GIFT: one question an answer, since it has no cloze questions. Pictures and data
/// stand in addresses of their own.
struct GIFTWriter {
  private let export: QuestionExport
  private let language: LabLanguage
  private var told = ExportNotes()
  /// What the one who imports should know.
  var notes: [String] { told.lines }

  init(_ export: QuestionExport, _ language: LabLanguage) {
    self.export = export
    self.language = language
  }

  /// The whole file.
  mutating func document() throws(ExportError) -> String {
    var out = ""
    for variants in export.problems {
      for k in variants[0].answers.indices {
        let isPart = variants[0].answers.count > 1
        let name = variants[0].problem + (isPart ? "-\(variants[0].answers[k].id)" : "")
        out += "$CATEGORY: $course$/top/\(export.set) (\(language.rawValue))/\(name)\n\n"
        for variant in variants {
          out += try question(isPart ? variant.part(with: [k]) : variant, name: name) + "\n"
        }
        if isPart {
          told.tell(
            variants[0].problem,
            "GIFT has no questions of several parts; each part is a question that repeats the text"
          )
        }
      }
    }
    return out
  }

  private mutating func question(_ variant: ProblemVariant, name: String) throws(ExportError) -> String {
    let text = ExportedText(variant: variant, language: language)
    let stem = text.stem(address: \.dataAddress) { _ in "______" }
    let part = name == variant.problem ? "" : " (\(variant.answers[0].id))"
    var out = "// id: \(export.set)-\(name)-\(variant.code)-\(language.rawValue)\n"
    out +=
      "::\(GIFTText.escaped(text.title + part + " · " + variant.code))::[html]\(GIFTText.escaped(stem)) {"
    let solution = GIFTText.escaped(text.solution(address: \.dataAddress))
    let general = solution.isEmpty ? "" : "\n####\(solution)"
    switch variant.answers[0].key {
    case .number(let key): out += "#" + number(key, text) + general + "\n}\n"
    case .single(let options): out += choice(options, text, isSingle: true) + general + "\n}\n"
    case .multiple(let options): out += choice(options, text, isSingle: false) + general + "\n}\n"
    case .essay:
      told.tell(variant.problem, "GIFT has no place for a rubric")
      out += general.isEmpty ? "}\n" : general + "\n}\n"
    }
    return out
  }

  private mutating func fraction(_ share: Double, _ text: ExportedText, _ id: String) -> String {
    let legal = LegalFraction.nearest(share)
    if legal.isMoved {
      told.tell(
        text.variant.problem,
        "the credit of '\(id)', \(AnswerText.points(share * 100)) %, becomes \(legal.text) %, the nearest "
          + "that Moodle takes"
      )
    }
    return legal.text
  }

  private func said(_ feedback: [LabLanguage: String], _ text: ExportedText) -> String {
    let html = text.short(feedback, address: \.dataAddress)
    return html.isEmpty ? "" : " #" + GIFTText.escaped(html)
  }

  private mutating func number(_ key: NumberKey, _ text: ExportedText) -> String {
    func line(_ grade: String, _ value: Double, _ tolerance: Double, _ feedback: [LabLanguage: String])
      -> String
    {
      "\n=\(grade)\(ExportedNumber.text(value)):\(ExportedNumber.tolerance(tolerance))" + said(feedback, text)
    }
    var out = line("", key.value, key.tolerance, GradingWords.right)
    for mistake in key.misconceptions {
      let share = fraction(mistake.credit, text, mistake.id)
      out += line("%\(share)%", mistake.value, mistake.tolerance, mistake.feedback)
    }
    return out
  }

  private mutating func choice(_ options: [ChoiceOption], _ text: ExportedText, isSingle: Bool) -> String {
    var out = ""
    for option in options {
      let words = GIFTText.escaped(text.short(option.text, address: \.dataAddress))
      let share = fraction(option.isRight && isSingle ? 1 : option.credit, text, option.id)
      let sign = isSingle && option.isRight ? "=" : share == "0" ? "~" : "~%\(share)%"
      out += "\n\(sign)\(words)" + said(option.feedback, text)
    }
    return out
  }
}

/// Text in GIFT.
enum GIFTText {
  /// The text with `~ = # { } : \` behind backslashes; line ends become blanks, in code `\n`, which the
  /// importer reads as line ends.
  static func escaped(_ text: String) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count + text.utf8.count / 16)
    for part in CodeBlocks.parts(html: text) {
      for byte in part.text.utf8 {
        switch byte {
        case 0x0A where part.isCode: out += "\\n".utf8
        case 0x0A, 0x0D: out.append(0x20)
        case UInt8(ascii: "~"), UInt8(ascii: "="), UInt8(ascii: "#"), UInt8(ascii: "{"), UInt8(ascii: "}"),
          UInt8(ascii: ":"), UInt8(ascii: "\\"):
          out += [UInt8(ascii: "\\"), byte]
        default: out.append(byte)
        }
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}

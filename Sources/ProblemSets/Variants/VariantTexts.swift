import Estimates
import Labs

/// Writes a variant's texts with its numbers put in.
struct VariantTexts {
  private let problem: Problem
  private let scope: VariantScope

  init(_ problem: Problem, _ scope: VariantScope) {
    self.problem = problem
    self.scope = scope
  }

  /// A template's text in one language.
  func text(_ template: TextTemplate, _ language: LabLanguage) throws -> String {
    try pieces(template, language).map { if case .markdown(let text) = $0 { text } else { "" } }.joined()
  }

  /// A template's pieces in one language, blanks by the answers' order.
  func pieces(_ template: TextTemplate, _ language: LabLanguage) throws -> [StemPiece] {
    var pieces: [StemPiece] = []
    var text = ""
    func flush() {
      if !text.isEmpty {
        pieces.append(
          .markdown(
            language == .zh ? CodeBlocks.changingText(of: text) { $0.joiningChineseLines() } : text))
      }
      text = ""
    }
    for piece in template.pieces {
      switch piece {
      case .text(let part): text += part
      case .value(let value): text += try number(value)
      case .word(let name): text += scope.words[name]?.names[language] ?? name
      case .blank(let id, _):
        flush()
        pieces.append(.blank(problem.answers.firstIndex { $0.id == id }!))
      }
    }
    flush()
    return pieces
  }

  private func number(_ value: LabValue) throws -> String {
    let number: Double
    do { number = try value.expression.value(scope.value) } catch {
      throw ProblemError.faults([LabFault(at: value.location, "\(error)")])
    }
    do { return try value.format.text(number, inFormula: value.isInFormula) } catch {
      throw DrawFailure(
        .degenerate,
        "\(value.location): '\(value.expression.text)' is \(error == .notWhole ? "not whole" : "no number")")
    }
  }

  /// The text of a figure for those who cannot see it.
  func altText(_ block: LabBlock, _ language: LabLanguage) throws -> String {
    var text = ""
    for segment in block.altTexts[language]?.segments ?? [] {
      switch segment {
      case .text(let part): text += part
      case .value(let value): text += try number(value)
      case .reference: break
      }
    }
    return try scope.replaced(text)
  }

  /// The stem.
  func stem(_ language: LabLanguage, _ outcomes: [Int: VariantRun.Outcome]) throws -> [StemPiece] {
    var all: [StemPiece] = []
    for element in problem.body.stem {
      switch element {
      case .text(language, let template): all += try pieces(template, language) + [.markdown("\n\n")]
      case .text: break
      case .block(let index): all.append(.markdown(try block(index, language, outcomes) + "\n\n"))
      }
    }
    return VariantTexts.tidied(all)
  }

  /// The worked solution.
  func solution(_ language: LabLanguage, _ outcomes: [Int: VariantRun.Outcome]) throws -> String {
    var text = ""
    for element in problem.body.solution {
      switch element {
      case .text(language, let template): text += try self.text(template, language) + "\n\n"
      case .text: break
      case .block(let index): text += try block(index, language, outcomes) + "\n\n"
      }
    }
    return text.collapsingBlankLines()
  }

  private func block(
    _ index: Int, _ language: LabLanguage, _ outcomes: [Int: VariantRun.Outcome]
  ) throws -> String {
    let block = problem.body.blocks[index]
    if block.kind == .figure {
      let alt = try altText(block, language).escapingBrackets()
      guard let path = outcomes[index]?.figure else { return "*[\(alt)]*" }
      return "![\(alt)](\(path))"
    }
    guard let outcome = outcomes[index] else { return "" }
    var parts: [String] = []
    if block.showsCommand { parts.append("```sh\n\(outcome.commands.joined(separator: "\n"))\n```") }
    let output = outcome.output.trimmingNewlines()
    if block.showsOutput, !output.isEmpty {
      switch block.kind {
      case .table: parts.append(PipeTable.typeset(output))
      case .markdown: parts.append(output)
      default: parts.append("```\n\(output)\n```")
      }
    }
    return parts.joined(separator: "\n\n")
  }

  /// Neighbouring texts joined, blank lines collapsed, none at the ends.
  private static func tidied(_ pieces: [StemPiece]) -> [StemPiece] {
    var joined: [StemPiece] = []
    for piece in pieces {
      if case .markdown(let text) = piece, case .markdown(let before)? = joined.last {
        joined[joined.count - 1] = .markdown(before + text)
      } else {
        joined.append(piece)
      }
    }
    for (i, piece) in joined.enumerated() {
      guard case .markdown(let text) = piece else { continue }
      joined[i] = .markdown(
        text.collapsingBlankLines(keepsStart: i > 0, keepsEnd: i < joined.count - 1))
    }
    return joined.filter { $0 != .markdown("") }
  }
}

extension String {
  /// At most one blank line in a row; none at the ends unless a blank stands there.
  func collapsingBlankLines(keepsStart: Bool = false, keepsEnd: Bool = false) -> String {
    var lines: [Substring] = []
    let all = split(separator: "\n", omittingEmptySubsequences: false)
    let code = CodeBlocks.ranges(in: all)
    for (i, line) in all.enumerated() {
      let inCode = code.contains { $0.contains(i) }
      if !inCode, line.isEmpty, let last = lines.last, last.isEmpty, lines.count > 1 || !keepsStart {
        continue
      }
      lines.append(line)
    }
    if !keepsStart { while let first = lines.first, first.isEmpty { lines.removeFirst() } }
    if !keepsEnd { while let last = lines.last, last.isEmpty { lines.removeLast() } }
    return lines.joined(separator: "\n")
  }
}

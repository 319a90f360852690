import Labs

extension MoodleWriter {
  /// Several answers in one text, each as a mark where its blank stands; those without a blank below the
  /// text.
  mutating func cloze(_ text: ExportedText) throws(ExportError) -> String {
    let variant = text.variant
    let weights = ClozeWeights.of(variant.answers.map(\.weight), points: variant.points)
    if !weights.isExact {
      told.tell(
        variant.problem, "the parts' weights are rounded to whole numbers, as cloze questions need them"
      )
    }
    var marks: [String] = []
    for (answer, weight) in zip(variant.answers, weights.whole) {
      marks.append(try clozeMark(answer, weight, text))
    }
    var stem = text.stem(address: Self.address) { ClozeText.outside("\u{E000}\($0)\u{E001}") }
    stem = ClozeText.outside(stem)
    for (i, mark) in marks.enumerated() { stem = stem.replacing("\u{E000}\(i)\u{E001}", with: mark) }
    for i in variant.answersWithoutBlank(language) {
      stem += "\n<p>\(XMLText.escaped(variant.answers[i].id)): \(marks[i])</p>"
    }
    if abs(Double(weights.whole.reduce(0, +)) - variant.points) > 1e-9 {
      told.tell(
        variant.problem,
        "as a cloze question it is worth \(weights.whole.reduce(0, +)) in Moodle's bank, the sum of its "
          + "parts' weights; the quiz scales it to \(AnswerText.points(variant.points))"
      )
    }
    return frame("cloze", text, part: nil, stem: stem, "")
  }

  private mutating func clozeMark(_ answer: VariantAnswer, _ weight: Int, _ text: ExportedText)
    throws(ExportError)
    -> String
  {
    var alternatives: [String] = []
    func said(_ feedback: [LabLanguage: String]) -> String {
      let html = text.short(feedback, address: Self.address)
      return html.isEmpty ? "" : "#" + ClozeText.inside(html)
    }
    switch answer.key {
    case .number(let key):
      alternatives.append(
        "=\(ExportedNumber.text(key.value)):\(ExportedNumber.tolerance(key.tolerance))"
          + said(GradingWords.right))
      for mistake in key.misconceptions {
        let share = fraction(mistake.credit, text, mistake.id)
        alternatives.append(
          "%\(share)%\(ExportedNumber.text(mistake.value)):\(ExportedNumber.tolerance(mistake.tolerance))"
            + said(mistake.feedback))
      }
      return "{\(weight):NUMERICAL:\(alternatives.joined(separator: "~"))}"
    case .single(let options), .multiple(let options):
      let isSingle = if case .single = answer.key { true } else { false }
      try checkRight(options, text, isSingle: isSingle)
      for option in options {
        let share = fraction(option.isRight && isSingle ? 1 : option.credit, text, option.id)
        let sign = share == "100" ? "=" : share == "0" ? "" : "%\(share)%"
        alternatives.append(
          sign + ClozeText.alternative(text.short(option.text, address: Self.address)) + said(option.feedback)
        )
      }
      // Radio buttons and boxes, since drop-downs show no formulas.
      return
        "{\(weight):\(isSingle ? "MULTICHOICE_V" : "MULTIRESPONSE"):\(alternatives.joined(separator: "~"))}"
    case .essay:
      throw ExportError(problem: text.variant.problem, "an essay cannot be a part of a cloze question")
    }
  }
}

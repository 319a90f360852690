import Labs

/// Grades exported files again by the importers' rules: each key earns all, each misconception what it
/// should, another number nothing. Code in the texts, such as a printed fit, has kept its lines.
struct ExportVerification {
  private let export: QuestionExport
  private let target: ExportTarget
  private let language: LabLanguage
  /// Responses that were graded.
  private(set) var count = 0

  init(_ export: QuestionExport, _ target: ExportTarget, _ language: LabLanguage) {
    self.export = export
    self.target = target
    self.language = language
  }

  /// Reads files back and compares.
  /// - Throws: `ExportError` at the first difference.
  mutating func check(_ files: [OutputFile]) throws(ExportError) {
    let questions: [ImportedQuestion]
    do throws(ImportFault) { questions = try read(files) } catch {
      throw ExportError(problem: export.set, "the \(target.rawValue) file would not be imported: \(error)")
    }
    let expected = expectedQuestions()
    guard questions.count == expected.count else {
      throw ExportError(
        problem: export.set,
        "the \(target.rawValue) file holds \(questions.count) questions, not \(expected.count)")
    }
    for (question, (category, variant)) in zip(questions, expected) {
      guard question.category == category, question.name.contains(variant.code) else {
        throw ExportError(
          problem: variant.problem,
          "'\(question.name)' stands in '\(question.category)', not variant \(variant.code) in '\(category)'")
      }
      try checkCode(question, variant)
      try check(question, variant)
    }
  }

  /// Each block of code of the text stands in the question, in the same order.
  private func checkCode(_ question: ImportedQuestion, _ variant: ProblemVariant) throws(ExportError) {
    var found = question.code[...]
    let text = (variant.stem[language] ?? []).map { if case .markdown(let text) = $0 { text } else { " … " } }
    for block in CodeBlocks.of(markdown: text.joined()) {
      guard let k = found.firstIndex(of: block) else {
        let line = block.split(separator: "\n").first.map(String.init) ?? ""
        throw ExportError(
          problem: variant.problem,
          "'\(question.name)' in \(target.rawValue): the code that begins with '\(line)' has lost its lines")
      }
      found = found[(k + 1)...]
    }
  }

  private func read(_ files: [OutputFile]) throws(ImportFault) -> [ImportedQuestion] {
    guard let first = files.first else { throw ImportFault("there is no file") }
    switch target {
    case .moodle: return try MoodleReader.questions(first.bytes)
    case .gift: return try GIFTReader.questions(first.bytes)
    case .canvas: return try CanvasReader.questions(first.bytes)
    case .qti21: return try QTI21Reader.questions(first.bytes)
    case .rexams: return try RExamsReader.questions(files)
    }
  }

  /// The questions that should be there, each with its category.
  private func expectedQuestions() -> [(category: String, variant: ProblemVariant)] {
    export.problems.flatMap { variants -> [(category: String, variant: ProblemVariant)] in
      let name = variants[0].problem
      switch target {
      case .moodle, .rexams:
        let parts = MoodleParts(of: variants)
        let essays = parts.essays.flatMap { id, list in
          list.map {
            (category: parts.automatic.isEmpty || target == .rexams ? name : "\(name)-\(id)", variant: $0)
          }
        }
        return parts.automatic.map { (category: name, variant: $0) } + essays
      case .gift, .canvas:
        let answers = variants[0].answers
        return answers.indices.flatMap { k in
          variants.map { variant in
            answers.count == 1
              ? (category: name, variant: variant)
              : (category: "\(name)-\(answers[k].id)", variant: variant.part(with: [k]))
          }
        }
      case .qti21: return variants.map { (category: name, variant: $0) }
      }
    }
  }

  // MARK: responses

  private mutating func check(_ question: ImportedQuestion, _ variant: ProblemVariant) throws(ExportError) {
    guard question.partCount == variant.answers.count else {
      throw ExportError(
        problem: variant.problem,
        "'\(question.name)' has \(question.partCount) parts, not \(variant.answers.count)")
    }
    if variant.answers.allSatisfy(\.isEssay) {
      guard question.isByHand else {
        throw ExportError(problem: variant.problem, "'\(question.name)' is not marked by hand")
      }
      return
    }
    let weights = partWeights(variant)
    let right = variant.answers.map { rightResponse($0.key) }
    var most = 0.0
    for (answer, weight) in zip(variant.answers, weights) where !answer.isEssay { most += weight }
    try expect(question, variant, right, most, "the key")
    try expect(question, variant, right.map { _ in .nothing }, 0, "no answer")
    for (k, answer) in variant.answers.enumerated() {
      for (response, share, words) in otherResponses(answer.key, variant) {
        var given = right
        given[k] = response
        try expect(question, variant, given, most + weights[k] * (share - 1), "\(words) of '\(answer.id)'")
      }
    }
  }

  private mutating func expect(
    _ question: ImportedQuestion, _ variant: ProblemVariant, _ given: [PartResponse], _ share: Double,
    _ words: String
  ) throws(ExportError) {
    count += 1
    let found: Double
    // Marks stand in the order of the blanks, which need not be that of the answers.
    let inOrder = target == .moodle ? variant.answersInOrder(language).map { given[$0] } : given
    do throws(ImportFault) { found = try question.grade(inOrder) } catch {
      throw ExportError(problem: variant.problem, "'\(question.name)' cannot be graded: \(error)")
    }
    guard abs(found - share) < 1e-6 else {
      throw ExportError(
        problem: variant.problem,
        "'\(question.name)' in \(target.rawValue): \(words) earns \(AnswerText.points(found * 100)) %, "
          + "not \(AnswerText.points(share * 100)) %"
      )
    }
  }

  /// The share of the whole that each part has in this format.
  private func partWeights(_ variant: ProblemVariant) -> [Double] {
    let weights = variant.answers.map(\.weight)
    let sum = weights.reduce(0, +)
    guard target == .moodle || target == .rexams else { return weights.map { $0 / sum } }
    let whole = ClozeWeights.of(weights, points: target == .moodle ? variant.points : 0).whole
    return whole.map { Double($0) / Double(whole.reduce(0, +)) }
  }

  private func rightResponse(_ key: AnswerKey) -> PartResponse {
    switch key {
    case .number(let number): .number(number.value)
    case .single(let options), .multiple(let options):
      .options(options.indices.filter { options[$0].isRight })
    case .essay: .nothing
    }
  }

  /// What a credit becomes in this format.
  private func credit(_ share: Double) -> Double {
    switch target {
    case .moodle, .gift: LegalFraction.nearest(share).share
    case .canvas, .rexams: 0
    case .qti21: share
    }
  }

  /// Other responses to a part, what each should earn, and what it is.
  private func otherResponses(_ key: AnswerKey, _ variant: ProblemVariant) -> [(PartResponse, Double, String)]
  {
    switch key {
    case .number(let number): numberResponses(number, variant)
    case .single(let options):
      options.indices.filter { !options[$0].isRight }.map {
        (.options([$0]), credit(max(0, options[$0].credit)), "option '\(options[$0].id)'")
      }
    case .multiple(let options): multipleResponses(options)
    case .essay: []
    }
  }

  private func numberResponses(_ key: NumberKey, _ variant: ProblemVariant) -> [(
    PartResponse, Double, String
  )] {
    var all: [(PartResponse, Double, String)] = key.misconceptions.filter {
      key.misconception(of: $0.value)?.id == $0.id && !key.accepts($0.value)
    }
    .map { (.number($0.value), credit($0.credit), "misconception '\($0.id)'") }
    // Just inside the accepted interval, and as a student would round it.
    all.append((.number(key.value + 0.999 * key.tolerance), 1, "a number within the tolerance"))
    all.append((.number(key.value - 0.999 * key.tolerance), 1, "a number within the tolerance"))
    if let rounded = Double(FixedDecimals.text(key.value, key.decimals)), key.accepts(rounded) {
      all.append((.number(rounded), 1, "the rounded key"))
    }
    for number in wrongNumbers(key, seed: variant.code) { all.append((.number(number), 0, "another number")) }
    return all
  }

  /// Numbers that lie in no interval, drawn with a generator that the variant's code seeds.
  private func wrongNumbers(_ key: NumberKey, seed: String) -> [Double] {
    var state = seed.utf8.reduce(UInt64(1_469_598_103_934_665_603)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    var numbers: [Double] = []
    let size = max(abs(key.value), key.tolerance)
    for _ in 0..<64 where numbers.count < 3 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let number = key.value + (Double(state >> 11) / Double(1 << 53) - 0.5) * 8 * size
      // Exported tolerances are rounded up in their seventh digit.
      let isFree =
        abs(number - key.value) > 1.01 * key.tolerance
        && key.misconceptions.allSatisfy { abs(number - $0.value) > 1.01 * $0.tolerance }
      if isFree { numbers.append(number) }
    }
    return numbers
  }

  private func multipleResponses(_ options: [ChoiceOption]) -> [(PartResponse, Double, String)] {
    let right = options.indices.filter { options[$0].isRight }
    var sets =
      options.indices.map { [$0] }
      + options.indices.filter { !options[$0].isRight }.map { (right + [$0]).sorted() }
    sets.append(Array(options.indices))
    return sets.filter { $0 != right }.map { chosen in
      let sum = chosen.reduce(0.0) { total, i in
        switch target {
        case .moodle, .gift: total + LegalFraction.nearest(options[i].credit).share
        case .qti21: total + options[i].credit
        case .canvas, .rexams: total
        }
      }
      let words = "the options " + chosen.map(OptionLetter.of).joined()
      return (.options(chosen), min(1, max(0, sum)), words)
    }
  }
}

extension QuestionExport {
  /// The files for a platform, read back and graded again.
  /// - Returns: the files, and how many responses were graded.
  /// - Throws: `ExportError` where a platform has no form for a problem, or would grade otherwise than the
  /// key.
  public func verifiedFiles(
    for target: ExportTarget, in language: LabLanguage
  ) throws(ExportError) -> (result: Result, responses: Int) {
    let result = try files(for: target, in: language)
    var verification = ExportVerification(self, target, language)
    try verification.check(result.files)
    return (result, verification.count)
  }
}

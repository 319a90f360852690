import Estimates
import Labs
import Tables

/// What is wrong with a problem as a whole, before anything is drawn.
struct ProblemChecks {
  private let problem: Problem
  private(set) var faults: [LabFault] = []
  private var names: Set<String> = []
  private var words: Set<String> = []

  init(_ problem: Problem) {
    self.problem = problem
    checkNames()
    checkAnswers()
    checkTexts()
  }

  private var top: LabLocation { LabLocation(file: problem.file, line: 1) }

  private mutating func fault(_ place: LabLocation, _ message: String) {
    faults.append(LabFault(at: place, message))
  }

  /// Names are given once, and expressions name what stands before them.
  private mutating func checkNames() {
    let blocks = problem.body.blocks.compactMap { block in block.id.map { ($0, block.location) } }
    for (id, place) in blocks where !names.insert(id).inserted {
      fault(place, "the id '\(id)' is given twice")
    }
    for parameter in problem.parameters + problem.results {
      if !names.insert(parameter.name).inserted || parameter.name == "seed" {
        fault(parameter.location, "the name '\(parameter.name)' is given twice")
      }
      if parameter.isWord { words.insert(parameter.name) }
    }
    names.insert("seed")
    var known: Set<String> = ["seed"]
    for parameter in problem.parameters {
      for expression in parameter.expressions { check(expression, known, parameter.location) }
      known.insert(parameter.name)
    }
    known.formUnion(blocks.map(\.0))
    for parameter in problem.results {
      for expression in parameter.expressions { check(expression, known, parameter.location) }
      known.insert(parameter.name)
    }
    for condition in problem.requirements {
      for address in condition.addresses { check(address, names, top, "require: ") }
    }
  }

  private mutating func check(_ expression: ValueExpression, _ known: Set<String>, _ place: LabLocation) {
    for (address, _) in expression.addresses { check(address, known, place, "") }
  }

  private mutating func check(_ address: Address, _ known: Set<String>, _ place: LabLocation, _ head: String)
  {
    if known.contains(address.parts[0]) { return }
    let near =
      NearestNames.close(to: address.parts[0], among: known.sorted()).map { " (did you mean '\($0)'?)" } ?? ""
    fault(place, "\(head)nothing before it is called '\(address.parts[0])'\(near)")
  }

  private mutating func checkAnswers() {
    if problem.answers.isEmpty { fault(top, "answers: at least one is needed") }
    if problem.kind != .cloze, problem.answers.count > 1 {
      fault(
        problem.answers[1].location, "type \(problem.kind.rawValue) has one answer; type cloze may have more")
    }
    for answer in problem.answers {
      switch answer.content {
      case .number(let number):
        check(number.value, names, answer.location)
        if let error = number.error { check(error, names, answer.location) }
        for mistake in number.mistakes {
          check(mistake.value, names, mistake.location)
          for text in mistake.feedback.values { checkText(text) }
        }
      case .choice(let options, let isMultiple, _):
        checkOptions(options, isMultiple: isMultiple, answer)
      case .essay:
        checkRubric(answer)
      }
    }
  }

  private mutating func checkOptions(
    _ options: [ProblemAnswer.Option], isMultiple: Bool, _ answer: ProblemAnswer
  ) {
    var ids: Set<String> = []
    for option in options {
      if !ids.insert(option.id).inserted { fault(option.location, "the option '\(option.id)' stands twice") }
      var known = names
      if let each = option.each {
        known.insert(each.name)
        words.insert(each.name)
      }
      if case .condition(let condition) = option.right {
        for address in condition.addresses { check(address, known, option.location, "right: ") }
      }
      for text in Array(option.text.values) + Array(option.feedback.values) { checkText(text) }
      if let each = option.each { words.remove(each.name) }
      if let credit = option.credit, !isMultiple, credit < 0 {
        fault(option.location, "a single choice's credit is from 0 to below 1")
      }
    }
    let count = options.reduce(0) { $0 + ($1.each?.words.count ?? 1) }
    if count < 2 || count > 26 { fault(answer.location, "\(count) options; from 2 to 26 would work") }
  }

  private mutating func checkRubric(_ answer: ProblemAnswer) {
    let rubric = problem.body.rubric
    for language in LabLanguage.allCases where rubric[language]?.isEmpty ?? true {
      fault(
        answer.location, "an essay needs '::: rubric' with lines '- POINTS: text' in \(language.rawValue)")
    }
    let sums = rubric.values.map { $0.reduce(0) { $0 + $1.points } }
    if sums.contains(where: { abs($0 - problem.points) > 1e-9 }) {
      fault(answer.location, "the rubric's points do not sum to \(shortestText(problem.points))")
    }
  }

  /// Both languages are there, with the same blanks, one for each answer.
  private mutating func checkTexts() {
    for (what, texts) in [("the stem", problem.body.stemTexts), ("the solution", problem.body.solutionTexts)]
    {
      for language in LabLanguage.allCases {
        if texts(language).isEmpty { fault(top, "\(what) has no text in \(language.rawValue)") }
        for text in texts(language) { checkText(text) }
      }
    }
    for marks in problem.body.rubric.values { for mark in marks { checkText(mark.text) } }
    let ids = problem.answers.map(\.id)
    for language in LabLanguage.allCases {
      let blanks = problem.body.stemTexts(language).flatMap(\.blanks)
      for blank in blanks where !ids.contains(blank) {
        fault(
          top, "[[\(blank)]] in \(language.rawValue) is no answer; answers are \(ids.joined(separator: ", "))"
        )
      }
      if Set(blanks).count < blanks.count { fault(top, "a blank stands twice in \(language.rawValue)") }
      if problem.kind == .cloze, blanks != ids {
        fault(
          top,
          "the blanks in \(language.rawValue) are [\(blanks.joined(separator: ", "))], the answers [\(ids.joined(separator: ", "))]; "
            + "write [[ID]] for each answer, in their order")
      }
    }
    let both = LabLanguage.allCases.map { problem.body.stemTexts($0).flatMap(\.blanks) }
    if both[0] != both[1] { fault(top, "the blanks differ between the languages") }
    if problem.body.solutionTexts(.en).contains(where: { !$0.blanks.isEmpty }) {
      fault(top, "the solution has a blank")
    }
  }

  private mutating func checkText(_ text: TextTemplate) {
    for word in text.words where !words.contains(word) {
      fault(
        text.location,
        names.contains(word)
          ? "{{\(word)}} is a number and needs a format, for example {{\(word):%.2f}}"
          : "no drawn word '\(word)'")
    }
    for value in text.values {
      for (address, column) in value.expression.addresses {
        check(address, names, value.location.advanced(by: column - 1), "")
      }
    }
  }
}

extension ProblemParameter {
  /// What its law computes from.
  var expressions: [ValueExpression] {
    switch law {
    case .steps(let from, let to, let step): [from, to, step]
    case .numbers(let list): list
    case .words(_, _, let index): index.map { [$0] } ?? []
    case .computed(let expression, _): [expression]
    }
  }
}

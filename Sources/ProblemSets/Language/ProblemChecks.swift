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
      for address in condition.addresses { check(address, names, condition.location ?? top, "require: ") }
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
        checkSource(number.value, answer)
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

  /// A key differs with what is drawn or fitted.
  private mutating func checkSource(_ value: ValueExpression, _ answer: ProblemAnswer) {
    guard faults.isEmpty, let typed = KeySources(problem).typedValue(value) else { return }
    fault(
      answer.location,
      "answer '\(answer.id)': '\(value.text)' is a typed key, \(shortestText(typed)) whatever is drawn or "
        + "fitted; compute it from a fit, or from a number that differs between variants")
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
        if texts(language).isEmpty {
          let other = LabLanguage.allCases.lazy.filter { $0 != language }.compactMap { texts($0).first }.first
          let part = what == "the stem" ? "" : " in '::: solution'"
          fault(
            other?.location ?? problem.body.location,
            "\(what) has no text in \(language.rawValue)\(other == nil ? "" : " beside this one"); "
              + "write it between '::: \(language.rawValue)' and ':::'\(part)")
        }
        for text in texts(language) { checkText(text) }
      }
    }
    for marks in problem.body.rubric.values { for mark in marks { checkText(mark.text) } }
    checkBlanks()
    for language in LabLanguage.allCases {
      for blank in problem.body.solutionTexts(language).flatMap(\.blanks) {
        fault(blank.location, "the solution has the blank [[\(blank.id)]]; blanks stand in the stem")
      }
    }
  }

  /// The blanks of both languages are the same, each once, each of an answer; a cloze has one for each
  /// answer, in order.
  private mutating func checkBlanks() {
    let ids = problem.answers.map(\.id)
    var both: [[String]] = []
    var isTold = false
    for language in LabLanguage.allCases {
      let blanks = problem.body.stemTexts(language).flatMap(\.blanks)
      both.append(blanks.map(\.id))
      var seen: Set<String> = []
      for blank in blanks {
        if !ids.contains(blank.id) {
          let near = NearestNames.close(to: blank.id, among: ids).map { " (did you mean '\($0)'?)" } ?? ""
          fault(
            blank.location,
            "[[\(blank.id)]] in \(language.rawValue) is no answer\(near); answers are "
              + ids.joined(separator: ", ")
          )
          isTold = true
        } else if !seen.insert(blank.id).inserted {
          fault(blank.location, "the blank [[\(blank.id)]] stands twice in \(language.rawValue)")
          isTold = true
        }
      }
      if problem.kind == .cloze, blanks.map(\.id) != ids {
        // The first that is not where it belongs, else the text in which one is missing.
        let odd = zip(blanks, ids).first { $0.id != $1 }?.0 ?? blanks.dropFirst(ids.count).first
        fault(
          odd?.location ?? problem.body.stemTexts(language).first?.location ?? problem.body.location,
          "the blanks in \(language.rawValue) are [\(blanks.map(\.id).joined(separator: ", "))], the answers "
            + "[\(ids.joined(separator: ", "))]; write [[ID]] for each answer, in their order")
        isTold = true
      }
    }
    guard both[0] != both[1], !isTold else { return }
    func only(_ here: [String], _ there: [String], _ language: LabLanguage) -> String? {
      let names = here.filter { !there.contains($0) }.map { "[[\($0)]]" }
      return names.isEmpty ? nil : "\(names.joined(separator: ", ")) in \(language.rawValue) only"
    }
    let which = [only(both[0], both[1], .en), only(both[1], both[0], .zh)].compactMap { $0 }
    let lacking: LabLanguage = both[0].contains { !both[1].contains($0) } ? .zh : .en
    fault(
      problem.body.stemTexts(lacking).first?.location ?? problem.body.location,
      "the blanks differ between the languages: "
        + (which.isEmpty ? "their order" : which.joined(separator: ", "))
    )
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

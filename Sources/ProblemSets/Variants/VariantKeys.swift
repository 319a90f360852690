import Estimates
import Labs

/// Computes a variant's answers and refuses draws whose answers cannot be told apart.
struct VariantKeys {
  private let problem: Problem
  private let scope: VariantScope
  /// The same with results that are not rounded, as whoever works on the data has them.
  private let full: VariantScope
  private let draw: VariantDraw
  private let languages: [LabLanguage]
  private let texts: VariantTexts

  /// - Parameter full: the scope with results that are not rounded.
  init(
    _ problem: Problem, _ scope: VariantScope, full: VariantScope, _ draw: VariantDraw,
    languages: [LabLanguage]
  ) {
    self.problem = problem
    self.scope = scope
    self.full = full
    self.draw = draw
    self.languages = languages
    texts = VariantTexts(problem, scope)
  }

  /// The answers in order, their weights shares of 1.
  /// - Throws: `DrawFailure` for a draw that is to be repeated, `ProblemError.faults` for names that lead nowhere.
  func answers() throws -> [VariantAnswer] {
    let total = problem.answers.reduce(0) { $0 + $1.weight }
    return try problem.answers.map {
      VariantAnswer(id: $0.id, weight: $0.weight / total, key: try key(of: $0))
    }
  }

  private func key(of answer: ProblemAnswer) throws -> AnswerKey {
    switch answer.content {
    case .number(let number): return .number(try key(of: number, answer))
    case .choice(let options, let isMultiple, let shuffles):
      let made = try self.options(options, isMultiple: isMultiple, answer)
      var numbers = draw.numbers(for: "options " + answer.id)
      let ordered = shuffles ? numbers.shuffled(made) : made
      return isMultiple ? .multiple(ordered) : .single(ordered)
    case .essay:
      var rubric: [LabLanguage: [RubricLine]] = [:]
      for language in languages {
        rubric[language] = try (problem.body.rubric[language] ?? []).map {
          RubricLine(points: $0.points, text: try texts.text($0.text, language))
        }
      }
      return .essay(rubric: rubric)
    }
  }

  private func value(_ expression: ValueExpression, _ place: LabLocation) throws -> Double {
    do { return try expression.value(scope.value) } catch {
      throw ProblemError.faults([LabFault(at: place, "\(error)")])
    }
  }

  /// The tolerance of a rule, widened so that the number from the data in full digits is accepted, too, once it is rounded.
  private func tolerance(
    _ rule: ToleranceRule, of value: Double, _ expression: ValueExpression, error: Double, _ id: String
  ) throws -> Double {
    let least = rule.tolerance(of: value, error: error)
    guard rule.kind != .count, let other = try? expression.value(full.value), other.isFinite else {
      return least
    }
    let distance = abs(other - value)
    if distance > 4 * least {
      throw DrawFailure(.degenerate, "'\(id)': the printed numbers have too few digits for it")
    }
    return max(least, distance + 0.51 * rule.unit)
  }

  private func key(of number: ProblemAnswer.Number, _ answer: ProblemAnswer) throws -> NumberKey {
    let rule = ToleranceRule(kind: number.kind, digits: number.digits)
    let exact = try value(number.value, answer.location)
    func failure(_ kind: DrawFailure.Kind, _ words: String) -> DrawFailure {
      DrawFailure(kind, "answer '\(answer.id)'\(words)", at: answer.location)
    }
    guard exact.isFinite else { throw failure(.degenerate, " is not finite") }
    if !number.mayBeZero, number.kind != .count, abs(exact) < 2.5 * rule.unit {
      throw failure(.degenerate, " is near 0")
    }
    if number.kind == .count, abs(exact - exact.rounded()) > 1e-9 * max(1, abs(exact)) {
      throw failure(.degenerate, " is not whole")
    }
    let error = try number.error.map { try value($0, answer.location) } ?? 0
    var mistakes: [NumberMisconception] = []
    for mistake in number.mistakes {
      let wrong = try value(mistake.value, mistake.location)
      guard wrong.isFinite else {
        throw DrawFailure(
          .degenerate, "mistake '\(mistake.id)' of answer '\(answer.id)' is not finite", at: mistake.location)
      }
      mistakes.append(
        NumberMisconception(
          id: mistake.id, value: wrong,
          tolerance: try tolerance(rule, of: wrong, mistake.value, error: error, mistake.id),
          credit: mistake.credit, feedback: try texts(mistake.feedback)))
    }
    let key = NumberKey(
      value: number.kind == .count ? exact.rounded() : exact, decimals: number.digits,
      tolerance: try tolerance(rule, of: exact, number.value, error: error, answer.id),
      isPercent: number.isPercent,
      misconceptions: mistakes)
    if let pair = key.inseparable(unit: rule.unit) {
      throw failure(.separation, ": \(pair.0) and \(pair.1) are too close")
    }
    return key
  }

  private func texts(_ templates: [LabLanguage: TextTemplate]) throws -> [LabLanguage: String] {
    var made: [LabLanguage: String] = [:]
    for language in languages {
      made[language] = try templates[language].map { try texts.text($0, language) }
    }
    return made
  }

  // MARK: options

  private func options(
    _ options: [ProblemAnswer.Option], isMultiple: Bool, _ answer: ProblemAnswer
  ) throws -> [ChoiceOption] {
    var made: [(option: ChoiceOption, credit: Double?)] = []
    for option in options {
      guard let each = option.each else {
        made.append((try self.option(option, option.id, scope), option.credit))
        continue
      }
      for (i, word) in each.words.enumerated() {
        let id = word.key.isParameterName ? "\(option.id)_\(word.key)" : "\(option.id)_\(i + 1)"
        made.append((try self.option(option, id, scope.with(each.name, word)), option.credit))
      }
    }
    for language in languages where Set(made.map { $0.option.text[language] }).count < made.count {
      throw DrawFailure(.options, "answer '\(answer.id)': two options have one text", at: answer.location)
    }
    let right = made.count { $0.option.isRight }
    let wrong = made.count - right
    if isMultiple ? right == 0 : right != 1 {
      throw DrawFailure(.options, "answer '\(answer.id)' has \(right) right options", at: answer.location)
    }
    return made.map { entry in
      var option = entry.option
      if isMultiple {
        option.credit = option.isRight ? 1 / Double(right) : entry.credit ?? -1 / Double(max(2, wrong))
      } else {
        option.credit = option.isRight ? 1 : entry.credit ?? 0
      }
      return option
    }
  }

  private func option(
    _ option: ProblemAnswer.Option, _ id: String, _ scope: VariantScope
  ) throws -> ChoiceOption {
    let own = VariantTexts(problem, scope)
    var (text, feedback): ([LabLanguage: String], [LabLanguage: String]) = ([:], [:])
    for language in languages {
      text[language] = try option.text[language].map { try own.text($0, language).trimmingBlanks() }
      feedback[language] = try option.feedback[language].map { try own.text($0, language) }
    }
    let isRight: Bool
    switch option.right {
    case .fixed(let fixed): isRight = fixed
    case .condition(let condition):
      do { isRight = try condition.holds(scope.value) } catch {
        throw ProblemError.faults([LabFault(at: option.location, "right: \(error)")])
      }
    }
    return ChoiceOption(id: id, text: text, isRight: isRight, credit: 0, feedback: isRight ? [:] : feedback)
  }
}

extension NumberKey {
  /// The first two of key and mistakes that the rule cannot tell apart even where both are rounded to the digits asked for; nil where all
  /// can be told apart.
  func inseparable(unit: Double) -> (String, String)? {
    var seen: [(name: String, value: Double, tolerance: Double)] = [("the key", value, tolerance)]
    for mistake in misconceptions {
      for other in seen
      where abs(mistake.value - other.value) <= max(mistake.tolerance, other.tolerance) + 0.5 * unit {
        return (other.name, "'\(mistake.id)'")
      }
      seen.append(("'\(mistake.id)'", mistake.value, mistake.tolerance))
    }
    return nil
  }
}

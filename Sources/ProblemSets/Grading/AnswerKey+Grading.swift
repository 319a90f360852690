import Labs

extension AnswerKey {
  /// Grades one given text.
  ///
  /// A number is right where |given − value| ≤ tolerance, up to rounding of the subtraction; else the first
  /// misconception whose interval it lies in decides. A text with several readings is read as the one that is
  /// right, else as one of a misconception, else as the most likely. A multiple choice earns the sum of the
  /// ticked options' credits, from 0 to 1. An essay is left to a person.
  /// - Parameter text: the text as it was given; nil or blank for none.
  public func grade(_ text: String?) -> GradedAnswer {
    let given = text ?? ""
    if PlainCharacters.of(given).isEmpty {
      return GradedAnswer(given: "", share: 0, verdict: .missing, feedback: GradingWords.missing)
    }
    switch self {
    case .number(let key): return key.grade(given)
    case .single(let options): return AnswerKey.gradeSingle(given, options)
    case .multiple(let options): return AnswerKey.gradeMultiple(given, options)
    case .essay:
      return GradedAnswer(given: given, share: nil, verdict: .byHand, feedback: GradingWords.byHand)
    }
  }

  private static func gradeSingle(_ given: String, _ options: [ChoiceOption]) -> GradedAnswer {
    let indices: [Int]
    do throws(ChoiceReading.Fault) { indices = try ChoiceReading.indices(in: given, of: options) } catch {
      return unreadable(given, GradingWords.unreadable(error, count: options.count))
    }
    guard indices.count == 1 else { return unreadable(given, GradingWords.notOneOption(indices.count)) }
    let option = options[indices[0]]
    var graded = GradedAnswer(
      given: given, readAs: OptionLetter.of(indices[0]), share: min(max(option.credit, 0), 1),
      verdict: .wrong,
      feedback: option.isRight ? GradingWords.right : GradingWords.wrong)
    if option.isRight {
      graded.verdict = .right
      graded.share = 1
    } else if option.credit > 0 || !option.feedback.isEmpty {
      graded.verdict = .misconception(option.id)
      graded.mistakes = [option.id]
    }
    graded.feedback.merge(option.feedback) { $1.isEmpty ? $0 : $1 }
    return graded
  }

  private static func gradeMultiple(_ given: String, _ options: [ChoiceOption]) -> GradedAnswer {
    let indices: [Int]
    do throws(ChoiceReading.Fault) { indices = try ChoiceReading.indices(in: given, of: options) } catch {
      return unreadable(given, GradingWords.unreadable(error, count: options.count))
    }
    let ticked = indices.map { options[$0] }
    let isExact = ticked.map(\.id) == options.filter(\.isRight).map(\.id)
    // Credits such as 1/3 add up to 1 only up to rounding.
    let sum = ticked.reduce(0) { $0 + $1.credit }
    let share = isExact ? 1 : min(max((sum * 1e12).rounded() / 1e12, 0), 1)
    let wrong = ticked.filter { !$0.isRight }
    var graded = GradedAnswer(
      given: given, readAs: indices.map(OptionLetter.of).joined(separator: ";"), share: share,
      verdict: isExact ? .right : share > 0 ? .partial : .wrong, mistakes: wrong.map(\.id),
      feedback: isExact ? GradingWords.right : share > 0 ? GradingWords.partial : GradingWords.wrong)
    for language in LabLanguage.allCases {
      let said = wrong.compactMap { $0.feedback[language] }.filter { !$0.isEmpty }
      if !said.isEmpty {
        graded.feedback[language, default: ""] +=
          (language == .en ? " " : "") + said.joined(separator: language == .en ? " " : "")
      }
    }
    return graded
  }

  private static func unreadable(_ given: String, _ feedback: [LabLanguage: String]) -> GradedAnswer {
    GradedAnswer(given: given, share: 0, verdict: .unreadable, feedback: feedback)
  }
}

extension NumberKey {
  /// Whether a number is accepted as right.
  public func accepts(_ number: Double) -> Bool { NumberKey.isWithin(number, value, tolerance) }

  /// The first misconception in whose interval a number lies.
  public func misconception(of number: Double) -> NumberMisconception? {
    misconceptions.first { NumberKey.isWithin(number, $0.value, $0.tolerance) }
  }

  /// |number − centre| ≤ tolerance; a number on the edge in decimal counts although binary subtraction may
  /// put it beyond.
  static func isWithin(_ number: Double, _ centre: Double, _ tolerance: Double) -> Bool {
    abs(number - centre) <= tolerance + 1e-12 * max(abs(centre), tolerance)
  }

  func grade(_ given: String) -> GradedAnswer {
    let readings: [NumberReading]
    do throws(NumberReadingFault) { readings = try NumberReading.all(of: given) } catch {
      return GradedAnswer(
        given: given, share: 0, verdict: .unreadable, feedback: GradingWords.unreadable(error))
    }
    let numbers = readings.map { $0.number(inPercent: isPercent) }
    let taken =
      numbers.firstIndex(where: accepts) ?? numbers.firstIndex { misconception(of: $0) != nil } ?? 0
    var graded = judged(readings[taken], numbers[taken], given)
    graded.notes = notes(readings, numbers, taken, given)
    return graded
  }

  private func judged(_ reading: NumberReading, _ number: Double, _ given: String) -> GradedAnswer {
    var graded = GradedAnswer(
      given: given, readAs: AnswerText.of(number), share: 0, verdict: .wrong, feedback: GradingWords.wrong)
    if accepts(number) {
      graded.share = 1
      graded.verdict = hasPrecision(reading, number) ? .right : .rightButPrecision
      graded.feedback =
        graded.verdict == .right ? GradingWords.right : GradingWords.precision(decimals)
    } else if let mistake = misconception(of: number) {
      graded.share = min(max(mistake.credit, 0), 1)
      graded.verdict = .misconception(mistake.id)
      graded.mistakes = [mistake.id]
      graded.feedback.merge(mistake.feedback) { $1.isEmpty ? $0 : $1 }
    }
    return graded
  }

  /// Whether a right number has the digits asked for. Zeros at the end may be missing, as spreadsheets drop
  /// them.
  private func hasPrecision(_ reading: NumberReading, _ number: Double) -> Bool {
    // With a sign or a word behind it the number's own digits say less than the number itself.
    if reading.multiplier != 1 || (reading.divisor != 1 && !isPercent) { return true }
    if reading.decimals == decimals { return true }
    if reading.decimals > decimals { return false }
    return AnswerText.of(number) == FixedDecimals.short(value, most: max(decimals, 0))
  }

  private func notes(
    _ readings: [NumberReading], _ numbers: [Double], _ taken: Int, _ given: String
  ) -> [LabLanguage: [String]] {
    var said: [GradingWords.Texts] = []
    let others = numbers.indices.filter { $0 != taken && numbers[$0] != numbers[taken] }
    // `0.5` has one reading; `1.234` has two, and the usual one needs no word.
    let isUsual = taken == 0 && readings[0].multiplier == 1 && !given.contains(",") && !given.contains("，")
    if !others.isEmpty, !isUsual {
      said.append(GradingWords.readAs(given, ([taken] + others).map { AnswerText.of(numbers[$0]) }))
    }
    if !readings[taken].unit.isEmpty, readings[taken].multiplier == 1 {
      said.append(GradingWords.unit(readings[taken].unit))
    }
    if said.isEmpty { return [:] }
    return Dictionary(
      uniqueKeysWithValues: LabLanguage.allCases.map { l in (l, said.compactMap { $0[l] }) })
  }
}

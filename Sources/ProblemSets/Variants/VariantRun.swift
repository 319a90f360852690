import Estimates
import Labs
import ModelFormula
import Specifications

/// In which form figures of variants are drawn.
public enum VariantFigures: String, Sendable {
  /// Not at all: enough to check numbers.
  case none
  case svg
  case png
}

/// The commands of one draw, run in order, with what they gave.
struct VariantRun {
  /// What a block gave in one language.
  struct Outcome {
    var output = ""
    var figure: String?
    var commands: [String] = []
  }

  private let problem: Problem
  private let runner: any CommandRunner
  private let figures: VariantFigures
  private let languages: [LabLanguage]
  private let context: CommandContext
  private let seed: Int
  private(set) var outcomes: [LabLanguage: [Int: Outcome]] = [:]
  private(set) var files: [VariantFile] = []

  init(
    _ problem: Problem, seed: Int, runner: any CommandRunner, languages: [LabLanguage],
    figures: VariantFigures
  ) {
    self.problem = problem
    self.runner = runner
    self.languages = languages
    self.figures = figures
    self.seed = seed
    context = CommandContext(language: .en, folder: problem.folder, seed: seed, isInLab: true)
  }

  /// Runs everything but figures; their numbers go into the scope.
  mutating func compute(into scope: inout VariantScope) throws {
    for step in problem.body.steps {
      switch step {
      case .file(let file): try write(file, scope)
      case .block(let index):
        let block = problem.body.blocks[index]
        if block.kind != .figure { try run(block, index, &scope) }
      }
    }
  }

  private mutating func write(_ file: ProblemBody.File, _ scope: VariantScope) throws {
    var text = ""
    for (i, line) in file.lines.enumerated() {
      do { text += try scope.replaced(line) + "\n" } catch {
        throw ProblemError.faults([
          LabFault(at: LabLocation(file: problem.file, line: file.location.line + 1 + i), "\(error)")
        ])
      }
    }
    keep(OutputFile(path: file.path, bytes: Array(text.utf8)))
  }

  private mutating func keep(_ file: OutputFile) {
    context.keep(file)
    let path = CommandContext.normalized(file.path)
    guard path.hasPrefix("handout/") else { return }
    let name = problem.id + "-" + path.dropFirst("handout/".count)
    files.append(VariantFile(path: name, role: .data, language: nil, bytes: file.bytes))
  }

  private mutating func run(_ block: LabBlock, _ index: Int, _ scope: inout VariantScope) throws {
    var outcome = Outcome()
    var estimates = Estimates()
    var boundaries = 0
    for command in block.commands {
      let arguments = try arguments(of: command, scope)
      outcome.commands.append(VariantRun.line(arguments))
      let result = try run(arguments + rScriptArguments(arguments), at: command.location, context)
      if !outcome.output.isEmpty, !outcome.output.hasSuffix("\n") { outcome.output += "\n" }
      outcome.output += result.output
      boundaries += result.notes.count { $0.hasPrefix("boundary fit:") }
      for row in result.estimates.rows where estimates[row.address] == nil { estimates.append(row) }
      for file in result.files {
        if file.path.leadsOutside {
          throw ProblemError.faults([
            LabFault(
              at: command.location,
              "mlm \(arguments[0]): '\(file.path)' leads out of the problem; a name such as data.csv stays "
                + "in it, one below handout/ goes to the student")
          ])
        }
        keep(file)
      }
      if let program = SalaryProgram(arguments, seed: seed), problem.givesRLines { keep(program.file) }
    }
    if boundaries > 0, !problem.allowsBoundary {
      throw DrawFailure(.boundary, "the fit '\(block.id ?? "")' ends on a boundary", at: block.location)
    }
    if let id = block.id { scope.add(id, estimates, boundaries: boundaries) }
    for language in languages { outcomes[language, default: [:]][index] = outcome }
    if languages.contains(.zh), block.showsOutput, block.commands.last?.arguments.first == "explain" {
      try runAgain(block, index, scope)
    }
  }

  /// Words of an explanation in Chinese.
  private mutating func runAgain(_ block: LabBlock, _ index: Int, _ scope: VariantScope) throws {
    guard let command = block.commands.last else { return }
    let result = try run(arguments(of: command, scope), at: command.location, chineseContext())
    outcomes[.zh]?[index]?.output = result.output
  }

  private func chineseContext() -> CommandContext {
    let other = CommandContext(language: .zh, folder: problem.folder, seed: seed, isInLab: true)
    for file in context.written.values { other.keep(file) }
    return other
  }

  private func arguments(of command: LabCommand, _ scope: VariantScope) throws -> [String] {
    do { return try command.arguments.map(scope.replaced) } catch {
      throw ProblemError.faults([LabFault(at: command.location, "\(error)")])
    }
  }

  private func run(
    _ arguments: [String], at place: LabLocation, _ context: CommandContext
  ) throws -> CommandResult {
    do { return try runner.run(arguments, in: context) } catch {
      if let fault = misstated(error, arguments, at: place) { throw ProblemError.faults([fault]) }
      throw DrawFailure(.command, "\(place): mlm \(arguments[0]): \(error)")
    }
  }

  /// What is wrong with a command, or with a file that a fence holds, in a way that no other draw can mend;
  /// nil where numbers may be at fault, also those that are drawn into the command or the file.
  private func misstated(_ error: any Error, _ arguments: [String], at place: LabLocation) -> LabFault? {
    let isDrawn =
      problem.body.blocks.flatMap(\.commands).first { $0.location == place }?
      .arguments.contains { $0.contains("{{") } ?? false
    switch error {
    case let error as SpecificationError:
      let steps = problem.body.steps.compactMap { if case .file(let file) = $0 { file } else { nil } }
      guard let file = steps.last(where: { $0.path == error.place.file }) else {
        return isDrawn ? nil : LabFault(at: place, "mlm \(arguments[0]): \(error)")
      }
      // A line without drawn words is at fault by itself, one with them where its names are.
      let row = error.place.line - 1
      let hasDrawn = file.lines.indices.contains(row) && file.lines[row].contains("{{")
      if isDrawn || (hasDrawn && !error.isOfNames) { return nil }
      return LabFault(
        at: LabLocation(
          file: problem.file, line: file.location.line + error.place.line, column: error.place.column),
        "\(file.path): \(error.message)")
    case let error as FormulaError where error.isOfWords: break
    case is LabFileError, is any MisstatedCommand: break
    default: return nil
    }
    return isDrawn ? nil : LabFault(at: place, "mlm \(arguments[0]): \(error)")
  }

  /// A design that is handed out comes with the program in R that draws it.
  private func rScriptArguments(_ arguments: [String]) -> [String] {
    guard problem.givesRLines, arguments.starts(with: ["data", "design"]), !arguments.contains("--r-script"),
      !arguments.contains("--stream"),
      let path = arguments.value(of: "--out"), path.hasPrefix("handout/"), path.hasSuffix(".csv")
    else { return [] }
    return ["--r-script", String(path.dropLast(4)) + ".R"]
  }

  // MARK: figures

  /// Draws the figures of all languages.
  mutating func draw(_ scope: VariantScope, alt: (LabBlock, LabLanguage) throws -> String) throws {
    for (index, block) in problem.body.blocks.enumerated() where block.kind == .figure {
      for language in languages { try draw(block, index, language, scope, alt(block, language)) }
    }
  }

  private mutating func draw(
    _ block: LabBlock, _ index: Int, _ language: LabLanguage, _ scope: VariantScope, _ alt: String
  ) throws {
    guard figures != .none, let command = block.commands.last else { return }
    let path = "\(problem.id)-\(block.id ?? "").\(language.rawValue).\(figures.rawValue)"
    var arguments = try arguments(of: command, scope) + ["--out", path, "--lang", language.rawValue]
    if let width = block.width { arguments += ["--width", width] }
    if let height = block.height { arguments += ["--height", height] }
    if figures == .png { arguments += ["--dpi", "200"] }
    let result = try run(arguments, at: command.location, language == .zh ? chineseContext() : context)
    guard let drawn = result.files.first(where: { $0.path == path }), drawn.failure == nil else {
      throw ProblemError.faults([LabFault(at: command.location, "the block is as=figure, but draws none")])
    }
    let bytes = NamelessFigure(drawn.describing(alt), title: problem.titles[language] ?? problem.id).bytes
    files.append(VariantFile(path: path, role: .figure, language: language, bytes: bytes))
    outcomes[language, default: [:]][index] = Outcome(figure: path)
  }

  /// A command as readers see it.
  private static func line(_ arguments: [String]) -> String {
    (["mlm"] + arguments).map { word in
      word.allSatisfy({ $0.isLetter || $0.isNumber || "-_./=:,".contains($0) }) ? word : "'\(word)'"
    }.joined(separator: " ")
  }
}

/// An error in the words of a command, such as an unknown option, that no other data can mend.
public protocol MisstatedCommand: Error {}

extension SpecificationError {
  /// Whether a name or the layout of the text is at fault, not a number.
  fileprivate var isOfNames: Bool {
    ["unknown '", "not YAML", "is missing"].contains { message.place(of: $0) != nil }
  }
}

extension FormulaError {
  /// Whether the formula's words or the columns' names are at fault, not the numbers of one draw.
  fileprivate var isOfWords: Bool {
    switch self {
    case .syntax, .missingVariable, .unknownColumn, .wrongType, .unsupported, .contrastWithoutFactor,
      .repeatedColumn:
      true
    default: false
    }
  }
}

extension [String] {
  /// What follows an option.
  func value(of option: String) -> String? {
    guard let i = firstIndex(of: option), i + 1 < count else { return nil }
    return self[i + 1]
  }
}

import Estimates

/// The commands of one version, run in order, with their results by block.
struct LabExecution {
  /// What the commands of a block gave together.
  struct Outcome {
    var output = ""
    var notes: [String] = []
    /// The message of a command that was meant to fail.
    var error: String?
    var estimates = Estimates()
    var figure: FigureFacts?
  }

  private let build: LabBuild
  let context: CommandContext
  private(set) var outcomes: [Int: Outcome] = [:]
  private(set) var faults: [LabFault] = []
  private(set) var messages: [String] = []
  private(set) var deliveredFiles: [OutputFile] = []
  private var indexByID: [String: Int] = [:]
  private var writerOf: [String: LabLocation] = [:]

  init(build: LabBuild, context: CommandContext) {
    self.build = build
    self.context = context
  }

  /// The path of a figure without ending, `figures/salary-plane.en`.
  func figurePath(_ block: LabBlock) -> String {
    "figures/\(build.document.frontMatter.id)-\(block.id ?? "").\(build.language.rawValue)"
  }

  /// Runs all blocks. After a failing block the others still run, so that one build shows all faults,
  /// except that missing files are reported only until the first failure, which may be their cause.
  mutating func run(_ blocks: [LabBlock], with runner: some CommandRunner) {
    for block in blocks {
      if let id = block.id { indexByID[id] = block.index }
      var outcome = Outcome()
      for (i, command) in block.commands.enumerated() {
        let isLast = i == block.commands.count - 1
        let isFigure = block.kind == .figure && isLast
        let arguments =
          command.arguments + (isFigure ? figureArguments(block) : [])
          + labelArguments(of: command, isFigure: isFigure)
        do {
          let result = try runner.run(arguments, in: context)
          take(result, of: command, in: block, into: &outcome)
          if isFigure { checkFigure(result, block, command) }
          if block.kind == .table, block.showsOutput { checkTable(result, command) }
          if block.expectsError, isLast {
            faults.append(
              LabFault(
                at: command.location,
                "'mlm \(command.arguments[0])' succeeds, but the block has error=show; leave that out"))
          }
        } catch  where block.expectsError && isLast && !(error is LabFileError) {
          outcome.error = "mlm: \(error)"
        } catch {
          if error is LabFileError, !faults.isEmpty { continue }
          faults.append(LabFault(at: command.location, "mlm \(command.arguments[0]): \(error)"))
        }
      }
      outcomes[block.index] = outcome
    }
  }

  private func figureArguments(_ block: LabBlock) -> [String] {
    let path = figurePath(block)
    var arguments = [
      "--out", path + ".svg", "--out", path + ".png", "--csv", path + ".csv", "--lang",
      build.language.rawValue,
    ]
    if let width = block.width {
      arguments += ["--width", width]
    } else if let width = build.document.frontMatter.widthInCentimetres {
      arguments += ["--width", width == width.rounded() ? "\(Int(width))cm" : "\(width)cm"]
    }
    if let height = block.height { arguments += ["--height", height] }
    return arguments
  }

  /// The lab's words for columns and levels: all of them for a figure, for an explanation those of the names in its formulas.
  private func labelArguments(of command: LabCommand, isFigure: Bool) -> [String] {
    guard isFigure || command.arguments[0] == "explain" else { return [] }
    let words = command.arguments.flatMap {
      $0.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
    }
    return build.document.frontMatter.labels.filter { label in
      isFigure || words.contains(label.prefix { $0 != "=" })
    }.flatMap { ["--label", $0] }
  }

  private mutating func take(
    _ result: CommandResult, of command: LabCommand, in block: LabBlock, into outcome: inout Outcome
  ) {
    if !outcome.output.isEmpty, !outcome.output.hasSuffix("\n") { outcome.output += "\n" }
    outcome.output += result.output
    if let figure = result.figure { outcome.figure = figure }
    outcome.notes += result.notes
    messages += result.notes.map { "\(command.location): \($0)" }
    let known = Set(outcome.estimates.rows.map(\.address))
    for row in result.estimates.rows {
      if known.contains(row.address) {
        if block.id != nil {
          faults.append(
            LabFault(
              at: command.location,
              "an earlier command of this block also reports '\(row.address)'; give each command a block of its own"
            ))
        }
        break
      }
      outcome.estimates.append(row)
    }
    for file in result.files { keep(file, command.location) }
  }

  private mutating func keep(_ file: OutputFile, _ location: LabLocation) {
    let path = CommandContext.normalized(file.path)
    if path.isEmpty || path.hasPrefix("/") || path.split(separator: "/").contains("..") {
      faults.append(
        LabFault(
          at: location, "the command writes '\(file.path)'; in a lab paths are relative and without '..'"))
      return
    }
    if let other = writerOf[path] {
      faults.append(
        LabFault(
          at: location,
          "the command writes '\(path)', as the one in line \(other.line) does; name one differently"))
      return
    }
    writerOf[path] = location
    let kept = file.moved(to: path)
    context.keep(kept)
    if path.hasPrefix("figures/") || path.hasPrefix("handout/") { deliveredFiles.append(kept) }
  }

  private mutating func checkFigure(_ result: CommandResult, _ block: LabBlock, _ command: LabCommand) {
    let svg = figurePath(block) + ".svg"
    if result.figure == nil || !result.files.contains(where: { $0.path == svg }) {
      faults.append(
        LabFault(
          at: command.location,
          "the block is as=figure, but 'mlm \(command.arguments[0])' drew none; end it with an 'mlm plot' line"
        ))
    }
  }

  private mutating func checkTable(_ result: CommandResult, _ command: LabCommand) {
    if !result.output.isEmpty, !result.output.split(separator: "\n").contains(where: { $0.hasPrefix("|") }) {
      faults.append(
        LabFault(
          at: command.location,
          "the block is as=table, but 'mlm \(command.arguments[0])' printed no Markdown table; add --format markdown"
        ))
    }
  }

  // MARK: values

  /// The text of a value; nil, with a fault added, where there is none.
  func text(_ value: LabValue, faults: inout [LabFault]) -> String? {
    var missing: LabFault?
    let number = value.expression.value { (address: Address) -> Double in
      do throws(AddressError) {
        return try self.number(at: address)
      } catch {
        let column = value.expression.addresses.first { $0.address == address }?.column ?? 1
        missing = missing ?? LabFault(at: value.location.advanced(by: column - 1), error.description)
        return .nan
      }
    }
    if let missing {
      faults.append(missing)
      return nil
    }
    do throws(NumberFormat.Failure) {
      return try value.format.text(number, inFormula: value.isInFormula)
    } catch {
      let what =
        switch error {
        case .notWhole: "not whole; use %.0f or more digits, not %d"
        case .notFinite: "no number to print; check its parts"
        }
      faults.append(LabFault(at: value.location, "'\(value.expression.text)' is \(number), \(what)"))
      return nil
    }
  }

  private func number(at address: Address) throws(AddressError) -> Double {
    let id = address.parts[0]
    guard let index = indexByID[id], let estimates = outcomes[index]?.estimates else {
      throw .unknown(address.description, near: [])
    }
    let inner = Address(Array(address.parts.dropFirst()))
    if let number = estimates[inner] { return number }
    do {
      return try estimates.value(at: inner.description)
    } catch .unknown(_, let near) {
      let prefix = Address([id]).description
      throw .unknown(address.description, near: near.map { prefix + "." + $0 })
    } catch {
      throw error
    }
  }
}

import ArgumentParser
import Labs

/// Runs the commands of labs: the same subcommands, with the lab's files in view.
struct SubcommandRunner: CommandRunner {
  func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult {
    try SubcommandRunner.command(arguments).result(in: context)
  }

  /// The command that the words after `mlm` name, with its options.
  /// - Throws: `LabCommandError` for words that name none, or none that can stand in a lab.
  static func command(_ arguments: [String]) throws -> any ReportingCommand {
    // The words that name a subcommand are followed here; the parser would go through the whole tree for each.
    var type: any ParsableCommand.Type = MultilevelLab.self
    var rest = arguments[...]
    while let name = rest.first,
      let next = type.configuration.subcommands.first(where: { $0._commandName == name })
    {
      type = next
      rest = rest.dropFirst()
    }
    if let usual = type.configuration.defaultSubcommand, !rest.isEmpty { type = usual }
    let names = type.configuration.subcommands.map { $0._commandName }
    if !names.isEmpty {
      let found = rest.first.map { "no subcommand '\($0)'" } ?? "a subcommand is missing"
      throw LabCommandError(message: "\(found); there are \(names.joined(separator: ", "))")
    }
    let command: any ParsableCommand
    do {
      command = try type.parseAsRoot(Array(rest))
    } catch {
      throw LabCommandError(message: type.message(for: error))
    }
    guard let reporting = command as? any ReportingCommand else {
      throw LabCommandError(message: "'mlm \(arguments.joined(separator: " "))' cannot stand in a lab")
    }
    return reporting
  }
}

/// A lab's command line that cannot be run.
struct LabCommandError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}

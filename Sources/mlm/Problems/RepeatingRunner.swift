import Labs
import Synchronization

/// Runs the commands of problems, most of which are the same words for every student: what the words mean is read once.
///
/// `@unchecked Sendable`: commands are values that nobody changes once they are read, and the table of them stands behind the lock.
final class RepeatingRunner: CommandRunner, @unchecked Sendable {
  /// The table is emptied when so many commands are in it.
  private static let most = 2000
  private let lock = Mutex(())
  private var known: [[String]: any ReportingCommand] = [:]

  func run(_ arguments: [String], in context: CommandContext) throws -> CommandResult {
    try command(arguments).result(in: context)
  }

  private func command(_ arguments: [String]) throws -> any ReportingCommand {
    if let command = lock.withLock({ _ in known[arguments] }) { return command }
    let command = try SubcommandRunner.command(arguments)
    lock.withLock { _ in
      if known.count >= RepeatingRunner.most { known = [:] }
      known[arguments] = command
    }
    return command
  }
}

import ArgumentParser
import CommandSupport
import Glibc
import Labs
import Studies

extension ClusterScript.Engine: ExpressibleByArgument {}

/// `mlm study script`: a plan for many machines.
struct StudyScriptCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "script",
    abstract: "Print a script that has a Slurm cluster or GNU parallel do a plan's tasks.",
    discussion: """
      The script is printed; submitting it is yours. Machines must see the study's folder under one path.

      Example: mlm study script slurm shrinkage --time 1:00:00 --cpus 4 > shrinkage/job.sh
               sbatch shrinkage/job.sh
      """)

  @Argument(help: "slurm or parallel.")
  var engine: ClusterScript.Engine

  @Argument(help: ArgumentHelp("The study's folder, or its plan.", valueName: "DIR"))
  var folder: String

  @Option(
    name: .long,
    help: ArgumentHelp("The statically linked worker, in place of this program.", valueName: "PATH"))
  var worker: String?

  @Option(name: .long, help: ArgumentHelp("Time limit of a task, as Slurm writes it.", valueName: "H:MM:SS"))
  var time = "1:00:00"

  @Option(name: .long, help: ArgumentHelp("Memory of a task.", valueName: "1G"))
  var mem = "1G"

  @Option(name: .long, help: ArgumentHelp("Processors of a task.", valueName: "N"))
  var cpus = 1

  @Option(name: .long, help: ArgumentHelp("Partition.", valueName: "NAME"))
  var partition: String?

  @Option(name: .long, help: ArgumentHelp("Account.", valueName: "NAME"))
  var account: String?

  @Option(name: .long, help: ArgumentHelp("How many tasks may run at once.", valueName: "N"))
  var throttle: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Highest index that the site allows in an array: MaxArraySize - 1 of 'scontrol show config'.",
      valueName: "N"))
  var highestIndex = 1000

  @Flag(name: .long, help: "Have a task that its time limit stopped go back into the queue.")
  var requeue = false

  @Option(
    name: .long, help: ArgumentHelp("File with lines to run first: modules and the like.", valueName: "FILE"),
    completion: .file())
  var prologue: String?

  func validate() throws {
    if !(1...1024).contains(cpus) { throw ValidationError("--cpus is \(cpus); from 1 to 1024 would work") }
    if let throttle, throttle < 1 { throw ValidationError("--throttle is \(throttle); 1 or more would work") }
    if highestIndex < 1 { throw ValidationError("--highest-index is \(highestIndex); 1 or more would work") }
    for (name, text) in [("--time", time), ("--mem", mem)]
    where text.contains(where: \.isWhitespace) || text.isEmpty {
      throw ValidationError(
        "\(name) is '\(text)'; one word such as \(name == "--time" ? "1:00:00" : "1G") would work")
    }
  }

  func result(in context: CommandContext) throws -> CommandResult {
    let place = StudyPlace(folder)
    let plan = try place.read()
    var script = ClusterScript(
      plan: absolute(place.plan), taskCount: plan.tasks.count, folder: absolute(place.folder),
      worker: worker.map { [absolute($0)] } ?? [absolute("/proc/self/exe"), "study"])
    for path in [script.plan, script.folder] + script.worker where path.contains(where: \.isNewline) {
      throw ValidationError("a path has a line end in it: \(path); lines of a script cannot name it")
    }
    script.name = plan.study.title
    script.processors = cpus
    script.time = time
    script.memory = mem
    script.partition = partition
    script.account = account
    script.throttle = throttle
    script.highestIndex = highestIndex
    script.requeues = requeue
    if let prologue {
      script.prologue = String(decoding: try context.read(prologue), as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n")
    }
    return CommandResult(output: script.text(for: engine))
  }

  /// The path from the root, links followed; as it is where nothing is there.
  private func absolute(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }
}

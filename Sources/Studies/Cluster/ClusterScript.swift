/// Scripts that have many machines do a plan's tasks. They are printed, never submitted.
public struct ClusterScript: Sendable {
  /// What runs the tasks.
  public enum Engine: String, Sendable, CaseIterable {
    /// A Slurm job array.
    case slurm
    /// GNU parallel, on this machine or over ssh.
    case parallel
  }

  /// The plan's file, absolute.
  public var plan: String
  /// Its number of tasks.
  public var taskCount: Int
  /// The study's folder, absolute.
  public var folder: String
  /// The words that start the worker, e.g. the program and `study`, before `work PLAN`.
  public var worker: [String]
  /// Name of the job.
  public var name = "study"
  /// Processors of a task.
  public var processors = 1
  /// Time limit of a task as Slurm writes it, e.g. 1:00:00.
  public var time = "1:00:00"
  /// Memory of a task, e.g. 1G.
  public var memory = "1G"
  /// Partition; nil for the site's default.
  public var partition: String?
  /// Account; nil for the user's default.
  public var account: String?
  /// How many tasks may run at once; nil for no limit.
  public var throttle: Int?
  /// The highest index that the site allows in an array: MaxArraySize − 1, 1000 where sites keep Slurm's default. Of more tasks each index does several.
  public var highestIndex = 1000
  /// Whether a task that was stopped by its time limit puts itself back into the queue.
  public var requeues = false
  /// Lines for the site's modules and the like.
  public var prologue = ""

  /// A script for a plan.
  public init(plan: String, taskCount: Int, folder: String, worker: [String]) {
    self.plan = plan
    self.taskCount = taskCount
    self.folder = folder
    self.worker = worker
  }

  /// The script's text.
  public func text(for engine: Engine) -> String {
    switch engine {
    case .slurm: slurm
    case .parallel: parallel
    }
  }

  /// A word as a shell reads it back.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy {
        ($0 >= 0x30 && $0 <= 0x39) || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a)
          || "/._-+:,@=%".utf8.contains($0)
      }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// A text without line ends, which would end a line of the script.
  private func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ")
  }

  private var command: String { worker.map(ClusterScript.quoted).joined(separator: " ") }

  private var slurm: String {
    let count = min(max(taskCount, 1), highestIndex)
    var lines = [
      "#!/bin/sh",
      "#SBATCH --job-name=\(ClusterScript.quoted(oneLine(name)))",
      "#SBATCH --array=1-\(count)\(throttle.map { "%\($0)" } ?? "")",
      "#SBATCH --cpus-per-task=\(processors)",
      "#SBATCH --time=\(time)",
      "#SBATCH --mem=\(memory)",
      "#SBATCH --signal=B:USR1@120",
      "#SBATCH --requeue",
      "#SBATCH --open-mode=append",
      // Slurm fills in what follows a percent sign.
      "#SBATCH --output=\(ClusterScript.quoted(folder.replacing("%", with: "%%") + "/logs/%a.log"))",
    ]
    if let partition { lines.append("#SBATCH --partition=\(ClusterScript.quoted(partition))") }
    if let account { lines.append("#SBATCH --account=\(ClusterScript.quoted(account))") }
    lines += [
      "# Submit with sbatch. A task that is killed, moved or run twice loses and bends nothing: finished blocks are files of",
      "# their own, and each has the same numbers wherever it is computed. What is missing in the end is found by",
      "# 'study status', packed anew by 'study plan' and submitted again. 'study plan' made the folder logs/.",
      "set -u",
    ]
    if !prologue.isEmpty { lines.append(prologue) }
    var work =
      "\(command) work \(ClusterScript.quoted(plan)) --out \(ClusterScript.quoted(folder)) --task \"$SLURM_ARRAY_TASK_ID\" --threads \"${SLURM_CPUS_PER_TASK:-1}\""
    if taskCount > count {
      lines.append(
        "# The plan's \(taskCount) tasks are more than an array's indices: each index takes every \(count)th."
      )
      work += " --every \(count)"
    }
    if requeues {
      // A shell takes note of a signal only when what it waits for has ended, unless that is `wait`.
      lines += [
        "worker= again=",
        "trap 'again=yes; [ -z \"$worker\" ] || kill -USR1 \"$worker\"' USR1",
        "trap 'again=; [ -z \"$worker\" ] || kill -TERM \"$worker\"' TERM",
        "\(work) &", "worker=$!",
        "wait \"$worker\"; code=$?",
        "while kill -0 \"$worker\" 2>/dev/null; do wait \"$worker\"; code=$?; done",
        "# USR1 comes before the time is over, TERM when the task is cancelled. 75: all finished blocks are saved; 138: the signal",
        "# came before the worker listened.",
        "case $again$code in",
        "yes75 | yes138) scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\" ;;",
        "esac",
        "exit \"$code\"",
      ]
    } else {
      // The worker takes the shell's place: it is the process that the batch system signals.
      lines.append("exec \(work)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var parallel: String {
    var lines = [
      "#!/bin/sh",
      "# GNU parallel runs the tasks that have missing blocks: on this machine, or on those of --sshloginfile, which must see",
      "# the folder under the same path. Run it again after any failure; more options are handed to parallel.",
      "#   sh SCRIPT                          all of this machine's processors",
      "#   sh SCRIPT --sshloginfile hosts     a line for each host, e.g. 8/alice@server",
      "set -u",
    ]
    if !prologue.isEmpty { lines.append(prologue) }
    let plan = ClusterScript.quoted(plan)
    lines.append(
      "\(command) status \(plan) --missing | parallel --halt never \"$@\" \(ClusterScript.quoted("\(command) work \(plan) --out \(ClusterScript.quoted(folder)) --threads 1 --task {}"))"
    )
    lines.append("\(command) status \(plan)")
    return lines.joined(separator: "\n") + "\n"
  }
}

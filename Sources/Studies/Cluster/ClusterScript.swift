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

  /// Slurm's highest index of an array where sites keep its default (MaxArraySize 1001).
  static let mostArrayTasks = 1000

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
          || "/._-+:,@=".utf8.contains($0)
      }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }

  private var command: String { worker.map(ClusterScript.quoted).joined(separator: " ") }

  private var slurm: String {
    let count = min(max(taskCount, 1), ClusterScript.mostArrayTasks)
    var lines = [
      "#!/bin/sh",
      "#SBATCH --job-name=\(ClusterScript.quoted(name))",
      "#SBATCH --array=1-\(count)\(throttle.map { "%\($0)" } ?? "")",
      "#SBATCH --cpus-per-task=\(processors)",
      "#SBATCH --time=\(time)",
      "#SBATCH --mem=\(memory)",
      "#SBATCH --signal=B:USR1@120",
      "#SBATCH --requeue",
      "#SBATCH --open-mode=append",
      "#SBATCH --output=\(ClusterScript.quoted(folder + "/logs/%a.log"))",
    ]
    if let partition { lines.append("#SBATCH --partition=\(ClusterScript.quoted(partition))") }
    if let account { lines.append("#SBATCH --account=\(ClusterScript.quoted(account))") }
    lines += [
      "# Submit with sbatch. A task that is killed, moved or run twice loses and bends nothing: finished blocks are files of",
      "# their own, and each has the same numbers wherever it is computed. What is missing in the end is found by",
      "# 'study status', packed anew by 'study plan' and submitted again. The folder logs/ must be there.",
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
    // The worker must be the process that the batch system signals: a shell would wait for it first.
    if requeues {
      lines += [
        "\(work) &", "worker=$!", "trap 'kill -USR1 $worker' USR1 TERM",
        "wait $worker; code=$?", "while kill -0 $worker 2>/dev/null; do wait $worker; code=$?; done",
        "# 75: stopped before its time was over, all finished blocks saved; the rest goes back into the queue.",
        "[ $code -ne 75 ] || scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"", "exit $code",
      ]
    } else {
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

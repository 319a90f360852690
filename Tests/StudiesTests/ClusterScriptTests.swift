import Foundation
import Testing

@testable import Studies

@Suite("Scripts for clusters")
struct ClusterScriptTests {
  private func script(tasks: Int = 3, folder: String = "/scratch/study") -> ClusterScript {
    ClusterScript(
      plan: folder + "/plan.json", taskCount: tasks, folder: folder, worker: ["/opt/mlm", "study"])
  }

  /// What a shell makes of a text: its exit code and what it printed.
  private func shell(_ text: String, _ words: [String] = []) throws -> (code: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = words + ["-c", text]
    process.standardOutput = output
    process.standardError = output
    // The test runner's threads block signals, and what they start would inherit that.
    var (none, own) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &own)
    defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  @Test("A script is what is printed here")
  func plain() {
    let lines = script().text(for: .slurm).split(separator: "\n").map(String.init)
    #expect(lines.first == "#!/bin/sh")
    #expect(
      lines.filter { $0.hasPrefix("#SBATCH") } == [
        "#SBATCH --job-name=study", "#SBATCH --array=1-3", "#SBATCH --cpus-per-task=1",
        "#SBATCH --time=1:00:00", "#SBATCH --mem=1G", "#SBATCH --signal=B:USR1@120", "#SBATCH --requeue",
        "#SBATCH --open-mode=append", "#SBATCH --output=/scratch/study/logs/%a.log",
      ])
    #expect(
      lines.last
        == "exec /opt/mlm study work /scratch/study/plan.json --out /scratch/study --task \"$SLURM_ARRAY_TASK_ID\" --threads \"${SLURM_CPUS_PER_TASK:-1}\""
    )
  }

  @Test(
    "Every way of running is a script that a shell can read", arguments: ["/a b/it's", "/x/$(date)`\"\\"])
  func syntax(folder: String) throws {
    for engine in ClusterScript.Engine.allCases {
      for requeues in [false, true] {
        var script = script(folder: folder)
        script.requeues = requeues
        script.prologue = "module load gcc"
        let read = try shell(script.text(for: engine), ["-n"])
        #expect(read.code == 0, "\(engine) \(read.output)")
      }
    }
  }

  @Test(
    "A shell reads back the word that was quoted",
    arguments: ["", "plain", "a b", "it's", "\"$HOME\" `date` \\", "é\n*"])
  func quoting(word: String) throws {
    #expect(try shell("printf '%s|' " + ClusterScript.quoted(word)).output == word + "|")
  }

  @Test("Names cannot end a line, and a folder's percent signs are its own")
  func names() {
    var script = script(folder: "/100% real")
    script.name = "first\n#SBATCH --nodes=50\nlast"
    let lines = script.text(for: .slurm).split(separator: "\n")
    #expect(lines.contains("#SBATCH --job-name='first #SBATCH --nodes=50 last'"))
    #expect(!lines.contains("#SBATCH --nodes=50"))
    #expect(lines.contains("#SBATCH --output='/100%% real/logs/%a.log'"))
  }

  @Test("Of more tasks than the array may have indices, each index does several")
  func manyTasks() {
    var script = script(tasks: 1_500)
    #expect(script.text(for: .slurm).contains("--array=1-1000\n"))
    #expect(script.text(for: .slurm).contains(" --every 1000"))
    script.highestIndex = 2_000
    #expect(script.text(for: .slurm).contains("--array=1-1500\n"))
    #expect(!script.text(for: .slurm).contains("--every"))
  }

  /// The worker is a script here: it ends with a code when it is signalled, as `study work` does.
  @Test(
    "A task goes back into the queue when its time is over, not when it is cancelled or done",
    arguments: [("USR1", 75, true), ("TERM", 75, false), ("", 0, false), ("", 1, false)])
  func requeue(signal: String, code: Int, again: Bool) throws {
    var script = script()
    script.worker = [
      "sh", "-c",
      "trap 'exit \(code)' USR1 TERM; \(signal.isEmpty ? "" : "kill -\(signal) $PPID; sleep 1;") exit \(code)",
    ]
    script.requeues = true
    script.prologue = "scontrol() { echo \"$@\"; }; SLURM_ARRAY_JOB_ID=7 SLURM_ARRAY_TASK_ID=3"
    let run = try shell(script.text(for: .slurm))
    #expect(run.code == Int32(code))
    #expect(run.output == (again ? "requeue 7_3\n" : ""))
  }
}

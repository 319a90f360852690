import Labs

/// The lines of R that make the same salary data as `mlm data salary --out handout/…csv`.
struct SalaryProgram {
  /// The program beside the data.
  let file: OutputFile

  /// The program to a command's words; nil where they make no salary data that are handed out from R's stream.
  init?(_ arguments: [String], seed: Int) {
    guard arguments.starts(with: ["data", "salary"]), let path = arguments.value(of: "--out"),
      path.hasPrefix("handout/"), path.hasSuffix(".csv"), arguments.value(of: "--stream") ?? "r" == "r"
    else { return nil }
    let used = arguments.value(of: "--seed") ?? String(seed)
    let count = arguments.value(of: "--n") ?? "100"
    let text = """
      # Makes the same data in R (3.6.0 or later).
      set.seed(\(used))
      n <- \(count)
      department <- rep_len(c("sociology", "biology", "english", "informatics", "statistics"), n)
      bases <- rep_len(c(40000, 50000, 60000, 70000, 80000), n) * runif(n, .9, 1.1)
      experience <- floor(runif(n, 0, 10))
      raises <- rep_len(c(2000, 500, 500, 1700, 500), n) * runif(n, .9, 1.1)
      salary <- bases + experience * raises
      d <- data.frame(ids = seq_len(n), department, bases, experience, raises, salary)

      """
    file = OutputFile(path: String(path.dropLast(4)) + ".R", bytes: Array(text.utf8))
  }
}

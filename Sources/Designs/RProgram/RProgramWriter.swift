import ModelFormula
import Tables

/// Writes a design as a program in base R, section by section in the order of the draws.
struct RProgramWriter {
  let design: DataDesign
  var lines: [String] = []

  init(_ design: DataDesign) { self.design = design }

  var plan: DesignPlan { design.plan }
  var graph: LevelGraph { design.plan.rows.graph }

  mutating func add(_ line: String) { lines.append(line) }

  /// A heading with a line behind it.
  mutating func section(_ title: String) {
    add("")
    add("# " + title + " " + String(repeating: "-", count: max(3, 76 - title.count)))
  }

  mutating func write(seed: Int32, generator: RGenerator, file: String?) {
    add(
      "# A data set with known truth\(file.map { ", from \($0)" } ?? "") (written by mlm data design --r-script)."
    )
    add("# \(design.formula.text)")
    add("# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)")
    add("# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)")
    add("RNGkind(\(RText.quoted(generator.rawValue)), \"Inversion\", \"Rejection\")")
    add("set.seed(\(seed))")
    add("options(contrasts = c(\"contr.treatment\", \"contr.poly\"))")
    if plan.equation.formula.source.contains("ns(") { add("library(splines)") }
    writeHelpers()
    writeUnits()
    writePredictorDraws()
    writeEffects()
    writeLaterPredictors()
    writeTable()
    writeLinearPredictor()
    writeOutcome()
    writeMissing()
    writeSample()
    section("The data")
    add("text <- !vapply(d, is.numeric, NA)")
    add("d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), \"NA\", sprintf(\"%.17g\", x)))")
    add("file <- commandArgs(trailingOnly = TRUE)")
    add(
      "write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)"
    )
  }

  private mutating func writeHelpers() {
    let joint = design.predictors.contains { if case .jointNormal = $0.law { true } else { false } }
    if joint || design.response.effects.contains(where: { $0.sd.count > 1 }) {
      section("Lower triangular C with C C' = R; a zero pivot gives a column of zeros")
      add(
        """
        cholesky <- function(R) {
          C <- 0 * R
          for (j in seq_len(nrow(R))) {
            pivot <- R[j, j] - sum(C[j, seq_len(j - 1)]^2)
            if (pivot > 1e-12) {
              C[j, j] <- sqrt(pivot)
              for (i in seq_len(nrow(R))[-seq_len(j)])
                C[i, j] <- (R[i, j] - sum(C[i, seq_len(j - 1)] * C[j, seq_len(j - 1)])) / C[j, j]
            }
          }
          C
        }
        """)
    }
    if design.missing.contains(where: { $0.depends != nil }) {
      section("P(missing) with mean 'rate' whose logit is linear in v")
      add(
        """
        missing_probability <- function(v, rate, slope) {
          if (rate <= 0 || rate >= 1) return(rep(rate, length(v)))
          m <- sum(v) / length(v)
          s <- if (length(v) > 1) sqrt(sum((v - m)^2) / (length(v) - 1)) else 0
          shift <- if (s > 0) slope * ((v - m) / s) else 0 * v
          low <- -50 - max(abs(shift))
          high <- 50 + max(abs(shift))
          for (i in 1:100) {
            middle <- (low + high) / 2
            if (mean(plogis(middle + shift)) < rate) low <- middle else high <- middle
          }
          plogis((low + high) / 2 + shift)
        }
        """)
    }
  }

  // MARK: units

  /// The unit of an upper level of each unit of a lower one, as R.
  func climb(from lower: Int, to upper: Int) -> String {
    let name = graph.levels[lower].name
    let next = graph.above[lower].first { graph.isAbove(upper, $0) }!
    let step = RText.member(RText.member("up", name), graph.levels[next].name)
    return next == upper ? step : "\(climb(from: next, to: upper))[\(step)]"
  }

  /// The number of units of a place.
  func count(_ place: ColumnPlace) -> String {
    switch place {
    case .level(let k): RText.member("n", graph.levels[k].name)
    case .rows: "rows"
    }
  }

  private mutating func writeUnits() {
    section("Levels: n units of each; up: for each unit that of the level above it")
    add("n <- up <- unit <- list()")
    for (k, level) in graph.levels.enumerated() {
      let n = RText.member("n", level.name)
      switch level.units {
      case .counted(let count): add("\(n) <- \(count)")
      case .named(let names): add("\(n) <- \(names.count)")
      case .times(let first, let last, let per):
        guard per != nil else {
          add("\(n) <- \(last - first + 1)  # \(first) … \(last)")
          continue
        }
        let parents = count(.level(graph.above[k][0]))
        add("\(n) <- \(parents) * \(last - first + 1)  # \(first) … \(last)")
        add(
          "\(RText.member(RText.member("up", level.name), per!)) <- rep(seq_len(\(parents)), each = \(last - first + 1))"
        )
      case .nested(let per, let size):
        let parents = count(.level(graph.above[k][0]))
        add("size <- \(sizes(size, parents))")
        add("\(n) <- sum(size)")
        add("\(RText.member(RText.member("up", level.name), per)) <- rep(seq_len(\(parents)), size)")
      }
    }
    for (k, level) in graph.levels.enumerated() {
      for member in level.belongs {
        let upper = RText.member("n", member.level)
        let own = RText.member("n", level.name)
        let target = RText.member(RText.member("up", level.name), member.level)
        if let weights = member.weights {
          add("w <- \(RText.vector(weights))")
          add("\(target) <- findInterval(runif(\(own)), head(cumsum(w), -1) / sum(w)) + 1")
        } else {
          add("\(target) <- pmin(floor(runif(\(own)) * \(upper)), \(upper) - 1) + 1")
        }
        _ = k
      }
    }
    writeRows()
  }

  private func sizes(_ law: GroupSizeLaw, _ parents: String) -> String {
    func held(_ x: String, _ least: Int, _ most: Int?) -> String {
      let low = "pmax(\(x), \(least))"
      return most.map { "pmin(\(low), \($0))" } ?? low
    }
    switch law {
    case .fixed(let size): return "rep(\(size), \(parents))"
    case .listed(let list):
      return "rep_len(c(\(list.map(String.init).joined(separator: ", "))), \(parents))"
    case .oneTiny(let size, let tiny): return "c(rep(\(size), \(parents) - 1), \(tiny))"
    case .uniform(let a, let b): return "pmin(\(a) + floor(runif(\(parents)) * \(b - a + 1)), \(b))"
    case .lognormal(let m, let s, let least, let most):
      return held("round(exp(\(RText.affine(m, s, "rnorm(\(parents))"))))", least, most)
    case .poisson(let mean, let least, let most):
      return held("rpois(\(parents), \(RText.number(mean)))", least, most)
    }
  }

  private mutating func writeRows() {
    section("Rows: for each the unit of every level")
    switch plan.rows.rows {
    case .units(let name):
      let row = plan.rows.rowLevel!
      add("rows <- \(RText.member("n", name))")
      for (k, level) in graph.levels.enumerated() {
        add(
          "\(RText.member("unit", level.name)) <- \(k == row ? "seq_len(rows)" : climb(from: row, to: k))")
      }
    case .crossed(let cross):
      let counts = cross.levels.map { RText.member("n", $0) }
      switch cross.cells {
      case .all: add("cell <- seq_len(\(counts.joined(separator: " * "))) - 1")
      case .fraction(let share):
        add("cells <- \(counts.joined(separator: " * "))")
        add("cell <- sort(order(runif(cells))[seq_len(round(cells * \(RText.number(share))))]) - 1")
      case .sees(let each, let seen):
        let (first, second) = (counts[0], counts[1])
        if cross.levels[0] == each {
          add(
            "cell <- unlist(lapply(seq_len(\(first)), function(i) (i - 1) * \(second) + sort(order(runif(\(second)))[1:\(seen)]) - 1))"
          )
        } else {
          add(
            "cell <- sort(unlist(lapply(seq_len(\(second)), function(i) (order(runif(\(first)))[1:\(seen)] - 1) * \(second) + i - 1)))"
          )
        }
      }
      add("cell <- rep(cell, each = \(cross.perCell))")
      add("rows <- length(cell)")
      for (i, name) in cross.levels.enumerated() {
        let behind = counts.dropFirst(i + 1)
        let step = behind.isEmpty ? "cell" : "cell %/% (\(behind.joined(separator: " * ")))"
        add("\(RText.member("unit", name)) <- \(step) %% \(counts[i]) + 1")
      }
      for (k, level) in graph.levels.enumerated() where !plan.rows.crossed.contains(k) {
        let source = plan.rows.crossed[plan.rows.source[k]!]
        add(
          "\(RText.member("unit", level.name)) <- \(climb(from: source, to: k))[\(RText.member("unit", graph.levels[source].name))]"
        )
      }
    }
  }

  /// The place in time, from 0, of each unit of a place; `units` are units of the level of times.
  func timeIndex(_ time: Int, _ units: String) -> String {
    "(\(units) - 1) %% \(graph.levels[time].timeCount!)"
  }

  /// For each unit of a place the unit of an upper level; nil where they are the same.
  func units(of upper: Int, at place: ColumnPlace) -> String? {
    switch place {
    case .rows: return RText.member("unit", graph.levels[upper].name)
    case .level(let k):
      if k == upper { return nil }
      return k == plan.rows.rowLevel
        ? RText.member("unit", graph.levels[upper].name) : climb(from: k, to: upper)
    }
  }
}

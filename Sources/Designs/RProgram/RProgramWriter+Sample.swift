import ModelFormula
import Tables

extension RProgramWriter {
  /// The sample of the rows.
  mutating func writeSample() {
    guard let sample = plan.sample else { return }
    section("The sample: E / w, E exponential; the smallest are drawn (the census is not written here)")
    if plan.missing.isEmpty { add("complete <- d") }
    add("w <- rep(1, rows)")
    for weight in sample.law.weights {
      let column = RText.member("complete", weight.column)
      switch weight.law {
      case .exponential(let rate): add("w <- w * exp(\(RText.number(rate)) * \(column))")
      case .effect(let rate):
        let term = plan.equation.terms[DesignPlan.intercept(of: weight.column, plan.equation)!]
        let unit = RText.member("unit", weight.column)
        add(
          "w <- w * exp(\(RText.number(rate)) * \(RText.member("standard", term.label))[\(unit), 1])")
      case .named(let list):
        let entry = plan.catalog[weight.column]
        let isText = if case .names = entry?.kind { true } else { false }
        for named in list {
          let value = isText ? RText.quoted(named.name) : RText.number(Double(named.name)!)
          add("w <- w * ifelse(\(column) == \(value), \(RText.number(named.value)), 1)")
        }
      }
    }
    add("if (\(sample.law.size) > sum(w > 0)) stop(\"too few rows with a weight above 0\")")
    add("drawn <- sort(order(rexp(rows) / w)[seq_len(\(sample.law.size))])")
    add("d <- d[drawn, , drop = FALSE]")
  }
}

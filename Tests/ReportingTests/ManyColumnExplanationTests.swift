import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Explanations of terms that vary in several columns")
struct ManyColumnExplanationTests {
  private func machines() throws -> DataTable { try DataTable(csv: Reference.bytes("lmm/machines.csv")) }

  /// Eight groups with a number x of many values, a factor f of three levels, and w constant within groups.
  private var made: DataTable {
    let n = 96
    let g = (0..<n).map { $0 % 8 }
    return DataTable([
      Column("y", (0..<n).map { Double(($0 * 37) % 23) + Double(g[$0]) }),
      Column("x", (0..<n).map { Double(($0 * 29) % 31) }), Column("g", g.map { "g\($0)" }),
      Column("h", (0..<n).map { "h\($0 / 8 % 6)" }),
      Column("f", (0..<n).map { ["1", "2", "3"][$0 / 8 % 3] }),
      Column("w", g.map { Double($0 * $0) }),
    ])
  }

  @Test("a factor of three levels: two slopes, their 3 × 3 covariance, ten parameters")
  func machine() throws {
    let found = try Explanation(of: [ModelFormula("score ~ Machine + (Machine | Worker)")], data: machines())
    #expect(
      found.text.contains(
        "(α_j, β1_j, β2_j) ~ N((μ_α, μ_β1, μ_β2), [σ_α², ρ(α,β1)σ_ασ_β1, ρ(α,β2)σ_ασ_β2;"), "\(found.text)")
    #expect(
      found.text.contains(
        """
        Parameters
          α_j       intercept of Worker j
          β1_j      slope of MachineB of Worker j
          β2_j      slope of MachineC of Worker j
          μ_α       mean of the intercepts
          μ_β1      mean of the slopes of MachineB
          μ_β2      mean of the slopes of MachineC
          σ_α       standard deviation of the intercepts between groups
          σ_β1      standard deviation of the slopes of MachineB between groups
          σ_β2      standard deviation of the slopes of MachineC between groups
          ρ(α,β1)   correlation of intercepts and slopes of MachineB
          ρ(α,β2)   correlation of intercepts and slopes of MachineC
          ρ(β1,β2)  correlation of slopes of MachineB and slopes of MachineC
          σ_y       standard deviation of observations within groups

        Number of estimated parameters: 10 = 3 fixed effects + 3 standard deviations of groups +
        3 correlations + 1 residual standard deviation.

        """), "\(found.text)")
    #expect(
      found.text.contains("x1 = MachineB (a column of\nMachine)")
        || found.text.contains("x1 = MachineB (a column of Machine)"))
  }

  @Test(
    "the symbols and the number are those of the fit",
    arguments: [
      "y ~ f + (f | g)", "y ~ f + (0 + f | g)", "y ~ 0 + f + (f | g)", "y ~ f + (f || g)",
      "y ~ poly(x, 2) + (poly(x, 2) | g)", "y ~ ns(x, 3) + (0 + ns(x, 3) || g)", "y ~ x + (x | g)",
      "y ~ x + f + (f | g) + (1 | h)", "y ~ f * x + (f:x | g)", "y ~ x + (1 + x | g) + (poly(x, 2) - 1 | h)",
    ])
  func counts(_ text: String) throws {
    let formula = try ModelFormula(text)
    for language in Language.allCases {
      for roles in [ColumnRoles(), ColumnRoles(contrasts: text.contains("f") ? ["f": .sum] : [:])] {
        let fit = try LinearMixedModel(formula, data: made, roles: roles).fit(by: .ml)
        let found = try Explanation(of: [formula], data: made, roles: roles, language: language)
        let df = fit.model.fixedEffectNames.count + fit.theta.count + 1
        #expect(found.text.contains("\(df) = "), "\(found.text)")
        // Standard deviations of groups, and correlations.
        let symbols = Set(found.parameterTable["symbol"]!.values.texts)
        let deviations = symbols.count { $0.hasPrefix("σ_") && $0 != "σ_y" }
        let correlations = symbols.count { $0.hasPrefix("ρ") }
        #expect(deviations + correlations == fit.theta.count, "\(text): \(symbols)")
      }
    }
  }

  @Test("a level's indicator is no contrast of the same name")
  func sameName() throws {
    let found = try Explanation(
      of: [ModelFormula("y ~ f + (0 + f | g)")], data: made,
      roles: ColumnRoles(contrasts: ["f": .sum])
    ).text
    #expect(found.contains("x1 = f1 (a column of f)") && found.contains("dummy(f1)"), "\(found)")
    #expect(found.contains("N((0, 0, 0), "), "\(found)")
  }

  @Test("a predictor of groups predicts each column's slope")
  func groupPredictor() throws {
    let found = try Explanation(of: [ModelFormula("y ~ f * w + (f | g)")], data: made).text
    #expect(found.contains("(γ0^α + γ1^α·u_j, γ0^β1 + γ1^β1·u_j, γ0^β2 + γ1^β2·u_j)"), "\(found)")
  }

  @Test("five coefficients and more have one Σ")
  func wide() throws {
    let found = try Explanation(of: [ModelFormula("y ~ ns(x, 4) + (ns(x, 4) | g)")], data: made).text
    #expect(found.contains("μ_β4), Σ)"), "\(found)")
    #expect(
      found.contains("covariance matrix, 5 × 5: the 5 squared standard deviations, and 10 correlations"),
      "\(found)")
  }

  @Test("models are compared column by column")
  func difference() throws {
    let found = try Explanation(
      of: [ModelFormula("y ~ f + (f | g)"), ModelFormula("y ~ f + (1 | g)")], data: made
    ).text
    #expect(found.contains("The slope of f2: one value a group"), "\(found)")
    #expect(!found.contains("model 1 only"), "\(found)")
  }

  @Test("without data a sentence says what a factor would do")
  func withoutData() throws {
    func text(_ formula: String, _ language: Language = .en, factors: Set<String> = []) throws -> String {
      let found = try Explanation(
        of: [ModelFormula(formula)], roles: ColumnRoles(factors: factors), language: language)
      return found.text.split(separator: "\n").joined(separator: " ")
    }
    #expect(
      try text("score ~ Machine + (Machine | Worker)").contains(
        "Number of estimated parameters: 6 = 2 fixed effects + 2 standard deviations of groups + 1 correlation + 1 residual "
          + "standard deviation, if Machine is a number; a factor of k levels has k − 1 such slopes."))
    #expect(
      try text("score ~ Machine + (Machine | Worker)", .zh).contains("有 k 个水平的因子有 k − 1 个这样的斜率"))
    for formula in ["y ~ f + (f | g)", "y ~ factor(x) + (factor(x) | g)"] {
      let said = try text(formula, factors: ["f"])
      #expect(said.contains("Number of estimated parameters: only data can tell."), "\(said)")
      #expect(said.contains("stands for several: a factor of k levels has k − 1 such slopes"), "\(said)")
    }
    #expect(
      try text("y ~ x + (1 | g)").contains(
        "4 = 2 fixed effects + 1 standard deviation of groups + 1 residual standard deviation."))
    #expect(try text("y ~ x", .zh).contains("估计的参数个数：3 = 2 个固定效应 + 1 个残差标准差"))
  }

  @Test("a column whose name begins with an article")
  func article() throws {
    let found = try Explanation(of: [ModelFormula("y ~ x + (x | `the group`)")]).text
    #expect(found.contains("j[i] is the group of observation i"), "\(found)")
    #expect(found.contains("Every group has its own"), "\(found)")
  }
}

extension Column.Values {
  fileprivate var texts: [String] {
    if case .text(let values) = self { return values.compactMap { $0 } }
    return []
  }
}

import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Tables of tests as R prints them")
struct TestTablesTests {
  private func sleep() throws -> DataTable {
    try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"), file: "sleepstudy.csv")
  }
  private func fit(_ formula: String) throws -> LinearMixedModelFit {
    try LinearMixedModel(formula, data: sleep(), roles: ColumnRoles(factors: ["Subject"])).fit()
  }

  @Test("anova of lmerTest")
  func analysisOfVariance() throws {
    let fit = try fit("Reaction ~ Days + (Days | Subject)")
    #expect(
      try AnalysisOfVariance(fit).text == """
        Type III Analysis of Variance Table with Satterthwaite's method
             Sum Sq Mean Sq NumDF DenDF F value    Pr(>F)    
        Days  30031   30031     1    17  45.853 3.264e-06 ***
        ---
        Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1

        """)
    #expect(
      try AnalysisOfVariance(fit, kind: .sequential, method: .kenwardRoger).text == """
        Type I Analysis of Variance Table with Kenward-Roger's method
             Sum Sq Mean Sq NumDF DenDF F value    Pr(>F)    
        Days  30031   30031     1    17  45.853 3.264e-06 ***
        ---
        Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1

        """)
  }

  @Test("anova without degrees of freedom, as lme4 1.1-31 prints it")
  func analysisWithoutTests() throws {
    let fit = try LinearMixedModel(
      "angle ~ recipe * tempf + (1 | recipe:replicate)",
      data: DataTable(csv: Reference.bytes("lmm/cake.csv")), roles: ColumnRoles(factors: ["tempf"])
    ).fit()
    let anova = try AnalysisOfVariance(fit, kind: .sequential, method: nil)
    #expect(
      anova.text == """
        Analysis of Variance Table
                     npar  Sum Sq Mean Sq F value
        recipe          2   10.19    5.09  0.2488
        tempf           5 2100.30  420.06 20.5199
        recipe:tempf   10  205.98   20.60  1.0062

        """)
    #expect(anova.tidyTable.columnNames == ["term", "sumsq", "meansq", "npar", "statistic"])
    #expect(anova.estimates.rows.allSatisfy { !$0.quantities.contains { $0.value.isNaN } })
    let marginal = try AnalysisOfVariance(fit, method: nil)
    #expect(marginal.text.hasPrefix("Type III Analysis of Variance Table\n"))
    let tested = try AnalysisOfVariance(fit)
    for (plain, test) in zip(marginal.rows, tested.rows) {
      expectClose(plain.test.value, test.test.value, relative: 1e-12)
    }
    let empty = try AnalysisOfVariance(
      self.fit("Reaction ~ 1 + (1 | Subject)"), kind: .sequential, method: nil)
    #expect(empty.text == "Analysis of Variance Table\n     npar Sum Sq Mean Sq F value\n")
  }

  @Test("anova of several models, with the mixture beside R's p values")
  func comparison() throws {
    let formulas = [
      "Reaction ~ 1 + (1 | Subject)", "Reaction ~ Days + (1 | Subject)",
      "Reaction ~ Days + (Days || Subject)",
      "Reaction ~ Days + (Days | Subject)",
    ]
    let comparison = try ModelComparison(
      formulas.map { try ModelFormula($0) }, data: sleep(), roles: ColumnRoles(factors: ["Subject"]))
    // R rounds the second BIC, 1814.8505, to two decimals first.
    #expect(
      comparison.text() == """
        Data: df
        Models:
        m1: Reaction ~ 1 + (1 | Subject)
        m2: Reaction ~ Days + (1 | Subject)
        m3: Reaction ~ Days + ((1 | Subject) + (0 + Days | Subject))
        m4: Reaction ~ Days + (Days | Subject)
           npar    AIC    BIC  logLik deviance    Chisq Df Pr(>Chisq) Pr(boundary)    
        m1    3 1916.5 1926.1 -955.27   1910.5                                        
        m2    4 1802.1 1814.8 -897.04   1794.1 116.4624  1  < 2.2e-16    < 2.2e-16 ***
        m3    5 1762.0 1778.0 -876.00   1752.0  42.0754  1  8.782e-11    4.391e-11 ***
        m4    6 1763.9 1783.1 -875.97   1751.9   0.0639  1     0.8004       0.8004    
        ---
        Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1

        """)
    let few = "; 18 groups are few, so that this is rough: --replicates 1000 simulates the distribution"
    #expect(
      comparison.notes().dropFirst() == [
        "note: m2 against m1 uses χ²(1), the statistic's distribution in large samples",
        "note: m3 against m2 tests a variance at the boundary of its range, where the statistic is ½χ²(0) + ½χ²(1) for many groups; the "
          + "naive p value of χ²(1) is too large" + few,
        "note: m4 against m3 uses χ²(1), the statistic's distribution in large samples" + few,
      ])
    #expect(comparison.notes(in: .zh)[2].contains("½χ²(0) + ½χ²(1)"))
    let linear = try ModelComparison(
      ["Reaction ~ Days", "Reaction ~ Days + (Days | Subject)"].map { try ModelFormula($0) }, data: sleep(),
      roles: ColumnRoles(factors: ["Subject"]))
    #expect(
      linear.text() == """
        Data: df
        Models:
        m1: Reaction ~ Days
        m2: Reaction ~ Days + (Days | Subject)
           npar    AIC    BIC  logLik deviance  Chisq Df Pr(>Chisq) Pr(boundary)    
        m1    3 1906.3 1915.9 -950.15   1900.3                                      
        m2    6 1763.9 1783.1 -875.97   1751.9 148.35  3  < 2.2e-16     0.000999 ***
        ---
        Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1

        """)
  }

  @Test("several variances at once: NA, and how to know, where refitting takes long")
  func unknown() throws {
    let n = 30_000
    let x = (0..<n).map { Double($0 * 37 % 101) }
    var y: [Double] = []
    for i in 0..<n {
      let noise = Double(i * 7919 % 1009) / 100
      y.append(noise + Double(i % 40) * (1 + x[i] / 100))
    }
    let table = DataTable([Column("y", y), Column("x", x), Column("g", (0..<n).map { $0 % 40 })])
    let comparison = try ModelComparison(
      ["y ~ x", "y ~ x + (x | g)"].map { try ModelFormula($0) }, data: table)
    let test = try #require(comparison.rows[1].test)
    #expect(test.null == .unknown && test.simulation == nil && test.pValue.isNaN)
    #expect(comparison.text().contains("           NA"))
    let note = try #require(comparison.notes().last { $0.contains("at once") })
    #expect(note.hasSuffix("add one effect at a time, or simulate the distribution with --replicates 1000"))
  }
}

@Suite("The ledger of REML and ML")
struct FitLedgerTests {
  @Test("criteria of both methods and arm's numbers, whichever was fitted")
  func ledger() throws {
    let record = try Reference.json("lmm/pastes_nested_slash.json")
    let table = try DataTable(csv: Reference.bytes("lmm/pastes.csv"))
    let model = try LinearMixedModel("strength ~ 1 + (1 | batch/cask)", data: table)
    for method in [EstimationMethod.reml, .ml] {
      let ledger = try FitLedger(model.fit(by: method))
      let rows = Dictionary(uniqueKeysWithValues: ledger.table().rows.map { ($0[0], $0) })
      let display = record["display"]
      for (name, column, value) in [
        ("criterion", 1, record["REML_criterion"].double), ("criterion", 2, display["deviance"].double),
        ("deviance", 1, display["deviance"].double), ("DIC", 1, display["DIC"].double),
        ("AIC", 1, display["AIC"].double),
      ] {
        let shown = try #require(rows[name].flatMap { Double($0[column]) })
        #expect(abs(shown - value) < 6e-5, "\(name)")
      }
      #expect(rows["df"]?[1] == "4" && ledger.table(in: .zh).rows.count == rows.count)
    }
  }
}

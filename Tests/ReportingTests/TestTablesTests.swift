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
        m2    6 1763.9 1783.1 -875.97   1751.9 148.35  3  < 2.2e-16           NA ***
        ---
        Signif. codes:  0 ‘***’ 0.001 ‘**’ 0.01 ‘*’ 0.05 ‘.’ 0.1 ‘ ’ 1

        """)
  }
}

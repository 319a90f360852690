import Tables
import TestSupport
import Testing

@testable import MixedModels

@Suite("Diagnostics of optima")
struct OptimumDiagnosticsTests {
  @Test("principal components of the random effects, as lme4's rePCA gives them")
  func components() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let fit = try LinearMixedModel("Reaction ~ Days + (Days | Subject)", data: table).fit()
    // rePCA(lmer(Reaction ~ Days + (Days | Subject)))
    expectClose(fit.principalComponents[0].standardDeviations, [0.9668679723, 0.2308798142], relative: 1e-5)
    expectClose(fit.principalComponents[0].proportions, [0.94605, 0.05395], relative: 1e-4)
  }

  @Test(
    "gradients vanish; curvature is positive inside, and 0 where a variance cannot be told",
    arguments: ReferenceCase.crossed)
  func optimum(_ r: ReferenceCase) throws {
    let fit = try r.fit()
    #expect(fit.largestGradient < 1e-4 * max(1, abs(fit.criterion)) / 100)
    #expect(fit.leastCurvature > (r.isSingular ? -1e-6 : 1e-4))
  }
}

import BayesianModels
import Testing

@testable import Reporting

@Suite("Priors in the language of JAGS")
struct JAGSDistributionTests {
  @Test(
    "normal and t have precisions, positive parameters the part above 0",
    arguments: [
      (Prior.normal(mean: 0, sd: 1000.squareRoot()), false, "dnorm(0, 1 / 1000)"),
      (.normal(mean: -2.5, sd: 1000), false, "dnorm(-2.5, 1 / 1000^2)"),
      (.normal(mean: 1, sd: 26.070187), true, "dnorm(1, 1 / 26.070187^2) T(0, )"),
      (.studentT(degreesOfFreedom: 4, location: 1, scale: 2), false, "dt(1, 1 / 2^2, 4)"),
      (.studentT(degreesOfFreedom: 4, location: 1, scale: 2), true, "dt(1, 1 / 2^2, 4) T(0, )"),
      (.uniform(-3, 7), false, "dunif(-3, 7)"), (.uniform(-3, 7), true, "dunif(0, 7)"),
      (.halfNormal(sd: 3), true, "dnorm(0, 1 / 3^2) T(0, )"),
      (.halfT(degreesOfFreedom: 3, scale: 0.1), true, "dt(0, 1 / 0.1^2, 3) T(0, )"),
      (.halfCauchy(scale: 5), true, "dt(0, 1 / 5^2, 1) T(0, )"),
      (.exponential(rate: 0.03), true, "dexp(0.03)"),
      (.inverseGamma(shape: 0.001, scale: 0.001), true, "dgamma(0.001, 0.001)"),
      (.flat, true, "dunif(0, 100000)"), (.flat, false, "dnorm(0, 1 / 100000^2)"),
    ])
  func texts(_ prior: Prior, _ isPositive: Bool, _ text: String) {
    #expect(JAGSDistribution.text(prior, isPositive: isPositive, scale: 8) == text)
  }

  @Test(
    "what stands for a flat prior is at least ten thousand times as wide as the data",
    arguments: [1e-9, 0.03, 1, 7, 2e8])
  func width(_ scale: Double) {
    let width = JAGSDistribution.width(scale)
    #expect(width >= 0.999e4 * scale && width <= 1.001e5 * scale)
  }

  @Test("names are of ASCII letters, digits and underscores, no two alike")
  func names() {
    var names = JAGSNames()
    #expect(names.term("Subject") == "Subject" && names.term("Subject") == "Subject_2")
    #expect(names.column("poly(x, 2)1") == "poly_x_2_1" && names.column("poly(x, 2)1") == "poly_x_2_1_2")
    #expect(names.column("sd_Subject") == "sd_Subject_3" && names.column("sigma") == "sigma_2")
    #expect(names.column("成绩") == "x" && names.column("2nd") == "x2nd")
  }
}

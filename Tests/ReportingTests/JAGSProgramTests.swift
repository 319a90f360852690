import BayesianModels
import MixedModels
import ModelFormula
import Tables
import TestSupport
import Testing

@testable import Reporting

@Suite("Models in the language of JAGS")
struct JAGSProgramTests {
  @Test("a meta-analysis: the whole script")
  func schools() throws {
    let r = try Reference.json("bayes/eight_schools.json")
    let table = DataTable([
      Column("school", ["A", "B", "C", "D", "E", "F", "G", "H"]), Column("effect", r["y"].doubles),
      Column("se", r["se"].doubles),
    ])
    let model = try LinearMixedModel(
      knowingVariances: ModelFormula("effect ~ 1 + (1 | school)"), data: table,
      roles: ColumnRoles(standardErrors: "se"))
    let likelihood = BayesianMixedModel.Likelihood.knownVariances(model)
    let bayesian = try BayesianMixedModel(likelihood, priors: .slides(likelihood, isVariance: true))
    let script = JAGSProgram(bayesian).script(
      file: "eight-schools.csv", plan: SamplingPlan(chains: 4, draws: 40_000, warmup: 2000, seed: 1))
    #expect(
      script == """
        model <- "model {
          for (i in 1:n) {
            y[i] ~ dnorm(eta[i], 1 / se[i]^2)
            eta[i] <- coef_school[school[i]]
          }

          # fixed effects
          beta[1] ~ dnorm(0, 1 / 1000)  # (Intercept)

          # coefficients of the levels of school
          for (j in 1:J_school) {
            coef_school[j] ~ dnorm(beta[1], 1 / sd_school^2)
          }
          sd_school ~ dunif(0, 1000)  # (Intercept)
        }
        "

        library(rjags)
        load.module("glm")

        df <- read.csv("eight-schools.csv")
        school <- factor(df$school)
        data <- list(
          n = nrow(df),
          y = df$effect,
          se = df$se,
          school = as.integer(school),
          J_school = nlevels(school))

        start <- list(beta = 8.75, sd_school = 5.22)
        inits <- lapply(1:4, function(chain) {
          c(start, list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = 1 + chain))
        })
        fit <- jags.model(textConnection(model), data, inits, n.chains = 4, n.adapt = 1000)
        update(fit, 2000)
        draws <- coda.samples(fit, c("beta", "sd_school", "coef_school"), n.iter = 40000)
        summary(draws)

        """, "\(script)")
  }

  @Test("two effects: the second given the first, about fixed effects")
  func pair() throws {
    let table = try DataTable(csv: Reference.bytes("lmm/sleepstudy.csv"))
    let model = try LinearMixedModel(
      ModelFormula("Reaction ~ Days + (Days | Subject)"), data: table,
      roles: ColumnRoles(factors: ["Subject"]))
    let bayesian = try BayesianMixedModel(.linear(model), priors: .slides(.linear(model), isVariance: false))
    let found = JAGSProgram(bayesian).model
    #expect(
      found == """
        model {
          for (i in 1:n) {
            y[i] ~ dnorm(eta[i], 1 / sigma^2)
            eta[i] <- coef_Subject[Subject[i], 1] + coef_Subject[Subject[i], 2] * Days[i]
          }

          # fixed effects
          beta[1] ~ dnorm(0, 1 / 1000^2)  # (Intercept)
          beta[2] ~ dnorm(0, 1 / 1000^2)  # Days

          # coefficients of the levels of Subject, each given those before it
          for (j in 1:J_Subject) {
            coef_Subject[j, 1] ~ dnorm(beta[1], 1 / sd_Subject[1]^2)
            coef_Subject[j, 2] ~ dnorm(at_Subject[j], 1 / (sd_Subject[2]^2 * (1 - rho_Subject^2)))
            at_Subject[j] <- beta[2] + rho_Subject * sd_Subject[2] / sd_Subject[1] * (coef_Subject[j, 1] - beta[1])
          }
          sd_Subject[1] ~ dunif(0, 1000)  # (Intercept)
          sd_Subject[2] ~ dunif(0, 1000)  # Days
          rho_Subject ~ dunif(-1, 1)

          # residual standard deviation
          sigma ~ dunif(0, 1000)
        }

        """, "\(found)")
  }

  @Test("negative binomial counts, three effects by partial correlations, a second factor, an offset")
  func vine() throws {
    let n = 60
    let table = DataTable([
      Column("y", (0..<n).map { ($0 * 7 + $0 / 5) % 9 }),
      Column("x", (0..<n).map { Double($0 * 5 % 11) / 4 }),
      Column("t", (0..<n).map { Double($0 * 3 % 7) / 2 }), Column("e", (0..<n).map { Double($0 % 4 + 1) }),
      Column("g", (0..<n).map { "g\($0 % 10)" }), Column("h", (0..<n).map { "h\($0 / 15)" }),
    ])
    let model = try GeneralizedLinearMixedModel(
      ModelFormula("y ~ x + offset(log(e)) + (x + t | g) + (1 | h)"), data: table,
      family: .negativeBinomial(theta: 1))
    let likelihood = BayesianMixedModel.Likelihood.generalized(model)
    var priors = ModelPriors.slides(likelihood, isVariance: true)
    priors.correlationShapes = priors.correlationShapes.map { _ in 2 }
    priors.deviations = [
      .halfT(degreesOfFreedom: 3, scale: 1), .exponential(rate: 2), .halfCauchy(scale: 0.5),
      .inverseGamma(shape: 2, scale: 0.25),
    ]
    let found = JAGSProgram(try BayesianMixedModel(likelihood, priors: priors)).model
    #expect(
      found == """
        model {
          for (i in 1:n) {
            y[i] ~ dnegbin(theta / (theta + mu[i]), theta)
            log(mu[i]) <- eta[i]
            eta[i] <- o[i] + coef_g[g[i], 1] + coef_g[g[i], 2] * x[i] + coef_g[g[i], 3] * t[i] + coef_h[h[i]]
          }

          # fixed effects
          beta[1] ~ dnorm(0, 1 / 1000)  # (Intercept)
          beta[2] ~ dnorm(0, 1 / 1000)  # x

          # coefficients of the levels of g, each given those before it
          for (j in 1:J_g) {
            for (k in 1:3) {
              coef_g[j, k] ~ dnorm(at_g[j, k], 1 / (sd_g[k] * L_g[k, k])^2)
              z_g[j, k] <- (coef_g[j, k] - at_g[j, k]) / (sd_g[k] * L_g[k, k])
            }
            at_g[j, 1] <- 0
            at_g[j, 2] <- beta[2] + sd_g[2] * inprod(L_g[2, 1:1], z_g[j, 1:1])
            at_g[j, 3] <- sd_g[3] * inprod(L_g[3, 1:2], z_g[j, 1:2])
          }
          sd_g[1] ~ dt(0, 1 / 1^2, 3) T(0, )  # (Intercept)
          sd_g[2] ~ dexp(2)  # x
          sd_g[3] ~ dt(0, 1 / 0.5^2, 1) T(0, )  # t
          # lkj(2): w[i, j] is the partial correlation of effects i and j given those before j
          for (i in 2:3) {
            u_g[i, 1] ~ dbeta(2.5, 2.5)
            w_g[i, 1] <- 2 * u_g[i, 1] - 1
          }
          for (i in 3:3) {
            u_g[i, 2] ~ dbeta(2, 2)
            w_g[i, 2] <- 2 * u_g[i, 2] - 1
          }
          # the correlation matrix R = LL'; rest[i, j] is what row i of L has left before column j
          for (i in 1:3) {
            rest_g[i, 1] <- 1
            L_g[i, i] <- sqrt(rest_g[i, i])
            R_g[i, i] <- 1
          }
          for (i in 2:3) {
            for (j in 1:(i - 1)) {
              L_g[i, j] <- w_g[i, j] * sqrt(rest_g[i, j])
              rest_g[i, j + 1] <- rest_g[i, j] * (1 - w_g[i, j]^2)
              R_g[i, j] <- inprod(L_g[i, 1:j], L_g[j, 1:j])
              R_g[j, i] <- R_g[i, j]
            }
          }

          # coefficients of the levels of h
          for (j in 1:J_h) {
            coef_h[j] ~ dnorm(beta[1], 1 / sd_h^2)
          }
          tau_h ~ dgamma(2, 0.25)
          sd_h <- 1 / sqrt(tau_h)  # (Intercept)

          # theta: the variance is mu + mu^2 / theta
          theta ~ dunif(0, 1000)
        }

        """, "\(found)")
  }
}

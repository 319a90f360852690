# Null distributions of likelihood-ratio statistics of one variance, by the R package RLRsim: Rscript Scripts/record-rlrsim.R
# Reads data of Tests/Reference, writes Tests/Reference/rlrsim.json: the statistic, its p value, and shares of 10^5 draws above some thresholds.
# RLRsim's maximum over the variance ratio is the first one. Where groups are so unequal that the likelihood may have another, `direct` has the
# same shares for drawn responses, each with its criteria at 600 ratios.
suppressMessages(library(lme4))
library(RLRsim)
library(jsonlite)
cases <- list(
  list(data = "lmm/dyestuff", small = "Yield ~ 1", large = "Yield ~ 1 + (1 | Batch)"),
  list(data = "lmm/dyestuff2", small = "Yield ~ 1", large = "Yield ~ 1 + (1 | Batch)"),
  list(data = "lmm/machines_unbalanced", small = "score ~ Machine", large = "score ~ Machine + (1 | Worker)"),
  list(data = "lmm/machines_unbalanced", small = "score ~ 1", large = "score ~ Machine + (1 | Worker)"),
  list(data = "lmm/orthodont", small = "distance ~ age", large = "distance ~ age * Sex + (1 | Subject)"),
  list(data = "lmm/sleepstudy", small = "Reaction ~ Days", large = "Reaction ~ Days + (0 + Days | Subject)"),
  list(data = "lmm/cake", small = "angle ~ temp", large = "angle ~ recipe * temp + (0 + temp | replicate)"),
  list(data = "slides/pool_J3", small = "y ~ 1", large = "y ~ 1 + (1 | group)"),
  list(data = "slides/pool_J5_some_nj1", small = "y ~ 1", large = "y ~ 1 + (1 | group)", direct = TRUE),
  list(data = "slides/pool_J10_mixed", small = "y ~ 1", large = "y ~ 1 + (1 | group)"))
thresholds <- c(1e-4, 0.01, 0.1, 0.5, 1, 2, 3, 4, 6)
draws <- 1e5
control <- lmerControl(check.nobs.vs.nRE = "ignore", check.scaleX = "ignore", calc.derivs = FALSE,
                       optCtrl = list(ftol_abs = 1e-12, xtol_abs = 1e-10))
direct <- function(X, Z, method) {
  n <- nrow(X)
  Y <- matrix(rnorm(n * draws), n)
  for (ratio in c(0, exp(seq(-12, 18, length = 600)))) {
    V <- diag(n) + ratio * tcrossprod(Z)
    W <- solve(V)
    M <- crossprod(X, W %*% X)
    squares <- colSums(Y * ((W - W %*% X %*% solve(M, crossprod(X, W))) %*% Y))
    value <- if (method == "ML") -n * log(squares) - determinant(V)$modulus
             else -(n - ncol(X)) * log(squares) - determinant(V)$modulus - determinant(M)$modulus
    value <- as.numeric(value)
    if (ratio == 0) null <- best <- value else best <- pmax(best, value)
  }
  best - null
}
records <- list()
for (case in cases) {
  df <- read.csv(sprintf("Tests/Reference/%s.csv", case$data))
  for (name in intersect(c("group", "Subject", "Worker", "Batch", "replicate"), names(df))) df[[name]] <- factor(df[[name]])
  small <- lm(as.formula(case$small), df)
  for (method in c("ML", "REML")) {
    large <- suppressMessages(lmer(as.formula(case$large), df, REML = method == "REML", control = control))
    X <- getME(large, "X")
    q <- ncol(X) - length(coef(small))
    if (method == "REML" && q > 0) next
    Z <- as.matrix(getME(large, "Z"))
    identity <- diag(ncol(Z))
    if (method == "ML") {
      statistic <- 2 * as.numeric(logLik(large) - logLik(small))
      sims <- LRTSim(X, Z, q = q, sqrt.Sigma = identity, seed = 20240, nsim = draws)
    } else {
      statistic <- 2 * as.numeric(logLik(large) - logLik(small, REML = TRUE))
      sims <- RLRTSim(X, Z, sqrt.Sigma = identity, seed = 20240, nsim = draws)
    }
    statistic <- max(0, statistic)
    record <- list(
      data = paste0(case$data, ".csv"), small = case$small, large = case$large, method = method, q = q,
      statistic = statistic, p = if (statistic < 1e-8) 1 else mean(sims >= statistic), thresholds = thresholds,
      tails = sapply(thresholds, function(t) mean(sims >= t)))
    if (isTRUE(case$direct)) {
      set.seed(20240)
      sims <- direct(X, Z, method)
      record$direct <- list(p = if (statistic < 1e-8) 1 else mean(sims >= statistic),
                            tails = sapply(thresholds, function(t) mean(sims >= t)))
    }
    records[[length(records) + 1]] <- record
  }
}
result <- list(
  versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
                  RLRsim = as.character(packageVersion("RLRsim"))),
  draws = draws, records = records)
write(toJSON(result, digits = NA, auto_unbox = TRUE, pretty = 1), "Tests/Reference/rlrsim.json")

# Diagnostics of chains by R's posterior, and cross-validation by loo, where Tests/Reference/bayes/diagnostics.json has no case: the numbers of
# Tests/Reference/bayes/diagnostics-edges.json. Run from the root of the project: Rscript Scripts/record-diagnostics.R
suppressMessages({library(jsonlite); library(posterior); library(loo)})
set.seed(20260107)
one <- function(f) { value <- suppressWarnings(f); if (is.finite(value)) unname(value) else NULL }
record <- function(name, x) {
  x <- round(x, 6)
  list(name = name, chains = lapply(seq_len(ncol(x)), function(j) x[, j]), rhat = one(rhat(x)), rhat_basic = one(rhat_basic(x)),
    ess_bulk = one(ess_bulk(x)), ess_tail = one(ess_tail(x)), ess_mean = one(ess_mean(x)), ess_sd = one(ess_sd(x)),
    ess_median = one(ess_median(x)), ess_q01 = one(ess_quantile(x, 0.01)), mcse_mean = one(mcse_mean(x)), mcse_sd = one(mcse_sd(x)),
    mcse_median = one(mcse_median(x)), mcse_q05 = one(mcse_quantile(x, 0.05)), mcse_q90 = one(mcse_quantile(x, 0.9)))
}
chains <- function(n, m, rho = 0) sapply(seq_len(m), function(j) if (rho == 0) rnorm(n) else as.numeric(arima.sim(list(ar = rho), n)))
stuck <- chains(60, 4); stuck[, 2] <- 1
records <- c(
  list(record("one chain of its own", chains(100, 1, 0.3)), record("a chain that never moves", stuck),
    record("a large constant", 1e7 + chains(60, 4)), record("ties at both ends", pmin(pmax(chains(60, 4), -1), 1)),
    record("trend", matrix(rep(1:50, 4) / 10, 50)), record("persistent", apply(chains(150, 3), 2, cumsum)),
    record("alternating", sapply(1:4, function(j) rep(c(-1, 1), 25) + rnorm(50) / 10)),
    record("zero and one", matrix(rbinom(240, 1, 0.3), 60)), record("odd and correlated", chains(77, 5, 0.9)),
    record("many chains", chains(20, 16, 0.5))),
  lapply(4:13, function(n) record(paste(n, "draws"), chains(n, 3))))

# A regression's log-likelihood under draws of its posterior, one outlier; three fits.
n <- 25; x <- rnorm(n); y <- 1 + 0.5 * x + rnorm(n); y[4] <- 7
likelihood <- function(X, draws = 300) {
  fit <- lm.fit(X, y); covariance <- chol2inv(qr.R(fit$qr)); s2 <- sum(fit$residuals^2) / fit$df.residual
  t(sapply(seq_len(draws), function(s) {
    sigma <- sqrt(sum(fit$residuals^2) / rchisq(1, fit$df.residual))
    beta <- fit$coefficients + sigma * drop(t(chol(covariance)) %*% rnorm(ncol(X)))
    dnorm(y, drop(X %*% beta), sigma, log = TRUE)
  }))
}
fits <- lapply(list(mean = cbind(rep(1, n)), line = cbind(1, x), cubic = cbind(1, x, x^2, x^3)), function(X) round(likelihood(X), 6))
results <- lapply(fits, function(ll) {
  r_eff <- seq(0.3, 1, length.out = n)
  l <- suppressWarnings(loo(ll, r_eff = r_eff)); w <- suppressWarnings(waic(ll))
  list(log_lik = lapply(seq_len(n), function(i) ll[, i]), r_eff = r_eff, pointwise_elpd = l$pointwise[, "elpd_loo"],
    pointwise_p = l$pointwise[, "p_loo"], pareto_k = l$diagnostics$pareto_k, n_eff = l$diagnostics$n_eff,
    estimates = lapply(seq_len(3), function(i) l$estimates[i, ]), waic_pointwise = w$pointwise[, "elpd_waic"],
    waic_estimates = lapply(seq_len(3), function(i) w$estimates[i, ]))
})
compared <- loo_compare(lapply(fits, function(ll) suppressWarnings(loo(ll, r_eff = rep(1, n)))))
write_json(list(R = R.version.string, posterior = as.character(packageVersion("posterior")), loo = as.character(packageVersion("loo")),
    records = records, loo_fits = results,
    compare = lapply(rownames(compared), function(f) list(name = f, elpd_diff = compared[f, "elpd_diff"], se_diff = compared[f, "se_diff"]))),
  "Tests/Reference/bayes/diagnostics-edges.json", digits = I(17), auto_unbox = TRUE, null = "null")

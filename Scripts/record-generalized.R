# Laplace fits of generalized models written out in plain R, and glmmTMB's fits of families that lme4 leaves out.
#
#   Rscript Scripts/record-generalized.R      (from the root of the repository; needs numDeriv, glmmTMB, jsonlite)
#
# direct.json: lme4's inner iteration leaves some of its Laplace fits inexact. Here each group's mode is found by Newton's steps of its own, to the limit,
# and the sum over groups of -2 h + log det H (H with Fisher weights) is minimized.
# tmb.json: negative binomial, Gamma and binomial models by glmmTMB, whose determinant has the observed second derivatives.
suppressMessages({ library(numDeriv); library(glmmTMB); library(jsonlite) })
root <- "Tests/Reference/glmm/"
read <- function(f) read.csv(paste0(root, f), stringsAsFactors = TRUE)

# s, observed and expected information, log-density without constants.
families <- list(
  poisson = list(
    l = function(e, y, m) y * e - exp(e), s = function(e, y, m) y - exp(e), o = function(e, y, m) exp(e), w = function(e, y, m) exp(e),
    k = function(y, m) -lfactorial(y)),
  cauchit = local({
    mu <- function(e) pcauchy(e); nu <- function(e) pcauchy(-e); f <- function(e) dcauchy(e); d <- function(e) -2 * e / (1 + e^2) * dcauchy(e)
    list(
      l = function(e, y, m) y * pcauchy(e, log.p = TRUE) + (m - y) * pcauchy(-e, log.p = TRUE),
      s = function(e, y, m) y * f(e) / mu(e) - (m - y) * f(e) / nu(e),
      o = function(e, y, m) -y * (d(e) / mu(e) - (f(e) / mu(e))^2) + (m - y) * (d(e) / nu(e) + (f(e) / nu(e))^2),
      w = function(e, y, m) m * f(e)^2 / (mu(e) * nu(e)),
      k = function(y, m) lchoose(m, y))
  }))

direct <- function(fam, X, Z, y, m, g, start) {
  p <- ncol(X); q <- ncol(Z); groups <- split(seq_along(y), g)
  value <- function(par) {
    L <- matrix(0, q, q); L[lower.tri(L, TRUE)] <- par[-(1:p)]
    eta0 <- drop(X %*% par[1:p]); total <- 0
    for (i in groups) {
      ZL <- Z[i, , drop = FALSE] %*% L; u <- rep(0, q)
      h <- function(u) sum(fam$l(eta0[i] + drop(ZL %*% u), y[i], m[i])) - sum(u^2) / 2
      for (it in 1:200) {
        e <- eta0[i] + drop(ZL %*% u)
        K <- diag(q) + t(ZL) %*% (fam$o(e, y[i], m[i]) * ZL)
        if (min(eigen(K, TRUE, TRUE)$values) <= 0) K <- diag(q) + t(ZL) %*% (fam$w(e, y[i], m[i]) * ZL)
        step <- drop(solve(K, drop(t(ZL) %*% fam$s(e, y[i], m[i])) - u))
        t <- 1; while (h(u + t * step) < h(u) - 1e-10 && t > 1e-8) t <- t / 2
        u <- u + t * step
        if (max(abs(step)) < 1e-13) break
      }
      e <- eta0[i] + drop(ZL %*% u)
      H <- diag(q) + t(ZL) %*% (fam$w(e, y[i], m[i]) * ZL)
      total <- total - 2 * h(u) + c(determinant(H)$modulus)
    }
    total - 2 * sum(fam$k(y, m))
  }
  par <- start
  for (it in 1:8) {
    gr <- grad(value, par); H <- hessian(value, par)
    step <- solve(H, gr); par <- par - step
    if (max(abs(step)) < 1e-9) break
  }
  H <- hessian(value, par)
  V <- 2 * solve(H)
  list(objective = value(par), fixef = par[1:p], theta = par[-(1:p)], std_error = sqrt(diag(V))[1:p], vcov = V[1:p, 1:p],
    gradient = max(abs(grad(value, par))))
}
stored <- function(id) fromJSON(paste0(root, id, ".json"))
start <- function(id) { r <- stored(id); c(r$fixef$values, r$theta) }
out <- list()
d <- read("grouseticks.csv"); d$YEAR <- factor(d$YEAR)
X <- model.matrix(~ YEAR + h, d); one <- matrix(1, nrow(d), 1)
out$grouse_brood <- direct(families$poisson, X, one, d$TICKS, rep(1, nrow(d)), d$BROOD, start("grouse_brood"))
out$grouse_slope <- direct(families$poisson, X, cbind(1, d$h), d$TICKS, rep(1, nrow(d)), d$LOCATION, start("grouse_slope"))
b <- read("cbpp.csv"); b$period <- factor(b$period)
out$cbpp_cauchit <- direct(families$cauchit, model.matrix(~ period, b), matrix(1, nrow(b), 1), b$incidence, b$size, b$herd, start("cbpp_cauchit"))
out$versions <- list(R = R.version.string, numDeriv = as.character(packageVersion("numDeriv")))
write_json(out, paste0(root, "direct.json"), digits = I(17), auto_unbox = FALSE)

tmb <- function(formula, data, family, ...) {
  f <- suppressWarnings(glmmTMB(formula, data, family = family, ...))
  # Newton's steps on TMB's exact gradient from glmmTMB's own optimum.
  par <- f$fit$par
  for (it in 1:6) par <- par - solve(jacobian(f$obj$gr, par), drop(f$obj$gr(par)))
  V <- solve(jacobian(f$obj$gr, par))
  list(minus2loglik = 2 * f$obj$fn(par), parameters = unname(par), names = names(par), std_error = unname(sqrt(diag(V))),
    max_abs_gradient = max(abs(f$obj$gr(par))))
}
s <- read("sim_poisson.csv")
# A positive response for Gamma, made of columns at hand.
s$size <- s$expo * exp(0.3 * s$x) * (1 + s$y)
# A factor across the groups, and a response of two values.
s$block <- factor((seq_len(nrow(s)) * 7) %% 11)
s$mass <- s$size * (1 + as.integer(s$block) / 11)
s$many <- as.numeric(s$y > 1 + as.integer(s$block) %% 3)
b$failures <- b$size - b$incidence
t <- list(
  nbinom_intercept = tmb(y ~ x + (1 | g), s, nbinom2),
  nbinom_slope = tmb(y ~ x + (x | g), s, nbinom2),
  nbinom_grouse = tmb(TICKS ~ YEAR + h + (1 | BROOD), d, nbinom2),
  gamma_intercept = tmb(size ~ x + (1 | g), s, Gamma("log")),
  gamma_slope = tmb(size ~ x + (x | g), s, Gamma("log")),
  probit = tmb(cbind(incidence, failures) ~ period + (1 | herd), b, binomial("probit")),
  cloglog = tmb(cbind(incidence, failures) ~ period + (1 | herd), b, binomial("cloglog")),
  # Several grouping factors: nested and crossed.
  nbinom_nested = tmb(TICKS ~ YEAR + h + (1 | BROOD) + (1 | LOCATION), d, nbinom2),
  gamma_crossed = tmb(mass ~ x + (1 + x | g) + (1 | block), s, Gamma("log")),
  probit_crossed = tmb(many ~ x + (1 | g) + (0 + x | g) + (1 | block), s, binomial("probit")))
t$versions <- list(R = R.version.string, glmmTMB = as.character(packageVersion("glmmTMB")), TMB = as.character(packageVersion("TMB")))
write_json(t, paste0(root, "tmb.json"), digits = I(17), auto_unbox = FALSE)

# Profiles of the ML deviance by R with lme4: the numbers of Tests/Reference/lmm/profiles.json. Run from the root of the project:
# Rscript Scripts/record-profiles.R
# "rows" are lme4's own profiles, one parameter held; "points" hold two, and the deviance, written out densely, is minimized over the others by optim.
suppressMessages({library(lme4); library(jsonlite)})
control <- lmerControl(optimizer = "nloptwrap",
  optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 20000))
# free: from the parameters to numbers without bounds; back: from those to the parameters.
record <- function(file, formula, groups, covariance, units, kinds) {
  d <- read.csv(file.path("Tests/Reference/lmm", file))
  for (g in groups) d[[g]] <- factor(d[[g]])
  environment(formula) <- environment()
  fit <- lmer(formula, d, REML = FALSE, control = control)
  profile <- suppressWarnings(profile(fit, signames = FALSE))
  y <- getME(fit, "y"); X <- getME(fit, "X"); n <- length(y); p <- ncol(X)
  free <- function(v) ifelse(kinds == "sd", log(abs(v)), ifelse(kinds == "cor", atanh(pmax(-0.999999, pmin(0.999999, v))), v))
  back <- function(v) ifelse(kinds == "sd", exp(v), ifelse(kinds == "cor", tanh(v), v))
  k <- length(kinds) - p
  deviance <- function(v) {
    V <- covariance(d, v[seq_len(k)])
    C <- tryCatch(chol(V), error = function(e) NULL)
    if (is.null(C)) return(1e6)
    e <- forwardsolve(t(C), y - X %*% v[k + seq_len(p)])
    n * log(2 * pi) + 2 * sum(log(diag(C))) + sum(e^2)
  }
  least <- function(start, held = integer(), at = numeric()) {
    scale <- ifelse(kinds == "fixed", units, 0.2)
    f <- function(q) { w <- start; w[-held] <- q; if (!length(held)) w <- q; w[held] <- at; deviance(back(w)) }
    s <- if (length(held)) start[-held] else start
    r <- list(par = s); sc <- if (length(held)) scale[-held] else scale
    for (round in 1:3) r <- optim(r$par, f, method = "BFGS", control = list(parscale = sc, reltol = 1e-15, maxit = 500))
    r
  }
  estimates <- profile[profile$.zeta == 0, ][1, names(profile)[1 + seq_along(kinds)]]
  o <- least(free(unlist(estimates))); best <- back(o$par)
  points <- list()
  offsets <- list(c(1.5, 1), c(-1.2, 1.4), c(-1.6, -0.8), c(1, -1.8))
  for (i in seq_along(kinds)) for (j in seq_along(kinds)) if (i < j) for (move in offsets) {
    values <- best; values[c(i, j)] <- best[c(i, j)] + move * units[c(i, j)]
    r <- least(o$par, c(i, j), free(values)[c(i, j)])
    points[[length(points) + 1]] <- list(held = c(i, j) - 1, at = values[c(i, j)], rise = r$value - o$value)
  }
  frame <- as.data.frame(profile)
  frame <- frame[abs(frame$.zeta) > 0.2 & abs(frame$.zeta) < 3.2, ]
  rows <- lapply(seq_len(nrow(frame)), function(r) list(held = match(as.character(frame$.par[r]), names(estimates)) - 1,
    zeta = frame$.zeta[r], parameters = unname(unlist(frame[r, names(estimates)]))))
  list(data = file.path("lmm", file), formula = deparse(formula), parameters = names(estimates), deviance = o$value,
    estimates = unname(best), rows = rows, points = points)
}
blocks <- function(d, v) {
  S <- matrix(c(v[1]^2, v[1] * v[2] * v[3], v[1] * v[2] * v[3], v[3]^2), 2)
  Z <- cbind(1, d$Days)
  (Z %*% S %*% t(Z)) * outer(d$Subject, d$Subject, "==") + diag(v[4]^2, nrow(d))
}
one <- function(d, v) v[1]^2 * outer(d$Batch, d$Batch, "==") + diag(v[2]^2, nrow(d))
crossed <- function(d, v) v[1]^2 * outer(d$plate, d$plate, "==") + v[2]^2 * outer(d$sample, d$sample, "==") + diag(v[3]^2, nrow(d))
out <- list(
  record("sleepstudy.csv", Reaction ~ Days + (Days | Subject), "Subject", blocks, c(5.5, 0.3, 1.2, 1.5, 6.6, 1.5),
    c("sd", "cor", "sd", "sd", "fixed", "fixed")),
  record("dyestuff.csv", Yield ~ 1 + (1 | Batch), "Batch", one, c(14, 7, 18), c("sd", "sd", "fixed")),
  record("penicillin.csv", diameter ~ 1 + (1 | plate) + (1 | sample), c("plate", "sample"), crossed,
    c(0.1, 0.5, 0.03, 0.7), c("sd", "sd", "sd", "fixed")))
write_json(list(R = R.version.string, lme4 = as.character(packageVersion("lme4")), cases = out),
  "Tests/Reference/lmm/profiles.json", digits = NA, auto_unbox = TRUE)

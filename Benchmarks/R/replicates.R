# Replicates a second of a Monte Carlo study by lmer(), in processor time: draw the data, fit by REML, take every group's coefficients with their errors
# (of the mode, and of the fixed effects), record squared errors and coverage.
# usage: Rscript replicates.R GROUPS ROWS-A-GROUP means|intercepts|slopes REPLICATES
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
groups <- as.integer(arguments[1]); rows <- as.integer(arguments[2])
model <- arguments[3]; calls <- as.integer(arguments[4])
n <- groups * rows
g <- factor(rep(seq_len(groups), each = rows))
formula <- switch(model, means = y ~ 1 + (1 | g), intercepts = y ~ x + (1 | g), slopes = y ~ x + (1 + x | g))
varying <- if (model == "slopes") 2 else 1
squares <- covered <- matrix(0, groups, varying)
replicate_once <- function() {
  x <- rnorm(n)
  u <- rnorm(groups)
  constants <- 1 + u
  slopes <- (if (model == "means") 0 else 0.5) + (if (model == "slopes") 0.5 * (0.3 * u + sqrt(0.91) * rnorm(groups)) else 0)
  y <- constants[g] + rep_len(slopes, groups)[g] * x + rnorm(n)
  fit <- suppressWarnings(suppressMessages(lmer(formula, data = data.frame(y, x, g))))
  modes <- ranef(fit, condVar = TRUE)$g
  conditional <- attr(modes, "postVar")
  estimates <- as.matrix(coef(fit)$g)[, seq_len(varying), drop = FALSE]
  fixed <- diag(as.matrix(vcov(fit)))
  truth <- cbind(constants, rep_len(slopes, groups))[, seq_len(varying), drop = FALSE]
  for (k in seq_len(varying)) {
    error <- estimates[, k] - truth[, k]
    squares[, k] <<- squares[, k] + error^2
    covered[, k] <<- covered[, k] + (abs(error) <= 1.96 * sqrt(conditional[k, k, ] + fixed[k]))
  }
}
set.seed(1)
for (k in 1:5) replicate_once()
invisible(gc())
start <- proc.time()
for (k in seq_len(calls)) replicate_once()
time <- proc.time() - start
cat(calls / (time[["user.self"]] + time[["sys.self"]]), mean(covered) / (calls + 5), "\n")

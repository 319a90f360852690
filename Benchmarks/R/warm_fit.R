# Median time of one warm lmer() call, standard errors and modes included, in microseconds.
# usage: Rscript warm_fit.R DATA.csv FORMULA CALLS
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
df <- read.csv(arguments[1])
formula <- as.formula(arguments[2])
calls <- as.integer(arguments[3])
one <- function() {
  fit <- lmer(formula, data = df)
  list(sqrt(diag(as.matrix(vcov(fit)))), ranef(fit, condVar = TRUE))
}
bare <- function() lmer(formula, data = df)
median_time <- function(f) {
  for (i in 1:5) f()
  times <- vapply(seq_len(calls), function(i) {
    start <- proc.time()[["elapsed"]]
    reps <- 5
    for (k in seq_len(reps)) f()
    (proc.time()[["elapsed"]] - start) / reps * 1e6
  }, 0)
  median(times)
}
cat(median_time(bare), median_time(one), "\n")

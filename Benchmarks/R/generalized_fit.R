# Median time of one warm call of glmer() and of glmmTMB() by Laplace's approximation, standard errors and modes included, in milliseconds, and their
# -2 log L, with glmer's at a tight tolerance at the end.
# usage: Rscript generalized_fit.R DATA.csv FORMULA FACTORS CALLS
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
df <- read.csv(arguments[1])
formula <- as.formula(arguments[2])
for (name in strsplit(arguments[3], ",")[[1]]) df[[name]] <- factor(df[[name]])
calls <- as.integer(arguments[4])
value <- function(fit) -2 * c(logLik(fit))
timed <- function(one) {
  one()
  times <- vapply(seq_len(calls), function(i) {
    start <- proc.time()[["elapsed"]]
    one()
    (proc.time()[["elapsed"]] - start) * 1e3
  }, 0)
  median(times)
}
glmer_call <- function() {
  fit <- suppressWarnings(glmer(formula, data = df, family = binomial))
  list(sqrt(diag(as.matrix(vcov(fit)))), ranef(fit, condVar = TRUE))
  fit
}
lme4_time <- timed(glmer_call)
tight <- suppressWarnings(glmer(formula, data = df, family = binomial,
  control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5), tolPwrss = 1e-12)))
result <- c(lme4_time, value(glmer_call()), value(tight))
if (suppressPackageStartupMessages(requireNamespace("glmmTMB", quietly = TRUE))) {
  tmb_call <- function() {
    fit <- glmmTMB::glmmTMB(formula, data = df, family = binomial)
    list(sqrt(diag(vcov(fit)$cond)), glmmTMB::ranef(fit))
    fit
  }
  result <- c(result, suppressWarnings(timed(tmb_call)), value(suppressWarnings(tmb_call())))
}
cat(formatC(result, digits = 12), "\n")

# Influence of groups, Cook's distances and standard errors of predictions by R 4.2 with lme4: the numbers of
# Tests/Reference/lmm/influence.json. Run from the root of the project: Rscript Scripts/record-influence.R
suppressMessages({library(lme4); library(jsonlite)})
control <- lmerControl(optimizer = "nloptwrap",
  optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 20000))
read <- function(name, factors) {
  d <- read.csv(file.path("Tests/Reference/lmm", name))
  for (f in factors) d[[f]] <- factor(d[[f]])
  d
}
# Henderson's equations solved densely: Var(x'b + z'(u_hat - u)) of the rows used, theta held.
errors <- function(fit) {
  Z <- as.matrix(getME(fit, "Z")); X <- getME(fit, "X"); L <- as.matrix(getME(fit, "Lambda"))
  w <- weights(fit)
  A <- cbind(Z %*% L, X)
  C <- crossprod(A * sqrt(w)) + diag(c(rep(1, ncol(Z)), rep(0, ncol(X))))
  sigma(fit) * sqrt(rowSums((A %*% solve(C)) * A))
}
record <- function(data, formula, group, weights = NULL) {
  data$.w <- if (is.null(weights)) 1 else data[[weights]]
  environment(formula) <- environment()
  fit <- lmer(formula, data, weights = .w, control = control)
  V <- as.matrix(vcov(fit)); b <- fixef(fit)
  levels <- levels(data[[group]])
  left <- lapply(levels, function(l) {
    d <- data[data[[group]] != l, ]
    other <- lmer(formula, d, weights = .w, control = control)
    change <- b - fixef(other)
    list(level = l, fixef = unname(fixef(other)), sigma = sigma(other),
      cook = drop(change %*% solve(V, change)) / length(b))
  })
  list(formula = deparse(formula), group = group, weights = weights, cooks10 = unname(cooks.distance(fit)[1:10]),
    hat10 = unname(hatvalues(fit)[1:10]), hat_sum = sum(hatvalues(fit)), se10 = errors(fit)[1:10], left = left)
}
sleep <- read("sleepstudy.csv", "Subject")
weighted <- read("sleep_weights.csv", "Subject")
pastes <- read("pastes.csv", c("batch", "cask", "sample"))
penicillin <- read("penicillin.csv", c("plate", "sample"))
out <- list(
  c(data = "lmm/sleepstudy.csv", record(sleep, Reaction ~ Days + (Days | Subject), "Subject")),
  c(data = "lmm/sleep_weights.csv", record(weighted, Reaction ~ Days + (1 | Subject), "Subject", "w")),
  c(data = "lmm/pastes.csv", record(pastes, strength ~ 1 + (1 | sample) + (1 | batch), "batch")),
  c(data = "lmm/penicillin.csv", record(penicillin, diameter ~ 1 + (1 | plate) + (1 | sample), "sample")))
write_json(out, "Tests/Reference/lmm/influence.json", digits = NA, auto_unbox = TRUE, null = "null")

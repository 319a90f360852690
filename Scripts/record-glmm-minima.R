# Records the least -2 log-likelihood that glmer reaches from several optimizers and starts on small data sets with several optima.
# Rscript Scripts/record-glmm-minima.R Tests/Reference/glmm/minima > Tests/Reference/glmm/minima.json
suppressMessages(library(lme4))
library(jsonlite)
root <- commandArgs(TRUE)[1]
cases <- list(
  list("sc_40088", "k ~ x + ff + (ff | g)", "binomial"), list("sc_40320", "k ~ x + ff + (ff | g)", "binomial"),
  list("sc_40209", "k ~ x + ff + (ff | g)", "binomial"), list("sc_40187", "k ~ x + ff + (1 + x | g)", "binomial"),
  list("sc_40094", "cbind(k, f) ~ x + ff + (x * ff | g)", "binomial"),
  list("sx_20009", "y ~ x + (1 + x | g)", "binomial"), list("sx_20017", "y ~ x + (1 + x | g)", "binomial"),
  list("sx_20094", "y ~ x + (1 + x | g)", "binomial"), list("sx_30148", "y ~ x + (1 + x | g)", "binomial"),
  list("sw0_214", "y ~ x + (1 + x || g)", "binomial"), list("sw1_157", "y ~ x + (1 + x | g)", "poisson"),
  list("rare", "rare ~ x + (1 | g)", "binomial"))
out <- lapply(cases, function(case) {
  d <- read.csv(file.path(root, paste0(case[[1]], ".csv")))
  d$g <- factor(d$g)
  if (!is.null(d$ff)) d$ff <- factor(d$ff)
  formula <- as.formula(case[[2]])
  best <- Inf
  for (optimizer in c("bobyqa", "Nelder_Mead", "nloptwrap")) {
    for (scale in c(NA, 0.3, 1, 3)) {
      fit <- tryCatch(suppressMessages(suppressWarnings({
        first <- if (is.na(scale)) NULL else {
          parts <- glFormula(formula, data = d, family = case[[3]])
          ifelse(parts$reTrms$theta != 0, scale, 0)
        }
        control <- glmerControl(optimizer = optimizer, tolPwrss = 1e-10)
        if (is.null(first)) glmer(formula, d, family = case[[3]], control = control)
        else glmer(formula, d, family = case[[3]], control = control, start = list(theta = first))
      })), error = function(e) NULL)
      if (is.null(fit)) next
      # Again from its own end, so that a stale inner iteration does not count.
      value <- tryCatch({
        f <- update(fit, devFunOnly = TRUE)
        f(c(getME(fit, "theta"), fixef(fit)))
        f(c(getME(fit, "theta"), fixef(fit)))
      }, error = function(e) Inf)
      best <- min(best, value)
    }
  }
  list(data = case[[1]], formula = case[[2]], family = case[[3]], objective = best)
})
cat(toJSON(out, auto_unbox = TRUE, digits = I(17), pretty = TRUE), "\n")

# Fits of data sets whose criterion has several minima: Rscript Scripts/record-minima.R
# Reads Tests/Reference/minima/*.csv, writes Tests/Reference/minima/minima.json with the criterion at which lme4's default optimizer stops.
suppressMessages(library(lme4))
library(jsonlite)
models <- list(
  list(id = "M1311", formula = "y ~ z + (x || g)", REML = TRUE), list(id = "M437", formula = "y ~ z + (x || g)", REML = FALSE),
  list(id = "M1179", formula = "y ~ z + (x || g)", REML = TRUE),
  list(id = "M89", formula = "y ~ z + (x || g)", REML = FALSE, weights = "w"),
  list(id = "Q784", formula = "y ~ z + (q || g)", REML = FALSE, weights = "w"),
  list(id = "L569", formula = "y ~ x + z + (q | g)", REML = TRUE),
  list(id = "Q1725", formula = "y ~ x + z + (q | g)", REML = FALSE),
  list(id = "L1086", formula = "y ~ x + z + (q || g)", REML = FALSE, weights = "w"),
  list(id = "Q287", formula = "y ~ x + z + (q | g)", REML = FALSE), list(id = "Q476", formula = "y ~ x + z + (q | g)", REML = FALSE))
control <- lmerControl(check.nobs.vs.nRE = "ignore", check.scaleX = "ignore", calc.derivs = FALSE)
records <- lapply(models, function(m) {
  df <- read.csv(sprintf("Tests/Reference/minima/%s.csv", m$id))
  arguments <- list(as.formula(m$formula), data = df, REML = m$REML, control = control)
  if (!is.null(m$weights)) arguments$weights <- df[[m$weights]]
  fit <- suppressWarnings(suppressMessages(do.call(lmer, arguments)))
  m$objective <- if (m$REML) REMLcrit(fit) else -2 * as.numeric(logLik(fit))
  m$theta <- I(unname(getME(fit, "theta")))
  m
})
write(toJSON(records, digits = NA, auto_unbox = TRUE, pretty = 1), "Tests/Reference/minima/minima.json")

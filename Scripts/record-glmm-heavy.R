# Records glmmTMB's -2 log-likelihood of negative binomial models for counts up to many millions (Laplace with the observed determinant).
# Rscript Scripts/record-glmm-heavy.R Tests/Reference/glmm/heavy > Tests/Reference/glmm/heavy.json
suppressMessages(library(glmmTMB))
library(jsonlite)
root <- commandArgs(TRUE)[1]
out <- lapply(c("heavy_2", "heavy_5", "outlier"), function(name) {
  d <- read.csv(file.path(root, paste0(name, ".csv")))
  fit <- glmmTMB(y ~ x + (1 | g), d, family = nbinom2)
  list(data = name, objective = as.numeric(-2 * logLik(fit)), fixef = unname(fixef(fit)$cond), sigma = sigma(fit))
})
cat(toJSON(out, auto_unbox = TRUE, digits = I(17), pretty = TRUE), "\n")

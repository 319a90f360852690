# Linear models with prior weights and offsets: Rscript Scripts/record-weights.R > Tests/Reference/lm-weights.json
library(jsonlite)
df <- read.csv("Tests/Reference/lmm/sleep_weights.csv")
record <- function(formula, ...) {
  arguments <- list(...)
  fit <- eval(as.call(c(list(quote(lm), formula, data = quote(df)), lapply(arguments, as.name))))
  s <- summary(fit)
  list(
    formula = paste(deparse(formula), collapse = ""), weights = arguments$weights, offset = arguments$offset, names = I(names(coef(fit))),
    coefficients = I(unname(coef(fit))), std_error = I(unname(s$coefficients[, 2])), sigma = s$sigma,
    r_squared = s$r.squared, logLik = as.numeric(logLik(fit)), AIC = AIC(fit), BIC = BIC(fit), deviance = deviance(fit),
    fitted10 = unname(fitted(fit)[1:10]), residuals10 = unname(resid(fit)[1:10]),
    printed = paste(capture.output(print(fit)), collapse = "\n"),
    printed_summary = paste(capture.output(print(s)), collapse = "\n"),
    predicted = unname(predict(fit, data.frame(Days = c(0, 20), half = c("odd", "even"), off = c(1, 100)))))
}
options(digits = 7, width = 80)
records <- list(
  record(Reaction ~ Days, weights = "w"), record(Reaction ~ 0 + Days, weights = "w"),
  record(Reaction ~ Days * half, weights = "w"), record(Reaction ~ Days, offset = "off"),
  record(Reaction ~ Days + offset(2 * off)), record(Reaction ~ Days + offset(off), weights = "w", offset = "off"))
cat(toJSON(records, digits = NA, auto_unbox = TRUE, null = "null", pretty = 1), "\n")

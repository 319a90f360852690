# Records what R prints where a model has nothing to estimate, something left out, or numbers of far-apart sizes.
# usage: Rscript edges.R > edges.json     (R 4.2, lme4 1.1-31, tibble)
suppressPackageStartupMessages({library(lme4); library(tibble); library(jsonlite)})
options(digits = 7, width = 80)
printed <- function(x) capture.output(print(x))
data <- list(
  exact = data.frame(x = c(1, 2, 3), y = c(1, 3, 2)),
  few = data.frame(x = c(1, 2, 3, NA, 4, 6), y = c(1, 3, NA, 2, 2, 4.5)),
  four = data.frame(x = c(1, 2, 3, 4), y = c(1, 3, 2, 5)))
set.seed(1)
groups <- data.frame(g = rep(letters[1:6], each = 5), x = round(rnorm(30), 3))
groups$z <- 2 * groups$x
groups$y <- round(groups$x + rnorm(6)[rep(1:6, each = 5)] + rnorm(30), 3)
data$groups <- groups
linear <- function(name, formula) {
  fit <- lm(formula, data[[name]])
  fit$call <- call("lm", formula = formula, data = quote(df))
  list(data = name, formula = deparse(formula), print = printed(fit), summary = printed(summary(fit)))
}
mixed <- function(formula, reml = TRUE) {
  df <- groups
  # Tighter than lmer's default, which would move printed digits.
  tight <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14))
  fit <- suppressMessages(lmer(formula, df, REML = reml, control = tight))
  fit@call <- if (reml) call("lmer", formula = formula, data = quote(df)) else
    call("lmer", formula = formula, data = quote(df), REML = FALSE)
  list(data = "groups", formula = deparse(formula), reml = reml, print = printed(fit), summary = printed(summary(fit)))
}
columns <- list(
  zeroSmall = c(0, 7.37e-19), allLarge = c(3.83e9, 1e15), mixedSigns = c(1e-20, 3.4e20), zeroLarge = c(0, 1.5e15),
  negative = c(-1.28e20, 3.8e16), small = c(1e-300, 1e-5), one = c(1, 2e17), zeros = c(0, 0))
tibbles <- lapply(columns, function(v) printed(tibble(v = v)))
numbers <- c("100000", "0.10", "2.0", "1e9", "10000", "123456", "0.0001", "1e-4", "1.50", "12345678", "0.1234567", "1e15",
  "1000000", "1200000", "3e-7", "0.00012", "7", "20", "0")
deparsed <- vapply(numbers, function(n) deparse(parse(text = n)[[1]]), "")
filled <- function(f) list(formula = paste(deparse(f, width.cutoff = 500), collapse = " "),
  lines = capture.output(cat("Formula:", deparse(f), fill = TRUE)))
long <- lapply(18:34, function(k) {
  name <- paste0("p", strrep("x", k))
  filled(as.formula(sprintf("y ~ %s + (1 + %s | g)", name, name)))
})
long[[18]] <- filled(y ~ x + z + w + predictor_number_1 + predictor_number_2 + predictor_number_3 + predictor_number_4 +
  predictor_number_5 + predictor_number_6 + (1 + x | g))
names <- c("ffgamma level", "alpha beta gamma", "deltao level two", "experience years", "ab cde fghi jklmno",
  "aeiou aeiou aeiou", "groupa:levela be", "one two three four", "Xeno Yara zoo")
cat(toJSON(list(
  version = R.version.string, lme4 = as.character(packageVersion("lme4")), data = data,
  linear = list(linear("exact", y ~ x + I(x^2)), linear("few", y ~ x), linear("four", y ~ 0)),
  mixed = list(mixed(y ~ x + z + (1 | g)), mixed(y ~ 0 + (1 | g)), mixed(y ~ x + (1 | g), FALSE)),
  columns = columns, tibbles = tibbles, numbers = numbers, deparsed = unname(deparsed),
  long = long, names = names, abbreviated11 = unname(abbreviate(names, 11)), abbreviated6 = unname(abbreviate(names, 6))),
  digits = I(17), pretty = TRUE, na = "null"))
cat("\n")

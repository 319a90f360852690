# Records the columns that R makes of functions of a column and of contrasts, on training data and on new data.
# usage: Rscript bases.R > bases.json     (R 4.2, splines, jsonlite)
suppressPackageStartupMessages({library(splines); library(jsonlite)})
set.seed(20)
n <- 24
train <- data.frame(
  x = round(rnorm(n, 10, 4), 3), days = rep(0:5, 4), year = 1990 + (seq_len(n) * 7) %% 17,
  f = rep(c("a", "b", "c"), 8), k = rep(c(10, 2, 7, 1, 30), length.out = n), stringsAsFactors = FALSE)
train$y <- round(rnorm(n), 3)
# Rows without y are left out of a fit, but scale, poly and ns learn from them as well.
train$y[c(3, 11)] <- NA
new <- data.frame(x = c(-3, 2.5, 10, 17.25, 40), days = c(-1, 0, 2.5, 5, 9), year = c(1980, 1990, 2001.5, 2006, 2020),
  f = c("c", "a", "b", "c", "a"), k = c(30, 1, 2, 10, 7), stringsAsFactors = FALSE)
# predict() remembers what stands as a term of its own, not what stands inside I() or exp(): no new data there.
record <- function(right, contrasts = NULL, factors = character(), remembers = TRUE) {
  d <- train
  m <- new
  for (name in factors) {
    m[[name]] <- factor(m[[name]], levels = sort(unique(d[[name]])))
    d[[name]] <- factor(d[[name]])
  }
  formula <- as.formula(paste("y ~", right))
  fit <- lm(formula, d, contrasts = contrasts)
  X <- model.matrix(fit)
  N <- model.matrix(delete.response(terms(fit)), model.frame(delete.response(terms(fit)), m, xlev = fit$xlevels),
    contrasts.arg = fit$contrasts)
  bare <- function(a) { dimnames(a) <- NULL; attributes(a) <- list(dim = dim(a)); a }
  list(formula = deparse(formula, width.cutoff = 500), contrasts = lapply(contrasts, function(c) sub("contr.", "", c)),
    factors = I(factors), names = I(colnames(X)), train = bare(X),
    new = if (remembers) bare(N))
}
all <- list(
  record("scale(x)"), record("scale(x, center = FALSE)"), record("scale(x, scale = FALSE)"),
  record("scale(year) + scale(log(x + 5))"), record("I(scale(x)^2) + exp(scale(days))", remembers = FALSE),
  record("poly(x, 1)"), record("poly(x, 2)"), record("poly(year, degree = 4)"), record("poly(days, 5)"),
  record("poly(x, 3, raw = TRUE)"), record("poly(log(x + 20), 2)"),
  record("ns(x, df = 1)"), record("ns(x, df = 2)"), record("ns(x, 3)"), record("ns(x, df = 4)"), record("ns(x, df = 5)"),
  record("ns(x, df = 8)"), record("ns(days, df = 3)"), record("ns(year, df = 4)"), record("ns(x, df = 3, intercept = TRUE)"),
  record("0 + ns(x, df = 4, intercept = TRUE)"),
  record("ns(x, knots = c(8, 12))"), record("ns(days, knots = 2.5)"), record("0 + ns(x, knots = c(6, 10, 13), intercept = TRUE)"),
  record("log(x + 20, 2)"), record("log(year, base = 10) + log(x + 20, 7)"),
  record("f * poly(x, 2)"), record("poly(x, 2):f + ns(days, df = 2):poly(x, 2)"), record("scale(x) * f"),
  record("f", list(f = "contr.sum")), record("f", list(f = "contr.helmert")), record("f", list(f = "contr.poly")),
  record("k", list(k = "contr.sum"), "k"), record("k", list(k = "contr.helmert"), "k"), record("k", list(k = "contr.poly"), "k"),
  record("f * k", list(f = "contr.sum", k = "contr.poly"), "k"), record("f:x + k", list(f = "contr.helmert", k = "contr.sum"), "k"),
  record("0 + f + k", list(f = "contr.sum", k = "contr.helmert"), "k"), record("f + f:k", list(f = "contr.sum", k = "contr.sum"), "k"))
write.csv(train, "bases-train.csv", row.names = FALSE, quote = FALSE)
write.csv(new, "bases-new.csv", row.names = FALSE, quote = FALSE)
orthogonal <- lapply(2:12, function(k) unname(contr.poly(k)))
cat(toJSON(list(version = R.version.string, cases = all, contr_poly = orthogonal), digits = I(17), auto_unbox = TRUE,
  na = "null"))
cat("\n")

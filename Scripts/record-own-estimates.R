# Estimates of groups from their own rows, and the limits of partial pooling as the spread between groups grows: the numbers of
# Tests/Reference/lmm/own_estimates.json. The data, 14 groups of 1 to 30 rows, are simulated.
#   Rscript Scripts/record-own-estimates.R
suppressMessages({library(lme4); library(jsonlite)})
read <- function(name) read.csv(file.path("Tests/Reference/lmm", paste0(name, ".csv")), stringsAsFactors = TRUE)
unbalanced <- read("unbalanced"); machines <- read("machines")
machines$Worker <- factor(machines$Worker)
# lm in each group, on the columns `fixed`; a coefficient counts if its unit vector is a combination of the group's rows.
own <- function(data, fixed, group, names, added = NULL, beta = NULL) {
  X <- model.matrix(fixed, data); y <- model.response(model.frame(fixed, data))
  rss <- 0; df <- 0
  rows <- lapply(levels(data[[group]]), function(l) {
    i <- which(data[[group]] == l); x <- X[i, , drop = FALSE]
    target <- y[i]; for (a in added) target <- target - beta[[a]] * data[[a]][i]
    f <- lm.fit(x, target); rss <<- rss + sum(f$residuals^2); df <<- df + f$df.residual
    V <- svd(x, nv = ncol(x)); keep <- V$v[, which(V$d > 1e-9 * max(V$d)), drop = FALSE]
    projector <- keep %*% t(keep)
    inverse <- keep %*% diag(1 / V$d[seq_len(ncol(keep))]^2, ncol(keep)) %*% t(keep)
    sapply(match(names, colnames(X)), function(k) {
      e <- replace(numeric(ncol(X)), k, 1)
      c(if (sum((e - projector %*% e)^2) < 1e-16) f$coefficients[[k]] else NA, sqrt(inverse[k, k]))
    })
  })
  sigma <- sqrt(rss / df)
  estimates <- do.call(rbind, lapply(rows, function(r) r[1, ]))
  errors <- do.call(rbind, lapply(rows, function(r) r[2, ])) * sigma
  errors[is.na(estimates)] <- NA
  list(names = I(names), levels = levels(data[[group]]), sigma = sigma, none = estimates, errors = errors)
}
# Penalized least squares with the penalty h^2 |v|^2, b = Dv, by QR of the rows with those of the penalty below; h to 0 by Richardson's steps.
limit <- function(data, name, formula, D, weights = rep(1, nrow(data)), offset = 0) {
  parts <- lFormula(formula, data, control = lmerControl(check.nobs.vs.nlev = "ignore", check.nobs.vs.nRE = "ignore"))
  Z <- t(as.matrix(parts$reTrms$Zt)); X <- parts$X; J <- ncol(Z) / nrow(D)
  y <- model.response(parts$fr) - offset; s <- sqrt(weights)
  A <- s * cbind(X, Z %*% kronecker(diag(J), D))
  at <- function(h) {
    below <- cbind(matrix(0, ncol(Z), ncol(X)), h * diag(ncol(Z)))
    fit <- qr.coef(qr(rbind(A, below), LAPACK = TRUE), c(s * y, rep(0, ncol(Z))))
    b <- matrix(kronecker(diag(J), D) %*% fit[-seq_len(ncol(X))], ncol = nrow(D), byrow = TRUE)
    for (k in seq_len(nrow(D))) {
      place <- match(parts$reTrms$cnms[[1]][k], colnames(X))
      if (!is.na(place)) b[, k] <- b[, k] + fit[[place]]
    }
    b
  }
  step <- function(h) (4 * at(h) - at(2 * h)) / 3
  value <- (16 * step(1e-3) - step(2e-3)) / 15
  list(data = name, formula = deparse(formula), root = I(as.vector(D)), coefficients = as.vector(value))
}
two <- matrix(c(3, 0.1, 0, 0.5), 2); three <- matrix(c(4, 1, -2, 0, 3, 1, 0, 0, 2), 3)
one <- matrix(1)
gp <- lmer(y ~ x + gp + (1 | g), unbalanced, control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12)))
document <- list(
  versions = list(R = R.version.string, lme4 = as.character(packageVersion("lme4"))),
  own = list(
    c(list(formula = "y ~ x + f + (x | g)"), own(unbalanced, y ~ x + f, "g", c("(Intercept)", "x"))),
    c(list(formula = "y ~ 1 + (1 | g)"), own(unbalanced, y ~ 1, "g", "(Intercept)")),
    c(list(formula = "y ~ x + gp + (1 | g)", effect = fixef(gp)[["gp"]]),
      own(unbalanced, y ~ x, "g", "(Intercept)", "gp", as.list(fixef(gp))))),
  limits = list(
    limit(unbalanced, "unbalanced", y ~ x + gp + (1 | g), one),
    limit(unbalanced, "unbalanced", y ~ x + (x | g), two),
    limit(unbalanced, "unbalanced", y ~ x * gp + z + (x | g), two),
    limit(unbalanced, "unbalanced", y ~ 0 + f + (1 | g), one),
    c(limit(unbalanced, "unbalanced", y ~ x + z + f + (x | g), two, unbalanced$w, unbalanced$o), weights = "w", offset = "o"),
    limit(machines, "machines", score ~ Machine + (0 + Machine | Worker), three)))
write_json(document, "Tests/Reference/lmm/own_estimates.json", digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE)

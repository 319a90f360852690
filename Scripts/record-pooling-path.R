# Estimates of groups at held spreads between them, by lme4's criterion: Tests/Reference/pooling-path.json.
#   Rscript Scripts/record-pooling-path.R
suppressMessages(library(lme4))
read <- function(name) read.csv(file.path("Tests/Reference/lmm", paste0(name, ".csv")))
control <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12), calc.derivs = FALSE)

# At scale c: sigma minimizes the criterion with the random effects' covariance c^2 DD' held; beta and b follow.
path <- function(name, formula, data, group, scales, reml) {
  fit <- lmer(formula, data, REML = reml, control = control)
  devfun <- update(fit, devFunOnly = TRUE)
  env <- environment(devfun)
  theta <- getME(fit, "theta")
  direction <- 1
  if (length(theta) > 1) {
    # lmer stops five digits from the optimum; Newton steps on differences go on.
    for (step in 1:4) {
      h <- 1e-3 * pmax(abs(theta), 0.05)
      e <- diag(h)
      k <- seq_along(theta)
      gradient <- sapply(k, function(i) {
        f <- function(t) devfun(theta + t * e[, i])
        (8 * (f(1) - f(-1)) - f(2) + f(-2)) / (12 * h[i])
      })
      hessian <- outer(k, k, Vectorize(function(i, j) {
        f <- function(s, t) devfun(theta + s * e[, i] + t * e[, j])
        (f(1, 1) - f(1, -1) - f(-1, 1) + f(-1, -1)) / (4 * h[i] * h[j])
      }))
      theta <- theta - solve(hessian, gradient)
    }
    devfun(theta)
    direction <- sqrt((env$resp$wrss() + env$pp$sqrL(1)) / (nrow(data) - if (reml) length(fixef(fit)) else 0)) * theta
  }
  m <- nrow(data) - if (reml) length(fixef(fit)) else 0
  at <- function(c, sigma) {
    value <- devfun(c * direction / sigma)
    r2 <- env$resp$wrss() + env$pp$sqrL(1)
    value + m * (log(sigma^2 / (r2 / m)) + r2 / m / sigma^2 - 1)
  }
  rows <- lapply(scales, function(c) {
    s <- log(sigma(fit))
    best <- optimize(function(s) at(c, exp(s)), s + c(-2, 2), tol = 1e-10)
    # A root of central differences has more digits than a minimum of values.
    slope <- function(s) { h <- 1e-3; (8 * (at(c, exp(s + h)) - at(c, exp(s - h))) - at(c, exp(s + 2 * h)) + at(c, exp(s - 2 * h))) / (12 * h) }
    s <- uniroot(slope, best$minimum + c(-1e-2, 1e-2), tol = 1e-13, extendInt = "upX")$root
    value <- at(c, exp(s))
    devfun(c * direction / exp(s))
    beta <- env$pp$beta(1)
    q <- length(fit@cnms[[1]])
    b <- matrix(env$pp$b(1), ncol = q, byrow = TRUE)
    names(beta) <- names(fixef(fit))
    for (k in seq_len(q)) {
      own <- match(fit@cnms[[1]][k], names(beta))
      if (!is.na(own)) b[, k] <- b[, k] + beta[own]
    }
    list(scale = c, sigma = exp(s), criterion = value, coefficients = as.vector(b))
  })
  list(name = name, formula = deparse(formula), reml = reml, levels = levels(factor(data[[group]])), points = rows)
}
sleep <- read("sleepstudy"); sleep$Subject <- factor(sleep$Subject)
dye2 <- read("dyestuff2")
records <- list(
  path("sleepstudy", Reaction ~ Days + (1 | Subject), sleep, "Subject", c(5, 20, 37, 200), TRUE),
  path("sleepstudy", Reaction ~ Days + (1 | Subject), sleep, "Subject", c(5, 20, 37, 200), FALSE),
  path("sleepstudy", Reaction ~ Days + (Days | Subject), sleep, "Subject", c(0.1, 0.5, 1, 3), TRUE),
  path("dyestuff2", Yield ~ 1 + (1 | Batch), dye2, "Batch", c(0.3, 1, 4), TRUE))
# The profile of the deviance over the standard deviation, by lme4 itself.
ml <- lmer(Reaction ~ Days + (1 | Subject), sleep, REML = FALSE, control = control)
profiled <- as.data.frame(profile(ml, which = ".sig01"))
profiled <- profiled[profiled$.par == ".sig01" & abs(profiled$.zeta) > 0.3 & abs(profiled$.zeta) < 2.5, ]
json <- function(x) {
  if (is.list(x) && !is.null(names(x))) paste0("{", paste0('"', names(x), '": ', vapply(x, json, ""), collapse = ", "), "}")
  else if (is.list(x)) paste0("[", paste(vapply(x, json, ""), collapse = ",\n "), "]")
  else if (is.character(x)) if (length(x) == 1) paste0('"', x, '"') else paste0("[", paste0('"', x, '"', collapse = ", "), "]")
  else if (is.logical(x)) if (x) "true" else "false"
  else if (length(x) == 1) sprintf("%.17g", x)
  else paste0("[", paste(sprintf("%.17g", x), collapse = ", "), "]")
}
writeLines(
  json(list(
    R = R.version.string, lme4 = as.character(packageVersion("lme4")), records = records,
    profile = list(deviance = deviance(ml), sd = profiled$.sig01, zeta = profiled$.zeta))),
  "Tests/Reference/pooling-path.json")

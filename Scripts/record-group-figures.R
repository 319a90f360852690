# What the figures of groups draw, by R 4.2 with lme4: the numbers of Tests/Reference/lmm/group_figures.json. Run from the root of the
# project: Rscript Scripts/record-group-figures.R
suppressMessages({library(lme4); library(jsonlite)})
control <- lmerControl(optimizer = "nloptwrap",
  optCtrl = list(algorithm = "NLOPT_LN_BOBYQA", xtol_abs = 1e-12, ftol_abs = 1e-12, maxeval = 20000))
read <- function(name, factors) {
  d <- read.csv(file.path("Tests/Reference", name))
  for (f in factors) d[[f]] <- factor(d[[f]])
  d
}
# lmer's fit, its optimum made sharp: Newton steps on the criterion with differences of fourth order, which reach theta to about 1e-8 where comparing
# values of the criterion stops at 1e-5.
tight <- function(formula, data) {
  environment(formula) <- environment()
  parts <- lFormula(formula, data); f <- do.call(mkLmerDevfun, parts)
  theta <- optimizeLmer(f, control = control$optCtrl, optimizer = control$optimizer)$par
  k <- length(theta); h <- 1e-3 * pmax(abs(theta), 0.1)
  slope <- function(t, i) {
    at <- function(m) f(replace(t, i, t[i] + m * h[i]))
    (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h[i])
  }
  gradient <- function(t) sapply(1:k, function(i) slope(t, i))
  for (step in 1:8) {
    H <- matrix(sapply(1:k, function(i) {
      e <- replace(numeric(k), i, 3 * h[i]); (gradient(theta + e) - gradient(theta - e)) / (6 * h[i])
    }), k)
    theta <- theta - drop(solve((H + t(H)) / 2, gradient(theta)))
  }
  message(deparse(formula), ": gradient ", signif(max(abs(gradient(theta))), 2))
  value <- f(theta)
  mkMerMod(environment(f), list(par = theta, fval = value, conv = 0, message = NULL), parts$reTrms, parts$fr, quote(lmer()))
}
# Var([b_hat - b; beta_hat]), theta held: Henderson's equations solved densely.
joint <- function(fit) {
  Z <- as.matrix(getME(fit, "Z")); X <- getME(fit, "X"); L <- as.matrix(getME(fit, "Lambda"))
  A <- cbind(Z %*% L, X); q <- ncol(Z)
  M <- solve(crossprod(A) + diag(c(rep(1, q), rep(0, ncol(X)))))
  T <- as.matrix(Matrix::bdiag(L, diag(ncol(X))))
  sigma(fit)^2 * T %*% M %*% t(T)
}
# Each group's coefficient of the column `name` with what u adds to it, and its standard error; `added` is the column that is u times `name`.
regression <- function(data, formula, group, u, parts) {
  fit <- tight(formula, data)
  C <- joint(fit); levels <- levels(data[[group]]); b <- fixef(fit); q <- length(getME(fit, "b"))
  k <- length(parts); modes <- as.matrix(ranef(fit)[[1]])
  value <- sapply(levels, function(l) data[[u]][data[[group]] == l][1])
  own <- lapply(levels, function(l) {
    coef(lm(as.formula(paste(all.vars(formula)[1], "~ standLRT")), data[data[[group]] == l, ]))
  })
  panels <- lapply(names(parts), function(name) {
    added <- parts[[name]]
    estimates <- sapply(seq_along(levels), function(j) {
      a <- rep(0, nrow(C)); place <- match(name, colnames(modes))
      a[(j - 1) * ncol(modes) + place] <- 1
      a[q + match(name, names(b))] <- 1
      if (!is.na(added)) a[q + match(added, names(b))] <- value[j]
      c(b[[name]] + modes[j, place] + if (is.na(added)) 0 else b[[added]] * value[j], sqrt(sum(a * (C %*% a))))
    })
    list(coefficient = name, estimate = estimates[1, ], error = estimates[2, ], intercept = b[[name]],
      slope = if (is.na(added)) 0 else b[[added]], own = unname(sapply(own, function(o) o[[name]])))
  })
  list(formula = deparse(formula), group = group, by = u, levels = levels, value = unname(value), panels = panels)
}
# Estimates of each group without and with pooling, and the fitted covariance.
matrix_of <- function(data, formula, own, group) {
  fit <- tight(formula, data)
  none <- lapply(levels(data[[group]]), function(l) coef(lm(own, data[data[[group]] == l, ])))
  list(formula = deparse(formula), group = group, names = names(fixef(fit)), levels = levels(data[[group]]),
    none = do.call(rbind, lapply(none, unname)), partial = unname(as.matrix(coef(fit)[[1]])), mean = unname(fixef(fit)),
    covariance = unname(as.matrix(Matrix::bdiag(lapply(VarCorr(fit), function(v) matrix(c(v), nrow(v)))))),
    none_names = names(none[[1]]), coef_names = names(coef(fit)[[1]]))
}
four <- function(data, y, x, g) {
  text <- c(paste(y, "~", x), paste0(y, " ~ ", x, " + (1 | ", g, ")"), paste0(y, " ~ ", x, " + (0 + ", x, " | ", g, ")"),
    paste0(y, " ~ ", x, " + (1 + ", x, " | ", g, ")"))
  fits <- c(list(lm(as.formula(text[1]), data)), lapply(text[2:4], function(t) tight(as.formula(t), data)))
  list(formulas = text, aic = c(AIC(fits[[1]]), sapply(text[2:4], function(t) AIC(lmer(as.formula(t), data, REML = FALSE, control = control)), USE.NAMES = FALSE)),
    parameters = sapply(fits, function(f) attr(logLik(f), "df")),
    lines = c(list(rbind(unname(coef(fits[[1]])))), lapply(fits[2:4], function(f) unname(as.matrix(coef(f)[[1]][, c("(Intercept)", x)])))))
}
exam <- read("lmm/exam.csv", "school"); sleep <- read("lmm/sleepstudy.csv", "Subject")
machines <- read("lmm/machines.csv", "Worker"); salary <- read("salary/seed_892174303.csv", "department")
out <- list(
  regressions = list(
    regression(exam, normexam ~ standLRT + schavg + (1 | school), "school", "schavg", list("(Intercept)" = "schavg")),
    regression(exam, normexam ~ standLRT * schavg + (1 + standLRT | school), "school", "schavg",
      list("(Intercept)" = "schavg", standLRT = "standLRT:schavg")),
    regression(exam, normexam ~ standLRT + schavg + (1 + standLRT | school), "school", "schavg",
      list("(Intercept)" = "schavg", standLRT = NA))),
  matrices = list(
    matrix_of(sleep, Reaction ~ Days + I(Days^2) + (Days + I(Days^2) | Subject), Reaction ~ Days + I(Days^2), "Subject"),
    matrix_of(machines, score ~ 0 + Machine + (0 + Machine | Worker), score ~ 0 + Machine, "Worker"),
    matrix_of(sleep, Reaction ~ Days + (Days || Subject), Reaction ~ Days, "Subject")),
  four = list(c(data = "salary/seed_892174303.csv", four(salary, "salary", "experience", "department")),
    c(data = "lmm/sleepstudy.csv", four(sleep, "Reaction", "Days", "Subject"))),
  coefficients = local({
    fit <- tight(Reaction ~ Days + (Days | Subject), sleep)
    C <- joint(fit); q <- length(getME(fit, "b")); n <- nlevels(sleep$Subject)
    se <- sapply(1:2, function(k) sapply(1:n, function(j) {
      a <- rep(0, nrow(C)); a[2 * (j - 1) + k] <- 1; a[q + k] <- 1; sqrt(sum(a * (C %*% a)))
    }))
    list(formula = "Reaction ~ Days + (Days | Subject)", estimate = unname(as.matrix(coef(fit)[[1]])), error = se,
      mean = unname(fixef(fit)), mean_error = unname(sqrt(diag(as.matrix(vcov(fit))))))
  }))
write_json(out, "Tests/Reference/lmm/group_figures.json", digits = NA, auto_unbox = TRUE, null = "null", na = "null")

# Population means over one predictor with their standard errors: Tests/Reference/marginal-effects.json.
#   Rscript Scripts/record-marginal-effects.R
suppressMessages({library(lme4); library(splines)})
read <- function(name) read.csv(file.path("Tests/Reference/lmm", paste0(name, ".csv")))
control <- lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12), calc.derivs = FALSE)
effect <- function(name, formula, data, by, at, held) {
  fit <- lmer(formula, data, control = control)
  new <- setNames(data.frame(at), by)
  for (column in names(held)) new[[column]] <- held[[column]]
  for (column in names(new)) if (is.factor(data[[column]])) new[[column]] <- factor(new[[column]], levels(data[[column]]))
  mean <- predict(fit, newdata = new, re.form = NA)
  plain <- lm(nobars(formula), data)
  x <- model.matrix(delete.response(terms(plain)), new, xlev = plain$xlevels)
  v <- as.matrix(vcov(fit))
  # The random part of a group not seen, whose columns of Z are among those of X here.
  z <- x[, intersect(colnames(x), fit@cnms[[1]]), drop = FALSE]
  s <- as.matrix(VarCorr(fit)[[1]])[colnames(z), colnames(z), drop = FALSE]
  list(
    name = name, formula = paste(deparse(formula, width.cutoff = 500), collapse = ""), by = by,
    at = if (is.numeric(at)) at else as.character(at), mean = unname(mean),
    se = unname(sqrt(diag(x %*% v %*% t(x)))),
    group = unname(sqrt(diag(x %*% v %*% t(x)) + diag(z %*% s %*% t(z)))))
}
sleep <- read("sleepstudy"); sleep$Subject <- factor(sleep$Subject)
exam <- read("exam"); exam$school <- factor(exam$school); for (f in c("sex", "type", "schgend", "vr", "intake")) if (!is.null(exam[[f]])) exam[[f]] <- factor(exam[[f]])
cake <- read("cake"); cake$replicate <- factor(cake$replicate); cake$recipe <- factor(cake$recipe)
grid <- function(x) min(x) + (max(x) - min(x)) * c(0, 10, 37, 50, 100) / 100
m <- function(x) mean(x)
records <- list(
  effect("sleepstudy", Reaction ~ Days + (Days | Subject), sleep, "Days", grid(sleep$Days), list()),
  effect("sleepstudy", Reaction ~ poly(Days, 2) + (1 | Subject), sleep, "Days", grid(sleep$Days), list()),
  effect("sleepstudy", Reaction ~ log1p(Days) + (1 | Subject), sleep, "Days", grid(sleep$Days), list()),
  effect("exam", normexam ~ ns(standLRT, df = 3) * sex + (1 | school), exam, "standLRT", grid(exam$standLRT), list(sex = levels(exam$sex)[1])),
  effect("exam", normexam ~ standLRT * schavg + (1 | school), exam, "schavg", grid(exam$schavg), list(standLRT = m(exam$standLRT))),
  effect("cake", angle ~ recipe * temp + (1 | recipe:replicate), cake, "recipe", levels(cake$recipe), list(temp = m(cake$temp))))
json <- function(x) {
  if (is.list(x) && !is.null(names(x))) paste0("{", paste0('"', names(x), '": ', vapply(x, json, ""), collapse = ", "), "}")
  else if (is.list(x)) paste0("[", paste(vapply(x, json, ""), collapse = ",\n "), "]")
  else if (is.character(x)) if (length(x) == 1) paste0('"', x, '"') else paste0("[", paste0('"', x, '"', collapse = ", "), "]")
  else if (length(x) == 1) sprintf("%.17g", x)
  else paste0("[", paste(sprintf("%.17g", x), collapse = ", "), "]")
}
writeLines(json(list(R = R.version.string, lme4 = as.character(packageVersion("lme4")), records = records)), "Tests/Reference/marginal-effects.json")

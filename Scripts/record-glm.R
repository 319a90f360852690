# Generalized linear models by R's glm and MASS::glm.nb, converged far beyond their defaults:
#   Rscript Scripts/record-glm.R
# writes glm.csv, few.csv and glm.json in Tests/Reference/glm.
suppressMessages({library(jsonlite); library(MASS); library(arm)})
options(digits = 7, width = 80)
folder <- "Tests/Reference/glm/"

# One table with a response for every family.
set.seed(20261122)
n <- 160
df <- data.frame(
  x = round(rnorm(n), 3), z = round(runif(n, -2, 2), 3), f = sample(c("low", "mid", "top"), n, TRUE),
  g = sample(1:8, n, TRUE), exposure = round(runif(n, 0.5, 4), 2), w = sample(1:3, n, TRUE),
  u = round(runif(n, 0.2, 3), 2))
eta <- -0.4 + 0.9 * df$x - 0.5 * (df$f == "top") + rep(rnorm(8, 0, 0.5), 20)[df$g]
df$y <- rbinom(n, 1, plogis(eta))
df$vote <- ifelse(df$y == 1, "yes", "no")
df$agrees <- df$y == 1
df$size <- sample(1:9, n, TRUE)
df$hits <- rbinom(n, df$size, pnorm(eta / 2))
df$misses <- df$size - df$hits
df$share <- df$hits / df$size
df$count <- rpois(n, df$exposure * exp(eta / 2))
df$ticks <- rnegbin(n, exp(1 + eta / 2), 1.4)
df$cost <- round(rgamma(n, 2.5, 2.5 / exp(2 + eta / 3)), 3)
df$x2 <- 2 * df$x - 1
df$rare <- as.integer(df$f == "low")
df$far <- 1950 + df$z
write.csv(df, paste0(folder, "glm.csv"), row.names = FALSE, quote = FALSE)
df <- read.csv(paste0(folder, "glm.csv"), stringsAsFactors = TRUE)

# R stops by the deviance, which is flat at its minimum: the fit begins again where it ended until nothing moves. (A smaller epsilon would make glm find
# aliased columns by a smaller tolerance, too.)
converged <- function(call) {
  fit <- suppressWarnings(eval(call))
  for (k in 1:80) {
    start <- ifelse(is.na(coef(fit)), 0, coef(fit))
    if (length(start) == 0) break
    call$start <- start
    fit <- suppressWarnings(eval(call))
  }
  fit
}
# Records. `family` is R code, for it is printed.
record <- function(id, formula, family, ..., pooled = FALSE, newdata = NULL) {
  arguments <- lapply(list(...), as.name)
  negative <- family == "nb"
  head <- if (negative) list(quote(glm.nb), formula, data = quote(df)) else
    list(quote(glm), formula, family = str2lang(family), data = quote(df))
  plain <- eval(as.call(c(head, arguments)))
  tight <- if (negative) plain else converged(as.call(c(head, arguments)))
  if (negative) for (k in 1:50) {
    # glm.nb stops early: alternate by hand until nothing moves.
    theta <- tight$theta
    th <- theta.ml(tight$y, fitted(tight), sum(tight$prior.weights), tight$prior.weights, limit = 100, eps = 1e-14)
    again <- converged(as.call(c(list(quote(glm), formula, family = bquote(negative.binomial(.(as.vector(th)))), data = quote(df)), arguments)))
    again$theta <- as.vector(th); again$SE.theta <- attr(th, "SE"); tight <- again
    if (abs(theta / th - 1) < 1e-14) break
  }
  s <- if (negative) summary(tight, dispersion = 1) else summary(tight)
  k <- s$coefficients
  loglik <- if (negative) sum(tight$prior.weights * dnbinom(tight$y, size = tight$theta, mu = fitted(tight), log = TRUE)) else
    as.numeric(logLik(tight))
  df_model <- tight$rank + (negative || tight$family$family == "Gamma")
  # What R prints of the converged fit, with the call and the number of iterations of the first.
  shown <- tight
  shown$call <- plain$call
  shown$iter <- plain$iter
  if (negative) {
    class(shown) <- class(plain)
    shown$call$init.theta <- signif(tight$theta, 10)
    shown$twologlik <- 2 * loglik
    shown$aic <- -2 * loglik + 2 * df_model
  }
  names <- as.character(names(coef(tight)))
  full <- matrix(NA_real_, length(names), 4, dimnames = list(names, NULL))
  if (length(names) > 0) full[rownames(k), ] <- k
  list(
    id = id, data = "glm.csv", formula = paste(deparse(formula, 500), collapse = ""),
    family = if (negative) "negative binomial" else tight$family$family, link = tight$family$link,
    weights = list(...)$weights, offset = list(...)$offset, n_obs = nobs(tight),
    fixef = list(names = I(names), values = I(as.numeric(coef(tight))), std_error = I(unname(full[, 2])), t = I(unname(full[, 3])), p = I(unname(full[, 4]))),
    vcov = unname(s$cov.scaled), dispersion = s$dispersion, theta = tight$theta, theta_se = tight$SE.theta,
    deviance = deviance(tight), null_deviance = tight$null.deviance, df_residual = tight$df.residual, df_null = tight$df.null,
    logLik = loglik, df = df_model, AIC = -2 * loglik + 2 * df_model, BIC = -2 * loglik + log(nobs(tight)) * df_model,
    iterations = if (negative) NULL else plain$iter,
    fitted10 = unname(fitted(tight)[1:10]), linear10 = unname(tight$linear.predictors[1:10]),
    residuals_deviance10 = unname(resid(tight, "deviance")[1:10]), residuals_pearson10 = unname(resid(tight, "pearson")[1:10]),
    residuals_working10 = unname(resid(tight, "working")[1:10]), residuals_response10 = unname(resid(tight, "response")[1:10]),
    hatvalues10 = unname(hatvalues(tight)[1:10]),
    predict = if (!is.null(newdata)) list(newdata = newdata,
      link = unname(predict(tight, newdata)), response = unname(predict(tight, newdata, type = "response")),
      se_link = unname(predict(tight, newdata, se.fit = TRUE, dispersion = s$dispersion)$se.fit),
      se_response = unname(predict(tight, newdata, type = "response", se.fit = TRUE, dispersion = s$dispersion)$se.fit)),
    printed = paste(capture.output(print(shown)), collapse = "\n"),
    printed_summary = paste(capture.output(print(summary(shown))), collapse = "\n"),
    printed_display = if (!negative && length(names) > 0 && tight$df.residual > 0) paste(capture.output(display(shown)), collapse = "\n"))
}
rows <- data.frame(x = c(-1, 0, 2.5), z = c(0, 1, -1), f = c("low", "top", "mid"), size = 1, exposure = c(1, 2, 3))
records <- list(
  record("logit", y ~ x, "binomial", newdata = rows),
  record("probit", y ~ x + f, "binomial(link = \"probit\")", newdata = rows),
  record("cloglog", y ~ x + f, "binomial(link = \"cloglog\")", newdata = rows),
  record("cauchit", y ~ x + f, "binomial(link = \"cauchit\")", newdata = rows),
  record("logit_null", y ~ 1, "binomial"),
  record("logit_empty", y ~ 0, "binomial"),
  record("logit_no_constant", y ~ 0 + f + x, "binomial"),
  record("logit_factor", vote ~ x * f, "binomial"),
  record("logit_logical", agrees ~ x + z, "binomial"),
  record("logit_lsdv", y ~ 0 + factor(g) + x, "binomial"),
  record("logit_aliased", y ~ x + x2 + f + rare, "binomial"),
  record("logit_far", y ~ far + x, "binomial"),
  record("logit_trial_weights", y ~ x, "binomial", weights = "w"),
  record("logit_offset", y ~ x + offset(z), "binomial", newdata = rows),
  record("logit_offset_argument", y ~ x, "binomial", offset = "z"),
  record("cbind", cbind(hits, size - hits) ~ x + f, "binomial"),
  record("cbind_columns_probit", cbind(hits, misses) ~ x + z, "binomial(link = \"probit\")"),
  record("cbind_cloglog", cbind(hits, misses) ~ x * z, "binomial(link = \"cloglog\")"),
  record("cbind_cauchit", cbind(hits, misses) ~ x, "binomial(link = \"cauchit\")"),
  record("cbind_weights", cbind(hits, misses) ~ x, "binomial", weights = "u"),
  record("proportion", share ~ x + f, "binomial", weights = "size"),
  record("proportion_expression", hits/size ~ x + f, "binomial", weights = "size"),
  record("poisson", count ~ x + f, "poisson", newdata = rows),
  record("poisson_offset", count ~ x + offset(log(exposure)), "poisson", newdata = rows),
  record("poisson_weights", count ~ x * z, "poisson", weights = "u"),
  record("poisson_null", count ~ 1, "poisson", offset = "z"),
  record("gamma", cost ~ x + f, "Gamma(link = \"log\")", newdata = rows),
  record("gamma_weights", cost ~ x, "Gamma(link = \"log\")", weights = "u"),
  record("gamma_offset", cost ~ x + offset(z), "Gamma(link = \"log\")"),
  record("nb", ticks ~ x + f, "nb", newdata = rows),
  record("nb_offset", ticks ~ x + offset(log(exposure)), "nb"),
  record("nb_weights", ticks ~ x, "nb", weights = "w"),
  record("nb_null", ticks ~ 1, "nb"))
# Data with missing values and with hardly a degree of freedom.
df$x[c(2, 5)] <- NA
write.csv(df[1:10, ], paste0(folder, "few.csv"), row.names = FALSE, quote = FALSE)
df <- read.csv(paste0(folder, "few.csv"), stringsAsFactors = TRUE)
records <- c(records, list(
  record("few_rows", count ~ x + z, "poisson"),
  record("saturated", count + 1 ~ x * z * u, "poisson"),
  record("saturated_gamma", cost ~ x * z * u, "Gamma(link = \"log\")")))
for (k in length(records) - 0:2) records[[k]]$data <- "few.csv"
df <- read.csv(paste0(folder, "glm.csv"), stringsAsFactors = TRUE)
# Separation: R stops with estimates that mean nothing, its deviance is close to the limit.
separated <- list(
  list(x = 1:8, y = c(0, 0, 0, 0, 1, 1, 1, 1)),
  list(x = rep(0:1, 4), y = c(0, 0, 1, 0, 1, 0, 0, 0)),
  list(x = c(1, 2, 3, 4, 4, 5, 6, 7), y = c(0, 0, 0, 0, 1, 1, 1, 1)))
separated <- lapply(separated, function(data) {
  fit <- suppressWarnings(glm(y ~ x, binomial, as.data.frame(data)))
  list(x = data$x, y = data$y, iterations = fit$iter, deviance = deviance(fit), values = unname(coef(fit)),
    printed = paste(capture.output(print(fit)), collapse = "\n"))
})
# At the means of Poisson's fit these counts vary less than Poisson's, yet there is a higher maximum at a finite theta.
interior <- data.frame(
  x1 = c(0.947, 1.24, -1.69, -0.236, -0.437, -0.415, 1.04, -0.451), x2 = c(0.081, 0.237, -0.66, -1.68, -0.532, -0.0162, 1.5, 1.07),
  x3 = c(-0.38, 0.0238, 1.08, -1.45, 0.178, 1.01, 0.866, -1.34), o = c(1, -1.15, -1.53, -0.28, -1.14, -0.19, -0.99, -0.47),
  y = c(61, 3, 0, 21, 10, 2, 1, 13))
fit <- glm.nb(y ~ x1 + x2 + x3 + offset(o), interior, control = glm.control(maxit = 500, epsilon = 1e-12))
interior <- c(as.list(interior), list(theta = fit$theta, logLik = as.numeric(logLik(fit)), values = unname(coef(fit))))
# No pooling: one fit a level.
groups <- lapply(sort(unique(df$g)), function(level) {
  fit <- converged(bquote(glm(y ~ x, binomial, df, subset = g == .(level))))
  k <- coef(summary(fit))
  list(level = level, values = unname(k[, 1]), std_error = unname(k[, 2]), deviance = deviance(fit), logLik = as.numeric(logLik(fit)))
})
out <- list(
  versions = list(R = R.version.string, MASS = as.character(packageVersion("MASS"))), records = records, separated = separated, interior = interior, groups = groups)
cat(toJSON(out, digits = NA, auto_unbox = TRUE, null = "null", na = "null", pretty = 1), "\n", file = paste0(folder, "glm.json"))

# Fits of simulated data by glmer's defaults: rare events, singletons, separation, empty cells, huge offsets, rescaled predictors. The test draws
# the data again from their seeds.
# Rscript Scripts/record-glmm-sweep.R > Tests/Reference/sweep/glmm.csv
suppressMessages(library(lme4))
count <- 640

generate <- function(seed) {
  set.seed(seed)
  u <- runif(14)
  kind <- floor(u[1] * 4) # 0: 0/1 logit, 1: trials logit, 2: counts, 3: 0/1 probit or cloglog
  link <- if (kind == 2) "log" else if (kind == 3) c("probit", "cloglog")[1 + floor(u[2] * 2)] else "logit"
  groups <- 3 + floor(u[3]^2 * 40)
  most <- c(3, 6, 20)[1 + floor(u[4] * 3)]
  sizes <- 1 + floor(runif(groups) * most)
  g <- rep(seq_len(groups), sizes)
  n <- length(g)
  constant <- (u[5] - 0.5) * 7
  scale <- 10^(floor(u[6] * 9) - 4)
  z <- rnorm(n)
  x <- z * scale
  f <- rbinom(n, 1, 0.15)
  offset <- if (u[8] < 0.3) rnorm(n) * (if (u[9] < 0.3) 8 else 1) else numeric(n)
  deviation <- c(0, 0.3, 1, 2.5)[1 + floor(u[10] * 4)]
  structure <- if (u[11] < 0.6) "intercept" else if (u[11] < 0.85) "slope" else "apart"
  slope <- if (structure == "intercept") 0 else deviation * 0.7
  a <- rnorm(groups) * deviation
  b <- rnorm(groups) * slope
  eta <- constant + (u[12] * 2 - 1) * z + 0.5 * f + offset + a[g] + b[g] * z
  mean <- switch(link, logit = plogis(eta), probit = pnorm(eta), cloglog = -expm1(-exp(eta)), log = exp(pmin(eta, 6)))
  m <- if (kind == 1) 1 + rbinom(n, 9, 0.4) else rep(1, n)
  y <- if (kind == 2) rpois(n, mean) else rbinom(n, m, mean)
  # Separation: every row with f is at one end.
  if (u[13] < 0.12) y <- ifelse(f == 1, if (kind == 2) 0 else m, y)
  # An empty group: counts of nothing.
  if (u[14] < 0.2) y[g == 1] <- 0
  list(kind = kind, link = link, structure = structure, data = data.frame(y, m, x, f, offset, g))
}

number <- function(x) ifelse(is.finite(x), formatC(x, digits = 17, format = "g"), "NA")
cat("seed,n,sum_y,sum_m,kind,link,structure,objective,warnings,beta1,beta2,beta3,theta1,theta2,theta3\n")
for (seed in seq_len(count)) {
  case <- generate(seed)
  d <- case$data
  bars <- c(intercept = "(1 | g)", slope = "(1 + x | g)", apart = "(1 | g) + (0 + x | g)")[[case$structure]]
  left <- if (case$kind == 1) "cbind(y, m - y)" else "y"
  formula <- as.formula(paste(left, "~ x + f + offset(offset) +", bars))
  family <- if (case$kind == 2) poisson() else binomial(link = case$link)
  warned <- 0
  fit <- tryCatch(
    withCallingHandlers(glmer(formula, data = d, family = family),
      warning = function(w) { warned <<- warned + 1; invokeRestart("muffleWarning") },
      message = function(m) invokeRestart("muffleMessage")),
    error = function(e) NULL)
  head <- paste(seed, nrow(d), sum(d$y), sum(d$m), case$kind, case$link, case$structure, sep = ",")
  if (is.null(fit) || length(fixef(fit)) < 3) {
    cat(head, ",NA,", warned, ",NA,NA,NA,NA,NA,NA\n", sep = "")
  } else {
    theta <- getME(fit, "theta")
    cat(head, number(-2 * c(logLik(fit))), warned, number(fixef(fit)), number(theta[1]),
      if (length(theta) > 1) number(theta[2]) else "NA", if (length(theta) > 2) number(theta[3]) else "NA",
      sep = ",")
    cat("\n")
  }
}

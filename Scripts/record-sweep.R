# Simulated data sets fitted by lme4: Rscript Scripts/record-sweep.R [cores]
# Writes Tests/Reference/sweep/sweep.csv: the design of each case, checksums of its data, and the lowest criterion that several optimizers
# and starting points find, computed again by QR decompositions. The data are not kept: generate() below uses runif and rnorm alone, and
# Tests/MixedModelsTests/SweptDesign.swift draws the same numbers in the same order.
suppressMessages(library(lme4))
arguments <- commandArgs(trailingOnly = TRUE)
cores <- if (length(arguments) > 0) as.integer(arguments[1]) else 2L

# The designs ------------------------------------------------------------------------------------------------------------------------------
set.seed(1)
pick <- function(values, weights = NULL) if (length(values) == 1) values else sample(values, 1, prob = weights)
standard_deviation <- function() pick(c(0, 0, 0.05, 0.3, 1, 3))
correlation <- function() pick(c(0, 0.5, -0.8, 1, -1))

single <- list(
  terms = c("(1 | a)", "(0 + x | a)", "(1 + x | a)", "(x || a)", "(1 + x + w | a)", "(x + w || a)", "(1 | a) + (0 + x + w | a)", "(1 + f | a)"),
  weights = c(4, 2, 6, 3, 3, 1, 1, 1))
nested <- list(
  terms = c("(1 | a/k)", "(1 | a) + (1 | a:k)", "(1 | a) + (1 | b)", "(1 + x | a) + (1 | b)", "(1 + x | a/k)", "(x || a) + (1 | b)",
    "(1 | a) + (1 + x | b)", "(1 | a/k/m)", "(1 | a) + (1 | b) + (1 | c)", "(1 + x | a) + (1 | b) + (1 | c)"),
  weights = c(3, 2, 3, 3, 2, 1, 2, 2, 2, 1))
crossed <- list(
  terms = c("(1 | a) + (1 | b)", "(1 + x | a) + (1 | b)", "(x || a) + (1 | b)", "(0 + x | a) + (1 | b)", "(1 + x | a) + (1 + x | b)",
    "(1 | a) + (1 | b) + (1 | c)", "(1 + x | a) + (1 | b) + (1 | c)", "(1 | a) + (1 | b) + (1 | a:b)"),
  weights = c(4, 4, 1, 1, 1, 3, 1, 1))

design <- function(id) {
  # The last 360 have predictors far from 0, and often no fixed slope, which a random one then stands for.
  far <- id > 1440
  kind <- if (id <= 720 || far) "single" else if (id <= 1090) "nested" else "crossed"
  forms <- switch(kind, single = single, nested = nested, crossed = crossed)
  terms <- pick(forms$terms, forms$weights)
  three <- grepl("\\| c|/m", terms)
  layout <- switch(kind, single = "single", nested = if (three) "nested3" else "nested", crossed = pick(c("crossed", "partial")))
  levels_a <- switch(kind,
    single = pick(c(2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60)), nested = pick(c(3, 4, 6, 8, 12, 18)), crossed = pick(c(3, 4, 6, 10, 15, 20)))
  levels_b <- switch(layout, single = 0, nested = pick(2:5), nested3 = pick(2:4), pick(c(3, 5, 8, 12)))
  levels_c <- switch(layout, single = 0, nested = 0, nested3 = pick(2:3), if (three) pick(c(3, 5, 9)) else 0)
  least <- switch(layout, single = pick(c(1, 1, 2, 3, 5)), nested = pick(1:2), nested3 = pick(1:2), crossed = pick(c(0, 1, 1, 2)), partial = 0)
  most <- switch(layout,
    single = least + pick(c(0, 1, 4, 12, 25)), nested = least + pick(c(0, 1, 5)), nested3 = least + pick(c(0, 1, 3)), crossed = least + pick(0:2),
    partial = pick(c(40, 80, 160, 300)))
  fixed <- pick(
    c("1", "x", "x + z", "x * z", "x + w", "x + f", "f + z"), if (levels_a < 4) c(2, 4, 0, 0, 1, 1, 0) else c(if (far) 8 else 2, 6, 2, 2, 1, 1, 1))
  sds <- replicate(6, standard_deviation())
  if (runif(1) < 0.25) sds <- 0 * sds
  year <- runif(1) < if (far) 0.75 else 0.25
  data.frame(
    id = id, kind = kind, formula = paste("y ~", fixed, "+", terms), method = pick(c("REML", "ML"), c(3, 1)), weighted = pick(0:1, c(11, 1)),
    layout = layout, levels_a = levels_a, levels_b = levels_b, levels_c = levels_c, least = least, most = most, skewed = pick(0:1),
    x_kind = pick(c("normal", "time", "binary"), c(6, 2, 1)), x_offset = if (year) pick(c(2000, 1990, 50)) else 0, x_scale = pick(c(1, 1, 1, 5, 0.1)),
    sd_a1 = sds[1], sd_a2 = sds[2], sd_a3 = sds[3], cor_a = correlation(), sd_b1 = sds[4], sd_b2 = sds[5], cor_b = correlation(), sd_c = sds[6],
    sigma = pick(c(1, 1, 1, 1, 3, 0.1, 0.01, 0.001)), stringsAsFactors = FALSE)
}

# The data ---------------------------------------------------------------------------------------------------------------------------------
generate <- function(d) {
  set.seed(d$id)
  uniform <- function() {
    u <- runif(1)
    if (d$skewed == 1) u * u * u else u
  }
  size <- function() d$least + floor((d$most - d$least + 1) * uniform())
  a <- b <- k <- c <- m <- integer(0)
  b_count <- c_count <- 1
  if (d$layout == "single") {
    for (i in seq_len(d$levels_a)) a <- c(a, rep(i, size()))
    b <- k <- c <- m <- rep(1, length(a))
  } else if (d$layout %in% c("nested", "nested3")) {
    b_count <- c_count <- 0
    for (i in seq_len(d$levels_a)) {
      for (j in seq_len(1 + floor(d$levels_b * runif(1)))) {
        b_count <- b_count + 1
        for (l in seq_len(if (d$levels_c == 0) 1 else 1 + floor(d$levels_c * runif(1)))) {
          c_count <- c_count + 1
          n <- size()
          a <- c(a, rep(i, n))
          b <- c(b, rep(b_count, n))
          k <- c(k, rep(j, n))
          c <- c(c, rep(c_count, n))
          m <- c(m, rep(l, n))
        }
      }
    }
  } else {
    b_count <- d$levels_b
    c_count <- max(1, d$levels_c)
    if (d$layout == "crossed") {
      for (i in seq_len(d$levels_a)) for (j in seq_len(d$levels_b)) {
        n <- size()
        a <- c(a, rep(i, n))
        b <- c(b, rep(j, n))
      }
    } else {
      # Each level of a meets about half the levels of b.
      width <- ceiling(d$levels_b / 2)
      for (row in seq_len(d$most)) {
        i <- floor(d$levels_a * uniform())
        a <- c(a, i + 1)
        b <- c(b, (floor(i * d$levels_b / d$levels_a) + floor(width * runif(1))) %% d$levels_b + 1)
      }
    }
    c <- floor(c_count * runif(length(a))) + 1
    k <- m <- rep(1, length(a))
  }
  n <- length(a)
  u <- rnorm(n)
  w <- rnorm(n)
  f <- floor(3 * runif(n))
  weight <- 0.5 + runif(n)
  z <- rnorm(d$levels_a)
  if (d$x_kind == "time") u <- ave(seq_len(n), a, FUN = seq_along) - 1
  if (d$x_kind == "binary") u <- ifelse(u > 0.5, 1, 0)
  x <- d$x_offset + d$x_scale * u
  of_a <- matrix(rnorm(3 * d$levels_a), 3)
  of_b <- matrix(rnorm(2 * b_count), 2)
  of_c <- rnorm(c_count)
  rest <- sqrt(1 - d$cor_a * d$cor_a)
  a1 <- d$sd_a1 * of_a[1, ]
  a2 <- d$sd_a2 * (d$cor_a * of_a[1, ] + rest * of_a[2, ])
  a3 <- d$sd_a3 * (d$cor_a * of_a[1, ] + rest * of_a[3, ])
  b1 <- d$sd_b1 * of_b[1, ]
  b2 <- d$sd_b2 * (d$cor_b * of_b[1, ] + sqrt(1 - d$cor_b * d$cor_b) * of_b[2, ])
  y <- 1 + 0.5 * u + 0.3 * z[a] + 0.4 * f + a1[a] + a2[a] * u + a3[a] * w + b1[b] + b2[b] * u + d$sd_c * of_c[c] + d$sigma * rnorm(n)
  level <- function(letter, index) factor(sprintf("%s%03d", letter, as.integer(index)))
  data.frame(
    y = y, x = x, w = w, z = z[a], f = level("f", f), weight = weight, a = level("a", a), b = level("b", b), k = level("k", k), c = level("c", c),
    m = level("m", m))
}

# The fits ---------------------------------------------------------------------------------------------------------------------------------
control <- lmerControl(check.scaleX = "ignore", check.rankX = "silent.drop.cols")

lowest <- function(objective, theta, lower, seed) {
  best <- list(value = Inf, theta = theta)
  value_at <- function(at) {
    at <- ifelse(lower == 0, pmax(at, 0), at)
    value <- tryCatch(objective(at), error = function(e) NA)
    if (!is.finite(value)) return(1e8)
    if (value < best$value) best <<- list(value = value, theta = at)
    value
  }
  if (length(theta) == 1) {
    grid <- 10^seq(-3, 4, 0.25)
    value_at(0)
    values <- sapply(grid, value_at)
    for (i in order(values)[1:3]) optimize(value_at, c(if (i == 1) 0 else grid[i - 1], grid[min(i + 1, length(grid))]), tol = 1e-10)
    nlminb(best$theta, value_at, lower = 0, control = list(rel.tol = 1e-15, x.tol = 1e-12))
    return(best)
  }
  set.seed(seed)
  starts <- list(theta, 0.1 * theta, 10 * theta, ifelse(lower == 0, 10^runif(length(theta), -2, 2), rnorm(length(theta))))
  for (start in starts) {
    try(minqa::bobyqa(start, value_at, lower, control = list(rhobeg = 0.2 * max(abs(start)), rhoend = 1e-8 * max(abs(start)), maxfun = 3000)), TRUE)
    try(nlminb(start, value_at, lower = lower, control = list(rel.tol = 1e-14, iter.max = 500, eval.max = 1000)), TRUE)
  }
  try(Nelder_Mead(value_at, theta, lower, control = list(maxfun = 2000, FtolAbs = 1e-10, FtolRel = 1e-15, XtolRel = 1e-10)), TRUE)
  for (pass in 1:3) {
    before <- best$value
    size <- max(abs(best$theta), 1e-3)
    start <- best$theta
    try(minqa::bobyqa(start, value_at, lower, control = list(rhobeg = 0.02 * size, rhoend = 1e-9 * size, maxfun = 3000)), TRUE)
    try(nlminb(best$theta, value_at, lower = lower, control = list(rel.tol = 1e-15, x.tol = 1e-12)), TRUE)
    if (before - best$value < 1e-10 * abs(before)) break
  }
  best
}

# The criterion at theta from QR decompositions of the whole data, which lme4's cross-products of a predictor like a year cannot always tell:
#     [Z Lambda; I] = Q_1 R_1,  [Z Lambda X; I 0] = Q R,  d = log|R_1|^2 (REML: log|R|^2) + m (1 + log(2 pi r^2 / m)) - sum log w
criterion_by_qr <- function(parsed, theta, weights, reml) {
  terms <- parsed$reTrms
  terms$Lambdat@x <- theta[terms$Lind]
  root <- sqrt(weights)
  x <- root * parsed$X
  y <- root * model.response(parsed$fr)
  effects <- root * as.matrix(crossprod(terms$Zt, t(terms$Lambdat)))
  n <- nrow(x)
  p <- ncol(x)
  q <- ncol(effects)
  logarithm <- function(decomposed) 2 * sum(log(abs(diag(qr.R(decomposed)))))
  upper <- rbind(effects, diag(q))
  both <- qr(cbind(upper, rbind(x, matrix(0, q, p))), LAPACK = TRUE)
  residual <- qr.qty(both, c(y, rep(0, q)))[-seq_len(p + q)]
  m <- if (reml) n - p else n
  logarithm(if (reml) both else qr(upper, LAPACK = TRUE)) + m * (1 + log(2 * pi * sum(residual^2) / m)) - sum(log(weights))
}

# What is left to tell a term's effects from residuals: rows less the rank of the fixed effects with that term, the least over the terms.
rows_left <- function(parsed) {
  n <- nrow(parsed$X)
  min(sapply(parsed$reTrms$Ztlist, function(zt) n - qr(cbind(parsed$X, as.matrix(t(zt))))$rank))
}

# The fit of one case; a design that lme4 refuses is drawn again, six times at most.
record <- function(id, attempt = 1) {
  set.seed(100000 * attempt + id)
  d <- design(id)
  data <- generate(d)
  reason <- "no finite criterion"
  singular <- by_qr <- left <- NA
  best <- tryCatch(
    suppressWarnings(suppressMessages({
      arguments <- list(as.formula(d$formula), data = data, REML = d$method == "REML", control = control)
      if (d$weighted == 1) arguments$weights <- data$weight
      parsed <- do.call(lFormula, arguments)
      objective <- do.call(mkLmerDevfun, c(parsed, list(control = control)))
      lower <- environment(objective)$lower
      best <- lowest(objective, environment(objective)$pp$theta, lower, id)
      singular <- any(best$theta[lower == 0] < 1e-4)
      by_qr <- criterion_by_qr(parsed, best$theta, if (d$weighted == 1) data$weight else rep(1, nrow(data)), d$method == "REML")
      left <- rows_left(parsed)
      best
    })),
    error = function(e) {
      reason <<- conditionMessage(e)
      NULL
    })
  if (is.null(best) || !is.finite(best$value)) {
    if (attempt < 6) return(record(id, attempt + 1))
    return(paste0("case ", id, " ", d$formula, ": ", reason))
  }
  number <- function(v, digits) sprintf(paste0("%.", digits, "g"), v)
  cbind(d, data.frame(
    rows = nrow(data), rows_left = left, sum_y = number(sum(data$y), 15), sum_x = number(sum(data$x), 15), criterion = number(best$value, 17), by_qr = number(by_qr, 17),
    singular = as.integer(singular), theta = paste(number(best$theta, 12), collapse = " ")))
}

results <- parallel::mclapply(1:1800, record, mc.cores = cores, mc.preschedule = FALSE)
kept <- Filter(is.data.frame, results)
for (left_out in Filter(Negate(is.data.frame), results)) message(left_out)
sweep <- do.call(rbind, kept)
dir.create("Tests/Reference/sweep", showWarnings = FALSE)
write.csv(sweep, "Tests/Reference/sweep/sweep.csv", row.names = FALSE, quote = FALSE)
message(nrow(sweep), " cases: ", paste(names(table(sweep$kind)), table(sweep$kind), collapse = ", "))

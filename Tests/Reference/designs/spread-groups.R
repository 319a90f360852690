# A data set with known truth, from spread-groups.yml (written by mlm data design --r-script).
# y ~ x + z + (1 | g) + (0 + x | g)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$h <- 3
n$g <- 6
size <- rep(5, n$g)
n$p <- sum(size)
up$p$g <- rep(seq_len(n$g), size)
up$g$h <- pmin(floor(runif(n$g) * n$h), n$h - 1) + 1

# Rows: for each the unit of every level --------------------------------------
rows <- n$p
unit$h <- up$g$h[up$p$g]
unit$g <- up$p$g
unit$p <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$z <- rnorm(n$h)
v$x <- rnorm(n$p)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$g <- unit$g
# g: (Intercept)
standard$g <- matrix(rnorm(n$g), ncol = 1, byrow = TRUE)
b$g <- 1 * standard$g
# g.1: x
standard$g.1 <- matrix(rnorm(n$g), ncol = 1, byrow = TRUE)
b$g.1 <- 0.5 * standard$g.1

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$g <- unit$g
d$h <- unit$h
d$p <- seq_len(n$p)
d$x <- v$x
d$z <- v$z[unit$h]

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 1, `x` = 2, `z` = 0)
X <- model.matrix(~ 1 + x + z, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$g[g$g, , drop = FALSE])
Z <- model.matrix(~ 0 + x, d)
eta <- eta + rowSums(Z * b$g.1[g$g, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- (2 * exp(0.4 * rnorm(n$g)))[unit$g]
e <- sqrt((7 - 2) / 7) * rt(rows, 7)
d$y <- eta + s * e

# Missing values: for each unit, by values that are all still there -----------
complete <- d
gone <- runif(n$h) < 0.3
d$z[gone[unit$h]] <- NA

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

# A data set with known truth, from endogenous.yml (written by mlm data design --r-script).
# y ~ x_within + x_mean + u + v + u_mean + (1 | group) + (1 | site)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$site <- 4
size <- rep(3, n$site)
n$group <- sum(size)
up$group$site <- rep(seq_len(n$site), size)
size <- rep_len(c(4, 6), n$group)
n$person <- sum(size)
up$person$group <- rep(seq_len(n$group), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$person
unit$site <- up$group$site[up$person$group]
unit$group <- up$person$group
unit$person <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
z$u$group <- rnorm(n$group)
z$x$group <- rnorm(n$group)
z$x$site <- rnorm(n$site)
z$x$.own <- rnorm(n$person)
z$v$group <- rnorm(n$group)
z$v$.own <- rnorm(n$person)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$group <- unit$group
g$site <- unit$site
# group: (Intercept)
standard$group <- matrix(rnorm(n$group), ncol = 1, byrow = TRUE)
b$group <- 1 * standard$group
# site: (Intercept)
standard$site <- matrix(rnorm(n$site), ncol = 1, byrow = TRUE)
b$site <- 0.5 * standard$site

# Predictors made of random intercepts or of other predictors -----------------
# correlated with the standardised intercepts of group
part <- 0.6 * standard$group[, 1] + sqrt(1 - (0.6)^2) * z$x$group
z$x$group <- part
# correlated with the standardised intercepts of site
part <- -0.3 * standard$site[, 1] + sqrt(1 - (-0.3)^2) * z$x$site
z$x$site <- part
v$x <- 1 + 2 * (sqrt(0.3) * z$x$.own + sqrt(0.4) * z$x$group[unit$group] + sqrt(0.3) * z$x$site[unit$site])
# correlated with the standardised intercepts of group
part <- 1 * standard$group[, 1] + sqrt(1 - (1)^2) * z$v$group
v$v <- (sqrt(0.5) * z$v$.own + sqrt(0.5) * part[unit$group])
# correlated with the standardised intercepts of group
part <- -0.5 * standard$group[, 1] + sqrt(1 - (-0.5)^2) * z$u$group
v$u <- (sqrt(1) * part)
v$x_mean <- as.vector(tapply(v$x, factor(unit$group, seq_len(n$group)), sum)) / tabulate(unit$group, n$group)
v$x_within <- v$x - (as.vector(tapply(v$x, factor(unit$group, seq_len(n$group)), sum)) / tabulate(unit$group, n$group))[unit$group]
v$u_mean <- as.vector(tapply(v$u[unit$group], factor(unit$site, seq_len(n$site)), sum)) / tabulate(unit$site, n$site)
v$u_within <- v$u - (as.vector(tapply(v$u[unit$group], factor(unit$site, seq_len(n$site)), sum)) / tabulate(unit$site, n$site))[up$group$site]

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$site <- unit$site
d$group <- unit$group
d$person <- seq_len(n$person)
d$x <- v$x
d$v <- v$v
d$u <- v$u[unit$group]
d$x_mean <- v$x_mean[unit$group]
d$x_within <- v$x_within
d$u_mean <- v$u_mean[unit$site]
d$u_within <- v$u_within[unit$group]

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 0, `x_within` = 1, `x_mean` = 2, `u` = 1, `v` = 1, `u_mean` = 1)
X <- model.matrix(~ 1 + x_within + x_mean + u + v + u_mean, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$group[g$group, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$site[g$site, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 1 * exp(0.2 * d$x)
e <- rnorm(rows)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

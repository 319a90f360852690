# A data set with known truth, from panel-crossed.yml (written by mlm data design --r-script).
# y ~ shock + open + year + factor(country) + (1 | year)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$country <- 6
n$year <- 10  # 0 … 9

# Rows: for each the unit of every level --------------------------------------
cells <- n$country * n$year
cell <- sort(order(runif(cells))[seq_len(round(cells * 0.7))]) - 1
cell <- rep(cell, each = 1)
rows <- length(cell)
unit$country <- cell %/% (n$year) %% n$country + 1
unit$year <- cell %% n$year + 1

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
p <- c(0.5, 0.5)
v$open <- c("no", "yes")[findInterval(runif(n$country), head(cumsum(p), -1) / sum(p)) + 1]
v$shock <- rnorm(n$year)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$year <- unit$year
# year: (Intercept)
standard$year <- matrix(rnorm(n$year), ncol = 1, byrow = TRUE)
b$year <- 0.4 * standard$year

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$country <- unit$country
d$year <- 0 + (unit$year - 1) %% 10
d$shock <- v$shock[unit$year]
d$open <- factor(v$open[unit$country], levels = c("no", "yes"))

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 2, `shock` = 1, `openyes` = 0.1, `year` = -0.5, `factor(country)2` = 1, `factor(country)3` = 2, `factor(country)4` = 3, `factor(country)5` = 4, `factor(country)6` = 5)
X <- model.matrix(~ 1 + shock + open + year + factor(country), d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$year[g$year, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- c(1, 3)[match(d$open, c("no", "yes"))]
e <- rnorm(rows)
# first-order autocorrelation within country
time <- (unit$year - 1) %% 10
o <- order(unit$country, time)
for (k in seq_along(o)[-1]) {
  now <- o[k]
  before <- o[k - 1]
  if (unit$country[now] == unit$country[before]) {
    r <- (-0.5)^(time[now] - time[before])
    e[now] <- r * e[before] + sqrt(1 - r^2) * e[now]
  }
}
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

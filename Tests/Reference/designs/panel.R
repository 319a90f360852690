# A data set with known truth, from panel.yml (written by mlm data design --r-script).
# y ~ x + t + w + xw + (1 + x | country) + (1 | year)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Lower triangular C with C C' = R; a zero pivot gives a column of zeros ------
cholesky <- function(R) {
  C <- 0 * R
  for (j in seq_len(nrow(R))) {
    pivot <- R[j, j] - sum(C[j, seq_len(j - 1)]^2)
    if (pivot > 1e-12) {
      C[j, j] <- sqrt(pivot)
      for (i in seq_len(nrow(R))[-seq_len(j)])
        C[i, j] <- (R[i, j] - sum(C[i, seq_len(j - 1)] * C[j, seq_len(j - 1)])) / C[j, j]
    }
  }
  C
}

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$country <- 5
n$year <- n$country * 10  # 1991 … 2000
up$year$country <- rep(seq_len(n$country), each = 10)

# Rows: for each the unit of every level --------------------------------------
rows <- n$year
unit$country <- up$year$country
unit$year <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$w <- rnorm(n$country)
v$x <- rnorm(n$year)
v$x <- v$x + 0.1 * ((seq_len(n$year) - 1) %% 10)
v$t <- rep(0, n$year)
v$t <- v$t + 1 * ((seq_len(n$year) - 1) %% 10)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$country <- unit$country
g$year <- ((unit$year - 1) %% 10 + 1)
# country: (Intercept), x
standard$country <- matrix(rnorm(2 * n$country), ncol = 2, byrow = TRUE)
b$country <- standard$country %*% t(c(1.5, 0.5) * cholesky(rbind(c(1, -0.3), c(-0.3, 1))))
# year: (Intercept)
standard$year <- matrix(rnorm(10), ncol = 1, byrow = TRUE)
b$year <- 0.4 * standard$year

# Predictors made of random intercepts or of other predictors -----------------
v$xw <- with(list(x = v$x, w = v$w[unit$country], year = 1991 + (seq_len(n$year) - 1) %% 10), x * w + (year - 1990) / 10)

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$country <- factor(c("at", "be", "ch", "de", "dk")[unit$country], levels = c("at", "be", "ch", "de", "dk"))
d$year <- 1991 + (seq_len(n$year) - 1) %% 10
d$x <- v$x
d$t <- v$t
d$w <- v$w[unit$country]
d$xw <- v$xw

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 2, `x` = 1, `t` = 0.1, `w` = -0.5, `xw` = 0.2)
X <- model.matrix(~ 1 + x + t + w + xw, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1 + x, d)
eta <- eta + rowSums(Z * b$country[g$country, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$year[g$year, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 1
e <- rnorm(rows)
# first-order autocorrelation within country
time <- (unit$year - 1) %% 10
o <- order(unit$country, time)
for (k in seq_along(o)[-1]) {
  now <- o[k]
  before <- o[k - 1]
  if (unit$country[now] == unit$country[before]) {
    r <- (0.6)^(time[now] - time[before])
    e[now] <- r * e[before] + sqrt(1 - r^2) * e[now]
  }
}
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

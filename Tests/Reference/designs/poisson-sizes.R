# A data set with known truth, from poisson-sizes.yml (written by mlm data design --r-script).
# y ~ 1 + x + u + (1 + x | school)
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
n$school <- 12
size <- pmin(pmax(rpois(n$school, 6), 1), 9)
n$pupil <- sum(size)
up$pupil$school <- rep(seq_len(n$school), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$pupil
unit$school <- up$pupil$school
unit$pupil <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$u <- rnorm(n$school)
v$x <- rnorm(n$pupil)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$school <- unit$school
# school: (Intercept), x
standard$school <- matrix(rnorm(2 * n$school), ncol = 2, byrow = TRUE)
b$school <- standard$school %*% t(c(2, 1) * cholesky(rbind(c(1, 0.3), c(0.3, 1))))

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$school <- unit$school
d$pupil <- seq_len(n$pupil)
d$x <- v$x
d$u <- v$u[unit$school]

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 1, `x` = 2, `u` = 0.5)
X <- model.matrix(~ 1 + x + u, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1 + x, d)
eta <- eta + rowSums(Z * b$school[g$school, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 4
e <- rnorm(rows)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

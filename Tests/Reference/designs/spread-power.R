# A data set with known truth, from spread-power.yml (written by mlm data design --r-script).
# y ~ poly(x1, 2) + ns(x2, 3) + I(x3^2) + u1 + k + (1 + x1 + x3 | g)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))
library(splines)

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
n$g <- 6
size <- c(rep(8, n$g - 1), 2)
n$p <- sum(size)
up$p$g <- rep(seq_len(n$g), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$p
unit$g <- up$p$g
unit$p <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
C <- cholesky(rbind(c(1, -1), c(-1, 1)))
joint <- matrix(rnorm(2 * n$g), ncol = 2, byrow = TRUE) %*% t(C)
v$u1 <- joint[, 1]
v$u2 <- joint[, 2]
C <- cholesky(rbind(c(1, 0.3, 0.5), c(0.3, 1, -0.2), c(0.5, -0.2, 1)))
joint <- matrix(rnorm(3 * n$p), ncol = 3, byrow = TRUE) %*% t(C)
v$x1 <- joint[, 1]
v$x2 <- 5 + 2 * joint[, 2]
v$x3 <- -1 + 0.5 * joint[, 3]
v$k <- rpois(n$p, 3)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$g <- unit$g
# g: (Intercept), x1, x3
standard$g <- matrix(rnorm(3 * n$g), ncol = 3, byrow = TRUE)
b$g <- standard$g %*% t(c(1, 0.5, 0.2) * cholesky(rbind(c(1, 0.2, 0.1), c(0.2, 1, -0.3), c(0.1, -0.3, 1))))

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$g <- unit$g
d$p <- seq_len(n$p)
d$x1 <- v$x1
d$x2 <- v$x2
d$x3 <- v$x3
d$u1 <- v$u1[unit$g]
d$u2 <- v$u2[unit$g]
d$k <- v$k

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 1, `poly(x1, 2)1` = 2, `poly(x1, 2)2` = 3, `ns(x2, 3)1` = 1, `ns(x2, 3)2` = 2, `ns(x2, 3)3` = 3, `I(x3^2)` = 0.5, `u1` = 1, `k` = 0.1)
X <- model.matrix(~ 1 + poly(x1, 2) + ns(x2, 3) + I(x3^2) + u1 + k, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1 + x1 + x3, d)
eta <- eta + rowSums(Z * b$g[g$g, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 2 * abs(d$x2)^(0.5)
e <- rnorm(rows)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

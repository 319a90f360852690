# A data set with known truth, from crossed-sees-first.yml (written by mlm data design --r-script).
# y ~ w + (1 + w | subject) + (1 | item)
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
n$subject <- 10
n$item <- 8

# Rows: for each the unit of every level --------------------------------------
cell <- unlist(lapply(seq_len(n$subject), function(i) (i - 1) * n$item + sort(order(runif(n$item))[1:4]) - 1))
cell <- rep(cell, each = 2)
rows <- length(cell)
unit$subject <- cell %/% (n$item) %% n$subject + 1
unit$item <- cell %% n$item + 1

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$w <- c(-0.5, 0.5)[(seq_len(n$item) - 1) %% 2 + 1]

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$subject <- unit$subject
g$item <- unit$item
# subject: (Intercept), w
standard$subject <- matrix(rnorm(2 * n$subject), ncol = 2, byrow = TRUE)
b$subject <- standard$subject %*% t(c(2, 0.5) * cholesky(rbind(c(1, 1), c(1, 1))))
# item: (Intercept)
standard$item <- matrix(rnorm(n$item), ncol = 1, byrow = TRUE)
b$item <- 0 * standard$item

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$subject <- unit$subject
d$item <- unit$item
d$w <- v$w[unit$item]

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 0, `w` = 0.5)
X <- model.matrix(~ 1 + w, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1 + w, d)
eta <- eta + rowSums(Z * b$subject[g$subject, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$item[g$item, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 1
e <- sqrt((4 - 2) / 4) * rt(rows, 4)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

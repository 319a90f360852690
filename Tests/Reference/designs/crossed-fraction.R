# A data set with known truth, from crossed-fraction.yml (written by mlm data design --r-script).
# rt ~ 0 + condition + length + scale(iq) + noise + ((0 + condition | subject)) + (1 | item) + (1 | subject:item)
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
n$subject <- 12
n$item <- 9
size <- rep(1, n$item)
n$list <- sum(size)
up$list$item <- rep(seq_len(n$item), size)

# Rows: for each the unit of every level --------------------------------------
cells <- n$subject * n$list
cell <- sort(order(runif(cells))[seq_len(round(cells * 0.4))]) - 1
cell <- rep(cell, each = 2)
rows <- length(cell)
unit$subject <- cell %/% (n$list) %% n$subject + 1
unit$list <- cell %% n$list + 1
unit$item <- up$list$item[unit$list]

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$iq <- 100 + 15 * rnorm(n$subject)
v$length <- rnorm(n$item)
v$condition <- c("a", "b")[(seq_len(rows) - 1) %% 2 %% 2 + 1]
v$noise <- rnorm(rows)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$subject <- unit$subject
g$item <- unit$item
code <- unit$subject
code <- (code - 1) * n$item + unit$item
code <- match(code, sort(unique(code)))
g[["subject:item"]] <- code
# subject: conditiona, conditionb
standard$subject <- matrix(rnorm(2 * n$subject), ncol = 2, byrow = TRUE)
standard$subject <- standard$subject / sqrt(rchisq(n$subject, 5) / 5) * sqrt((5 - 2) / 5)
b$subject <- standard$subject %*% t(c(60, 20) * cholesky(rbind(c(1, 0), c(0, 1))))
# item: (Intercept)
standard$item <- matrix(rnorm(n$item), ncol = 1, byrow = TRUE)
b$item <- 25 * standard$item
# subject:item: (Intercept)
standard[["subject:item"]] <- matrix(rnorm(max(g[["subject:item"]])), ncol = 1, byrow = TRUE)
b[["subject:item"]] <- 10 * standard[["subject:item"]]

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$subject <- factor(c("S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11", "S12")[unit$subject], levels = c("S01", "S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11", "S12"))
d$item <- unit$item
d$list <- unit$list
d$condition <- factor(v$condition, levels = c("a", "b"))
d$length <- v$length[unit$item]
d$iq <- v$iq[unit$subject]
d$noise <- v$noise

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`conditiona` = 500, `conditionb` = 530, `length` = 10, `scale(iq)` = 2, `noise` = 5)
X <- model.matrix(~ 0 + condition + length + scale(iq) + noise, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 0 + condition, d)
eta <- eta + rowSums(Z * b$subject[g$subject, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$item[g$item, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b[["subject:item"]][g[["subject:item"]], , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 80
k <- 1.7777777777777777
e <- -(rgamma(rows, k) - k) / sqrt(k)
d$rt <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

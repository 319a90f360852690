# A data set with known truth, from spread-listed.yml (written by mlm data design --r-script).
# y ~ 1 + (1 | g)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$g <- 4
size <- rep(5, n$g)
n$p <- sum(size)
up$p$g <- rep(seq_len(n$g), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$p
unit$g <- up$p$g
unit$p <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$g <- unit$g
# g: (Intercept)
standard$g <- matrix(rnorm(n$g), ncol = 1, byrow = TRUE)
b$g <- 1 * standard$g

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$g <- unit$g
d$p <- seq_len(n$p)

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 1)
X <- model.matrix(~ 1, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$g[g$g, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- c(1, 2, 0, 5)[unit$g]
e <- rnorm(rows)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

# A data set with known truth, from groups.yml (written by mlm data design --r-script).
# y ~ 1 + (1 | group)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1658502053)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$group <- 10
size <- rep(10, n$group)
n$unit <- sum(size)
up$unit$group <- rep(seq_len(n$group), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$unit
unit$group <- up$unit$group
unit$unit <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$group <- unit$group
# group: (Intercept)
standard$group <- matrix(rnorm(n$group), ncol = 1, byrow = TRUE)
b$group <- 4 * standard$group

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$group <- unit$group
d$unit <- seq_len(n$unit)

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 0)
X <- model.matrix(~ 1, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$group[g$group, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 5
e <- rnorm(rows)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

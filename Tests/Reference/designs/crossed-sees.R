# A data set with known truth, from crossed-sees.yml (written by mlm data design --r-script).
# y ~ w + (1 | subject) + (1 | item)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$subject <- 10
n$item <- 8

# Rows: for each the unit of every level --------------------------------------
cell <- sort(unlist(lapply(seq_len(n$subject), function(i) (order(runif(n$item))[1:3] - 1) * n$subject + i - 1)))
cell <- rep(cell, each = 1)
rows <- length(cell)
unit$item <- cell %/% (n$subject) %% n$item + 1
unit$subject <- cell %% n$subject + 1

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$w <- as.numeric(runif(n$subject) < 0.4)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$subject <- unit$subject
g$item <- unit$item
# subject: (Intercept)
standard$subject <- matrix(rnorm(n$subject), ncol = 1, byrow = TRUE)
b$subject <- 1 * standard$subject
# item: (Intercept)
standard$item <- matrix(rnorm(n$item), ncol = 1, byrow = TRUE)
b$item <- 0.8 * standard$item

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$subject <- unit$subject
d$item <- unit$item
d$w <- v$w[unit$subject]

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 0, `w` = 0.5)
X <- model.matrix(~ 1 + w, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$subject[g$subject, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$item[g$item, , drop = FALSE])

# The response ----------------------------------------------------------------
d$y <- as.numeric(runif(rows) < plogis(eta))

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

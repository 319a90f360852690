# A data set with known truth, from binomial.yml (written by mlm data design --r-script).
# healed ~ log1p(dose) + (1 | clinic)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$clinic <- 8
size <- rep(5, n$clinic)
n$patient <- sum(size)
up$patient$clinic <- rep(seq_len(n$clinic), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$patient
unit$clinic <- up$patient$clinic
unit$patient <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$dose <- c(0, 1, 2, 4, 8)[(sequence(tabulate(up$patient$clinic, n$clinic)) - 1) %% 5 + 1]

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$clinic <- unit$clinic
# clinic: (Intercept)
standard$clinic <- matrix(rnorm(n$clinic), ncol = 1, byrow = TRUE)
b$clinic <- 0.5773502691896257 * standard$clinic

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$clinic <- unit$clinic
d$patient <- seq_len(n$patient)
d$dose <- v$dose

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = -1, `log1p(dose)` = 1)
X <- model.matrix(~ 1 + log1p(dose), d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$clinic[g$clinic, , drop = FALSE])

# The response ----------------------------------------------------------------
d$healed <- rbinom(rows, 40, pnorm(eta))
d$trials <- 40

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

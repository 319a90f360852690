# A data set with known truth, from schools.yml (written by mlm data design --r-script).
# score ~ 1 + (1 | school)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(812985202)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$school <- 8
size <- pmin(3 + floor(runif(n$school) * 12), 14)
n$pupil <- sum(size)
up$pupil$school <- rep(seq_len(n$school), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$pupil
unit$school <- up$pupil$school
unit$pupil <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$school <- unit$school
# school: (Intercept)
standard$school <- matrix(rnorm(n$school), ncol = 1, byrow = TRUE)
b$school <- 6.5 * standard$school

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$school <- factor(c("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8")[unit$school], levels = c("S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8"))
d$pupil <- seq_len(n$pupil)

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 61)
X <- model.matrix(~ 1, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$school[g$school, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 9
e <- rnorm(rows)
d$score <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

# A data set with known truth, from classes.yml (written by mlm data design --r-script).
# score ~ 1 + (1 | class)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1162285413)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$class <- 6
size <- rep_len(c(3, 5, 12, 33, 10, 10), n$class)
n$pupil <- sum(size)
up$pupil$class <- rep(seq_len(n$class), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$pupil
unit$class <- up$pupil$class
unit$pupil <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$class <- unit$class
# class: (Intercept)
standard$class <- matrix(rnorm(n$class), ncol = 1, byrow = TRUE)
b$class <- 5 * standard$class

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$class <- factor(c("P", "Q", "R", "S", "T", "U")[unit$class], levels = c("P", "Q", "R", "S", "T", "U"))
d$pupil <- seq_len(n$pupil)

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 47)
X <- model.matrix(~ 1, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$class[g$class, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 9
e <- rnorm(rows)
d$score <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

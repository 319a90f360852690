# A data set with known truth, from memberships.yml (written by mlm data design --r-script).
# y ~ x * risk + size + (1 | team) + (1 + x | trade) + (1 | region)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("L'Ecuyer-CMRG", "Inversion", "Rejection")
set.seed(-7)
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
n$region <- 3
n$team <- 7
n$trade <- 4
n$person <- 60
w <- c(1, 2, 0.5)
up$team$region <- findInterval(runif(n$team), head(cumsum(w), -1) / sum(w)) + 1
up$person$team <- pmin(floor(runif(n$person) * n$team), n$team - 1) + 1
w <- c(4, 3, 2, 1)
up$person$trade <- findInterval(runif(n$person), head(cumsum(w), -1) / sum(w)) + 1

# Rows: for each the unit of every level --------------------------------------
rows <- n$person
unit$region <- up$team$region[up$person$team]
unit$team <- up$person$team
unit$trade <- up$person$trade
unit$person <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$size <- rnorm(n$team)
v$risk <- runif(n$trade)
v$x <- rnorm(n$person)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$team <- unit$team
g$trade <- unit$trade
g$region <- unit$region
# team: (Intercept)
standard$team <- matrix(rnorm(n$team), ncol = 1, byrow = TRUE)
standard$team <- standard$team / sqrt(rchisq(n$team, 6) / 6) * sqrt((6 - 2) / 6)
b$team <- 1 * standard$team
# trade: (Intercept), x
standard$trade <- matrix(rnorm(2 * n$trade), ncol = 2, byrow = TRUE)
standard$trade <- standard$trade / sqrt(rchisq(n$trade, 6) / 6) * sqrt((6 - 2) / 6)
b$trade <- standard$trade %*% t(c(1, 0.3) * cholesky(rbind(c(1, 0), c(0, 1))))
# region: (Intercept)
standard$region <- matrix(rnorm(n$region), ncol = 1, byrow = TRUE)
standard$region <- standard$region / sqrt(rchisq(n$region, 6) / 6) * sqrt((6 - 2) / 6)
b$region <- 0.5 * standard$region

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$region <- factor(c("r1", "r2", "r3")[unit$region], levels = c("r1", "r2", "r3"))
d$team <- unit$team
d$trade <- unit$trade
d$person <- seq_len(n$person)
d$size <- v$size[unit$team]
d$risk <- v$risk[unit$trade]
d$x <- v$x

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 1, `x` = 1, `risk` = 2, `size` = 0.5, `x:risk` = -1)
X <- model.matrix(~ 1 + x + risk + size + x:risk, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$team[g$team, , drop = FALSE])
Z <- model.matrix(~ 1 + x, d)
eta <- eta + rowSums(Z * b$trade[g$trade, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$region[g$region, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 2
e <- rnorm(rows)
d$y <- eta + s * e

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

# A data set with known truth, from survey.yml (written by mlm data design --r-script).
# y ~ gender * gdp + child + x + (1 + child | region) + (1 | province)
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
n$region <- 4
size <- rep(3, n$region)
n$province <- sum(size)
up$province$region <- rep(seq_len(n$region), size)
size <- pmax(rpois(n$province, 80), 5)
n$person <- sum(size)
up$person$province <- rep(seq_len(n$province), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$person
unit$region <- up$province$region[up$person$province]
unit$province <- up$person$province
unit$person <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$gdp <- rnorm(n$province)
p <- c(0.5, 0.5)
v$gender <- c("m", "f")[findInterval(runif(n$person), head(cumsum(p), -1) / sum(p)) + 1]
v$child <- as.numeric(runif(n$person) < 0.4)
v$x <- rnorm(n$person)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$region <- unit$region
g$province <- unit$province
# region: (Intercept), child
standard$region <- matrix(rnorm(2 * n$region), ncol = 2, byrow = TRUE)
b$region <- standard$region %*% t(c(0.4, 0.2) * cholesky(rbind(c(1, 0), c(0, 1))))
# province: (Intercept)
standard$province <- matrix(rnorm(n$province), ncol = 1, byrow = TRUE)
b$province <- 0.5 * standard$province

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$region <- factor(c("R1", "R2", "R3", "R4")[unit$region], levels = c("R1", "R2", "R3", "R4"))
d$province <- unit$province
d$person <- seq_len(n$person)
d$gdp <- v$gdp[unit$province]
d$gender <- factor(v$gender, levels = c("f", "m"))
d$child <- v$child
d$x <- v$x

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 0.2, `genderm` = -0.6, `gdp` = 0.3, `child` = 0.8, `x` = 0.5, `genderm:gdp` = 0.3)
X <- model.matrix(~ 1 + gender + gdp + child + x + gender:gdp, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1 + child, d)
eta <- eta + rowSums(Z * b$region[g$region, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$province[g$province, , drop = FALSE])

# The response ----------------------------------------------------------------
d$y <- as.numeric(runif(rows) < plogis(eta))

# Missing values: for each unit, by values that are all still there -----------
complete <- d
gone <- runif(n$person) < 0.1
d$x[gone] <- NA

# The sample: E / w, E exponential; the smallest are drawn (the census is not written here) ---
w <- rep(1, rows)
w <- w * ifelse(complete$gender == "f", 2, 1)
w <- w * ifelse(complete$child == 0, 0.5, 1)
w <- w * exp(0.4 * complete$x)
w <- w * exp(0.7 * standard$region[unit$region, 1])
w <- w * ifelse(complete$province == 2, 0, 1)
w <- w * ifelse(complete$province == 5, 3, 1)
w <- w * ifelse(complete$y == 1, 1.5, 1)
if (150 > sum(w > 0)) stop("too few rows with a weight above 0")
drawn <- sort(order(rexp(rows) / w)[seq_len(150)])
d <- d[drawn, , drop = FALSE]

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

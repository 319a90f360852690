# A data set with known truth, from four-levels.yml (written by mlm data design --r-script).
# y ~ treated * sex + arm + track + age + log(wealth) + x + (1 | region/school) + (1 + x | class)
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

# P(missing) with mean 'rate' whose logit is linear in v ----------------------
missing_probability <- function(v, rate, slope) {
  if (rate <= 0 || rate >= 1) return(rep(rate, length(v)))
  m <- sum(v) / length(v)
  s <- if (length(v) > 1) sqrt(sum((v - m)^2) / (length(v) - 1)) else 0
  shift <- if (s > 0) slope * ((v - m) / s) else 0 * v
  low <- -50 - max(abs(shift))
  high <- 50 + max(abs(shift))
  for (i in 1:100) {
    middle <- (low + high) / 2
    if (mean(plogis(middle + shift)) < rate) low <- middle else high <- middle
  }
  plogis((low + high) / 2 + shift)
}

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$region <- 3
size <- rep_len(c(2, 1, 3), n$region)
n$school <- sum(size)
up$school$region <- rep(seq_len(n$region), size)
size <- pmin(1 + floor(runif(n$school) * 3), 3)
n$class <- sum(size)
up$class$school <- rep(seq_len(n$school), size)
size <- pmin(pmax(round(exp(1.6 + 0.5 * rnorm(n$class))), 2), 12)
n$pupil <- sum(size)
up$pupil$class <- rep(seq_len(n$class), size)

# Rows: for each the unit of every level --------------------------------------
rows <- n$pupil
unit$region <- up$school$region[up$class$school][up$pupil$class]
unit$school <- up$class$school[up$pupil$class]
unit$class <- up$pupil$class
unit$pupil <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$wealth <- exp(0.4 * rnorm(n$school))
v$treated <- c(0, 1)[(sequence(tabulate(up$class$school, n$school)) - 1) %% 2 + 1]
p <- c(0.5, 0.3, 0.2)
v$track <- c("basic", "middle", "high")[findInterval(runif(n$class), head(cumsum(p), -1) / sum(p)) + 1]
v$arm <- c("control", "drug", "placebo")[(sequence(tabulate(up$pupil$class, n$class)) - 1) %% 3 + 1]
v$sex <- as.numeric(runif(n$pupil) < 0.5)
v$age <- 10 + 2 * runif(n$pupil)
z$x$school <- rnorm(n$school)
z$x$region <- rnorm(n$region)
z$x$.own <- rnorm(n$pupil)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
code <- unit$school
code <- (code - 1) * n$region + unit$region
code <- match(code, sort(unique(code)))
g[["school:region"]] <- code
g$region <- unit$region
g$class <- unit$class
# school:region: (Intercept)
standard[["school:region"]] <- matrix(rnorm(max(g[["school:region"]])), ncol = 1, byrow = TRUE)
b[["school:region"]] <- 4.47213595499958 * standard[["school:region"]]
# region: (Intercept)
standard$region <- matrix(rnorm(n$region), ncol = 1, byrow = TRUE)
b$region <- 0 * standard$region
# class: (Intercept), x
standard$class <- matrix(rnorm(2 * n$class), ncol = 2, byrow = TRUE)
b$class <- standard$class %*% t(c(3.872983346207417, 1.5) * cholesky(rbind(c(1, -0.4), c(-0.4, 1))))

# Predictors made of random intercepts or of other predictors -----------------
v$x <- 3 + 2 * (sqrt(0.7000000000000001) * z$x$.own + sqrt(0.2) * z$x$school[unit$school] + sqrt(0.1) * z$x$region[unit$region])

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$region <- factor(c("north", "south", "east, by the sea")[unit$region], levels = c("east, by the sea", "north", "south"))
d$school <- unit$school
d$class <- unit$class
d$pupil <- seq_len(n$pupil)
d$treated <- v$treated[unit$class]
d$arm <- factor(v$arm, levels = c("control", "drug", "placebo"))
d$track <- factor(v$track[unit$class], levels = c("basic", "high", "middle"))
d$sex <- v$sex
d$age <- v$age
d$wealth <- v$wealth[unit$school]
d$x <- v$x

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 50, `treated` = 3, `sex` = 1, `armdrug` = 2, `armplacebo` = 0.5, `trackhigh` = 4, `trackmiddle` = 2, `age` = 0.3, `log(wealth)` = 1, `x` = 5, `treated:sex` = -1)
X <- model.matrix(~ 1 + treated + sex + arm + track + age + log(wealth) + x + treated:sex, d)
eta <- drop(X %*% beta[colnames(X)])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b[["school:region"]][g[["school:region"]], , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$region[g$region, , drop = FALSE])
Z <- model.matrix(~ 1 + x, d)
eta <- eta + rowSums(Z * b$class[g$class, , drop = FALSE])

# The response ----------------------------------------------------------------
s <- 8.06225774829855
e <- rnorm(rows)
d$y <- eta + s * e

# Missing values: for each unit, by values that are all still there -----------
complete <- d
gone <- runif(n$class) < 0.1
d$track[gone[unit$class]] <- NA
gone <- runif(n$pupil) < missing_probability(complete$age, 0.15, 2)
d$x[gone] <- NA
gone <- runif(n$school) < missing_probability(v$wealth, 0.3, 1)
d$wealth[gone[unit$school]] <- NA
gone <- runif(n$pupil) < missing_probability(complete$x, 0.2, -1)
d$y[gone] <- NA
gone <- runif(n$pupil) < missing_probability(complete$treated, 0.1, 1)
d$arm[gone] <- NA

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

# A data set with known truth, from counts.yml (written by mlm data design --r-script).
# n ~ x + offset(log(area)) + (1 | site) + (1 | site:visit)
# Base R 4.2 or later:  Rscript THIS.R data.csv   (without a file: standard output)
# This file is UTF-8: where it holds names beyond ASCII, R's locale must be too (LC_ALL=C.UTF-8)
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
set.seed(1)
options(contrasts = c("contr.treatment", "contr.poly"))

# Levels: n units of each; up: for each unit that of the level above it -------
n <- up <- unit <- list()
n$site <- 9
n$visit <- n$site * 5  # 1 … 5
up$visit$site <- rep(seq_len(n$site), each = 5)

# Rows: for each the unit of every level --------------------------------------
rows <- n$visit
unit$site <- up$visit$site
unit$visit <- seq_len(rows)

# Predictors, level after level: one value a unit -----------------------------
v <- z <- list()
v$area <- 1 + 19 * runif(n$site)
v$x <- rnorm(n$visit)

# Random effects b = L z of each group, L = sd * cholesky(corr) ---------------
g <- standard <- b <- list()
g$site <- unit$site
code <- unit$site
code <- (code - 1) * 5 + ((unit$visit - 1) %% 5 + 1)
code <- match(code, sort(unique(code)))
g[["site:visit"]] <- code
# site: (Intercept)
standard$site <- matrix(rnorm(n$site), ncol = 1, byrow = TRUE)
b$site <- 0.6 * standard$site
# site:visit: (Intercept)
standard[["site:visit"]] <- matrix(rnorm(max(g[["site:visit"]])), ncol = 1, byrow = TRUE)
b[["site:visit"]] <- 0.3 * standard[["site:visit"]]

# One row an observation ------------------------------------------------------
d <- data.frame(row.names = seq_len(rows))
d$site <- unit$site
d$visit <- 1 + (seq_len(n$visit) - 1) %% 5
d$area <- v$area[unit$site]
d$x <- v$x

# Expectation: X beta + Z b ---------------------------------------------------
beta <- c(`(Intercept)` = 0.5, `x` = 0.4)
X <- model.matrix(~ 1 + x, d)
eta <- drop(X %*% beta[colnames(X)])
eta <- eta + with(d, log(area))
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b$site[g$site, , drop = FALSE])
Z <- model.matrix(~ 1, d)
eta <- eta + rowSums(Z * b[["site:visit"]][g[["site:visit"]], , drop = FALSE])

# The response ----------------------------------------------------------------
d$n <- rpois(rows, exp(eta))

# The data --------------------------------------------------------------------
text <- !vapply(d, is.numeric, NA)
d[!text] <- lapply(d[!text], function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x)))
file <- commandArgs(trailingOnly = TRUE)
write.csv(d, if (length(file)) file[1] else stdout(), row.names = FALSE, quote = if (any(text)) which(text) else FALSE)

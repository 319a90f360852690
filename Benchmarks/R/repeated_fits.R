# Processor time of one lmer() call for a new response, in microseconds: mean over the calls.
# usage: Rscript repeated_fits.R GROUPS ROWS-A-GROUP intercept|slope CALLS
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
groups <- as.integer(arguments[1]); rows <- as.integer(arguments[2])
slope <- arguments[3] == "slope"; calls <- as.integer(arguments[4])
n <- groups * rows
set.seed(1)
g <- rep(seq_len(groups), each = rows)
x <- runif(n, 0, 10)
data <- lapply(seq_len(calls + 5), function(k) {
  y <- 1 + x / 2 + rnorm(groups)[g] + (if (slope) rnorm(groups, sd = 0.3)[g] * x else 0) + rnorm(n)
  data.frame(y, x, g = factor(g))
})
formula <- if (slope) y ~ x + (1 + x | g) else y ~ x + (1 | g)
fit <- function(d) suppressWarnings(suppressMessages(lmer(formula, data = d)))
for (k in 1:5) fit(data[[k]])
invisible(gc())
start <- proc.time()
for (k in 5 + seq_len(calls)) fit(data[[k]])
time <- proc.time() - start
cat((time[["user.self"]] + time[["sys.self"]]) / calls * 1e6, "\n")

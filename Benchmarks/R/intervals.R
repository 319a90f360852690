# Processor time of confint() by profiles and by a bootstrap of 1,000 replicates, in milliseconds.
# usage: Rscript intervals.R DATA.csv FORMULA FACTOR
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
df <- read.csv(arguments[1])
df[[arguments[3]]] <- factor(df[[arguments[3]]])
fit <- lmer(as.formula(arguments[2]), data = df)
took <- function(code) {
  start <- proc.time()
  suppressWarnings(suppressMessages(code))
  time <- proc.time() - start
  (time[["user.self"]] + time[["sys.self"]]) * 1e3
}
profile <- took(confint(fit, method = "profile", quiet = TRUE))
set.seed(1)
bootstrap <- took(confint(fit, method = "boot", nsim = 1000, quiet = TRUE))
cat(profile, bootstrap, "\n")

# One process: reads a CSV, fits a random slope, prints; appends the processor seconds of lmer() alone to a file.
# usage: Rscript large_fit.R DATA.csv SECONDS-FILE
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
df <- read.csv(arguments[1])
df$g <- factor(df$g)
time <- system.time(fit <- lmer(y ~ x + (1 + x | g), data = df))
print(fit)
cat(time[["user.self"]] + time[["sys.self"]], "\n", file = arguments[2], append = TRUE)

# One process: reads a CSV, makes factors, fits; appends processor seconds of lmer() alone and its criterion to a file.
# usage: Rscript crossed_fit.R DATA.csv FORMULA FACTOR,FACTOR SECONDS-FILE
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
df <- read.csv(arguments[1])
for (f in strsplit(arguments[3], ",")[[1]]) df[[f]] <- factor(df[[f]])
time <- system.time(fit <- lmer(as.formula(arguments[2]), data = df))
cat(time[["user.self"]] + time[["sys.self"]], format(REMLcrit(fit), digits = 15), "\n", file = arguments[4],
  append = TRUE)

# Tables of type III where combinations of levels are missing, and where several rows are tested together: Rscript Scripts/record-empty-cells.R
# Reads Tests/Reference/empty-cells/*.csv, writes Tests/Reference/empty-cells/empty-cells.json. In relabelled.csv the levels of f have other names.
suppressMessages(library(lmerTest))
library(jsonlite)
folder <- "Tests/Reference/empty-cells/"
models <- list(
  list(data = "cells", formula = "y ~ f * t + (1 | g)"), list(data = "relabelled", formula = "y ~ f * t + (1 | g)"),
  list(data = "slopes", formula = "y ~ x * f + (1 | g) + (1 | g:f)"),
  list(data = "offset", formula = "y ~ x * f + (0 + f | g) + (1 | h)", offset = "off"))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.2, rhoend = 1e-9))
records <- lapply(models, function(m) {
  df <- read.csv(paste0(folder, m$data, ".csv"))
  arguments <- list(as.formula(m$formula), data = df, control = control)
  if (!is.null(m$offset)) arguments$offset <- df[[m$offset]]
  fit <- suppressMessages(do.call(lmer, arguments))
  table <- function(ddf) {
    a <- suppressMessages(anova(fit, ddf = ddf))
    c(list(rows = rownames(a)), lapply(as.list(as.data.frame(a))[1:5], I))
  }
  m$singular <- isSingular(fit)
  m$Satterthwaite <- table("Satterthwaite")
  m$KenwardRoger <- table("Kenward-Roger")
  m
})
versions <- list(R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")),
  lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")))
write(
  toJSON(list(versions = versions, records = records), digits = NA, auto_unbox = TRUE, pretty = 1), paste0(folder, "empty-cells.json"))

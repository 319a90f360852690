# Records profile-likelihood intervals, likelihood-ratio tests and further numbers of generalized mixed models fitted by lme4.
# Rscript Scripts/record-glmm-inference.R Tests/Reference > Tests/Reference/glmm/inference.json
library(lme4)
library(jsonlite)
root <- commandArgs(TRUE)[1]
cbpp <- read.csv(file.path(root, "glmm/cbpp.csv"))
cbpp$period <- factor(cbpp$period)
cbpp$herd <- factor(cbpp$herd)
contra <- read.csv(file.path(root, "glmm/contraception.csv"))
contra$district <- factor(contra$district)
tight <- glmerControl(tolPwrss = 1e-12, optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10))
cases <- list(
  cbpp = list(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, 1),
  cbpp_agq9 = list(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp, 9),
  contra_slope = list(use01 ~ age + urban + (1 + urban | district), contra, 1)
)
profiles <- lapply(cases, function(case) {
  fit <- glmer(case[[1]], data = case[[2]], family = binomial, nAGQ = case[[3]], control = tight)
  limits <- suppressWarnings(confint(fit, method = "profile", oldNames = FALSE, quiet = TRUE))
  list(formula = deparse(case[[1]], width.cutoff = 500), nAGQ = case[[3]], names = rownames(limits),
    lower = unname(limits[, 1]), upper = unname(limits[, 2]))
})
fit <- function(formula, data) glmer(formula, data = data, family = binomial, control = tight)
m1 <- fit(cbind(incidence, size - incidence) ~ 1 + (1 | herd), cbpp)
m2 <- fit(cbind(incidence, size - incidence) ~ period + (1 | herd), cbpp)
table <- anova(m1, m2)
comparison <- list(npar = table$npar, AIC = table$AIC, BIC = table$BIC, logLik = table$logLik,
  Chisq = table$Chisq[2], Df = table$Df[2], p = table$`Pr(>Chisq)`[2])
hat <- unname(hatvalues(m2))
cook <- unname(cooks.distance(m2))
cat(toJSON(list(profiles = profiles, comparison = comparison, hatvalues = hat, cooks = cook),
  auto_unbox = TRUE, digits = I(17), na = "null", pretty = TRUE), "\n")

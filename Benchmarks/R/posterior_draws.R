# Seconds of JAGS for the lecture's model, 4 chains of 500 iterations of adaptation, 500 of burn-in and DRAWS draws on one core, compilation excluded;
# the minimum bulk effective sample size over means, standard deviations, correlation, sigma and all groups' coefficients; that minimum per second.
# usage: Rscript posterior_draws.R DATA.csv RESPONSE PREDICTOR GROUP SEED [DRAWS]
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(rjags))
df <- read.csv(arguments[1])
seed <- as.integer(arguments[5])
draws <- if (length(arguments) > 5) as.integer(arguments[6]) else 1000
code <- "model {
  for (i in 1:n) { y[i] ~ dnorm(b[g[i], 1] + b[g[i], 2] * x[i], tau) }
  for (j in 1:J) { b[j, 1:2] ~ dmnorm(mu[1:2], precision[1:2, 1:2]) }
  for (k in 1:2) {
    mu[k] ~ dnorm(0, 1.0E-6)
    sd[k] ~ dunif(0, 1000)
    Sigma[k, k] <- sd[k] * sd[k]
  }
  rho ~ dunif(-1, 1)
  Sigma[1, 2] <- rho * sd[1] * sd[2]
  Sigma[2, 1] <- Sigma[1, 2]
  precision <- inverse(Sigma)
  sigma ~ dunif(0, 1000)
  tau <- 1 / (sigma * sigma)
}"
g <- as.integer(factor(df[[arguments[4]]]))
data <- list(y = df[[arguments[2]]], x = df[[arguments[3]]], g = g, n = nrow(df), J = max(g))
# Chains begin at the regression without groups.
flat <- lm(data$y ~ data$x)
begin <- function(chain) {
  list(mu = unname(coef(flat)), sd = abs(unname(coef(flat))) * c(0.1, 0.3) + 0.1, rho = 0, sigma = sigma(flat),
    .RNG.name = "base::Mersenne-Twister", .RNG.seed = 100 * seed + chain)
}
model <- jags.model(textConnection(code), data, inits = lapply(1:4, begin), n.chains = 4, n.adapt = 0, quiet = TRUE)
start <- proc.time()[["elapsed"]]
invisible(adapt(model, 500, end.adaptation = TRUE, progress.bar = "none"))
update(model, 500, progress.bar = "none")
samples <- coda.samples(model, c("mu", "sd", "rho", "sigma", "b"), draws, progress.bar = "none")
seconds <- proc.time()[["elapsed"]] - start
sizes <- if (requireNamespace("posterior", quietly = TRUE)) {
  vapply(colnames(samples[[1]]), function(name) posterior::ess_bulk(sapply(samples, function(s) s[, name])), 0)
} else {
  effectiveSize(samples)
}
cat(seconds, min(sizes), min(sizes) / seconds, "\n")

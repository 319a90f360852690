# Kernel densities by R: the numbers of Tests/Reference/dist/densities.json. Run from the root of the project: Rscript Scripts/record-densities.R
# "sum" is the mean of the kernels themselves; density() bins the sample and is good to 1e-4 of the peak.
suppressMessages(library(jsonlite))
record <- function(x) {
  h <- bw.nrd0(x)
  at <- seq(min(x) - 2 * h, max(x) + 2 * h, length.out = 15)
  list(sample = x, bandwidth = h, at = at, sum = vapply(at, function(a) mean(dnorm(a, x, h)), 0),
    density = approx(density(x, n = 4096), xout = at)$y)
}
set.seed(20260101)
cases <- list(round(rexp(40), 5), round(rnorm(101, 250, 7), 3), c(rep(2, 12), 1, 3, 5, 2.5), round(rbeta(60, 2, 5) * 2 - 1, 6))
write_json(list(R = R.version.string, cases = lapply(cases, record)), "Tests/Reference/dist/densities.json", digits = NA, auto_unbox = TRUE)

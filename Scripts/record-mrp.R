# Standard errors and limits of MRP's estimates of the slide's survey by 200,000 draws of all effects from their joint normal
# distribution given the variances, written out with lme4's matrices.
# usage: Rscript Scripts/record-mrp.R
library(lme4)
library(jsonlite)
folder <- "Tests/Reference/slides"
survey <- read.csv(file.path(folder, "mrp_a.csv"))
cells <- read.csv(file.path(folder, "mrp_a_cells.csv"))
tight <- glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhobeg = 0.05, rhoend = 1e-10, maxfun = 1e5))
m <- glmer(y ~ gender * gdp + (1 | region) + (1 | province), survey, binomial, control = tight)

X <- getME(m, "X")
Z <- t(getME(m, "Zt"))
Lambda <- getME(m, "Lambda")
W <- weights(m, "working")
ZL <- as.matrix(Z %*% Lambda)
A <- cbind(X, ZL)
H <- crossprod(A * sqrt(W))
q <- ncol(ZL)
p <- ncol(X)
H[p + seq_len(q), p + seq_len(q)] <- H[p + seq_len(q), p + seq_len(q)] + diag(q)

# The cells in the same columns; lme4 has the factor with more levels first.
levels <- lapply(getME(m, "flist"), levels)
Xc <- model.matrix(~ gender * gdp, cells)
Zc <- do.call(cbind, lapply(names(levels), function(f) outer(as.character(cells[[f]]), levels[[f]], "==") * 1))
Ac <- cbind(Xc, Zc %*% as.matrix(Lambda))
centre <- drop(Xc %*% fixef(m) + Zc %*% as.matrix(getME(m, "b")))
stopifnot(max(abs(plogis(centre) - predict(m, cells, type = "response"))) < 1e-10)

set.seed(1)
R <- chol(H)
count <- 200000
sums <- list()
groups <- list(region = factor(cells$region), province = factor(cells$province), overall = factor(rep("all", nrow(cells))))
share <- lapply(groups, function(g) sapply(levels(g), function(l) (g == l) * cells$N / sum(cells$N[g == l])))
draws <- lapply(share, function(s) matrix(0, count, ncol(s)))
for (start in seq(1, count, 10000)) {
  rows <- start:(start + 9999)
  u <- backsolve(R, matrix(rnorm((p + q) * 10000), p + q))
  mu <- plogis(centre + Ac %*% u)
  for (g in names(groups)) draws[[g]][rows, ] <- crossprod(mu, share[[g]])
}
result <- lapply(names(groups), function(g) {
  list(
    levels = levels(groups[[g]]), estimate = drop(crossprod(share[[g]], plogis(centre))),
    sd = apply(draws[[g]], 2, sd), lower = apply(draws[[g]], 2, quantile, 0.025, names = FALSE),
    upper = apply(draws[[g]], 2, quantile, 0.975, names = FALSE))
})
names(result) <- names(groups)
result$formula <- deparse(formula(m))
result$draws <- count
result$versions <- list(R = R.version.string, lme4 = as.character(packageVersion("lme4")))
write(toJSON(result, digits = 17, auto_unbox = FALSE, pretty = TRUE), file.path(folder, "mrp_intervals.json"))

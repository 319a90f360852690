# Writes Tests/Reference/rng/variates.json: where long runs of R's random variates end.
#
#   Rscript Scripts/record-variates.R > Tests/Reference/rng/variates.json
#
# Each record sets its seed, draws `draws` numbers and keeps the last three, for counts their sum, and the uniform
# number drawn next: a run that differs in one decision anywhere ends elsewhere. Kinds of generator alternate.
suppressMessages(library(MASS))
draws <- 20000L
num <- function(x) paste(formatC(x, digits = 17, width = 1, format = "g"), collapse = ",")

cases <- list()
add <- function(f, ...) for (p in list(...)) cases[[length(cases) + 1]] <<- list(f = f, p = p)
for (a in c(1e-3, .05, .3, .5, .99, 1, 1.0001, 1.5, 2, 3, 3.686, 3.7, 5, 8, 13.022, 13.1, 20, 50, 1e3, 1e5, 1e7))
  add("gamma", c(a, 1))
set.seed(20)
for (i in 1:15) add("gamma", c(signif(10^runif(1, -2, 3), 4), 2))
for (i in 1:30) add("beta", signif(10^runif(2, -1.5, 2), 4))
add("beta", c(1, 1), c(1, 5), c(5, 1), c(1, .5), c(.5, 1), c(2, 2), c(1.0001, 1.0001), c(.01, .01), c(1000, 1000))
for (m in c(.001, .1, .5, 1, 2, 5, 9, 9.99, 10, 10.01, 11, 12, 15, 20, 30, 50, 100, 500, 1e3, 1e4, 1e6, 1e8)) add("poisson", m)
for (i in 1:20) add("poisson", signif(10^runif(1, -1, 4), 4))
for (i in 1:50) add("binomial", c(floor(10^runif(1, 0, 5)), signif(runif(1), 3)))
add("binomial", c(60, .5), c(61, .5), c(100, .7), c(1000, .03), c(1000, .031), c(1e6, .5), c(1e9, 1e-8), c(1e7, 1e-5),
  c(100, .999), c(1e5, .5), c(1e9, .5), c(2147483646, .37))
for (i in 1:60) {
  n <- floor(10^runif(2, 0, 3.5))
  add("hypergeometric", c(n, floor(runif(1) * (sum(n) + 1))))
}
add("hypergeometric", c(1e6, 1e6, 1000), c(1e6, 2e6, 1e6), c(500, 500, 500), c(1000, 3000, 2000), c(2000, 90000, 4000),
  c(1368, 194, 1555))
add("t", .5, 1, 2, 4.5, 30)
add("chisq", .5, 1, 3, 4.5, 100)
add("f", c(.5, 7.5), c(3, 12))
add("cauchy", c(0, 1), c(2, 3))
add("logistic", c(0, 1), c(2, 3))
add("lognormal", c(0, 1), c(1, .5))
add("weibull", c(.7, 3), c(3, 1))
add("geometric", .001, .1, .3, .9, 1)
add("nbinom", c(.5, .1), c(3, .4), c(100, .5), c(2.5, .01))
add("nbinom_mu", c(.5, 1), c(3, 4), c(100, 5))
add("exponential", 1, .25)
add("normal", c(0, 1), c(2, 5))
add("hypergeometric", c(2e9, 1e9, 1e9), c(1e8, 1e8, 5e7))

draw <- function(f, p, n) switch(f,
  gamma = rgamma(n, p[1], scale = p[2]), beta = rbeta(n, p[1], p[2]), poisson = rpois(n, p),
  binomial = rbinom(n, p[1], p[2]), hypergeometric = rhyper(n, p[1], p[2], p[3]), t = rt(n, p), chisq = rchisq(n, p),
  f = rf(n, p[1], p[2]), cauchy = rcauchy(n, p[1], p[2]), logistic = rlogis(n, p[1], p[2]),
  lognormal = rlnorm(n, p[1], p[2]), weibull = rweibull(n, p[1], p[2]), geometric = rgeom(n, p),
  nbinom = rnbinom(n, p[1], p[2]), nbinom_mu = rnbinom(n, p[1], mu = p[2]), exponential = rexp(n, p),
  normal = rnorm(n, p[1], p[2]))
kinds <- c("Mersenne-Twister", "L'Ecuyer-CMRG")
counts <- c("poisson", "binomial", "hypergeometric", "geometric", "nbinom", "nbinom_mu")
seeded <- function(i) {
  kind <- kinds[1 + i %% 2]
  RNGkind(kind, "Inversion", "Rejection")
  set.seed(i)
  sprintf('"seed":%d,"kind":"%s"', i, kind)
}

runs <- vapply(seq_along(cases), function(i) {
  head <- seeded(i)
  v <- draw(cases[[i]]$f, cases[[i]]$p, draws)
  sum <- if (cases[[i]]$f %in% counts) sprintf('"sum":%s,', num(sum(as.double(v)))) else ""
  sprintf('{"variate":"%s","parameters":[%s],%s,"last":[%s],%s"next_runif":%s}', cases[[i]]$f, num(cases[[i]]$p), head,
    num(tail(v, 3)), sum, num(runif(1)))
}, "")

# sample(): population, size, replacing and weights by formula.
weights <- list(squares = function(n) (1:n)^2, waves = function(n) 1 + sin(1:n), halves = function(n) rep(c(1, 3), length.out = n),
  zeros = function(n) (1:n) %% 3)
samples <- list(c(201, 3000), c(250, 3000), c(1000, 3000), c(5000, 20000))
weighted <- unlist(lapply(seq_along(samples), function(i) vapply(names(weights), function(w) {
  n <- samples[[i]][1]
  head <- seeded(500 + i)
  v <- sample(n, samples[[i]][2], TRUE, weights[[w]](n))
  sprintf('{"population":%d,"size":%d,"weights":"%s",%s,"last":[%s],"sum":%s,"next_runif":%s}', n, length(v), w, head,
    num(tail(v, 3)), num(sum(v)), num(runif(1)))
}, "")))
wide <- vapply(1:8, function(i) {
  p <- list(c(20000001, 100000, 0), c(1e7 + 1, 5000001, 0), c(1e7 + 1, 5000000, 0), c(2^31, 1000, 0), c(2^31 + 1, 1000, 1),
    c(2^40, 1000, 1), c(2^48, 1000, 0), c(4.5e15, 1000, 1))[[i]]
  head <- seeded(600 + i)
  v <- sample(p[1], p[2], p[3] == 1)
  sprintf('{"population":%s,"size":%s,"replacing":%s,%s,"last":[%s],"next_runif":%s}', num(p[1]), num(p[2]),
    tolower(p[3] == 1), head, num(tail(v, 3)), num(runif(1)))
}, "")

covariance <- function(p) { m <- outer(1:p, 1:p, function(i, j) cos(i * j + i + j)); crossprod(m) + diag(p) / 4 }
matrices <- vapply(1:6, function(p) {
  s <- covariance(p)
  head <- seeded(700 + p)
  w <- rWishart(2, p + 1.5, s)
  after <- runif(1)
  seeded(700 + p)
  sprintf('{"order":%d,"covariance":[%s],"df":%s,%s,"wishart":[%s],"after_wishart":%s,"normal":[%s]}', p, num(s), num(p + 1.5),
    head, num(w), num(after), num(mvrnorm(3, 1:p, s)))
}, "")
pairs <- vapply(1:12, function(i) {
  s <- list(c(4, 1.2, 1), c(1, 1.2, 4), c(4, -1.2, 1), c(1, -1.2, 4), c(1, .5, 1), c(1, -.5, 1), c(1, 0, 2), c(2, 0, 1),
    c(1, 0, 1), c(1, 1, 1), c(1, 2, 4), c(0, 0, 1))[[i]]
  head <- seeded(800 + i)
  sprintf('{"covariance":[%s],%s,"normal":[%s]}', num(s[c(1, 2, 2, 3)]), head,
    num(mvrnorm(2, c(0, 10), matrix(s[c(1, 2, 2, 3)], 2))))
}, "")
counts <- vapply(1:4, function(i) {
  p <- list(c(.2, .5, .3), c(1, 0, 2, 5), 1:20, c(.1, 1e-9, 3))[[i]]
  head <- seeded(900 + i)
  v <- rmultinom(500, 50 * i, p)
  sprintf('{"weights":[%s],"trials":%d,"repeats":500,%s,"sums":[%s],"last":[%s],"next_runif":%s}', num(p), 50 * i, head,
    num(as.double(v %*% (1:500))), num(v[, 500]), num(runif(1)))
}, "")
list_of <- function(x) paste0("[\n  ", paste(x, collapse = ",\n  "), "\n ]")
cat(sprintf('{\n "version":"%s",\n "draws":%d,\n "runs":%s,\n "weighted":%s,\n "wide":%s,\n "matrices":%s,\n "pairs":%s,\n "multinomial":%s\n}\n',
  R.version.string, draws, list_of(runs), list_of(weighted), list_of(wide), list_of(matrices), list_of(pairs), list_of(counts)))

# Texts of R's number formatting, for Tests/ReportingTests. Run: Rscript format.R > format.json
# R 4.2.2, pillar 1.8.1, jsonlite; in a UTF-8 locale, width 80, 7 digits.
suppressMessages({
  library(jsonlite)
  library(tibble)
})
options(digits = 7, width = 80, cli.num_colors = 1L, cli.unicode = TRUE)
set.seed(20230607)
exact <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))
lines <- function(expr) paste(capture.output(expr), collapse = "\n")

random_numbers <- function(n) {
  kind <- sample(6, 1)
  x <- switch(kind,
    rnorm(n) * 10^sample(-6:9, 1),
    rnorm(n) * 10^runif(n, -4, 6),
    round(rnorm(n) * 1000) / 10^sample(0:3, 1),
    rexp(n) * 10^runif(n, -30, 5),
    round(runif(n) * 10^sample(1:12, 1)),
    c(0, rnorm(n - 1)) * 10^sample(-3:5, 1)
  )
  x
}

formats <- lapply(1:400, function(i) {
  x <- random_numbers(sample(1:6, 1))
  digits <- sample(c(2, 3, 4, 4, 5, 7, 7), 1)
  nsmall <- sample(c(0, 0, 0, 2, 3), 1)
  list(values = exact(x), digits = digits, nsmall = nsmall, texts = format(x, digits = digits, nsmall = nsmall))
})
general <- lapply(1:60, function(i) {
  x <- random_numbers(1)
  list(value = exact(x), texts = formatC(x, digits = 4))
})
p_values <- lapply(1:150, function(i) {
  p <- 10^-(rexp(sample(1:6, 1)) * sample(c(1, 3, 10), 1))
  digits <- sample(c(3, 4), 1)
  list(values = exact(p), digits = digits, texts = format.pval(p, digits = digits))
})
coefficient_tables <- lapply(1:80, function(i) {
  n <- sample(1:5, 1)
  est <- rnorm(n) * 10^runif(n, -3, 5)
  se <- abs(est) * 10^runif(n, -2, 0.5)
  t <- est / se
  p <- 2 * pnorm(-abs(t))
  m <- cbind(Estimate = est, `Std. Error` = se, `t value` = t)
  rownames(m) <- c("(Intercept)", "x", "longer.name", "x:z", "poly(x, 2)1")[seq_len(n)]
  list(
    names = I(rownames(m)), estimates = I(exact(est)), std_errors = I(exact(se)), t = I(exact(t)), p = I(exact(p)),
    without_p = lines(printCoefmat(m, digits = 4, signif.stars = FALSE)),
    with_p = lines(printCoefmat(cbind(m, `Pr(>|t|)` = p), digits = 4, signif.stars = TRUE))
  )
})
name_sets <- list(
  c("(Intercept)", "experience", "factor(department)english", "factor(department)informatics"),
  c("(Intercept)", "MachineB", "MachineC", "latelate", "I(x^2)", "gender_male", "Year_Of_Birth", "standLRT:schavg"),
  c("(Intercept)", "poly(Days, 2)1", "poly(Days, 2)2", "f2:Days", "aeiou_aeiou"),
  c("(Intercept)", "experience:factor(department)english", "experience:factor(department)sociology", "u", "x:u"),
  c("sex", "sexM", "intakemid 50%", "intaketop 25%", "vrmid 50%", "standLRT")
)
abbreviations <- lapply(name_sets, function(n) list(names = n, to6 = abbreviate(n, 6, named = FALSE), to11 = abbreviate(n, 11, named = FALSE)))

variables <- c("x", "u", "experience", "salary_in_thousands", "department", "factor(department)", "poly(age, 2)", "gender.of.respondent", "I(x^2)", "log(income + 1)")
random_formula <- function() {
  terms <- sample(variables, sample(1:7, 1))
  ops <- sample(c(" + ", " + ", " + ", " * ", ":"), length(terms), TRUE)
  rhs <- paste0(terms, c(ops[seq_len(length(terms) - 1)], ""), collapse = "")
  bars <- replicate(sample(0:2, 1), paste0("(", paste(sample(c("1", "0", variables), sample(1:4, 1)), collapse = " + "), " | ", sample(c("g", "department", "school:classroom"), 1), ")"))
  paste(sample(c("y", "salary", "log(income_of_household)"), 1), "~", paste(c(rhs, bars), collapse = " + "))
}
calls <- lapply(1:200, function(i) {
  f <- as.formula(random_formula())
  cl <- bquote(lmer(formula = .(f), data = df, REML = FALSE))
  cl$formula <- str2lang(deparse1(f))
  list(formula = deparse1(f), lines = I(deparse(cl$formula)), call = paste(deparse(cl), collapse = "\n"))
})
vectors <- lapply(1:60, function(i) {
  n <- sample(1:12, 1)
  x <- random_numbers(n)
  names <- sample(c("a", "(Intercept)", "experience", "x:u", "factor(department)statistics", "b", "poly(x, 3)2", "z"), n, TRUE)
  digits <- sample(c(4, 7), 1)
  list(values = I(exact(x)), names = I(names), digits = digits,
    printed = lines(print(setNames(x, names), digits = digits)),
    printed_gap2 = lines(print(format(setNames(x, names), digits = digits), print.gap = 2, quote = FALSE)))
})
quantiles <- lapply(1:20, function(i) {
  x <- random_numbers(sample(2:40, 1))
  list(values = I(exact(x)), quantiles = exact(unname(quantile(x))))
})
tibbles <- lapply(1:150, function(i) {
  n <- sample(1:8, 1)
  columns <- lapply(1:sample(1:3, 1), function(j) {
    x <- random_numbers(n)
    if (runif(1) < 0.15) x[sample(n, 1)] <- NA
    x
  })
  names(columns) <- c("estimate", "x", "p.value")[seq_along(columns)]
  t <- as_tibble(columns)
  list(columns = lapply(columns, function(x) I(exact(x))), names = I(names(columns)), printed = lines(print(t)))
})
cat(toJSON(list(
  formats = formats, general = general, p_values = p_values, coefficient_tables = coefficient_tables,
  abbreviations = abbreviations, calls = calls, vectors = vectors, quantiles = quantiles, tibbles = tibbles
), auto_unbox = TRUE, digits = NA, pretty = FALSE))

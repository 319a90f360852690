# Records how R orders equal weights in sample(): writes Tests/Reference/rng/ties.json. usage: Rscript Scripts/record-sampling-ties.R
record <- function(seed, call) {
  set.seed(seed)
  values <- eval(parse(text = call))
  sprintf('{"seed": %d, "call": "%s", "values": [%s], "next_runif": %.17g}', seed, call, paste(values, collapse = ", "), runif(1))
}
calls <- c("sample(3, 12, TRUE, c(1, 1, 1))", "sample(5, 5, FALSE, c(2, 1, 2, 1, 1))", "sample(4, 10, TRUE, c(1, 2, 2, 1))",
           "sample(9, 9, FALSE, c(3, 1, 1, 3, 2, 2, 3, 1, 2))", "sample(20, 30, TRUE, rep(c(1, 2), 10))")
rows <- unlist(lapply(c(42, 1, 892174303), function(seed) vapply(calls, function(call) record(seed, call), "")))
writeLines(c(sprintf('{"R": "%s", "records": [', R.version.string), paste(rows, collapse = ",\n"), "]}"), "Tests/Reference/rng/ties.json")

# Records what R's create_data() gives for other sizes and seeds: writes Tests/Reference/salary-sizes.json.
# usage: Rscript Scripts/record-salary-sizes.R
# The textbook's constants, recycled to n rows where it writes them out for 100; draws in its order: bases, experience, raises.
create_data <- function(n) {
  bases <- rep(c(40000, 50000, 60000, 70000, 80000), length.out = n) * runif(n, .9, 1.1)
  experience <- floor(runif(n, 0, 10))
  raises <- rep(c(2000, 500, 500, 1700, 500), length.out = n) * runif(n, .9, 1.1)
  data.frame(
    department = rep(c("sociology", "biology", "english", "informatics", "statistics"), length.out = n),
    bases = bases, experience = experience, raises = raises, salary = bases + experience * raises)
}
numbers <- function(x) sprintf("[%s]", paste(sprintf("%.17g", x), collapse = ", "))
record <- function(seed, n) {
  set.seed(seed)
  data <- create_data(n)
  sprintf(
    '{"seed": %d, "n": %d, "department": [%s],\n"bases": %s,\n"experience": %s,\n"raises": %s,\n"salary": %s,\n"next_runif": %.17g}',
    seed, n, paste(sprintf('"%s"', data$department), collapse = ", "), numbers(data$bases), numbers(data$experience),
    numbers(data$raises), numbers(data$salary), runif(1))
}
records <- unlist(lapply(c(-5L, 1L, 2147483647L), function(seed) {
  vapply(c(1L, 3L, 7L, 103L), function(n) record(seed, n), "")
}))
writeLines(
  c(sprintf('{"R": "%s", "records": [', R.version.string), paste(records, collapse = ",\n"), "]}"),
  "Tests/Reference/salary-sizes.json")

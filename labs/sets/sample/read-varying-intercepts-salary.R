# Makes the same data in R (3.6.0 or later).
set.seed(267362832)
n <- 100
department <- rep_len(c("sociology", "biology", "english", "informatics", "statistics"), n)
bases <- rep_len(c(40000, 50000, 60000, 70000, 80000), n) * runif(n, .9, 1.1)
experience <- floor(runif(n, 0, 10))
raises <- rep_len(c(2000, 500, 500, 1700, 500), n) * runif(n, .9, 1.1)
salary <- bases + experience * raises
d <- data.frame(ids = seq_len(n), department, bases, experience, raises, salary)

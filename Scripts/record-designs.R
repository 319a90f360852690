# Runs the R programs of designs, Tests/Reference/designs/*.R (each written by
#   mlm data design NAME.yml --r-script NAME.R), and keeps what they draw beside them as CSV.
# usage: Rscript Scripts/record-designs.R
folder <- "Tests/Reference/designs"
for (program in list.files(folder, "[.]R$", full.names = TRUE)) {
  data <- sub("[.]R$", ".csv", program)
  stopifnot(system2("Rscript", c("--vanilla", program, data)) == 0)
}

# Wall time in milliseconds of the pooling plane by ggplot2 in a warm session: as SVG (the faster of svglite and Cairo) and as PNG of 300 dpi (the faster of ragg
# and Cairo), from the estimates to the file; medians of some calls. With OUT alone: one Rscript that reads, fits and draws the SVG.
# usage: Rscript figures.R DATA.csv CALLS | Rscript figures.R DATA.csv OUT.svg
arguments <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages({ library(lme4); library(ggplot2) })
df <- read.csv(arguments[1])
fit <- lmer(salary ~ experience + (1 + experience | department), data = df)
partial <- coef(fit)$department
own <- t(sapply(split(df, df$department), function(d) coef(lm(salary ~ experience, data = d))))
points <- data.frame(
  level = rep(rownames(partial), 2), pooled = rep(c("no pooling", "partial pooling"), each = nrow(partial)),
  intercept = c(own[rownames(partial), 1], partial[, 1]), slope = c(own[rownames(partial), 2], partial[, 2]))
none <- subset(points, pooled == "no pooling")
plane <- function() {
  ggplot(points, aes(intercept, slope)) +
    lapply(seq(.1, .9, .1), function(p)
      stat_ellipse(geom = "polygon", type = "norm", linewidth = .2, colour = "grey60", alpha = .05, fill = "grey10", level = p)) +
    geom_path(aes(group = level), arrow = arrow(length = unit(.02, "npc")), linewidth = .25) +
    geom_point(aes(colour = pooled, shape = pooled)) +
    geom_text(data = none, aes(label = level), nudge_y = 60, size = 3) +
    labs(x = "Intercept", y = "Slope", colour = NULL, shape = NULL) + theme_minimal(9) + theme(legend.position = "top")
}
save <- function(file, device, ...)
  suppressMessages(ggsave(file, plane(), device = device, width = 16, height = 12, units = "cm", ...))
if (grepl("\\.svg$", arguments[2])) {
  save(arguments[2], svglite::svglite)
} else {
  calls <- as.integer(arguments[2])
  took <- function(file, ...) {
    save(file, ...)
    times <- numeric(calls)
    for (i in seq_len(calls)) times[i] <- system.time(save(file, ...))[["elapsed"]]
    median(times) * 1e3
  }
  file <- tempfile()
  svg <- min(took(file, svglite::svglite), took(file, grDevices::svg))
  png <- min(took(file, ragg::agg_png, dpi = 300), took(file, grDevices::png, type = "cairo", dpi = 300))
  cat(svg, png, file.size(file), "\n")
}

# The chapter as one R process: data, m1 to m4, the models of 56.8, tables, pooling tables, five figures of 16 x 10 cm at 300 dpi.
# usage: Rscript chapter.R OUT-FOLDER
out <- commandArgs(trailingOnly = TRUE)[1]
suppressPackageStartupMessages({
  library(tidyverse); library(lme4); library(broom); library(broom.mixed); library(ggrepel)
})
create_data <- function() {
  df <- tibble(
    ids = 1:100,
    department = rep(c("sociology", "biology", "english", "informatics", "statistics"), 20),
    bases = rep(c(40000, 50000, 60000, 70000, 80000), 20) * runif(100, .9, 1.1),
    experience = floor(runif(100, 0, 10)),
    raises = rep(c(2000, 500, 500, 1700, 500), 20) * runif(100, .9, 1.1)
  )
  df %>% mutate(salary = bases + experience * raises)
}
set.seed(892174303)
df <- create_data()
sink(file.path(out, "chapter.txt"))
print(df)
m1 <- lm(salary ~ experience, data = df)
m2 <- lmer(salary ~ experience + (1 | department), data = df)
m3 <- lmer(salary ~ experience + (0 + experience | department), data = df)
m4 <- lmer(salary ~ experience + (1 + experience | department), data = df)
m5 <- lmer(salary ~ 1 + (0 + experience | department), data = df)
m6 <- lmer(salary ~ 1 + experience + (0 + experience | department), data = df)
m7 <- lmer(salary ~ 1 + (1 + experience | department), data = df)
m8 <- lmer(salary ~ 1 + (1 | department) + (0 + experience | department), data = df)
print(m1); print(tidy(m1))
for (m in list(m2, m3, m4)) { print(m); print(tidy(m, effects = "fixed")); print(tidy(m, effects = "ran_vals")) }
for (m in list(m5, m6, m7, m8)) print(m)
no_pool <- df %>% group_by(department) %>% group_modify(~ tidy(lm(salary ~ 1 + experience, data = .)))
print(no_pool)
partial <- coef(m4)$department %>% rownames_to_column() %>%
  transmute(pooled = "partial_pool", level = rowname, Intercept = `(Intercept)`, slope = experience)
none <- no_pool %>% select(department, term, estimate) %>% pivot_wider(names_from = term, values_from = estimate) %>%
  ungroup() %>% transmute(pooled = "no_pool", level = department, Intercept = `(Intercept)`, slope = experience)
print(partial); print(none)
sink()
save <- function(name, plot) ggsave(file.path(out, paste0(name, ".png")), plot, width = 16, height = 10, units = "cm", dpi = 300)
save("m1", df %>% mutate(pred = predict(m1)) %>% ggplot(aes(experience, salary)) + geom_point() + geom_line(aes(y = pred)))
lines <- function(m) df %>% mutate(pred = predict(m)) %>%
  ggplot(aes(experience, salary, group = department, colour = department)) + geom_point() + geom_line(aes(y = pred))
save("m2", lines(m2)); save("m3", lines(m3)); save("m4", lines(m4))
both <- bind_rows(none, partial)
save("plane", ggplot(both, aes(Intercept, slope)) +
  map(seq(.1, .9, .1), ~ stat_ellipse(geom = "polygon", type = "norm", linewidth = 0, alpha = .1, fill = "gray10", level = .x)) +
  geom_point(aes(group = pooled, color = pooled)) + geom_line(aes(group = level), linewidth = .25) +
  geom_text_repel(data = none, aes(label = level)))

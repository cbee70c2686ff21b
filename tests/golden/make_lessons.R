# Writes lessons.csv: the answers of the lessons on mixed models, computed by R and lme4 with tight control.
#
# Run from the root of the repository:  Rscript tests/golden/make_lessons.R
# Columns: lesson, quantity, term, value (17 significant digits); quantities are called as students call them.

suppressPackageStartupMessages(library(lme4))

rows <- list()
note <- function(lesson, quantity, value, term = "") {
  rows[[length(rows) + 1]] <<- data.frame(lesson, quantity, term = as.character(term), value = sprintf("%.17g", value))
}
table_of <- function(name) read.csv(file.path("lmmsolutions/datasets", paste0(name, ".csv")))
control <- lmerControl(
  optimizer = "bobyqa", optCtrl = list(rhobeg = 0.1, rhoend = 1e-12, maxfun = 1e6),
  check.conv.singular = "ignore", check.conv.grad = "ignore", check.conv.hess = "ignore"
)
fit_of <- function(formula, data) lmer(formula, data, control = control)
se_of <- function(m) sqrt(diag(as.matrix(vcov(m))))
variance_of <- function(m) as.numeric(VarCorr(m)[[1]][1, 1])

# 07-clusters; the false positives are in rates.csv
d <- table_of("athletes")
naive <- t.test(d$correctness[d$session_high == 1], d$correctness[d$session_high == 0], var.equal = TRUE)
means <- tapply(d$correctness, list(d$athlete_id, d$session_high), mean)
paired <- t.test(means[, 2], means[, 1], paired = TRUE)
note("clusters", "t_naive", naive$statistic[[1]])
note("clusters", "p_naive", naive$p.value)
note("clusters", "t_means", paired$statistic[[1]])
note("clusters", "p_means", paired$p.value)
note("clusters", "design_effect", 1 + 24 * 0.5)
note("clusters", "effective_n", 200 / 13)

# 08-athletes
d <- table_of("athletes")
m <- fit_of(correctness ~ session_high + (1 | athlete_id), d)
effect <- fixef(m)[[2]]; se <- se_of(m)[[2]]; between <- variance_of(m); within <- sigma(m)^2
note("athletes", "effect", effect)
note("athletes", "effect_se", se)
note("athletes", "z_value", effect / se)
note("athletes", "p_value", 2 * pnorm(-abs(effect / se)))
note("athletes", "ci_low", effect - qnorm(0.975) * se)
note("athletes", "ci_high", effect + qnorm(0.975) * se)
note("athletes", "athlete_variance", between)
note("athletes", "athlete_sd", sqrt(between))
note("athletes", "residual_variance", within)
note("athletes", "icc", between / (between + within))
note("athletes", "log_likelihood", as.numeric(logLik(m)))
note("athletes", "n_athletes", ngrps(m)[[1]])
note("athletes", "mean_low", fixef(m)[[1]])
note("athletes", "mean_high", sum(fixef(m)))
note("athletes", "athlete_intercepts", coef(m)[[1]][, 1], rownames(coef(m)[[1]]))
means <- tapply(d$correctness, list(d$athlete_id, d$session_high), mean)
paired <- t.test(means[, 2], means[, 1], paired = TRUE)
note("athletes", "effect_paired", paired$estimate[[1]])
note("athletes", "se_paired", paired$stderr)
note("athletes", "p_paired", paired$p.value)
squares <- 3 * 50 * var(tapply(d$correctness, d$athlete_id, mean))
note("athletes", "variance_low", (squares / qchisq(0.975, 3) - within) / 50)
note("athletes", "variance_high", (squares / qchisq(0.025, 3) - within) / 50)

# 09-schools
d <- table_of("schools")
line <- summary(lm(score ~ hours, d))$coefficients
m <- fit_of(score ~ hours + (1 | school), d)
note("schools", "slope_ols", line[2, 1])
note("schools", "se_ols", line[2, 2])
note("schools", "slope_mixed", fixef(m)[[2]])
note("schools", "se_mixed", se_of(m)[[2]])
note("schools", "school_variance", variance_of(m))
note("schools", "residual_variance", sigma(m)^2)
note("schools", "icc", variance_of(m) / (variance_of(m) + sigma(m)^2))
note("schools", "true_school_variance", 64)
note("schools", "true_icc", 64 / 89)
note("schools", "population_intercept", fixef(m)[[1]])
note("schools", "school_intercepts", coef(m)[[1]][, 1], rownames(coef(m)[[1]]))
d <- table_of("schools_few")
m <- fit_of(score ~ hours + (1 | school), d)
n <- tapply(d$score, d$school, length)
note("schools", "shrinkage.n", n, names(n))
note("schools", "shrinkage.raw", tapply(d$score - predict(m, re.form = NA), d$school, mean), names(n))
note("schools", "shrinkage.factor", variance_of(m) / (variance_of(m) + sigma(m)^2 / n), names(n))
note("schools", "shrinkage.blup", ranef(m)[[1]][, 1], rownames(ranef(m)[[1]]))

# 10-clinics
d <- table_of("health")
d$size <- as.numeric(table(d$clinic_id)[as.character(d$clinic_id)])
m <- fit_of(recovery_days ~ treatment + age + comorbidities + (1 | clinic_id), d)
b <- fixef(m)
note("clinics", "treatment_effect", b[["treatment"]])
note("clinics", "treatment_se", se_of(m)[["treatment"]])
note("clinics", "treatment_p", 2 * pnorm(-abs(b[["treatment"]] / se_of(m)[["treatment"]])))
note("clinics", "age_per_decade", 10 * b[["age"]])
note("clinics", "intercept_centred", b[[1]] + b[["age"]] * mean(d$age))
patients <- data.frame(treatment = 0:1, age = 60, comorbidities = 2)
note("clinics", c("recovery_untreated", "recovery_treated"), predict(m, patients, re.form = NA))
line <- summary(lm(recovery_days ~ treatment + age + comorbidities + size, d))$coefficients["size", ]
m <- fit_of(recovery_days ~ treatment + age + comorbidities + size + (1 | clinic_id), d)
z <- fixef(m)[["size"]] / se_of(m)[["size"]]
note("clinics", "comparison.coef", c(line[[1]], fixef(m)[["size"]]), c("ols", "mixed"))
note("clinics", "comparison.se", c(line[[2]], se_of(m)[["size"]]), c("ols", "mixed"))
note("clinics", "comparison.p", c(line[[4]], 2 * pnorm(-abs(z))), c("ols", "mixed"))
d <- table_of("referral")
d$share <- ave(d$treated, d$clinic_id)
note("clinics", "effect_ols", coef(lm(recovery_days ~ treated, d))[[2]])
note("clinics", "effect_mixed", fixef(fit_of(recovery_days ~ treated + (1 | clinic_id), d))[["treated"]])
note("clinics", "effect_within", fixef(fit_of(recovery_days ~ treated + share + (1 | clinic_id), d))[["treated"]])

# 11-random-slopes
d <- table_of("sleepstudy")
m <- fit_of(Reaction ~ Days + (Days | Subject), d)
g <- as.matrix(VarCorr(m)[[1]])[1:2, 1:2]
note("random_slopes", "intercept_variance", g[1, 1])
note("random_slopes", "slope_variance", g[2, 2])
note("random_slopes", "covariance", g[1, 2])
note("random_slopes", "correlation", g[1, 2] / sqrt(g[1, 1] * g[2, 2]))
note("random_slopes", "slope_se", se_of(m)[["Days"]])
lines <- t(sapply(split(d, d$Subject), function(one) coef(lm(Reaction ~ Days, one))))
note("random_slopes", "own_lines.intercept", lines[, 1], rownames(lines))
note("random_slopes", "own_lines.slope", lines[, 2], rownames(lines))
note("random_slopes", "mixed_lines.intercept", coef(m)[[1]][, 1], rownames(coef(m)[[1]]))
note("random_slopes", "mixed_lines.slope", coef(m)[[1]][, 2], rownames(coef(m)[[1]]))
days <- 0:12
x <- cbind(1, days)
note("random_slopes", "pred_population", predict(m, data.frame(Days = days), re.form = NA), days)
note("random_slopes", "pred_308", predict(m, data.frame(Days = days, Subject = 308)), days)
note("random_slopes", "pred_new_sd", sqrt(rowSums((x %*% (as.matrix(vcov(m)) + g)) * x) + sigma(m)^2), days)

# 12-model-comparison
d <- table_of("sleepstudy")
ml <- function(formula) lmer(formula, d, REML = FALSE, control = control)
models <- list(
  ols = lm(Reaction ~ Days, d), intercept = ml(Reaction ~ Days + (1 | Subject)),
  uncorrelated = ml(Reaction ~ Days + (Days || Subject)), slopes = ml(Reaction ~ Days + (Days | Subject))
)
likelihoods <- sapply(models, function(m) as.numeric(logLik(m)))
note("model_comparison", "comparison.log_likelihood", likelihoods, names(models))
note("model_comparison", "comparison.n_parameters", sapply(models, function(m) attr(logLik(m), "df")), names(models))
note("model_comparison", "comparison.aic", sapply(models, AIC), names(models))
note("model_comparison", "comparison.bic", sapply(models, BIC), names(models))
lrt <- 2 * (likelihoods[["slopes"]] - likelihoods[["intercept"]])
upper <- function(x, df) pchisq(x, df, lower.tail = FALSE)
mixture <- function(x) (upper(x, 1) + upper(x, 2)) / 2
note("model_comparison", "lrt_slopes", lrt)
note("model_comparison", "p_slopes", mixture(lrt))
note("model_comparison", "p_slopes_naive", upper(lrt, 2))
lrt <- 2 * (likelihoods[["intercept"]] - likelihoods[["ols"]])
note("model_comparison", "lrt_intercept", lrt)
note("model_comparison", "p_intercept", upper(lrt, 1) / 2)
d <- table_of("schools")
d$hours <- d$hours - mean(d$hours)
note("model_comparison", "best_log_likelihood", as.numeric(logLik(fit_of(score ~ hours + (hours | school), d))))
d <- table_of("plots")
squares <- anova(lm(harvest ~ factor(plot), d))[["Mean Sq"]]
note("model_comparison", "plot_variance", (squares[1] - squares[2]) / 6)
d <- table_of("health")
small <- fit_of(recovery_days ~ treatment + age + comorbidities + (1 | clinic_id), d)
large <- fit_of(recovery_days ~ treatment + age + comorbidities + (treatment | clinic_id), d)
note("model_comparison", "slope_correlation", attr(VarCorr(large)[[1]], "correlation")[1, 2])
note("model_comparison", "is_singular", as.numeric(isSingular(large)))
needed <- mixture(2 * as.numeric(logLik(large) - logLik(small))) < 0.05
note("model_comparison", "extra_parameters_needed", as.numeric(needed))
# 13-nested
d <- table_of("nested")
d$school_id <- factor(d$school_id); d$class_id <- factor(d$class_id)
note("nested", "n_schools", nlevels(d$school_id))
note("nested", "n_classes", nrow(unique(d[c("school_id", "class_id")])))
note("nested", "pupils_per_class", mean(table(interaction(d$school_id, d$class_id))))
m <- fit_of(test_score ~ study_hours + (1 | school_id / class_id), d)
v <- as.data.frame(VarCorr(m))
v <- setNames(v$vcov, v$grp)
school <- v[["school_id"]]; class <- v[["class_id:school_id"]]; pupil <- v[["Residual"]]
note("nested", "school_variance", school)
note("nested", "class_variance", class)
note("nested", "residual_variance", pupil)
note("nested", "icc_same_school", school / sum(v))
note("nested", "icc_same_class", (school + class) / sum(v))
effects <- ranef(m)
note("nested", "school_effects", effects$school_id[, 1], rownames(effects$school_id))
labels <- do.call(rbind, strsplit(rownames(effects[["class_id:school_id"]]), ":"))  # class, school
note(
  "nested", "class_effects", effects[["class_id:school_id"]][, 1] + effects$school_id[labels[, 2], 1],
  paste(labels[, 2], labels[, 1], sep = "_")
)
ml <- function(random) {
  formula <- as.formula(paste("test_score ~ study_hours +", random))
  as.numeric(logLik(lmer(formula, d, REML = FALSE, control = control)))
}
both <- ml("(1 | school_id / class_id)")
note("nested", "lrt_school", 2 * (both - ml("(1 | school_class)")))
note("nested", "p_school", pchisq(2 * (both - ml("(1 | school_class)")), 1, lower.tail = FALSE) / 2)
note("nested", "lrt_class", 2 * (both - ml("(1 | school_id)")))

# 14-checking-planning
d <- table_of("sleepstudy")
m <- fit_of(Reaction ~ Days + (Days | Subject), d)
scaled <- residuals(m) / sigma(m)
out <- abs(scaled) > 3
note("checking_planning", "outliers.standardized", scaled[out], paste(d$Subject[out], d$Days[out], sep = "/"))
note("checking_planning", "residuals", residuals(m), paste(d$Subject, d$Days, sep = "/"))
note("checking_planning", "intercept_effects", ranef(m)[[1]][, 1], rownames(ranef(m)[[1]]))
note("checking_planning", "slope_effects", ranef(m)[[1]][, 2], rownames(ranef(m)[[1]]))
left <- sort(unique(d$Subject))
without <- sapply(left, function(one) fixef(fit_of(Reaction ~ Days + (Days | Subject), d[d$Subject != one, ]))[["Days"]])
note("checking_planning", "slope_without", without, left)
note("checking_planning", "most_influential", left[which.max(abs(without - fixef(m)[["Days"]]))])
d <- table_of("clinic_stay")
d$age_c <- d$age - 50
ratio_of <- function(m) {
  above <- fitted(m) > median(fitted(m))
  sd(residuals(m)[above]) / sd(residuals(m)[!above])
}
m <- fit_of(stay_days ~ treatment + age_c + (1 | clinic_id), d)
note("checking_planning", "spread_ratio", ratio_of(m))
m <- fit_of(log(stay_days) ~ treatment + age_c + (1 | clinic_id), d)
note("checking_planning", "log_spread_ratio", ratio_of(m))
note("checking_planning", "treatment_percent", 100 * (exp(fixef(m)[["treatment"]]) - 1))
power_of <- function(n, slope) {
  se <- sqrt((35.07 + 654.94 / 82.5) / n)
  limit <- qt(0.975, n - 1)
  pt(-limit, n - 1, slope / se) + pt(limit, n - 1, slope / se, lower.tail = FALSE)
}
note("power", "power", power_of(18, c(0, 3, 5)), c("18/0", "18/3", "18/5"))
note("power", "power", power_of(c(6, 36, 40), c(6, 3, 3)), c("6/6", "36/3", "40/3"))
note("checking_planning", "n_needed", which(sapply(2:100, power_of, 3) >= 0.8)[1] + 1)

# 15-exam, the schools that are drawn for the id "example"
d <- table_of("student_performance")
d <- d[d$school_id %in% c(2, 4, 5, 6, 8, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 24, 25, 26, 27, 30), ]
d$hours <- (d$study_hours - 10) / 5
note("exam", "n_students", nrow(d))
note("exam", "n_classes", nrow(unique(d[c("school_id", "class_id")])))
note("exam", "correlation", cor(d$hours, d$test_score))
formula <- test_score ~ hours + prior_gpa
ols <- summary(lm(formula, d))$coefficients
note("exam", "slope_ols", ols["hours", 1])
note("exam", "se_ols", ols["hours", 2])
note("exam", "gpa_tenth", ols["prior_gpa", 1] / 10)
m <- fit_of(update(formula, ~ . + (1 | school_id)), d)
icc <- variance_of(m) / (variance_of(m) + sigma(m)^2)
note("exam", "school_variance", variance_of(m))
note("exam", "residual_variance", sigma(m)^2)
note("exam", "icc", icc)
note("exam", "design_effect", 1 + (nrow(d) / 20 - 1) * icc)
m <- fit_of(update(formula, ~ . + (hours | school_id)), d)
G <- VarCorr(m)[[1]]
note("exam", "slope_variance", G[2, 2])
note("exam", "effects_correlation", attr(G, "correlation")[1, 2])
note("exam", "slope_se", se_of(m)[[2]])
asked <- data.frame(hours = 1, prior_gpa = 3.5, school_id = min(d$school_id))
average <- predict(m, asked, re.form = NA)[[1]]
note("exam", "pred_population", average)
note("exam", "school_difference", predict(m, asked)[[1]] - average)
ml <- function(random) {
  as.numeric(logLik(lmer(update(formula, paste("~ . +", random)), d, REML = FALSE, control = control)))
}
lrt <- 2 * (ml("(hours | school_id)") - ml("(1 | school_id)"))
note("exam", "lrt", lrt)
note("exam", "p_slopes", mean(pchisq(lrt, 1:2, lower.tail = FALSE)))

write.csv(do.call(rbind, rows), "tests/golden/lessons.csv", row.names = FALSE, quote = FALSE, eol = "\n")
cat(length(rows), "answers written with", R.version.string, "and lme4", as.character(packageVersion("lme4")), "\n")

# Writes lme4.csv: what R and lme4 compute for every quantity that lmmsolutions serves.
#
# Run from the root of the repository:  Rscript tests/golden/make_golden.R
# Columns: dataset, fit, quantity, term, value (17 significant digits, so that doubles round-trip).
# lme4 runs with tight control (bobyqa, rhoend 1e-12): a plain lmer() call is itself only good to about 2e-4 on variances.

suppressPackageStartupMessages(library(lme4))

folder <- "lmmsolutions/datasets"
rows <- list()
note <- function(dataset, fit, quantity, term, value) {
  rows[[length(rows) + 1]] <<- data.frame(dataset, fit, quantity, term = as.character(term), value = sprintf("%.17g", value))
}
table_of <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))

# Fixed effects are called as in lmmsolutions: "Intercept", then the columns' names.
terms_of <- function(names) sub("(Intercept)", "Intercept", names, fixed = TRUE)

line <- function(dataset, fit, formula, data) {
  m <- lm(formula, data)
  s <- summary(m)
  note(dataset, fit, "fixed", terms_of(names(coef(m))), coef(m))
  note(dataset, fit, "se", terms_of(names(coef(m))), s$coefficients[, "Std. Error"])
  note(dataset, fit, "r_squared", "", s$r.squared)
  note(dataset, fit, "residual_variance", "", s$sigma^2)
  note(dataset, fit, "log_likelihood", "", as.numeric(logLik(m)))
}

mixed <- function(dataset, fit, formula, data, reml) {
  control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.1, rhoend = 1e-12, maxfun = 1e6))
  m <- lmer(formula, data, REML = reml, control = control)
  covariance <- VarCorr(m)[[1]]
  effects <- ranef(m)[[1]]
  note(dataset, fit, "fixed", terms_of(names(fixef(m))), fixef(m))
  note(dataset, fit, "se", terms_of(names(fixef(m))), sqrt(diag(as.matrix(vcov(m)))))
  note(dataset, fit, "group_variance", "", covariance[1, 1])
  if (nrow(covariance) == 2) {
    note(dataset, fit, "slope_variance", "", covariance[2, 2])
    note(dataset, fit, "covariance", "", covariance[1, 2])
  }
  note(dataset, fit, "residual_variance", "", sigma(m)^2)
  note(dataset, fit, "log_likelihood", "", as.numeric(logLik(m)))
  note(dataset, fit, "blup", rownames(effects), effects[, 1])
}

# The log-likelihood away from the optimum: at a given ratio of standard deviations, everything else at its best.
profiled <- function(dataset, fit, formula, data, reml, thetas) {
  deviance <- lmer(formula, data, REML = reml, devFunOnly = TRUE)
  inside <- environment(deviance)
  for (theta in thetas) {
    value <- -deviance(theta) / 2
    residual <- (inside$resp$wrss() + inside$pp$sqrL(1)) / (nrow(data) - if (reml) ncol(inside$pp$X) else 0)
    at <- sprintf("theta=%g", theta)
    note(dataset, fit, paste0("profile fixed_", seq_along(inside$pp$beta(1))), at, inside$pp$beta(1))
    note(dataset, fit, "profile group_variance", at, theta^2 * residual)
    note(dataset, fit, "profile residual_variance", at, residual)
    note(dataset, fit, "profile log_likelihood", at, value)
  }
}

d <- table_of("sleepstudy")
note("sleepstudy", "overview", "shape", c("rows", "columns"), dim(d))
note("sleepstudy", "overview", "min", c("Days", "Reaction"), c(min(d$Days), min(d$Reaction)))
note("sleepstudy", "overview", "max", c("Days", "Reaction"), c(max(d$Days), max(d$Reaction)))
note("sleepstudy", "overview", "n_missing", "", sum(is.na(d[c("Reaction", "Subject")])))
note("sleepstudy", "overview", "n_zero", "", sum(d[c("Reaction", "Subject")] == 0))
for (method in c("pearson", "spearman", "kendall")) {
  note("sleepstudy", "correlation", method, "", cor(d$Days, d$Reaction, method = method))
}
line("sleepstudy", "ols", Reaction ~ Days, d)
line("sleepstudy", "ols swapped", Days ~ Reaction, d)
line("sleepstudy", "ols on Subject", Reaction ~ Subject, d)
for (subject in unique(d$Subject)) {
  line("sleepstudy", paste("subject", subject), Reaction ~ Days, d[d$Subject == subject, ])
}
mixed("sleepstudy", "Days + (Days|Subject) REML", Reaction ~ Days + (Days | Subject), d, TRUE)
d$bar <- bitwOr(1L, d$Subject)
mixed("sleepstudy", "Days + bar + (1|Subject) REML", Reaction ~ Days + bar + (1 | Subject), d, TRUE)
mixed("sleepstudy", "swapped (1|Subject) REML", Days ~ Reaction + (1 | Subject), d, TRUE)

intercepts <- list(
  list("sleepstudy", "Days + (1|Subject)", Reaction ~ Days + (1 | Subject)),
  list("sleepstudy", "1 + (1|Subject)", Reaction ~ 1 + (1 | Subject)),
  list("athletes", "session_high + (1|athlete_id)", correctness ~ session_high + (1 | athlete_id)),
  list("athletes", "1 + (1|athlete_id)", correctness ~ 1 + (1 | athlete_id)),
  list("schools", "hours + (1|school)", score ~ hours + (1 | school)),
  list("nested", "study_hours + (1|school_id)", test_score ~ study_hours + (1 | school_id)),
  list("nested", "study_hours + (1|school_class)", test_score ~ study_hours + (1 | school_class)),
  list("student_performance", "study_hours + prior_gpa + (1|school_id)", test_score ~ study_hours + prior_gpa + (1 | school_id)),
  list("health", "treatment + age + comorbidities + (1|clinic_id)", recovery_days ~ treatment + age + comorbidities + (1 | clinic_id))
)
for (reml in c(TRUE, FALSE)) {
  for (model in intercepts) {
    fit <- paste(model[[2]], if (reml) "REML" else "ML")
    data <- table_of(model[[1]])
    mixed(model[[1]], fit, model[[3]], data, reml)
    profiled(model[[1]], fit, model[[3]], data, reml, c(0.1, 0.5, 2))
  }
}

write.csv(do.call(rbind, rows), "tests/golden/lme4.csv", row.names = FALSE, quote = FALSE, eol = "\n")
cat(length(rows), "groups of numbers written with", R.version.string, "and lme4", as.character(packageVersion("lme4")), "\n")

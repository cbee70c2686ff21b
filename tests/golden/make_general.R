# Writes lme4_general.csv: linear mixed models of every kind that the course fits, by lme4 with tight control.
#
# Run from the root of the repository:  Rscript tests/golden/make_general.R
# Columns: dataset, fit, quantity, term, value (17 significant digits).  Terms of a grouping factor are named
# "factor|row|column"; "V" is the covariance of the fixed effects, "conditional_sd" that of a BLUP given the variances.

suppressPackageStartupMessages(library(lme4))

folder <- "lmmsolutions/datasets"
rows <- list()
note <- function(dataset, fit, quantity, term, value) {
  term <- gsub("(Intercept)", "Intercept", as.character(term), fixed = TRUE)
  rows[[length(rows) + 1]] <<- data.frame(dataset, fit, quantity, term, value = sprintf("%.17g", value))
}
table_of <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
control <- lmerControl(
  optimizer = "bobyqa", optCtrl = list(rhobeg = 0.1, rhoend = 1e-12, maxfun = 1e6),
  check.conv.singular = "ignore", check.conv.grad = "ignore", check.conv.hess = "ignore"
)

mixed <- function(dataset, name, formula, data, reml) {
  fit <- paste(name, if (reml) "REML" else "ML")
  m <- lmer(formula, data, REML = reml, control = control)
  names_of <- names(fixef(m))
  covariance <- as.matrix(vcov(m))
  note(dataset, fit, "fixed", names_of, fixef(m))
  note(dataset, fit, "se", names_of, sqrt(diag(covariance)))
  note(dataset, fit, "V", outer(names_of, names_of, paste, sep = "|"), as.vector(covariance))
  note(dataset, fit, "residual_variance", "", sigma(m)^2)
  note(dataset, fit, "log_likelihood", "", as.numeric(logLik(m)))
  note(dataset, fit, "n_parameters", "", attr(logLik(m), "df"))
  if (!reml) note(dataset, fit, c("aic", "bic"), "", c(AIC(m), BIC(m)))
  effects <- ranef(m, condVar = TRUE)
  for (factor in unique(names(VarCorr(m)))) {
    for (part in VarCorr(m)[names(VarCorr(m)) == factor]) {
      labels <- paste(sub("[.]1$", "", factor), outer(rownames(part), colnames(part), paste, sep = "|"), sep = "|")
      note(dataset, fit, "covariance", labels, as.vector(part))
    }
  }
  for (factor in names(effects)) {
    values <- effects[[factor]]
    for (column in colnames(values)) {
      note(dataset, fit, "blup", paste(factor, rownames(values), column, sep = "|"), values[[column]])
    }
  }
  frame <- as.data.frame(effects)
  note(dataset, fit, "conditional_sd", paste(sub("[.]1$", "", frame$grpvar), frame$grp, frame$term, sep = "|"), frame$condsd)
}

models <- list(
  list("sleepstudy", "Days + (Days|Subject)", Reaction ~ Days + (Days | Subject)),
  list("sleepstudy", "Days + (Days||Subject)", Reaction ~ Days + (1 | Subject) + (0 + Days | Subject)),
  list("sleepstudy", "Days + (0+Days|Subject)", Reaction ~ Days + (0 + Days | Subject)),
  list("athletes", "session_high + (session_high|athlete_id)", correctness ~ session_high + (session_high | athlete_id)),
  list("schools", "hours + (hours|school)", score ~ hours + (hours | school)),
  list("schools_few", "hours + (1|school)", score ~ hours + (1 | school)),
  list("health", "treatment + age + comorbidities + (treatment|clinic_id)",
       recovery_days ~ treatment + age + comorbidities + (treatment | clinic_id)),
  list("nested", "study_hours + (1|school_id/class_id)", test_score ~ study_hours + (1 | school_id / class_id)),
  list("nested", "study_hours + (1|school_id) + (1|class_id)", test_score ~ study_hours + (1 | school_id) + (1 | class_id)),
  list("student_performance", "study_hours + prior_gpa + (study_hours|school_id)",
       test_score ~ study_hours + prior_gpa + (study_hours | school_id)),
  list("referral", "treated + (1|clinic_id)", recovery_days ~ treated + (1 | clinic_id)),
  list("clinic_stay", "age + treatment + (1|clinic_id)", stay_days ~ age + treatment + (1 | clinic_id)),
  list("plots", "1 + (1|plot)", harvest ~ 1 + (1 | plot))
)
for (reml in c(TRUE, FALSE)) {
  for (model in models) mixed(model[[1]], model[[2]], model[[3]], table_of(model[[1]]), reml)
}

write.csv(do.call(rbind, rows), "tests/golden/lme4_general.csv", row.names = FALSE, quote = FALSE, eol = "\n")
cat(length(rows), "groups of numbers written with", R.version.string, "and lme4", as.character(packageVersion("lme4")), "\n")

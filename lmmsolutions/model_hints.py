"""What students read about a wrong mixed model, wherever it shows: in its estimates, its effects, or as a whole."""

from __future__ import annotations

BAR = (
    "`(1|Subject)` is notation of R. In a formula of statsmodels the bar is Python's bitwise OR, and a meaningless "
    "predictor results. Subjects are named by the argument `groups`."
)
FIRST_DAY = "The first day is missing from the model. Zero is a valid number of days; use all rows."
ML = (
    "This fit used maximum likelihood. It treats the fixed effects as known and so takes variances as too small; keep "
    "the default, restricted maximum likelihood (REML)."
)
SLOPES = "This model has random slopes as well (`re_formula`). The question asks for a random intercept alone."
NO_DAYS = "The fixed effect of Days is missing from the formula. Without it the growth over the days counts as noise."
POOLED = (
    "This model makes no difference between subjects: it is ordinary least squares, or its groups are not the "
    "subjects. Use a mixed model with a random intercept per subject."
)
TRAINING = (
    "The first two days are missing from the model. They were days of training, but the question is about all rows of "
    "the table."
)

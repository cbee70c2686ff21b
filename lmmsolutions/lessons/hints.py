"""What students read about mistakes that occur in several lessons."""

from __future__ import annotations

BAR = (
    "`(1|Subject)` is notation of R. In a formula of statsmodels the bar is Python's bitwise OR, and a meaningless "
    "predictor results. Subjects are named by the argument `groups`."
)
FIRST_DAY = "The first day is missing from the model. Zero is a valid number of days; use all rows."
ML = (
    "This fit used maximum likelihood. It forgets that the fixed effects were estimated from the same data, and so "
    "takes variances as too small; keep the default, restricted maximum likelihood (REML)."
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
SD = "This is the standard deviation. The question asks for the variance."
VARIANCE = "This is the variance. The question asks for the standard deviation, which has the unit of the response."
RATIO = (
    "This is the ratio of the group variance to the residual variance, which is how `params` stores it. The summary "
    "and the covariance of the random effects show the variance itself."
)
RATIO_FOR_SHARE = (
    "This sets the variance between groups against the variance within them. What is the intraclass correlation a "
    "share of: of that, or of all the variance?"
)
PRINTED = (
    "This is the number printed beside the variance, under `Std.Err.`. It is not the variance, and not its standard "
    "error in these units either."
)
OF_PREDICTIONS = (
    "This is the variance of the predicted effects. They are pulled toward zero, so they vary less than the groups "
    "themselves. The model estimates the variance directly."
)
BY_VARIANCES = (
    "The covariance was divided by the product of the variances. Which roots turn it into a number without a unit?"
)
EACH_OTHER = "The variance between groups and the variance within a group are exchanged."
ZERO = (
    "A probability is never exactly zero: a printed table has few decimals, and `1 - cdf` rounds a small tail away. "
    "Take the number of the fit, or that of `sf`."
)
ONE_SIDED = "This is the probability of one tail. The question leaves the direction open: both directions count."
SIGN = "The sign is the wrong way round. Which of the two is subtracted from which?"
SE = "This is the standard error of the estimate, the column beside it. The question asks for the estimate itself."
MARGIN = "This is half the width of the confidence interval, about twice the standard error that is asked for."
COMPLEMENT = "This is the share within groups. The intraclass correlation is the share between them."
NO_SHRINKAGE = (
    "This is the plain deviation of the average. A mixed model pulls each group toward the population line, the more "
    "the less is known of the group."
)
SLOPE_ALONE = (
    "This model has random slopes but no random intercepts: everybody starts at the same height. `0 +` in the formula "
    "of the random effects removes the intercept."
)

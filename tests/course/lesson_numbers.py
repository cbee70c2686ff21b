"""The numbers of the lessons from 07 on, by R and closed forms, and how near honest fits come to them."""

from __future__ import annotations

import math

# Relative differences of honest fits from the exact one: fixed effects, standard errors, variances, residual variance.
FIXED, ERROR, VARIANCE, RESIDUAL, CLOSED = 1e-5, 2e-3, 1e-3, 1e-4, 1e-6

# lme4 1.1-31 (bobyqa, rhoend 1e-12) and 50-digit arithmetic; closed forms where said.
NUMBERS: dict[str, dict[str, tuple[float, float]]] = {
    "07-clusters": {
        "t_naive": (-10.385767, CLOSED),
        "t_means": (-23.684696, CLOSED),
        "design_effect": (13, 0),
        "effective_n": (200 / 13, CLOSED),
    },
    "08-athletes": {
        "effect": (-0.0726737, FIXED),
        "effect_se": (0.0063624, ERROR),
        "z_value": (-11.42244, ERROR),
        "ci_low": (-0.0851437, ERROR),
        "ci_high": (-0.0602037, ERROR),
        "athlete_variance": (5.37572e-4, VARIANCE),
        "athlete_sd": (0.0231856, VARIANCE),
        "residual_variance": (1.943021e-3, RESIDUAL),
        "icc": (0.216711, VARIANCE),
        "log_likelihood": (328.52772, 3e-6),
        "n_athletes": (4, 0),
        "mean_low": (0.8458461, FIXED),
        "mean_high": (0.7731725, FIXED),
        "effect_paired": (-0.0726737, CLOSED),  # closed form
        "se_paired": (0.00306838, 2e-6),  # closed form
        "p_paired": (1.649253e-4, CLOSED),  # closed form
        "variance_low": (1.46123e-4, 1e-4),  # closed form, but for the residual variance
        "variance_high": (7.97474e-3, 1e-4),
    },
    "09-schools": {
        "slope_ols": (2.713871, CLOSED),
        "slope_mixed": (2.873843, FIXED),
        "se_ols": (0.247274, 3e-6),
        "se_mixed": (0.140905, ERROR),
        "school_variance": (54.32883, VARIANCE),
        "residual_variance": (21.09231, RESIDUAL),
        "icc": (0.7203396, VARIANCE),
        "true_school_variance": (64, 0),
        "true_icc": (64 / 89, CLOSED),
    },
    "10-clinics": {
        "treatment_effect": (-3.338815, FIXED),
        "treatment_se": (0.170596, ERROR),
        "age_per_decade": (0.990187, FIXED),
        "intercept_centred": (25.008839, FIXED),
        "recovery_untreated": (28.807132, FIXED),
        "recovery_treated": (25.468317, FIXED),
        "effect_ols": (1.082275, CLOSED),
        "effect_mixed": (-2.943177, FIXED),
        "effect_within": (-3.205930, FIXED),  # that of a fixed effect for each clinic
    },
    "11-random-slopes": {
        "intercept_variance": (612.08994, VARIANCE),
        "slope_variance": (35.071660, VARIANCE),
        "covariance": (9.604333, VARIANCE),
        "correlation": (0.0655513, VARIANCE),
        "slope_se": (1.545789, ERROR),
    },
    "12-model-comparison": {
        "lrt_slopes": (42.139299, 5e-5),
        "lrt_intercept": (106.214413, 2e-5),
        "best_log_likelihood": (-458.09704, 5e-6),
        "plot_variance": (0.3293453, CLOSED),  # closed form
        "slope_correlation": (1, 5e-3),
        "is_singular": (1, 0),
        "extra_parameters_needed": (0, 0),
    },
}
P_VALUES = {  # log10, and how far a standard error that is 2e-3 off moves it
    "07-clusters": {"p_naive": (math.log10(1.89675e-20), 1e-5), "p_means": (math.log10(1.649253e-4), 1e-5)},
    "08-athletes": {"p_value": (-29.491, 0.05)},
    "10-clinics": {"treatment_p": (-84.568, 0.2)},
    "12-model-comparison": {
        "p_slopes": (-9.40217, 1e-3),
        "p_slopes_naive": (-9.15043, 1e-3),
        "p_intercept": (math.log10(3.30868e-25), 1e-3),
    },
}

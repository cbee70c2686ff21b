"""The mixed model as students fit it: statsmodels' own ``fit``, with each of its optimizers."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf

from lmmsolutions.lessons.mixed_model import MixedModel
from lmmsolutions.variants.answers import Scale, off

OPTIMIZERS = ("default", "bfgs", "lbfgs", "cg", "powell", "nm")
_LOG_LIKELIHOOD = 5e-3  # absolute; a fit that loses more is not the model asked for


@dataclass(frozen=True)
class StudentsFit:
    """How a fit with one optimizer compares with the reference."""

    worst: str  # the answer that is furthest from the reference
    apart: float  # how far, in tolerances; ∞ where the fit failed
    converged: bool  # as statsmodels reports it
    warnings: tuple[str, ...]

    @property
    def works(self) -> bool:
        """Every answer that is read off the fit is right."""
        return self.apart <= 1

    def __str__(self) -> str:
        """Rounded up to tenths of a tolerance: the digits below depend on the computer."""
        how = f"within {max(math.ceil(10 * self.apart), 1) / 10:.1f} tolerances" if self.works else "not the reference"
        named = "" if self.works else f": {self.worst}, {self.apart:.1f} tolerances off"
        said = (*(() if self.converged else ("not converged",)), *self.warnings)
        return how + named + "".join(f", {note}" for note in said)


def students_fit(data: pd.DataFrame, reference: MixedModel, optimizer: str) -> StudentsFit:
    """Fit the model of assignment 5 as the seminar does and compare all answers that are read off it.

    Args:
        data: columns ``Days``, ``Reaction`` (ms) and ``Subject``.
        reference: of the same data.
        optimizer: of statsmodels, such as "cg"; "default" for its own choice.
    """
    chosen = {} if optimizer == "default" else {"method": optimizer}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            fit = smf.mixedlm("Reaction ~ Days", data, groups=data["Subject"]).fit(**chosen)
            effects = pd.Series({subject: float(one.iloc[0]) for subject, one in fit.random_effects.items()})
            lost = abs(float(fit.llf) - reference.log_likelihood) / _LOG_LIKELIHOOD
        except (np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
            return StudentsFit(f"{type(error).__name__}: {error}", float("inf"), False, ())
    answers = {
        "fixed_intercept": float(fit.fe_params["Intercept"]),
        "fixed_slope": float(fit.fe_params["Days"]),
        "group_variance": float(fit.cov_re.iloc[0, 0]),
        "residual_variance": float(fit.scale),
        "random_effects": effects,
    }
    scale = Scale(effects=reference.group_sd, reaction=float(np.ptp(data["Reaction"])))
    apart = {name: off(name, value, getattr(reference, name), scale) for name, value in answers.items()}
    apart["mixed_results"] = float("inf") if np.isnan(lost) else lost
    worst = max(apart, key=lambda name: apart[name])
    said = tuple(dict.fromkeys(item.category.__name__ for item in caught))
    return StudentsFit(worst, apart[worst], bool(fit.converged), said)

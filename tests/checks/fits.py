"""Balanced data, their reference fits in closed form, and fits of real libraries turned into views."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from numpy.typing import ArrayLike

from autograder.sandbox.inside.encode.results import _components
from autograder.values.views import Model

RNG = np.random.default_rng(11)
GROUPS, DAYS = 12, 8


def _data() -> pd.DataFrame:
    who, day = np.repeat(np.arange(301, 301 + GROUPS), DAYS), np.tile(np.arange(float(DAYS)), GROUPS)
    shift = np.repeat(RNG.normal(0, 30, GROUPS), DAYS)
    return pd.DataFrame(
        {"time": 250 + 10 * day + shift + RNG.normal(0, 20, who.size), "day": day, "who": who, "room": who % 3}
    )


DATA = _data()
_FITS: dict[str, Any] = {}


@dataclass(frozen=True)
class Reference:
    """A reference as ``autograder.checks.models.linear.ReferenceMixedModel`` describes it."""

    endog: Any
    exog: Any
    fe_params: Any
    scale: float
    groups: Any = None
    cov_re: Any = None
    method: str | None = None
    model_kind: str = "OLS"

    @property
    def llf(self) -> float:
        """Log-likelihood at the estimates of a mixed model."""
        if self.cov_re is None:
            raise AttributeError("llf")
        return self.log_likelihood_at(self.fe_params, float(self.cov_re[0, 0]), self.scale)

    def log_likelihood_at(self, fixed: ArrayLike, group_variance: float, residual_variance: float) -> float:
        """The normal log-likelihood with a full covariance matrix; restricted for REML."""
        same = np.equal.outer(self.groups, self.groups)
        covariance = group_variance * same + residual_variance * np.eye(len(self.endog))
        error = self.endog - self.exog @ np.asarray(fixed)
        n, p = self.exog.shape
        value = np.linalg.slogdet(covariance)[1] + error @ np.linalg.solve(covariance, error)
        if self.method == "REML":
            value += np.linalg.slogdet(self.exog.T @ np.linalg.solve(covariance, self.exog))[1]
            n -= p
        return float(-(value + n * np.log(2 * np.pi)) / 2)


def ols_reference(data: pd.DataFrame = DATA, y: str = "time", x: str = "day") -> Reference:
    """Least squares by the normal equations."""
    exog = np.column_stack([np.ones(len(data)), data[x]])
    params = np.linalg.solve(exog.T @ exog, exog.T @ data[y])
    error = data[y] - exog @ params
    return Reference(data[y].to_numpy(), exog, params, float(error @ error) / (len(data) - 2))


def mixed_reference(data: pd.DataFrame = DATA, method: str = "REML") -> Reference:
    """Random intercepts for balanced data: the fixed part is least squares, the variances are those of ANOVA."""
    line = ols_reference(data)
    error = pd.Series(line.endog - line.exog @ line.fe_params)
    means = error.groupby(data["who"].to_numpy()).mean()
    days, groups = len(data) // len(means), len(means)
    within = float(((error - means[data["who"]].to_numpy()) ** 2).sum()) / (len(data) - groups - 1)
    lost = 1 if method == "REML" else 0
    within *= 1 if method == "REML" else (len(data) - groups - 1) / (len(data) - groups)
    between = float((means**2).sum()) / (groups - lost) - within / days
    who = data["who"].to_numpy()
    cov_re = np.array([[between]])
    return Reference(line.endog, line.exog, line.fe_params, within, who, cov_re, method, "MixedLM")


def view(result: Any) -> Model:
    """A fitted statsmodels result as a view."""
    result = getattr(result, "_results", result)
    model = result.model
    mixed = type(model).__name__ == "MixedLM"
    return Model(
        kind=type(result).__name__,
        model_kind=type(model).__name__,
        params=pd.Series(np.asarray(result.params), index=list(model.exog_names)[: len(np.asarray(result.params))])
        if not mixed
        else pd.Series(np.asarray(result.params)),
        endog=np.asarray(model.endog),
        exog=np.asarray(model.exog),
        endog_name=str(model.endog_names),
        exog_names=tuple(str(name) for name in model.exog_names),
        formula=getattr(model, "formula", None),
        llf=float(result.llf),
        scale=float(result.scale),
        method=("REML" if model.reml else "ML") if mixed else None,
        fe_params=pd.Series(np.asarray(result.fe_params)) if mixed else None,
        cov_re=pd.DataFrame(np.asarray(result.cov_re)) if mixed else None,
        vcomp=np.asarray(result.vcomp) if mixed else None,
        exog_re=np.asarray(model.exog_re) if mixed and model.exog_re is not None else None,
        exog_vc=_components(result, []) if mixed else None,
        groups=np.asarray(model.groups) if mixed else None,
    )


def mixed(formula: str = "time ~ day", data: pd.DataFrame = DATA, groups: str = "who", **how: Any) -> Model:
    """A mixed model by the formula API; ``fit`` arguments in ``fit``. Of :data:`DATA`, each is fitted once."""
    arguments = how.pop("fit", {})

    def fit() -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return smf.mixedlm(formula, data, groups=data[groups], **how).fit(**arguments)

    if data is not DATA:
        return view(fit())
    asked = repr((formula, groups, how, arguments))
    if asked not in _FITS:
        _FITS[asked] = fit()
    return view(_FITS[asked])

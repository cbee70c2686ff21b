"""Put a fitted model together from fields that the sandbox sent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autograder.values.strict_json import MalformedValue
from autograder.values.views import Model

REQUIRED = ("kind", "model_kind", "params", "endog", "exog", "endog_name", "exog_names")
MODEL_FIELDS: dict[str, type] = {
    **dict.fromkeys(("kind", "model_kind", "endog_name", "formula", "method"), str),
    **dict.fromkeys(("nobs", "llf", "scale", "df_resid", "rsquared"), float),
    **dict.fromkeys(("params", "bse", "fe_params"), pd.Series),
    **dict.fromkeys(("endog", "exog", "vcomp", "exog_re", "groups"), np.ndarray),
    "exog_names": tuple,
    "exog_vc": list,
    "converged": bool,
    "cov_re": pd.DataFrame,
    "random_effects": dict,
}


def assemble(**fields: Any) -> Model:
    """A model of decoded fields, every field of ``Model`` among them.

    Raises:
        MalformedValue: a field is missing, is of another type, or does not fit the others.
    """
    if set(fields) != set(MODEL_FIELDS):
        raise MalformedValue("not the fields of a model")
    for name, value in fields.items():
        optional = name not in REQUIRED
        if not (isinstance(value, MODEL_FIELDS[name]) or (optional and value is None)):
            raise MalformedValue(f"{name} of a model is a {type(value).__name__}")
    if not all(isinstance(one, pd.Series) for one in (fields["random_effects"] or {}).values()):
        raise MalformedValue("random effects that are not series")
    model = Model(**fields)
    _check(model)
    return model


def _check(model: Model) -> None:
    """Make sure that the parts of a model fit together.

    Raises:
        MalformedValue: they do not.
    """
    rows = len(model.endog) if model.endog.ndim == 1 else -1
    components = list(model.exog_vc or ())
    if not all(isinstance(one, np.ndarray) and one.ndim in (1, 2) for one in components):
        raise MalformedValue("variance components that are not arrays")
    numeric = [model.endog, model.exog, *components, *(x for x in (model.vcomp, model.exog_re) if x is not None)]
    per_row = [model.exog, *components, *(one for one in (model.exog_re, model.groups) if one is not None)]
    if any(array.dtype.kind not in "biuf" for array in numeric) or any(len(array) != rows for array in per_row):
        raise MalformedValue("data of a model that do not fit together")
    estimates = [one for one in (model.params, model.bse, model.fe_params) if one is not None]
    if any(series.dtype.kind != "f" for series in (*estimates, *(model.random_effects or {}).values())):
        raise MalformedValue("estimates that are not numbers")

"""Nodes of small result objects and of fitted statsmodels models."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from .nodes import Encodes, Node, TooLarge, type_name

MAX_FIELDS = 64


def _record(encoder: Encodes, value: Any, fields: Mapping[str, Any]) -> Node:
    if len(fields) > MAX_FIELDS:
        raise TooLarge("too many fields")
    nodes = [[encoder.text(str(name))[:200], encoder.node(item)] for name, item in fields.items()]
    return {"t": "record", "type": type_name(value), "fields": nodes}


def named_tuple(encoder: Encodes, value: tuple[Any, ...]) -> Node | None:
    """The record of a named tuple, SciPy's test results among them; ``None`` for a plain tuple."""
    kind = type(value)
    names = getattr(kind, "_fields", None)
    if kind is tuple or type(names) is not tuple or len(names) != len(value):
        return None
    fields = dict(zip(names, tuple.__iter__(value), strict=True))
    for extra in getattr(kind, "_extra_fields", None) or ():
        fields[extra] = getattr(value, extra)
    return _record(encoder, value, fields)


def bunch(encoder: Encodes, value: dict[str, Any]) -> Node | None:
    """The record of a SciPy result that is a dict (``OptimizeResult``); ``None`` for other dicts."""
    kind = type(value)
    if kind is dict or not str(kind.__module__).startswith(("scipy.", "sklearn.")):
        return None
    return _record(encoder, value, dict(dict.items(value)))


def encode(encoder: Encodes, value: Any) -> Node | None:
    """The node of a fitted model, a polynomial or an instance of a dataclass; ``None`` for any other."""
    kind = type(value)
    names = {f"{base.__module__}.{base.__qualname__}" for base in kind.__mro__}
    if "statsmodels.base.wrapper.ResultsWrapper" in names:
        return encode(encoder, object.__getattribute__(value, "_results"))
    if "statsmodels.base.model.LikelihoodModelResults" in names:
        return _model(encoder, value)
    for base, attributes in _PLAIN.items():
        if base in names:
            return _record(encoder, value, {name: getattr(value, name) for name in attributes})
    if dataclasses.is_dataclass(kind):
        state = {field.name: value.__dict__.get(field.name) for field in dataclasses.fields(kind)}
        return _record(encoder, value, state)
    return None


_PLAIN: dict[str, tuple[str, ...]] = {
    "numpy.poly1d": ("coefficients", "order"),
    "numpy.lib._polynomial_impl.poly1d": ("coefficients", "order"),
    "numpy.polynomial._polybase.ABCPolyBase": ("coef", "domain", "window"),
}


def _model(encoder: Encodes, result: Any) -> Node:
    """A fitted result as the fields of the host's ``views.Model``; what it does not have is null."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = result.model
        names = _names(model, result)
        fields: dict[str, Node] = {
            "kind": type(result).__name__,
            "model_kind": type(model).__name__,
            "exog_names": [encoder.text(str(name)) for name in _listed(lambda: model.exog_names)],
            "endog_name": encoder.text(str(model.endog_names)),
            "params": encoder.node(_series(result.params, names)),
            "endog": encoder.node(_array(model.endog)),
            "exog": encoder.node(_array(model.exog)),
        }
        for name, read in _MODEL_FIELDS.items():
            fields[name] = _try(encoder, read, result, names)
    return {"t": "model", "fields": fields}


def _names(model: Any, result: Any) -> list[str]:
    """A name for each parameter: the model's own, or "x0", "x1", … where it has none."""
    count = len(_array(result.params).ravel())
    for read in (lambda: model.data.param_names, lambda: model.exog_names):
        names = [str(name) for name in _listed(read)]
        if len(names) == count:
            return names
    return [f"x{position}" for position in range(count)]


def _listed(read: Callable[[], Any]) -> list[Any]:
    try:
        return list(read())
    except Exception:
        return []


def _array(values: Any) -> Any:
    import numpy as np

    return np.asarray(values)


def _series(values: Any, names: list[str]) -> Any:
    import pandas as pd

    flat = _array(values).ravel().astype(float)
    return pd.Series(flat, index=pd.Index(names[: len(flat)], dtype=object))


def _fixed(result: Any, names: list[str]) -> Any:
    import pandas as pd

    estimates = result.fe_params
    return estimates if isinstance(estimates, pd.Series) else _series(estimates, names)


def _covariance(result: Any, _names: list[str]) -> Any:
    import pandas as pd

    return pd.DataFrame(result.cov_re)


def _components(result: Any, _names: list[str]) -> Any:
    """The design of each variance component, in the order of ``vcomp``.

    Where each row has a single 1 (``0 + C(label)``), the column that it stands in, shape (n,); otherwise the columns,
    shape (n, q), zeros where a group has fewer of them.
    """
    import numpy as np

    model, designs = result.model, []
    for blocks in model.exog_vc.mats:
        columns = np.zeros((len(model.endog), max(block.shape[1] for block in blocks)))
        for group, block in zip(model.group_labels, blocks, strict=True):
            columns[np.asarray(model.row_indices[group]), : block.shape[1]] = block
        one_hot = bool((((columns == 0) | (columns == 1)).all(axis=1) & (columns.sum(axis=1) == 1)).all())
        designs.append(columns.argmax(axis=1) if one_hot else columns)
    return designs


def _blups(result: Any, _names: list[str]) -> Any:
    import pandas as pd

    return {group: pd.Series(effects) for group, effects in result.random_effects.items()}


_MODEL_FIELDS: dict[str, Callable[[Any, list[str]], Any]] = {
    "formula": lambda result, _: None if result.model.formula is None else str(result.model.formula),
    "nobs": lambda result, _: float(result.nobs),
    "llf": lambda result, _: float(result.llf),
    "scale": lambda result, _: float(result.scale),
    "bse": lambda result, names: _series(result.bse, names),
    "df_resid": lambda result, _: float(result.df_resid),
    "rsquared": lambda result, _: float(result.rsquared),
    "method": lambda result, _: None if result.method is None else str(result.method),
    "converged": lambda result, _: bool(result.converged),
    "fe_params": _fixed,
    "cov_re": _covariance,
    "vcomp": lambda result, _: _array(result.vcomp),
    "exog_vc": _components,
    "exog_re": lambda result, _: None if result.model.exog_re is None else _array(result.model.exog_re),
    "groups": lambda result, _: _array(result.model.groups),
    "random_effects": _blups,
}


def _try(encoder: Encodes, read: Callable[[Any, list[str]], Any], result: Any, names: list[str]) -> Node:
    try:
        value = read(result, names)
    except Exception:
        return None
    return encoder.node(value)

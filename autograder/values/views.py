"""What a test cell sees of a student's work.

Nothing here is the student's own object: every view is a read-only copy, decoded from
bounded plain data that the sandbox sent (see :mod:`autograder.values.decode`).  A plain value
(number, string, bool, ``None``, list, dict, NumPy array, pandas Series or DataFrame)
arrives as itself; everything else arrives as one of the views below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

type_of_array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Missing:
    """The student never defined this name."""

    name: str
    reason: str = ""  # the error that kept the code from defining it, in a sentence; empty where none is known

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True)
class Opaque:
    """An object that cannot be sent as data; only its type is known."""

    type_name: str  # qualified name as the sandbox reported it, e.g. "statsmodels...MixedLM"
    reason: str = ""  # why it could not be sent ("too large", "no view for this type", …)


@dataclass(frozen=True)
class Record:
    """A named tuple or a small result object (SciPy's ``LinregressResult``, for example)."""

    type_name: str
    fields: Mapping[str, Any]  # field name → decoded value

    def __getattr__(self, name: str) -> Any:
        # Python's protocols are not the student's to answer: NumPy reads memory at the address that
        # `__array_interface__` names.
        # Nor are methods: a test that asks `answer.equals(right)` asks a table, not a function of the student's.
        if name.startswith("__") or isinstance(self.fields.get(name, Missing(name)), Missing | Function):
            raise AttributeError(f"{self.type_name} has no field {name!r}")
        return self.fields[name]


@dataclass(frozen=True)
class Function:
    """A function the student defined; calling it runs it in the sandbox on plain data."""

    name: str
    caller: Callable[..., Any] = field(repr=False, compare=False)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the student's function in the sandbox; what it raises comes back as an error of the call."""
        return self.caller(*args, **kwargs)


@dataclass(frozen=True)
class Model:
    """A fitted statsmodels result, under statsmodels' own attribute names.

    A quantity that the result does not have (``cov_re`` of an OLS fit) is ``None``.
    """

    kind: str  # class name of the unwrapped result: "OLSResults", "RegressionResults", "MixedLMResults", …
    model_kind: str  # class name of result.model: "OLS", "WLS", "MixedLM", …
    params: pd.Series  # all estimates, indexed by parameter name (position, "x0"…, where it has none)
    endog: type_of_array  # response, shape (n,)
    exog: type_of_array  # fixed-effects design matrix, shape (n, p)
    endog_name: str
    exog_names: tuple[str, ...]
    formula: str | None = None
    nobs: float | None = None
    llf: float | None = None  # log-likelihood as reported (restricted under REML)
    scale: float | None = None  # residual variance, response unit squared
    bse: pd.Series | None = None  # standard errors
    df_resid: float | None = None
    rsquared: float | None = None
    method: str | None = None  # "REML" or "ML" for a mixed model
    converged: bool | None = None
    fe_params: pd.Series | None = None  # fixed effects, mixed models only
    cov_re: pd.DataFrame | None = None  # covariance of the random effects, response unit squared
    vcomp: type_of_array | None = None  # variance components, response unit squared
    exog_re: type_of_array | None = None  # random-effects design matrix, shape (n, q)
    # Design of each variance component, in the order of vcomp: columns, shape (n, k), or for one-hot columns the number
    # of the column, shape (n,).
    exog_vc: Sequence[type_of_array] | None = None
    groups: type_of_array | None = None  # group label of each observation, shape (n,)
    random_effects: Mapping[Any, pd.Series] | None = None  # group label → predicted random effects (BLUPs)


@dataclass(frozen=True)
class Line:
    """A ``Line2D``: ``plot`` with a line, with markers only, or with both."""

    x: type_of_array  # data coordinates, shape (n,)
    y: type_of_array
    label: str = ""  # "" where matplotlib's own "_child0" stands
    joined: bool = True  # a line is drawn between the points
    marked: bool = False  # markers are drawn at the points


@dataclass(frozen=True)
class Points:
    """A ``PathCollection``: what ``scatter`` draws."""

    x: type_of_array  # data coordinates, shape (n,)
    y: type_of_array
    label: str = ""


@dataclass(frozen=True)
class Bars:
    """The rectangles of one axes that share a container: ``bar``, ``hist``, a histogram of pandas or seaborn."""

    left: type_of_array  # data coordinates of the left edge, shape (n,)
    width: type_of_array
    bottom: type_of_array
    height: type_of_array
    label: str = ""


@dataclass(frozen=True)
class Outline:
    """A polygon: a step histogram (``histtype="step"``), ``fill``, or a band (``fill_between``)."""

    x: type_of_array
    y: type_of_array
    label: str = ""
    band: bool = False  # True for fill_between and the like


@dataclass(frozen=True)
class Axes:
    """One panel of a figure."""

    title: str = ""
    xlabel: str = ""
    ylabel: str = ""
    legend: tuple[str, ...] | None = None  # texts of the legend (with its title last, if any); None without a legend
    texts: tuple[str, ...] = ()  # ax.text and annotations
    lines: tuple[Line, ...] = ()
    points: tuple[Points, ...] = ()
    bars: tuple[Bars, ...] = ()
    outlines: tuple[Outline, ...] = ()
    segments: tuple[Line, ...] = ()  # each segment of a LineCollection (hlines, vlines, error bars)


@dataclass(frozen=True)
class Figure:
    """What one matplotlib figure showed when its cell had run."""

    axes: tuple[Axes, ...] = ()
    title: str = ""  # suptitle
    xlabel: str = ""  # supxlabel
    ylabel: str = ""  # supylabel

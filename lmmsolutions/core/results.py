"""What the lessons' results are made of: meanings of fields, misconceptions, and fitted models.

A check of a whole model takes a :class:`FittedModel`, under a lesson's field with the student's name
(``reference.mixed_results``).  It is plain data and two methods, described there; nothing of it knows how a student
parametrized the model or which optimizer was used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lmmsolutions.core.likelihood import log_likelihood_of, type_of_term

if TYPE_CHECKING:
    type_of_numbers: TypeAlias = pd.Series[float]
else:  # a Series is no generic class at run time
    type_of_numbers = pd.Series


@dataclass(frozen=True)
class Means:
    """What a field of a result says, for people: read by the command line and by the tests."""

    meaning: str
    unit: str = ""  # "" for a pure number, a table or a name


def stated(result: type[Any]) -> dict[str, Means]:
    """The fields of a result type that carry a meaning, in their order."""
    hints = get_type_hints(result, include_extras=True)
    notes = {name: getattr(hint, "__metadata__", ()) for name, hint in hints.items()}
    return {name: note[0] for name, note in notes.items() if note and isinstance(note[0], Means)}


@dataclass(frozen=True)
class Mistake:
    """A misconception, recognized by the value that it leads to on the same data.

    Raises:
        ValueError: ``keeps`` lies outside 0 … 0.75.
    """

    name: str  # short, for reports: "standard deviation for the variance"
    quantity: str  # the student's variable that it is recognized by; ``table.column`` for a column of a table
    wrong: Callable[..., Any]  # the tables that the lesson's ``solve`` takes → the value that the misconception gives
    keeps: float  # share of the check's credit that it keeps, 0 … 0.75
    hint: str  # what the student reads; explains the mistake, never gives the answer

    def __post_init__(self) -> None:
        if not 0 <= self.keeps <= 0.75:
            raise ValueError(f"mistake {self.name!r}: keeps must lie between 0 and 0.75, got {self.keeps!r}")


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with an answer which is no single value, such as what a student's function returned."""

    name: str  # short, for reports
    hint: str  # what the student reads
    keeps: float = 0.0  # share of the check's credit that is kept


def several(name: str, keeps: float, hint: str, **wrong: Callable[..., Any]) -> tuple[Mistake, ...]:
    """One misconception that shows in several answers.

    Args:
        name: short, for reports; the same in every row.
        keeps: share of the check's credit that it keeps, 0 … 0.75.
        hint: what the student reads.
        wrong: the student's variable → the tables that the lesson's ``solve`` takes → the value that it leads to there.

    Returns:
        A row for each variable.

    Raises:
        ValueError: ``keeps`` lies outside 0 … 0.75.
    """
    return tuple(Mistake(name, quantity, value, keeps, hint) for quantity, value in wrong.items())


@dataclass(frozen=True, eq=False)
class FittedTerm:
    """One term of a random part, as a check needs it: Z u with u ~ N(0, covariance) for each group."""

    design: NDArray[np.float64] = field(repr=False)  # of the random effects, shape (n, q)
    groups: NDArray[Any] = field(repr=False)  # label of each observation's group, shape (n,)
    covariance: NDArray[np.float64]  # of a group's effects, shape (q, q), response unit squared


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A fitted linear model under statsmodels' own attribute names.

    What a check of a whole model may rely on:

    * ``endog``, ``exog``, ``fe_params``, ``scale``: response, fixed-effects design, estimates, residual variance;
    * ``terms``: the random part, one :class:`FittedTerm` for each grouping factor, the outer of nested ones first; a
      nested factor's labels are unique in the table.  ``groups`` and ``cov_re`` are those of the first term;
    * ``implied_covariance()``: the covariance of the response that the fit implies, Σ ZΨZᵀ + σ²I, by which two
      parametrizations of the same random part are seen to be the same;
    * ``log_likelihood_at(…)``: how well *any* estimates fit these data, by this model's method, whatever random part
      they come from.  A student's fit is right where it is not less likely than ``llf`` by more than a tolerance.
    """

    model_kind: str  # "OLS" or "MixedLM"
    endog_name: str
    exog_names: tuple[str, ...]  # "Intercept" for the constant
    endog: NDArray[np.float64] = field(repr=False)  # response, shape (n,)
    exog: NDArray[np.float64] = field(repr=False)  # fixed-effects design matrix, shape (n, p)
    fe_params: NDArray[np.float64]  # fixed effects in the order of exog's columns, shape (p,)
    scale: float  # residual variance, response unit squared
    llf: float  # log-likelihood, restricted under REML
    groups: NDArray[Any] | None = field(default=None, repr=False)  # label of each observation, shape (n,); None for OLS
    cov_re: NDArray[np.float64] | None = None  # covariance of the random effects, shape (q, q); None for OLS
    method: str | None = None  # "REML" or "ML" for a mixed model
    terms: tuple[FittedTerm, ...] = field(default=(), repr=False)  # the random part; () for OLS

    @property
    def fitted(self) -> NDArray[np.float64]:
        """Population-level predictions Xβ, response unit, shape (n,)."""
        return self.exog @ self.fe_params

    @property
    def standard_errors(self) -> NDArray[np.float64]:
        """Of a least squares fit with a design of full rank, shape (p,); those of a mixed model are in its fit.

        Raises:
            ValueError: the model has random effects.
        """
        if self.terms:
            raise ValueError("the standard errors of a mixed model are in its MixedFit")
        return np.asarray(np.sqrt(self.scale * np.diag(np.linalg.inv(self.exog.T @ self.exog))))

    def implied_covariance(self) -> NDArray[np.float64]:
        """Covariance of the response, Σ ZΨZᵀ + σ²I, shape (n, n), response unit squared.

        For least squares it is σ²I.
        """
        total = self.scale * np.eye(len(self.endog))
        for term in self.terms:
            codes, _ = pd.factorize(term.groups)
            total += (codes[:, None] == codes) * (term.design @ term.covariance @ term.design.T)
        return total

    def log_likelihood_at(
        self,
        fixed: ArrayLike,
        random: float | ArrayLike | Sequence[type_of_term],
        residual_variance: float,
    ) -> float:
        """Log-likelihood of *this* model's data and method at other estimates.

        Args:
            fixed: fixed effects in the order of ``exog_names``, shape (p,).
            random: the random part.  A number: variance of a random intercept for the first term's groups.  A matrix,
                shape (q, q): covariance of the first term's effects.  A list: one tuple (design (n, q), labels (n,),
                covariance (q, q)) for each term, which need not be this model's.  Response unit squared.
            residual_variance: response unit squared.

        Raises:
            ValueError: the model has no groups (OLS), or a shape does not fit.
        """
        if not self.terms:
            raise ValueError(f"a model of kind {self.model_kind} has no groups")
        first = self.terms[0]
        parts: Sequence[type_of_term]
        match random:
            case list() | tuple():
                parts = random
            case np.ndarray() if random.ndim == 2:
                parts = [(first.design, first.groups, random)]
            case _:
                variance = np.asarray(random, float).reshape(1, 1)
                parts = [(np.ones((len(self.endog), 1)), first.groups, variance)]
        reml = self.method == "REML"
        return log_likelihood_of(self.endog, self.exog, parts, fixed, residual_variance, reml=reml)


@dataclass(frozen=True)
class LineFit:
    """An ordinary least squares line through (x, y)."""

    intercept: float  # unit of y
    slope: float  # unit of y per unit of x
    intercept_se: float  # standard error, unit of y
    slope_se: float  # standard error, unit of y per unit of x
    r_squared: float  # share of the variance of y, no unit; NaN where y is constant
    residual_variance: float  # RSS / (n − 2), unit of y squared
    log_likelihood: float  # at the maximum likelihood variance RSS / n, as R and statsmodels report it
    n_observations: int

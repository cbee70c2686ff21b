"""What the reference solutions return: frozen records whose fields carry the names that students use.

Units: Reaction is in milliseconds (ms), Days in days of sleep deprivation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_type_hints

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lmmsolutions.likelihood import log_likelihood

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
    """A misconception, recognised by the value that it leads to on the same data."""

    name: str  # short, for reports: "standard deviation for the variance"
    quantity: str  # the student's variable that it is recognised by
    wrong: Callable[[pd.DataFrame], Any]  # data → the value that the misconception gives
    keeps: float  # share of the check's credit that it keeps, 0 … 0.75
    hint: str  # what the student reads; explains the mistake, never gives the answer

    def __post_init__(self) -> None:
        if not 0 <= self.keeps <= 0.75:
            raise ValueError(f"mistake {self.name!r}: keeps must lie between 0 and 0.75, got {self.keeps!r}")


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A fitted linear model under statsmodels' own attribute names."""

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

    @property
    def fitted(self) -> NDArray[np.float64]:
        """Population-level predictions Xβ, response unit, shape (n,)."""
        return self.exog @ self.fe_params

    def log_likelihood_at(self, fixed: ArrayLike, group_variance: float, residual_variance: float) -> float:
        """Log-likelihood of *this* model's data and method at other estimates of a random intercept model.

        Args:
            fixed: fixed effects in the order of ``exog_names``, shape (p,).
            group_variance: variance of the random intercepts, response unit squared.
            residual_variance: response unit squared.

        Raises:
            ValueError: the model has no groups (OLS), or ``fixed`` has the wrong shape.
        """
        if self.groups is None:
            raise ValueError(f"a model of kind {self.model_kind} has no groups")
        return log_likelihood(
            self.endog, self.exog, self.groups, fixed, group_variance, residual_variance, reml=self.method == "REML"
        )


@dataclass(frozen=True, eq=False)
class DataOverview:
    """Question 1: what the table holds."""

    sleep_study_data: Annotated[pd.DataFrame, Means("the table as loaded")]
    first_rows: Annotated[pd.DataFrame, Means("its first five rows")]
    data_shape: Annotated[tuple[int, int], Means("number of rows, number of columns")]
    days_min: Annotated[float, Means("smallest value of Days", "days")]
    days_max: Annotated[float, Means("largest value of Days", "days")]
    reaction_min: Annotated[float, Means("smallest value of Reaction", "ms")]
    reaction_max: Annotated[float, Means("largest value of Reaction", "ms")]

    @property
    def histogram(self) -> type_of_numbers:
        """What the histogram shows: Reaction, ms, without missing values."""
        return self.sleep_study_data["Reaction"].dropna()


@dataclass(frozen=True, eq=False)
class Correlation:
    """Question 2: clean data and the correlation of Days and Reaction."""

    n_missing: Annotated[int, Means("missing values in Reaction and Subject together", "values")]
    n_zero: Annotated[int, Means("zeros in Reaction and Subject together", "values")]
    clean: Annotated[pd.DataFrame, Means("the rows without such values (the student's sleep_study_data)")]
    correlation: Annotated[float, Means("Pearson's r between Days and Reaction in the clean rows")]

    @property
    def sleep_study_data(self) -> pd.DataFrame:
        """``clean`` under the name that students give it."""
        return self.clean

    @property
    def scatter(self) -> tuple[type_of_numbers, type_of_numbers]:
        """What the scatter plot shows: Days and Reaction (ms) of the clean rows."""
        return self.clean["Days"], self.clean["Reaction"]


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


@dataclass(frozen=True, eq=False)
class Ols:
    """Question 3: one line for everybody, Reaction = intercept + slope · Days + error."""

    intercept: Annotated[float, Means("expected Reaction at Days = 0", "ms")]
    slope: Annotated[float, Means("change of the expected Reaction", "ms per day")]
    intercept_se: Annotated[float, Means("standard error of intercept, subjects ignored", "ms")]
    slope_se: Annotated[float, Means("standard error of slope, subjects ignored", "ms per day")]
    r_squared: Annotated[float, Means("share of the variance of Reaction that the line explains")]
    residual_variance: Annotated[float, Means("residual sum of squares / (n - 2)", "ms²")]
    log_likelihood: Annotated[float, Means("natural logarithm, at the variance RSS / n")]
    n_observations: Annotated[int, Means("rows used", "rows")]
    model: FittedModel  # the same fit, for checks of a whole model

    @property
    def line(self) -> tuple[float, float]:
        """Intercept in ms, slope in ms per day."""
        return self.intercept, self.slope


@dataclass(frozen=True)
class SubjectFit:
    """The least squares line of one subject."""

    intercept: Annotated[float, Means("expected Reaction of this subject at Days = 0", "ms")]
    slope: Annotated[float, Means("change of its expected Reaction", "ms per day")]
    n_observations: Annotated[int, Means("rows of the subject", "rows")]


@dataclass(frozen=True, eq=False)
class SubjectFits:
    """Questions 3c and 4: a separate line for each subject."""

    intercept_308: Annotated[float, Means("expected Reaction of subject 308 at Days = 0", "ms")]
    slope_308: Annotated[float, Means("slope of subject 308", "ms per day")]
    intercept_309: Annotated[float, Means("expected Reaction of subject 309 at Days = 0", "ms")]
    slope_309: Annotated[float, Means("slope of subject 309", "ms per day")]
    fits: Annotated[Mapping[int, SubjectFit], Means("line of each subject, in the order of the data")]
    points_308: tuple[type_of_numbers, type_of_numbers]  # what its figure shows: Days and Reaction (ms) of subject 308
    points_309: tuple[type_of_numbers, type_of_numbers]  # the same for subject 309

    @property
    def lines(self) -> dict[int, tuple[float, float]]:
        """Subject → (intercept in ms, slope in ms per day)."""
        return {subject: (fit.intercept, fit.slope) for subject, fit in self.fits.items()}

    @property
    def subject_lines(self) -> dict[int, tuple[float, float]]:
        """``lines`` under the name of the figure of question 3c."""
        return self.lines

    @property
    def line_308(self) -> tuple[float, float]:
        """Intercept in ms and slope in ms per day of subject 308."""
        return self.intercept_308, self.slope_308

    @property
    def line_309(self) -> tuple[float, float]:
        """Intercept in ms and slope in ms per day of subject 309."""
        return self.intercept_309, self.slope_309


@dataclass(frozen=True, eq=False)
class MixedModel:
    """Question 5: Reaction ~ Days with a random intercept per Subject, fitted by REML."""

    fixed_intercept: Annotated[float, Means("expected Reaction of an average subject at Days = 0", "ms")]
    fixed_slope: Annotated[float, Means("change of the expected Reaction, shared by all subjects", "ms per day")]
    fixed_intercept_se: Annotated[float, Means("standard error of fixed_intercept", "ms")]
    fixed_slope_se: Annotated[float, Means("standard error of fixed_slope", "ms per day")]
    group_variance: Annotated[float, Means("variance of the subjects' intercepts", "ms²")]
    group_sd: Annotated[float, Means("its square root, the scale of random_effects", "ms")]
    residual_variance: Annotated[float, Means("variance within a subject around its line", "ms²")]
    icc: Annotated[float, Means("intraclass correlation: share of the variance between subjects")]
    log_likelihood: Annotated[float, Means("restricted, natural logarithm")]
    n_observations: Annotated[int, Means("rows used", "rows")]
    n_groups: Annotated[int, Means("subjects", "subjects")]
    random_effects: Annotated[type_of_numbers, Means("deviation of each subject's intercept (BLUP)", "ms")]
    reml: bool  # restricted maximum likelihood
    converged: bool  # as established by lmmsolutions.fitting, not as reported by the optimiser
    warnings: tuple[str, ...]  # what the optimisers said on the way, mostly spurious
    mixed_results: FittedModel  # the same fit, for checks of a whole model

    def log_likelihood_at(self, fixed: ArrayLike, group_variance: float, residual_variance: float) -> float:
        """Restricted log-likelihood at other estimates; ``fixed`` is (intercept in ms, slope in ms per day)."""
        return self.mixed_results.log_likelihood_at(fixed, group_variance, residual_variance)


@dataclass(frozen=True)
class SubjectComparison:
    """Question 6: two subjects' lines from the mixed model, parallel because the model says so."""

    subject_1: Annotated[int, Means("first subject")]
    subject_2: Annotated[int, Means("second subject")]
    intercept_1: Annotated[float, Means("fixed intercept + random intercept of subject_1", "ms")]
    intercept_2: Annotated[float, Means("fixed intercept + random intercept of subject_2", "ms")]
    fixed_slope: Annotated[float, Means("slope of both lines", "ms per day")]
    group_sd: Annotated[float, Means("standard deviation of the subjects' intercepts", "ms")]

    @property
    def lines(self) -> dict[int, tuple[float, float]]:
        """Subject → (intercept in ms, slope in ms per day)."""
        return {
            self.subject_1: (self.intercept_1, self.fixed_slope),
            self.subject_2: (self.intercept_2, self.fixed_slope),
        }

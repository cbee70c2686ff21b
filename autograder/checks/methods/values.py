"""Checks of what the student's variables hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from autograder.checks.check_list import CheckList
from autograder.checks.kinds import KINDS
from autograder.checks.mistakes import Mistake
from autograder.checks.models import mixed, ols
from autograder.checks.models.fitted import reference_of
from autograder.checks.outcome import AuthorError
from autograder.checks.student import student
from autograder.checks.tolerance import Tolerance
from autograder.checks.values.containers import Unfit, as_number
from autograder.checks.values.effects import WantedEffects, judge_effects
from autograder.checks.values.number import Wanted, judge
from autograder.checks.values.table import judge_count, judge_identifier, judge_shape, judge_table


class ValueChecks(CheckList):
    """One method for each kind of value.

    The same words mean the same everywhere:

    * ``name``: the student's variable, and what misconceptions call it.
    * ``want``: the reference.
    * ``credit``: points; left out: an equal share of what the other checks leave.
    * ``mistakes``: rows of misconceptions; left out: those of ``Checks(mistakes=…)``.
    * ``label``: what the feedback calls the check; left out: the variable.
    * ``own``: a function without arguments that computes what follows from the student's *own* earlier results,
      which is as good as ``want``. It may raise where these results are unfit for it.
    * ``unit``: of the value; nothing is judged by it, but TAs see where a written answer says another.
    """

    def number(
        self,
        name: str,
        want: Any,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        relative: float = 1e-4,
        absolute: float = 0.0,
        own: Callable[[], Any] | None = None,
        unit: str = "",
    ) -> None:
        """One number, in any container that holds exactly one.

        Args:
            name: the student's variable.
            want: the reference.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a number or a kind.
            label: what the feedback calls the check.
            relative: tolerance relative to ``want`` (see ``autograder.checks.tolerance`` for the usual ones).
            absolute: tolerance in the unit of ``want``, added to the relative one.
            own: computes the number that follows from the student's own earlier results.
            unit: of the number.

        Example:
            >>> with trying(slope=10.47):
            ...     checks = Checks()
            ...     checks.number("slope", 10.467286, unit="ms per day")
            1 of 1 points
              ✓ `slope`: right, 1 of 1 points
                  Found: 10.47 ms per day
        """
        wanted = Wanted(name, _finite(name, want), Tolerance(relative, absolute), own, student.printed)
        self._check(
            label or f"`{name}`",
            lambda rows: judge(student.value(name), wanted, rows),
            wanted.value,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["number"],
            unit=unit,
        )

    def count(
        self,
        name: str,
        want: int,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        unit: str = "",
    ) -> None:
        """A whole number, exactly.

        Args:
            name: the student's variable.
            want: the reference.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a whole number or a kind.
            label: what the feedback calls the check.
            unit: of the number.

        Raises:
            AuthorError: if the reference is no whole number.

        Example:
            >>> with trying(n_subjects=17):
            ...     checks = Checks()
            ...     checks.count("n_subjects", 18)
            0 of 1 points
              ✗ `n_subjects`: not right, 0 of 1 points
                  Found: 17
                  Hint: This is not the count that the data give.
        """
        if not _finite(name, want).is_integer():
            raise AuthorError(f"the count {name!r} must be a whole number, got {want!r}", want)
        self._check(
            label or f"`{name}`",
            lambda rows: judge_count(name, student.value(name), int(want), rows, student.printed),
            want,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["count"],
            unit=unit,
        )

    def identifier(
        self,
        name: str,
        want: int | str,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """The number or text that something is called by, such as a subject; ``371`` and ``"371"`` are the same.

        Args:
            name: the student's variable.
            want: the reference.
            credit: points.
            mistakes: rows, whose ``wrong`` gives an identifier or a kind.
            label: what the feedback calls the check.

        Example:
            >>> with trying(subject_1="371"):
            ...     checks = Checks()
            ...     checks.identifier("subject_1", 371)
            1 of 1 points
              ✓ `subject_1`: right, 1 of 1 points
                  Found: the text “371”
        """
        self._check(
            label or f"`{name}`",
            lambda rows: judge_identifier(name, student.value(name), want, rows),
            None,  # which ones are asked for is no secret
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["identifier"],
        )

    def shape(
        self,
        name: str,
        want: Iterable[int],
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """The size of a table: a tuple, list or array of whole numbers, exactly and in order.

        Args:
            name: the student's variable.
            want: the reference, such as ``data.shape``.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a shape or a kind.
            label: what the feedback calls the check.

        Raises:
            AuthorError: if the reference is a single number.

        Example:
            >>> with trying(size=(3, 180)):
            ...     checks = Checks()
            ...     checks.shape("size", (180, 3))
            0.5 of 1 points
              ◐ `size`: partly right, 0.5 of 1 points
                  Found: (3, 180)
                  Hint: Rows come first, then columns.
        """
        sizes = _shape(name, want)
        self._check(
            label or f"`{name}`",
            lambda rows: judge_shape(name, student.value(name), sizes, rows),
            sizes,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["shape"],
        )

    def table(
        self,
        name: str,
        want: pd.DataFrame,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A DataFrame with the rows of ``want``; index, order and further columns make no difference.

        Args:
            name: the student's variable.
            want: the reference.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a table or a kind.
            label: what the feedback calls the check.

        Example:
            >>> with trying(first=pd.DataFrame({"Day": [0, 1], "Reaction": [249.6, 258.7]})):
            ...     checks = Checks()
            ...     checks.table("first", pd.DataFrame({"Day": [1, 0], "Reaction": [258.7, 249.6]}))
            1 of 1 points
              ✓ `first`: right, 1 of 1 points
                  Found: a DataFrame with 2 rows and 2 columns
        """
        self._check(
            label or f"`{name}`",
            lambda rows: judge_table(name, student.value(name), want, rows),
            None,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["table"],
        )

    def effects(
        self,
        name: str,
        want: pd.Series,
        *,
        scale: float,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        own: Callable[[], Any] | None = None,
        unit: str = "",
        each: str = "subject",
    ) -> None:
        """One number for each subject, in any container that keeps the subjects.

        Args:
            name: the student's variable.
            want: the reference, indexed by subject.
            scale: the greatest difference that matters, in the unit of the effects, is 5e-4 of it: their standard
                deviation.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a Series by subject or a kind.
            label: what the feedback calls the check.
            own: gives the effects that follow from the student's own earlier results.
            unit: of the effects.
            each: what hints call a subject, such as "school".

        Example:
            >>> with trying(effects={"308": 40.78, "309": -77.85}):
            ...     checks = Checks()
            ...     checks.effects("effects", pd.Series({308: 40.783711, 309: -77.849554}), scale=37.1)
            1 of 1 points
              ✓ `effects`: right, 1 of 1 points
                  Found: a dict with 2 entries
        """
        wanted = WantedEffects(name, want, scale, own, each)
        self._check(
            label or f"`{name}`",
            lambda rows: judge_effects(student.value(name), wanted, rows),
            want,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["effects"],
            unit=unit,
        )

    def ols_model(
        self,
        name: str,
        want: Any,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A least squares model, fitted with statsmodels.

        Args:
            name: the student's variable.
            want: the reference: what ``fit()`` of statsmodels returned, a
                :class:`~autograder.checks.models.linear.ReferenceModel`, or an object that has one as ``.<name>``.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a model like the reference or a kind.
            label: what the feedback calls the check.

        Example:
            >>> import statsmodels.formula.api as smf
            >>> data = pd.DataFrame({"day": [0, 1, 2, 3], "time": [250.0, 262.0, 268.0, 284.0]})
            >>> with trying(model=smf.ols("time ~ I(day - 1)", data).fit()):
            ...     checks = Checks()
            ...     checks.ols_model("model", smf.ols("time ~ day", data).fit())
            1 of 1 points
              ✓ `model`: right, 1 of 1 points
                  Found: a fitted OLS model of time by I(day - 1), 4 rows
        """
        model = reference_of(want, name, ols.FIELDS)
        self._check(
            label or f"`{name}`",
            lambda rows: ols.judge_ols(name, student.value(name), model, rows),
            _estimates(model),
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["ols_model"],
        )

    def mixed_model(
        self,
        name: str,
        want: Any,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
    ) -> None:
        """A linear mixed model, fitted with statsmodels.

        Args:
            name: the student's variable.
            want: the reference: what ``fit()`` of statsmodels returned (one that did not converge, or has a variance on
                the boundary, is refused), a :class:`~autograder.checks.models.linear.ReferenceMixedModel`, or an
                object that has one as ``.<name>``.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a model like the reference or a kind.
            label: what the feedback calls the check.

        Example:
            >>> import statsmodels.formula.api as smf
            >>> days = pd.DataFrame({"who": list("aaabbbcccddd"), "day": [0, 1, 2] * 4})
            >>> days["time"] = [250, 261, 268, 280, 286, 303, 231, 242, 255, 262, 268, 285.0]
            >>> with trying(model=smf.mixedlm("time ~ day", days, groups="who").fit(method="powell")):
            ...     checks = Checks()
            ...     checks.mixed_model("model", smf.mixedlm("time ~ day", days, groups="who").fit())
            1 of 1 points
              ✓ `model`: right, 1 of 1 points
                  Found: a fitted MixedLM model of time by day, 12 rows, fitted by REML
        """
        model = reference_of(want, name, mixed.FIELDS)
        self._check(
            label or f"`{name}`",
            lambda rows: mixed.judge_mixed(name, student.value(name), model, rows),
            _estimates(model),
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["mixed_model"],
        )


def _finite(name: str, want: Any) -> float:
    number = as_number(want)
    if isinstance(number, Unfit) or not math.isfinite(number):
        raise AuthorError(f"the reference of {name!r} must be one finite number, got {want!r}", want)
    return number


def _shape(name: str, want: Any) -> tuple[int, ...]:
    if not isinstance(want, Iterable) or isinstance(want, str):
        raise AuthorError(f"the shape {name!r} must be whole numbers such as (180, 3), got {want!r}", want)
    return tuple(want)


def _estimates(model: Any) -> list[Any]:
    """What was estimated; the data of a model are no secret."""
    return [getattr(model, field, None) for field in ("fe_params", "cov_re", "scale", "llf")]

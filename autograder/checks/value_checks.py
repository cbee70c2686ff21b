"""Checks of what the student's variables hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from autograder.checks import mixed_model, ols_model
from autograder.checks.containers import Unfit, as_number
from autograder.checks.effects import WantedEffects, judge_effects
from autograder.checks.errors import AuthorError
from autograder.checks.fitted import reference_of
from autograder.checks.mistakes import Mistake
from autograder.checks.number import Wanted, judge
from autograder.checks.shape import judge_count, judge_shape
from autograder.checks.sheet import Sheet
from autograder.checks.table import judge_table
from autograder.checks.tolerance import Tolerance
from autograder.evidence import student


class ValueChecks(Sheet):
    """One method for each kind of value; ``name`` is the student's variable."""

    def number(
        self,
        name: str,
        want: Any,
        *,
        credit: float,
        mistakes: Iterable[Mistake] = (),
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
            mistakes: rows of misconceptions; those whose ``quantity`` is ``name`` are used.
            label: what the feedback calls the check.
            relative: tolerance relative to ``want`` (see ``autograder.checks.tolerance`` for the usual ones).
            absolute: tolerance in the unit of ``want``, added to the relative one.
            own: computes the value that follows from the student's *own* earlier results; it is as good as
                ``want``. It may raise where these results are unfit for it.
            unit: of the number; nothing is judged by it, but TAs see where a written answer says another.
        """
        wanted = Wanted(name, _finite(name, want), Tolerance(relative, absolute), own, student.printed)
        rows = self._rows(mistakes, name)
        self._add(
            label or f"`{name}`", credit, judge(student.value(name), wanted, rows), wanted.value, rows, (name, unit)
        )

    def count(
        self,
        name: str,
        want: int,
        *,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str | None = None,
        unit: str = "",
    ) -> None:
        """A whole number, exactly; ``unit`` as in :meth:`number`."""
        if not _finite(name, want).is_integer():
            raise AuthorError(f"the count {name!r} must be a whole number, got {want!r}", want)
        rows = self._rows(mistakes, name)
        verdict = judge_count(name, student.value(name), int(want), rows, student.printed)
        self._add(label or f"`{name}`", credit, verdict, want, rows, (name, unit))

    def shape(
        self,
        name: str,
        want: Iterable[int],
        *,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str | None = None,
    ) -> None:
        """The size of a table: a tuple, list or array of whole numbers, exactly and in order."""
        rows = self._rows(mistakes, name)
        sizes = tuple(want)
        self._add(label or f"`{name}`", credit, judge_shape(name, student.value(name), sizes, rows), sizes, rows)

    def table(
        self,
        name: str,
        want: pd.DataFrame,
        *,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str | None = None,
    ) -> None:
        """A DataFrame with the rows of ``want``; index, order and further columns make no difference."""
        rows = self._rows(mistakes, name)
        self._add(label or f"`{name}`", credit, judge_table(name, student.value(name), want, rows), None, rows)

    def effects(
        self,
        name: str,
        want: pd.Series,
        *,
        scale: float,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str | None = None,
        own: Callable[[], Any] | None = None,
        unit: str = "",
    ) -> None:
        """One number for each subject, in any container that keeps the subjects.

        Args:
            name: the student's variable.
            want: the reference, indexed by subject.
            scale: standard deviation of the effects in their unit; differences up to 5e-4 of it are none.
            credit: points.
            mistakes: rows of misconceptions, whose ``wrong`` gives a Series by subject.
            label: what the feedback calls the check.
            own: gives the effects that follow from the student's *own* earlier results, which are as good.
            unit: of the effects, as in :meth:`number`.
        """
        wanted = WantedEffects(name, want, scale, own)
        rows = self._rows(mistakes, name)
        self._add(
            label or f"`{name}`", credit, judge_effects(student.value(name), wanted, rows), want, rows, (name, unit)
        )

    def ols_model(
        self, name: str, reference: Any, *, credit: float, mistakes: Iterable[Mistake] = (), label: str | None = None
    ) -> None:
        """A fitted least squares line.

        Args:
            name: the student's variable.
            reference: a :class:`~autograder.checks.fitted.ReferenceModel`, or an object that has one as ``.<name>``.
            credit: points.
            mistakes: rows; ``wrong`` gives a model like the reference, or a kind from ``autograder.checks.model``.
            label: what the feedback calls the check.
        """
        model = reference_of(reference, name, ols_model.FIELDS)
        rows = self._rows(mistakes, name)
        verdict = ols_model.judge_ols(name, student.value(name), model, rows)
        self._add(label or f"`{name}`", credit, verdict, _estimates(model), rows)

    def mixed_model(
        self, name: str, reference: Any, *, credit: float, mistakes: Iterable[Mistake] = (), label: str | None = None
    ) -> None:
        """A fitted random intercept model.

        Args:
            name: the student's variable.
            reference: a :class:`~autograder.checks.fitted.ReferenceMixedModel`, or an object that has one as
                ``.<name>``.
            credit: points.
            mistakes: rows; ``wrong`` gives a model like the reference, or a kind from ``autograder.checks.model``.
            label: what the feedback calls the check.
        """
        model = reference_of(reference, name, mixed_model.FIELDS)
        rows = self._rows(mistakes, name)
        verdict = mixed_model.judge_mixed(name, student.value(name), model, rows)
        self._add(label or f"`{name}`", credit, verdict, _estimates(model), rows)


def _finite(name: str, want: Any) -> float:
    number = as_number(want)
    if isinstance(number, Unfit) or not math.isfinite(number):
        raise AuthorError(f"the reference of {name!r} must be one finite number, got {want!r}", want)
    return number


def _estimates(model: Any) -> list[Any]:
    """What was estimated; the data of a model are no secret."""
    return [getattr(model, field, None) for field in ("fe_params", "cov_re", "scale", "llf")]

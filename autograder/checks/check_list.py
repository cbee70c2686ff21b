"""The list of checks of one test cell: its points, its data, its results."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import AuthorError, CheckResult, Verdict, wrong
from autograder.checks.student import current, is_judging
from autograder.checks.values.number import explanation

Data = pd.DataFrame | Sequence[pd.DataFrame]
OWN_RESULT_HINT = "Your own earlier result was taken as it is."
_WHOLE = 1.0  # points of a trial that names none, where a credit is left out
_SLACK = 1e-7  # thirds written as 1 / 3 add up, 0.333333 does not


@dataclass(frozen=True)
class CheckCall:
    """One check, as a test cell called it."""

    label: str
    want: Any  # the reference, or None where there is nothing to keep secret
    mistakes: tuple[str, ...]  # names of the misconceptions that it knows
    dead: tuple[str, ...] = ()  # what is wrong with those that no answer can meet, where that was asked for


@dataclass(frozen=True)
class _Line:
    """One line of the list before the credits are shared out."""

    label: str
    verdict: Verdict
    credit: float | None  # points; None: an equal share of what the others leave
    name: str  # the student's variable, or the quantity of a figure
    unit: str


class CheckList:
    """Collects the results of checks and adds up their points.

    Args:
        points: what the test cell is worth; default: what the cell's metadata say. The credits of the checks add up
            to it.
        data: the table that misconceptions are computed on, or several; default: those that the test cell has asked
            for with ``student.data``, in that order.
        mistakes: rows of misconceptions for all checks; each takes those of its own variable or figure.
        own_mistakes: gives the same on the student's own earlier result (a model that is wrong in its own way, which
            costs where it was asked for), for answers that the rows do not explain. As with ``own`` of a check, nothing
            follows from a result that has earned nothing.

    Raises:
        AuthorError: if ``points`` is not a number ≥ 0.
    """

    def __init__(
        self,
        points: float | None = None,
        data: Data | None = None,
        *,
        mistakes: Iterable[Mistake] = (),
        own_mistakes: Callable[[], Iterable[Mistake]] | None = None,
    ) -> None:
        if points is not None:
            points = _valid(points, "the points of a test cell")
        self._points = points
        self._data = (data,) if isinstance(data, pd.DataFrame) else None if data is None else tuple(data)
        self._mistakes = tuple(mistakes)
        self._own_mistakes = own_mistakes
        self._lines: list[_Line] = []
        if is_judging():
            current().lists.append(self)

    @property
    def points(self) -> float:
        """What the list is worth.

        A trial that names no points is worth what its checks are worth, and 1 if any of them leaves that open.
        """
        if self._points is not None:
            return self._points
        cell_points = current().points if is_judging() else None
        if cell_points is not None:
            return float(cell_points)
        given = math.fsum(line.credit or 0.0 for line in self._lines)
        return max(given, _WHOLE) if any(line.credit is None for line in self._lines) else given

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """The checks so far, in order.

        Raises:
            AuthorError: if nothing is left for the checks whose credit is left out.
        """
        shared = _shared(self.points, self._lines)
        return tuple(
            replace(
                line.verdict.result(line.label, credit),
                quantity=line.name if line.unit else "",
                unit=line.unit,
                name=line.name,
            )
            for line, credit in zip(self._lines, shared, strict=True)
        )

    def score(self) -> float:
        """The points earned so far, a plain ``float``.

        A test cell may end with it but need not: the referee takes the list from the cell.

        Raises:
            AuthorError: if the credits of the checks do not add up to the points of the cell.
        """
        return _total(self.points, self.results)

    def fail(self, label: str, hint: str) -> None:
        """Add a failed line that is worth what the others leave.

        Args:
            label: what the feedback calls it.
            hint: for the student.
        """
        given = [line.credit for line in self._lines]
        open_ended = None in given
        left = max(self.points - math.fsum(credit or 0.0 for credit in given), 0.0)
        self._add(label, None if open_ended and left else left, wrong(hint=hint), CheckCall(label, None, ()))

    def _check(
        self,
        label: str,
        judge: Callable[[Misconceptions], Verdict],
        want: Any,
        *,
        name: str,
        credit: float | None,
        mistakes: Iterable[Mistake] | None,
        kinds: Mapping[str, str],
        text_values: bool = False,
        unit: str = "",
    ) -> None:
        """Judge, and add the line.

        Args:
            label: what the feedback calls the check.
            judge: gives the verdict, with the misconceptions of this check at hand.
            want: the reference, to be kept from students.
            name: the student's variable or the quantity of a figure, which misconceptions name.
            credit: points, or ``None``.
            mistakes: rows; ``None``: those of the list.
            kinds: of mistake that the check sees by itself.
            text_values: whether the wrong values of rows are texts.
            unit: of the value, where one is declared.
        """
        chosen = self._mistakes if mistakes is None else mistakes
        rows = Misconceptions(chosen, name, self._tables, kinds, text_values)
        verdict = judge(rows)
        if not verdict.passed and name and not set(verdict.mistake.split(", ")) & set(rows.names):
            verdict = self._on_own_result(judge, verdict, name, kinds)
        if name and is_judging():
            current().checked(name, carries=verdict.share > 0 and verdict.carries)
        self._add(label, credit, verdict, CheckCall(label, want, rows.names, _dead(rows)), name, unit)

    def _on_own_result(
        self, judge: Callable[[Misconceptions], Verdict], verdict: Verdict, name: str, kinds: Mapping[str, str]
    ) -> Verdict:
        """The verdict in the words of a misconception on the student's own earlier result, where one explains it.

        What rests on something that no later part may build on is explained likewise, and earns nothing more for it.
        """
        found, is_work = explanation(self._own_mistakes)
        if found is None:
            return verdict
        rows = Misconceptions(found, name, self._tables, kinds)
        again = judge(rows)
        if not is_work:
            again = replace(again, share=min(again.share, verdict.share))
        taken = f"{OWN_RESULT_HINT} " if is_work else ""
        if again.share < verdict.share or not set(again.mistake.split(", ")) & set(rows.names):
            return verdict
        return replace(again, hint=taken + again.hint, notes=verdict.notes)

    def _tables(self) -> tuple[pd.DataFrame, ...]:
        if self._data is not None:
            return tuple(table.copy() for table in self._data)
        return current().tables() if is_judging() else ()

    def _add(
        self,
        label: str,
        credit: float | None,
        verdict: Verdict,
        call: CheckCall,
        name: str = "",
        unit: str = "",
    ) -> None:
        credit = None if credit is None else _valid(credit, "a credit")
        if (recording := _recording.get()) is not None:
            recording.calls.append(call)
        self._lines.append(_Line(label, verdict, credit, name, unit))

    def _verdict_on(self, name: str) -> Verdict:
        """The verdict on the check of a variable.

        Raises:
            AuthorError: it has not been checked in this list.
        """
        for line in reversed(self._lines):
            if line.name == name:
                return line.verdict
        known = ", ".join(repr(line.name) for line in self._lines if line.name) or "none"
        raise AuthorError(f"`needs` names {name!r}, which is not checked before (checked so far: {known})", name)


def _valid(points: Any, what: str) -> float:
    """A number of points.

    Raises:
        AuthorError: if it is not a number ≥ 0.
    """
    if isinstance(points, bool) or not isinstance(points, int | float) or not math.isfinite(points) or points < 0:
        raise AuthorError(f"{what} must be a number of points ≥ 0, got {points!r}", points)
    return float(points)


def _shared(points: float, lines: Sequence[_Line]) -> list[float]:
    """The credit of each line; those that leave it out share evenly what the others leave.

    Raises:
        AuthorError: if nothing is left for them.
    """
    open_lines = sum(line.credit is None for line in lines)
    if not open_lines:
        return [line.credit for line in lines if line.credit is not None]
    left = points - math.fsum(line.credit for line in lines if line.credit is not None)
    if left <= _SLACK:
        raise AuthorError(
            f"no points are left for {open_lines} checks without a credit: the cell has {points:g}.",
            points - left,
            points,
            "Lower the credits of the others, or give the cell more points.",
        )
    return [left / open_lines if line.credit is None else line.credit for line in lines]


def _total(points: float, results: Sequence[CheckResult]) -> float:
    """The points earned, 0 … ``points``.

    Raises:
        AuthorError: if the credits of the checks do not add up to the points of the cell.
    """
    credits_sum = math.fsum(result.credit for result in results)
    if not results or abs(credits_sum - points) > _SLACK * max(1.0, points):
        listed = ", ".join(f"{result.label}: {result.credit:g}" for result in results) or "no checks"
        raise AuthorError(
            f"the credits add up to {credits_sum:g}, but the cell is worth {points:g} points ({listed}).",
            credits_sum,
            points,
            "Change the credits, or the points of the cell.",
        )
    earned = math.fsum(result.earned for result in results)
    if all(result.earned == result.credit for result in results):
        return float(points)
    return float(min(round(max(earned, 0.0), 9), points))


@dataclass(frozen=True)
class _Recording:
    """The checks that are called, collected for the audit."""

    every_mistake: bool
    calls: list[CheckCall]


_recording: ContextVar[_Recording | None] = ContextVar("autograder.checks.check_list", default=None)


@contextmanager
def recording_checks(every_mistake: bool = False) -> Iterator[list[CheckCall]]:
    """Collect the checks that are called within a ``with`` block.

    Args:
        every_mistake: whether every misconception is computed, also of checks that are passed.
    """
    recording = _Recording(every_mistake, [])
    token = _recording.set(recording)
    try:
        yield recording.calls
    finally:
        _recording.reset(token)


def _dead(rows: Misconceptions) -> tuple[str, ...]:
    recording = _recording.get()
    return rows.dead() if recording is not None and recording.every_mistake else ()

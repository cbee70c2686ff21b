"""Checks of what the student drew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from autograder.checks import histogram, scatter
from autograder.checks.containers import Unfit, as_number, key
from autograder.checks.errors import AuthorError
from autograder.checks.labels import Asked, Pieces, judge_labels
from autograder.checks.line_mistakes import known_line, known_lines
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.number import own_result
from autograder.checks.pictures import Judged, best_of
from autograder.checks.sheet import Sheet
from autograder.checks.straight_lines import Pair, Ruler, judge_line, judge_lines, judge_subject_lines, pair
from autograder.checks.visible import last_of_them, visible
from autograder.evidence import student
from autograder.views import Figure

Names = tuple[str, str]  # the student's variables of an intercept and a slope


class FigureChecks(Sheet):
    """One method for each part of a figure; every figure of the part is looked at, and the best one counts.

    ``name`` is the quantity of a figure's misconceptions; ``wrong`` gives what was drawn instead, in the form that
    the method takes, or a text: the kind of mistake.
    """

    _shown: tuple[Figure, ...] = ()  # the figures that deserved the checks so far; labels are looked for there

    @cached_property
    def _figures(self) -> tuple[Figure, ...]:
        return last_of_them(tuple(visible(figure) for figure in student.figures))

    def histogram(
        self,
        values: Any,
        *,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str = "the histogram",
        name: str = "histogram",
    ) -> None:
        """A histogram of ``values`` with any bins: counts, densities or shares; bars or outlines; stacked or not.

        Kinds: ``no-figure``, ``no-bars``, ``swapped``, ``one-bar``, ``part``, ``cumulative``, ``raw-bars``,
        ``other-values``.
        """
        wanted = histogram.reference_values(values)
        rows = self._rows(mistakes, name)
        judged = best_of(self._figures, lambda figure: histogram.judge_histogram(figure, wanted))
        if not judged.verdict.passed:
            judged = replace(judged, verdict=histogram.known_mistake(judged, self._figures, wanted, rows))
        self._add_figure(label, credit, judged, None, rows)

    def scatter(
        self,
        x: Any,
        y: Any,
        *,
        own: Callable[[], Any] | None = None,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str = "the scatter plot",
        name: str = "scatter",
    ) -> None:
        """A scatter plot that shows all points (x, y), in one collection or several, jittered in x or not.

        Args:
            x: values of the predictor.
            y: values of the response.
            own: gives the (x, y) that follow from the student's *own* earlier results, which are as good; it may
                raise where these are unfit for it.
            credit: points.
            mistakes: rows, whose ``wrong`` gives the (x, y) shown instead, or a kind.
            label: what the feedback calls the check.
            name: quantity of the rows.

        Kinds: ``no-figure``, ``no-points``, ``swapped``, ``joined``, ``extra``, ``incomplete``, ``other-points``.
        """
        cloud = scatter.Cloud.of(x, y)
        rows = self._rows(mistakes, name)
        judged = best_of(self._figures, lambda figure: scatter.judge_scatter(figure, cloud))
        carried = None if judged.verdict.passed else scatter.own_points(self._figures, own_result(own))
        judged = carried or judged
        if not judged.verdict.passed:
            judged = replace(judged, verdict=scatter.known_mistake(judged, self._figures, cloud, rows))
        self._add_figure(label, credit, judged, None, rows)

    def line(
        self,
        intercept: float,
        slope: float,
        *,
        over: Pair | None = None,
        scale: float | None = None,
        own: Names | None = None,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str = "the line",
        name: str = "line",
    ) -> None:
        """A straight line, drawn with any number of points.

        Args:
            intercept: of the line, in the unit of the response.
            slope: of the line.
            over: lowest and highest value of the predictor; the line must cover this range.
            scale: range of the response over the data; 2e-3 of it is no difference. Default: the line's own rise.
            own: the student's variables of intercept and slope; a line that follows from them is as good.
            credit: points.
            mistakes: rows, whose ``wrong`` gives (intercept, slope) or a kind.
            label: what the feedback calls the check.
            name: quantity of the rows.

        Kinds: ``no-figure``, ``no-line``, ``short``, ``marks-only``, ``swapped``, ``exchanged``,
        ``not-straight``, ``other-line``.
        """
        want, ruler = pair((intercept, slope)), Ruler(over, scale)
        theirs = _own_pair(own)
        names = _spoken(own)
        rows = self._rows(mistakes, name)
        judged = best_of(self._figures, lambda figure: judge_line(figure, want, ruler, theirs, names))
        if not judged.verdict.passed:
            judged = replace(judged, verdict=known_line(judged.verdict, self._figures, want, ruler, rows))
        self._add_figure(label, credit, judged, want, rows)

    def subject_lines(
        self,
        fits: Mapping[Any, Any],
        *,
        at_least: int = 10,
        over: Pair | Mapping[Any, Pair] | None = None,
        scale: float | None = None,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str = "the subjects' lines",
        name: str = "subject_lines",
    ) -> None:
        """One figure, in one panel or several, with the straight lines of at least so many different subjects.

        Args:
            fits: subject → (intercept, slope), or an object with these fields.
            at_least: how many subjects; fewer earn their share.
            over: range of the predictor that each line covers, for all subjects or by subject.
            scale: range of the response over the data.
            credit: points.
            mistakes: rows, whose ``wrong`` gives other fits by subject, or a kind.
            label: what the feedback calls the check.
            name: quantity of the rows.

        Kinds: ``no-figure``, ``no-line``, ``too-few``, ``swapped``, ``exchanged``, ``not-straight``,
        ``other-lines``.
        """
        wants = _pairs(fits)
        if not 0 < at_least <= len(wants):
            raise AuthorError(f"at_least must be 1 … {len(wants)}, the number of fits, got {at_least!r}", at_least)
        overs = {key(subject): span for subject, span in over.items()} if isinstance(over, Mapping) else {}
        ruler = Ruler(None if isinstance(over, Mapping) else over, scale)
        rows = self._rows(mistakes, name)
        judged = best_of(self._figures, lambda figure: judge_subject_lines(figure, wants, at_least, ruler, overs))
        if not judged.verdict.passed:
            verdict = known_lines(judged.verdict, self._figures, wants, at_least, ruler, rows)
            judged = replace(judged, verdict=verdict)
        self._add_figure(label, credit, judged, wants, rows)

    def lines(
        self,
        wants: Mapping[Any, Any],
        *,
        over: Pair | None = None,
        scale: float | None = None,
        own: Mapping[Any, Names] | None = None,
        credit: float,
        mistakes: Iterable[Mistake] = (),
        label: str = "the lines",
        name: str = "lines",
    ) -> None:
        """One figure with all of a few named straight lines; each is worth an equal share.

        Args:
            wants: name (such as a subject) → (intercept, slope).
            over: range of the predictor that each line covers.
            scale: range of the response over the data.
            own: name → the student's variables of intercept and slope; lines that follow from them are as good.
            credit: points.
            mistakes: rows, whose ``wrong`` gives other lines by name, or a kind.
            label: what the feedback calls the check.
            name: quantity of the rows.

        Kinds: ``no-figure``, ``no-line``, ``incomplete``, ``exchanged-labels``, ``swapped``, ``other-lines``.
        """
        asked, ruler = _pairs(wants), Ruler(over, scale)
        named = {key(one): names for one, names in (own or {}).items()}
        theirs = {one: found for one, names in named.items() if (found := _own_pair(names)) is not None}
        spoken = {one: _spoken(names) for one, names in named.items()}
        rows = self._rows(mistakes, name)
        judged = best_of(self._figures, lambda figure: judge_lines(figure, asked, ruler, theirs, spoken))
        if not judged.verdict.passed:
            verdict = known_lines(judged.verdict, self._figures, asked, len(asked), ruler, rows)
            judged = replace(judged, verdict=verdict)
        self._add_figure(label, credit, judged, asked, rows)

    def labels(
        self,
        *,
        x: Asked = True,
        y: Asked = True,
        title: Asked = False,
        legend: bool | int = False,
        equation: bool | Pair | Sequence[Pair] = False,
        own: Names | Sequence[Names] | None = None,
        credit: float,
        label: str = "the labels of the figure",
    ) -> None:
        """Axis labels, title, legend and equation; each asked piece is worth an equal share.

        They are looked for in the figures that deserved the figure checks before, in any figure if none did.

        Args:
            x: whether an x label is asked for, or words of which it must contain one, whatever the case.
            y: the same for the y label.
            title: the same for the title of the panel or the figure.
            legend: whether a legend is asked for, or how many entries it must have.
            equation: whether a text with two numbers is asked for, or the (intercept, slope) that it must state,
                or several such pairs.
            own: the student's variables of intercept and slope, which are as good, one pair for each equation.
            credit: points.
            label: what the feedback calls the check.
        """
        asked = Pieces(x, y, title, legend, _equations(equation, own))
        judged = best_of(self._shown or self._figures, lambda figure: judge_labels(figure, asked))
        self._add(label, credit, judged.verdict, None if isinstance(equation, bool) else equation)

    def _add_figure(self, label: str, credit: float, judged: Judged, want: Any, rows: Misconceptions) -> None:
        both = tuple(one for one in self._shown if any(one is other for other in judged.figures))
        self._shown = both or judged.figures or self._shown
        self._add(label, credit, judged.verdict, want, rows)


def _pairs(lines: Mapping[Any, Any]) -> dict[str, Pair]:
    if not lines:
        raise AuthorError("there is no line to be compared with", lines)
    return {key(name): pair(line) for name, line in lines.items()}


def _own_pair(names: Names | None) -> Pair | None:
    """The student's own intercept and slope, where both are finite numbers."""
    if names is None:
        return None
    if isinstance(names, str) or len(names) != 2:
        raise AuthorError(f"`own` is a pair of the student's variables, intercept and slope, got {names!r}", names)
    intercept, slope = (as_number(student.value(name)) for name in names)
    if isinstance(intercept, Unfit) or isinstance(slope, Unfit):
        return None
    return (intercept, slope) if abs(intercept) + abs(slope) < float("inf") else None


def _spoken(names: Names | None) -> str:
    return " and ".join(f"`{name}`" for name in names) if names else ""


def _equations(equation: bool | Pair | Sequence[Pair], own: Names | Sequence[Names] | None) -> bool | list[list[Pair]]:
    """For each equation the pairs that are right in it: the reference's, and the student's own."""
    if isinstance(equation, bool):
        return equation
    several = [pair(one) for one in equation] if _is_nested(equation) else [pair(equation)]
    names: list[Any] = list(own) if own is not None and _is_nested(own) else [own] * len(several)
    if len(names) != len(several):
        raise AuthorError("`own` needs one pair of variables for each equation", own)
    return [[want, *((found,) if (found := _own_pair(one)) else ())] for want, one in zip(several, names, strict=True)]


def _is_nested(pairs: Any) -> bool:
    return any(isinstance(one, tuple | list) for one in pairs)

"""Checks of what the student drew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from autograder.checks.check_list import CheckList
from autograder.checks.figures import histogram, scatter
from autograder.checks.figures.labels import Pieces, Requirement, Words, judge_labels
from autograder.checks.figures.line_mistakes import known_line, known_lines
from autograder.checks.figures.lines import (
    LineTolerance,
    Pair,
    judge_line,
    judge_lines,
    judge_subject_lines,
    own_lines,
    own_pairs,
    pair,
)
from autograder.checks.figures.panels import Judged, best_of, clean_figure, last_figures
from autograder.checks.kinds import KINDS
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import AuthorError, Verdict
from autograder.checks.student import student
from autograder.checks.values.containers import key
from autograder.checks.values.number import own_result
from autograder.values.views import Figure

Range = Pair | pd.Series  # lowest and highest value of a predictor, or its values
Scale = float | pd.Series  # range of a response, or its values


class FigureChecks(CheckList):
    """One method for each part of a figure; every figure of the part is looked at, and the best one counts.

    ``name`` is what misconceptions call the figure, since no variable of the student's holds it; ``wrong`` gives what
    was drawn instead, in the form that the method takes, or a kind. ``own`` and ``mistakes`` mean the same as in
    checks of values.
    """

    _looked_at = False  # whether a figure has been checked before
    _turned = False  # whether the figure that deserved the last check shows its variables on the other axes
    _shown: tuple[Figure, ...] = ()  # the figures that deserved the checks so far; labels are looked for there

    @cached_property
    def _figures(self) -> tuple[Figure, ...]:
        return last_figures(tuple(clean_figure(figure) for figure in student.figures))

    def histogram(
        self,
        values: Any,
        *,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the histogram",
        name: str = "histogram",
    ) -> None:
        """A histogram of ``values`` with any bins: counts, densities or shares; bars or outlines; stacked or not.

        Args:
            values: of the variable; missing and infinite ones are left out.
            credit: points.
            mistakes: rows, whose ``wrong`` gives the values shown instead, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> counts = axes.hist([1, 1, 2, 4, 4, 4], bins=3, density=True)
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.histogram([1, 1, 2, 4, 4, 4])
            1 of 1 points
              ✓ the histogram: right, 1 of 1 points
                  Found: a histogram with 3 bars
        """
        wanted = histogram.reference_values(values)
        judged = best_of(self._figures, lambda figure: histogram.judge_histogram(figure, wanted))

        def explain(rows: Misconceptions) -> Verdict:
            return histogram.known_mistake(judged, self._figures, wanted, rows)

        self._check_figure("histogram", judged, explain, None, label=label, name=name, credit=credit, mistakes=mistakes)
        self._turned = judged.verdict.passed and histogram.is_lying(judged.figures[0], wanted)

    def scatter(
        self,
        x: Any,
        y: Any,
        *,
        own: Callable[[], Any] | None = None,
        slack: float = scatter.SAME,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the scatter plot",
        name: str = "scatter",
    ) -> None:
        """A scatter plot that shows all points (x, y), in one collection or several, jittered in x or not.

        Args:
            x: values of the predictor.
            y: values of the response.
            own: gives the (x, y) that follow from the student's own earlier results.
            slack: share of the range of an axis within which two points are the same: more than the last digits where
                points follow from a fit.
            credit: points.
            mistakes: rows, whose ``wrong`` gives the (x, y) shown instead, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> points = axes.scatter([250, 260, 290], [0, 1, 2])
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.scatter([0, 1, 2], [250, 260, 290])
            0.5 of 1 points
              ◐ the scatter plot: partly right, 0.5 of 1 points
                  Found: a figure with 3 points
                  Hint: The axes are exchanged: what is to be explained belongs on the vertical axis.
        """
        cloud = scatter.PointCloud.of(x, y, slack)
        exact = best_of(self._figures, lambda figure: scatter.judge_scatter(figure, cloud))
        carried = None if exact.verdict.passed else scatter.own_points(self._figures, own_result(own))
        judged = carried or exact

        def explain(rows: Misconceptions) -> Verdict:
            return scatter.known_mistake(judged, self._figures, cloud, rows)

        self._check_figure("scatter", judged, explain, None, label=label, name=name, credit=credit, mistakes=mistakes)

    def line(
        self,
        intercept: float,
        slope: float,
        *,
        over: Range | None = None,
        scale: Scale | None = None,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the line",
        name: str = "line",
    ) -> None:
        """A straight line, drawn with any number of points.

        Args:
            intercept: of the line, in the unit of the response.
            slope: of the line.
            over: lowest and highest value of the predictor, or its column; the line must cover this range.
            scale: the greatest difference that matters is 2e-3 of it: the range of the response over the data, or
                its column. Left out: the line's own rise.
            own: gives the (intercept, slope) that follow from the student's own earlier results, for example
                ``lambda: (intercept, slope)``.
            credit: points.
            mistakes: rows, whose ``wrong`` gives (intercept, slope) or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> lines = axes.plot([0, 9], [10, 2260])
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.line(250, 10, over=(0, 9))
            0.25 of 1 points
              ◐ the line: partly right, 0.25 of 1 points
                  Found: a figure with 1 line; the line runs from (0, 10) to (9, 2260)
                  Hint: Intercept and slope are exchanged. `np.polyfit` gives the slope first.
        """
        want, tolerance = pair((intercept, slope)), LineTolerance.of(over, scale)
        theirs, variables = own_pairs(own)
        carried = theirs[0] if theirs else None
        judged = best_of(self._figures, lambda figure: judge_line(figure, want, tolerance, carried, variables))

        def explain(rows: Misconceptions) -> Verdict:
            return known_line(judged.verdict, self._figures, want, tolerance, rows)

        self._check_figure("line", judged, explain, want, label=label, name=name, credit=credit, mistakes=mistakes)

    def subject_lines(
        self,
        want: Mapping[Any, Any],
        *,
        at_least: int = 10,
        over: Range | Mapping[Any, Pair] | None = None,
        scale: Scale | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str | None = None,
        name: str = "subject_lines",
        each: str = "subject",
    ) -> None:
        """One figure, in one panel or several, with the straight lines of at least so many different subjects.

        Args:
            want: subject → (intercept, slope), or an object with these fields.
            at_least: how many subjects; fewer earn their share.
            over: range of the predictor that each line covers, for all subjects or by subject.
            scale: range of the response over the data, or its column.
            credit: points.
            mistakes: rows, whose ``wrong`` gives other fits by subject, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.
            each: what label and hints call a subject, such as "school".

        Raises:
            AuthorError: if more subjects are asked for than there are fits, or none.

        Example:
            >>> figure, axes = plt.subplots()
            >>> lines = [axes.plot([0, 9], [start, start + 9 * rise]) for start, rise in ((244, 22), (205, 2))]
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.subject_lines({308: (244, 22), 309: (205, 2), 310: (203, 6)}, at_least=3)
            0.665 of 1 points
              ◐ the subjects' lines: partly right, 0.665 of 1 points
                  Found: a figure with 2 lines
                  Hint: The fitted lines of 2 subjects were found, but 3 are asked for.
        """
        wants = _pairs(want)
        if not 0 < at_least <= len(wants):
            raise AuthorError(f"at_least must be 1 … {len(wants)}, the number of fits, got {at_least!r}", at_least)
        overs = {key(subject): span for subject, span in over.items()} if isinstance(over, Mapping) else {}
        tolerance = LineTolerance.of(None if isinstance(over, Mapping) else over, scale)
        judged = best_of(
            self._figures, lambda figure: judge_subject_lines(figure, wants, at_least, tolerance, overs, each)
        )

        def explain(rows: Misconceptions) -> Verdict:
            return known_lines(judged.verdict, self._figures, wants, at_least, tolerance, rows)

        self._check_figure(
            "subject_lines",
            judged,
            explain,
            wants,
            label=label or f"the {each}s' lines",
            name=name,
            credit=credit,
            mistakes=mistakes,
        )

    def lines(
        self,
        want: Mapping[Any, Any],
        *,
        over: Range | None = None,
        scale: Scale | None = None,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the lines",
        name: str = "lines",
    ) -> None:
        """One figure with all of a few named straight lines; each is worth an equal share.

        Args:
            want: name (such as a subject) → (intercept, slope).
            over: range of the predictor that each line covers.
            scale: range of the response over the data, or its column.
            own: gives name → (intercept, slope), as they follow from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives other lines by name, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> lines = [axes.plot([0, 9], [start, start + 9 * rise]) for start, rise in ((251, 10), (251, 20))]
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.lines({"everybody": (251, 10), "subject 308": (244, 22)}, over=(0, 9))
            0.5 of 1 points
              ◐ the lines: partly right, 0.5 of 1 points
                  Found: a figure with 2 lines
                  Hint: Not found: the line of subject 308.
        """
        pairs, tolerance, theirs = _pairs(want), LineTolerance.of(over, scale), own_lines(own)
        judged = best_of(self._figures, lambda figure: judge_lines(figure, pairs, tolerance, theirs))

        def explain(rows: Misconceptions) -> Verdict:
            return known_lines(judged.verdict, self._figures, pairs, len(pairs), tolerance, rows)

        self._check_figure("lines", judged, explain, pairs, label=label, name=name, credit=credit, mistakes=mistakes)

    def labels(
        self,
        *,
        x: Requirement = True,
        y: Requirement = True,
        title: Requirement = False,
        legend: bool | int = False,
        equation: bool | Pair | Sequence[Pair] = False,
        shown: tuple[Words, Words] = ((), ()),
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the labels of the figure",
        name: str = "labels",
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
            shown: a word, or several, for what the x axis and what the y axis shows; a label that names what the
                other axis shows, and not what its own does, is none. Where the figure shows its variables on exchanged
                axes, as a histogram may, labels that say so are right.
            own: gives the (intercept, slope) that follow from the student's own earlier results, or one pair for
                each equation.
            credit: points.
            mistakes: rows, whose ``wrong`` gives a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the labels.

        Example:
            >>> figure, axes = plt.subplots()
            >>> points, label = axes.scatter([0, 1], [250, 260]), axes.set_xlabel("day")
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.labels(shown=("day", ("time", "reaction")))
            0.5 of 1 points
              ◐ the labels of the figure: partly right, 0.5 of 1 points
                  Found: x label “day”
                  Hint: Still to do: a y label.
        """
        known: tuple[Words, Words] = ((), ()) if self._looked_at and not self._shown else shown
        pieces = Pieces(x, y, title, legend, _equations(equation, own), known[::-1] if self._turned else known)
        judged = best_of(self._shown or self._figures, lambda figure: judge_labels(figure, pieces))
        want = None if isinstance(equation, bool) else equation
        self._check(
            label,
            lambda rows: rows.named(judged.verdict).with_notes(rows.notes),
            want,
            name=name,
            credit=credit,
            mistakes=mistakes,
            kinds=KINDS["labels"],
        )

    def _check_figure(
        self,
        check: str,
        judged: Judged,
        explain: Callable[[Misconceptions], Verdict],
        want: Any,
        *,
        label: str,
        name: str,
        credit: float | None,
        mistakes: Iterable[Mistake] | None,
    ) -> None:
        """Add the line of a check; ``explain`` gives the verdict in the words of the rows, where it did not pass."""

        def judge(rows: Misconceptions) -> Verdict:
            return judged.verdict if judged.verdict.passed else explain(rows)

        self._check(label, judge, want, name=name, credit=credit, mistakes=mistakes, kinds=KINDS[check])
        both = tuple(one for one in self._shown if any(one is other for other in judged.figures))
        self._shown = both or judged.figures or self._shown
        self._looked_at = True
        if judged.verdict.passed or judged.verdict.mistake == "swapped":
            self._turned = not judged.verdict.passed


def _pairs(lines: Mapping[Any, Any]) -> dict[str, Pair]:
    if not lines:
        raise AuthorError("there is no line to be compared with", lines)
    return {key(name): pair(line) for name, line in lines.items()}


def _equations(equation: bool | Pair | Sequence[Pair], own: Callable[[], Any] | None) -> bool | list[list[Pair]]:
    """For each equation the pairs that are right in it: the reference's, and the student's own."""
    if isinstance(equation, bool):
        return equation
    several = [pair(one) for one in equation] if _is_nested(equation) else [pair(equation)]
    theirs = own_pairs(own)[0]
    if theirs and len(theirs) != len(several):
        raise AuthorError("`own` needs one (intercept, slope) for each equation", theirs)
    carried = theirs or (None,) * len(several)
    return [[want, *(() if found is None else (found,))] for want, found in zip(several, carried, strict=True)]


def _is_nested(pairs: Any) -> bool:
    return any(isinstance(one, tuple | list) for one in pairs)

"""Checks of what a mixed model is looked at with: pairs, quantiles, effects in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograder.checks.figures.caterpillar import Groups, judge_caterpillar
from autograder.checks.figures.pairs import Pairs, judge_pairs, most_joined
from autograder.checks.figures.panels import best_of, known_figure
from autograder.checks.figures.qq import judge_qq, sample_of
from autograder.checks.methods.figures import FigureChecks
from autograder.checks.mistakes import Misconceptions, Mistake
from autograder.checks.outcome import AuthorError, Verdict, right
from autograder.checks.values.number import own_result
from autograder.values.views import Figure

OWN_HINT = "The figure does not show the reference, but what follows from your own results, so it gets the credit."


class DrawingChecks(FigureChecks):
    """Arguments mean the same as in ``FigureChecks``."""

    def pairs(
        self,
        start: Any,
        end: Any,
        *,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the joined pairs",
        name: str = "pairs",
    ) -> None:
        """Two values, or two points, for each subject, with a line or an arrow between them.

        Points without lines earn half, some of the pairs their share. The direction makes no difference.

        Args:
            start: the first values, on any axis and at any place of the other; or a pair of columns (x, y).
            end: the second values or points, in the same order.
            own: gives the (start, end) that follow from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives the (start, end) drawn instead, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> lines = axes.hlines([0, 1], [-13.5, 7.5], [-10.8, 6.8])
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.pairs([-13.5, 7.96], [-10.8, 6.84])
            0.5 of 1 points
              ◐ the joined pairs: partly right, 0.5 of 1 points
                  Found: a figure with 2 lines
                  Hint: 1 of 2 pairs are joined as asked for.
        """
        wanted = Pairs.of(start, end)
        self._judge_drawing(
            "pairs",
            lambda figure, value: judge_pairs(figure, Pairs.of(*value)),
            lambda value: Pairs.of(*value).equals(wanted),
            lambda figure, value: most_joined(figure, Pairs.of(*value)) == len(Pairs.of(*value).start),
            (start, end),
            own=own,
            label=label,
            name=name,
            credit=credit,
            mistakes=mistakes,
        )

    def qq_plot(
        self,
        values: Any,
        *,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the QQ plot",
        name: str = "qq_plot",
    ) -> None:
        """A normal quantile-quantile plot of values, standardized or not, with or without a line.

        All usual plotting positions are right: those of statsmodels, SciPy and Blom. Exchanged axes earn half.

        Args:
            values: of the sample, in any order.
            own: gives the values that follow from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives the values shown instead, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> points = axes.scatter([-0.82, 0.0, 0.82], [-3.0, 0.5, 2.0])
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.qq_plot([0.5, 2.0, -3.0])
            1 of 1 points
              ✓ the QQ plot: right, 1 of 1 points
                  Found: a figure with 3 points
        """
        wanted = sample_of(values)
        self._judge_drawing(
            "qq_plot",
            lambda figure, value: judge_qq(figure, sample_of(value)),
            lambda value: len(sample_of(value)) == len(wanted) and bool(abs(sample_of(value) - wanted).max() < 1e-9),
            lambda figure, value: judge_qq(figure, sample_of(value)).passed,
            values,
            own=own,
            label=label,
            name=name,
            credit=credit,
            mistakes=mistakes,
        )

    def caterpillar(
        self,
        effects: Any,
        members: Mapping[Any, Any] | None = None,
        *,
        own: Callable[[], Any] | None = None,
        credit: float | None = None,
        mistakes: Iterable[Mistake] | None = None,
        label: str = "the caterpillar plot",
        name: str = "caterpillar",
    ) -> None:
        """Effects of groups in their order, each perhaps with the values of its members around it.

        Values may lie on either axis, ascending or descending. Groups that are not sorted keep three quarters, members
        at the place of another group half.

        Args:
            effects: group → effect.
            members: group → values of its members.
            own: gives the (effects, members) that follow from the student's own earlier results.
            credit: points.
            mistakes: rows, whose ``wrong`` gives the (effects, members) drawn instead, or a kind.
            label: what the feedback calls the check.
            name: what misconceptions call the figure.

        Example:
            >>> figure, axes = plt.subplots()
            >>> points = axes.scatter([0, 1, 2], [4.0, -1.0, 2.5])
            >>> with trying(figures=[figure]):
            ...     checks = Checks()
            ...     checks.caterpillar({"a": 4.0, "b": -1.0, "c": 2.5})
            0.75 of 1 points
              ◐ the caterpillar plot: partly right, 0.75 of 1 points
                  Found: a figure with 3 points
                  Hint: The groups are not in the order of their effects: sort them.
        """
        wanted = Groups.of(effects, members)
        self._judge_drawing(
            "caterpillar",
            lambda figure, value: judge_caterpillar(figure, Groups.of(*value)),
            lambda value: Groups.of(*value).equals(wanted),
            lambda figure, value: judge_caterpillar(figure, Groups.of(*value)).passed,
            (effects, members),
            own=own,
            label=label,
            name=name,
            credit=credit,
            mistakes=mistakes,
        )

    def _judge_drawing(
        self,
        check: str,
        judge: Callable[[Figure, Any], Verdict],
        is_right: Callable[[Any], bool],
        shows: Callable[[Figure, Any], bool],
        want: Any,
        *,
        own: Callable[[], Any] | None,
        label: str,
        name: str,
        credit: float | None,
        mistakes: Iterable[Mistake] | None,
    ) -> None:
        """Judge all figures by the reference, then by the student's own results, then by misconceptions."""
        judged = best_of(self._figures, lambda figure: judge(figure, want))
        theirs = None if judged.verdict.passed else own_result(own)
        if theirs is not None:
            try:
                carried = best_of(self._figures, lambda figure: judge(figure, theirs))
            except (AuthorError, TypeError, ValueError, AttributeError):
                carried = judged  # the earlier results are the student's: they may be anything
            if carried.verdict.passed:
                judged = type(carried)(right(carried.verdict.got, OWN_HINT), carried.figures)
            elif carried.verdict.share > judged.verdict.share:
                judged = carried

        def explain(rows: Misconceptions) -> Verdict:
            return known_figure(judged, self._figures, shows, is_right, rows)

        self._check_figure(check, judged, explain, want, label=label, name=name, credit=credit, mistakes=mistakes)

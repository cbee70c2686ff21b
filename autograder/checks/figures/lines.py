"""Straight lines in figures: one line, the lines of many subjects, a few named lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks.describe import number, plural
from autograder.checks.figures.panels import SWAPPED_KEEPS, content, joined_lines, marks, panels, transposed
from autograder.checks.outcome import AuthorError, Verdict, right, wrong
from autograder.checks.tolerance import half_unit
from autograder.checks.values.containers import Unfit, as_floats, as_number, key
from autograder.checks.values.number import own_result_and_reads
from autograder.values.views import Figure, Line, type_of_array

SHORT_KEEPS = 0.5
MARKS_KEEPS = 0.5
EXCHANGED_KEEPS = 0.25
RELATIVE = 2e-3  # of the range of the response; less than the width of a pen
_MOST_LINES = 100  # that anybody can tell apart; a figure with more shows any line
_REACH = 0.05  # of the range of the predictor that a line may fall short of at each end

OWN_HINT = "The line is not the reference's, but it is the line of your own {names}, so it gets the credit."

Pair = tuple[float, float]  # intercept, slope


def _ends(column: Any) -> Pair:
    """Lowest and highest value of a column, in which some may be missing; not finite where all are."""
    known = as_floats(column)
    known = known[~np.isnan(known)]
    return (float(known.min()), float(known.max())) if len(known) else (math.nan, math.nan)


@dataclass(frozen=True)
class LineTolerance:
    """How exactly lines are compared: over which range of the predictor and on which scale of the response.

    Raises:
        AuthorError: if the range is empty or not finite, or the scale is not > 0.
    """

    over: Pair | None  # the range of the predictor that a line should cover; None: any
    scale: float | None  # range of the response over the data; None: the rise of the line over its range

    def __post_init__(self) -> None:
        if self.over is not None and not (all(map(math.isfinite, self.over)) and self.over[0] < self.over[1]):
            raise AuthorError(f"`over` is the range of the predictor, lowest and highest, got {self.over!r}", self.over)
        if self.scale is not None and not (math.isfinite(self.scale) and self.scale > 0):
            raise AuthorError(f"`scale` is the range of the response, a number > 0, got {self.scale!r}", self.scale)

    @classmethod
    def of(cls, over: Any, scale: Any) -> LineTolerance:
        """The tolerance for a range and a scale, each given as such or as the column of data that has it.

        Args:
            over: lowest and highest value of the predictor, or its values, of which some may be missing; ``None``: any.
            scale: range of the response, or its values, likewise; ``None``: the rise of the line.
        """
        return cls(
            None if over is None else tuple(over) if len(over) == 2 else _ends(over),
            float(np.ptp(_ends(scale))) if np.ndim(scale) else scale,
        )

    def off(self, line: Line, want: Pair) -> float:
        """The greatest distance of a line, and of where it leads, from a straight line, 1 being just allowed."""
        intercept, slope = want
        rise = abs(slope) * (self.over[1] - self.over[0] if self.over else float(np.ptp(line.x)))
        x, y = _extended(line, self.over or (0.0,))
        # A line drawn from estimates that were rounded to four significant digits is right.
        allowed = RELATIVE * (self.scale or rise) + half_unit(intercept) + half_unit(slope) * np.abs(x)
        distance = np.abs(y - (intercept + slope * x))
        return float((distance / np.maximum(allowed, 1e-12)).max())

    def on(self, line: Line, want: Pair) -> bool:
        """Whether all points of a line lie on a straight line."""
        return not self._misses(line, want) and bool(np.ptp(line.x) > 0) and self.off(line, want) <= 1

    def _misses(self, line: Line, want: Pair) -> bool:
        """Whether the first or the last point is off: of most pairs that are compared, and found in no time."""
        intercept, slope = want
        scale = self.scale or abs(slope) * (self.over[1] - self.over[0] if self.over else float(np.ptp(line.x)))
        for at in (0, -1):
            x, y = float(line.x[at]), float(line.y[at])
            allowed = RELATIVE * scale + half_unit(intercept) + half_unit(slope) * abs(x)
            if abs(y - (intercept + slope * x)) / max(allowed, 1e-12) > 1:
                return True
        return False

    def reaches(self, line: Line) -> bool:
        """Whether a line covers the range of the predictor."""
        if self.over is None:
            return True
        lowest, highest = self.over
        slack = _REACH * (highest - lowest)
        return bool(line.x.min() <= lowest + slack and line.x.max() >= highest - slack)

    def meets(self, line: Line) -> bool:
        """Whether any of a line lies over the range of the predictor."""
        return self.over is None or bool(line.x.min() <= self.over[1] and line.x.max() >= self.over[0])


def _extended(line: Line, to: tuple[float, ...]) -> tuple[type_of_array, type_of_array]:
    """A line's points, and the straight line through its ends at ``to``: a dash alone would lie on every line."""
    first, last = int(np.argmin(line.x)), int(np.argmax(line.x))
    run = line.x[last] - line.x[first]
    if run == 0:
        return line.x, line.y
    further = np.array(to, dtype=float)
    slope = (line.y[last] - line.y[first]) / run
    return np.append(line.x, further), np.append(line.y, line.y[first] + slope * (further - line.x[first]))


def pair(value: Any) -> Pair:
    """Intercept and slope of a reference: a pair, or an object with these fields.

    Raises:
        AuthorError: if it is neither, or not finite.
    """
    both = (value.intercept, value.slope) if hasattr(value, "slope") else tuple(value)
    numbers = [as_number(one) for one in both]
    intercept, slope = numbers if len(numbers) == 2 else (Unfit("other"), Unfit("other"))
    if (
        isinstance(intercept, Unfit)
        or isinstance(slope, Unfit)
        or not (math.isfinite(intercept) and math.isfinite(slope))
    ):
        raise AuthorError(f"a line is a pair of finite numbers, intercept and slope, got {value!r}", value)
    return intercept, slope


@dataclass(frozen=True)
class OwnLines:
    """Lines that follow from the student's own earlier results."""

    lines: Mapping[str, Pair]  # name → intercept and slope, finite
    variables: Mapping[str, str]  # name → the student's variables that they come from, for a hint


def own_lines(own: Callable[[], Any] | None) -> OwnLines:
    """The lines by name that ``own`` gives; none where it raises or gives something else.

    Raises:
        AuthorError: if ``own`` is no function.
    """
    value, reads = own_result_and_reads(own)
    if not isinstance(value, Mapping):
        return OwnLines({}, {})
    found = {key(name): (line, line_of) for name, line in value.items() if (line_of := _finite_pair(line)) is not None}
    return OwnLines(
        {name: line for name, (_, line) in found.items()},
        {name: _variables(raw, reads) for name, (raw, _) in found.items()},
    )


def own_pairs(own: Callable[[], Any] | None) -> tuple[tuple[Pair | None, ...], str]:
    """The pairs of intercept and slope that ``own`` gives, one or several, and the variables that they come from.

    Raises:
        AuthorError: if ``own`` is no function.
    """
    value, reads = own_result_and_reads(own)
    if not isinstance(value, tuple | list) or not value:
        return (), ""
    nested = all(isinstance(one, tuple | list) for one in value)
    pairs = tuple(_finite_pair(one) for one in (value if nested else (value,)))
    return pairs, _variables(value, reads)


def _finite_pair(value: Any) -> Pair | None:
    try:
        return pair(value)
    except (AuthorError, TypeError):
        return None  # the earlier results are the student's: they may be anything


def _variables(value: Any, reads: Sequence[tuple[str, Any]]) -> str:
    """The variables whose values stand in a pair; all that were read, where none of them does."""
    parts = value if isinstance(value, tuple | list) else ()
    named = [name for part in parts for name, read in reads if read is part]
    names = list(dict.fromkeys(named or [name for name, _ in reads]))
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:]))) or "earlier results"


def lines_in(figure: Figure) -> list[Line]:
    """The joined lines of all panels; none where there are more than anybody can tell apart."""
    lines = [line for axes in panels(figure) for line in joined_lines(axes)]
    upright = sum(np.ptp(line.x) == 0 for line in lines)  # error bars and residuals
    return lines if len(lines) - upright <= _MOST_LINES else []


def _no_line(figure: Figure, got: str) -> Verdict:
    if any(joined_lines(axes) for axes in panels(figure)):
        return wrong(got, f"More than {_MOST_LINES} lines in one figure cannot be told apart.", "crowd")
    return wrong(got, "There is no line in the figure.", "no-line")


def judge_line(
    figure: Figure, want: Pair, tolerance: LineTolerance, own: Pair | None = None, names: str = ""
) -> Verdict:
    """Judge one figure by whether it shows a straight line over the range of the predictor.

    Args:
        figure: what the student drew.
        want: intercept and slope.
        tolerance: range and scale.
        own: the student's own intercept and slope, which are as good.
        names: how the feedback calls them.
    """
    lines = lines_in(figure)
    got = _described(lines, figure)
    on = [line for line in lines if tolerance.on(line, want)]
    if any(tolerance.reaches(line) for line in on):
        return right(got)
    carried = [line for line in lines if own is not None and tolerance.on(line, own)]
    if any(tolerance.reaches(line) for line in carried):
        return right(got, OWN_HINT.format(names=names))
    if on or carried:
        return _too_short(
            on or carried, tolerance, got, "The line is right" if on else f"This is the line of your own {names}"
        )
    if not lines and not _marked_on(figure, want, tolerance):
        return _no_line(figure, got)
    return _line_mistake(figure, lines, want, tolerance, got)


def _too_short(lines: Sequence[Line], tolerance: LineTolerance, got: str, what: str) -> Verdict:
    if tolerance.over is not None and not any(tolerance.meets(line) for line in lines):
        hint = "The line runs where the predictor has no values: which variable is on the horizontal axis?"
        return Verdict(EXCHANGED_KEEPS, got, hint, "elsewhere")
    hint = f"{what}, but covers only a part of the range: draw it from the first to the last value."
    return Verdict(SHORT_KEEPS, got, hint, "short")


def _line_mistake(figure: Figure, lines: Sequence[Line], want: Pair, tolerance: LineTolerance, got: str) -> Verdict:
    if _marked_on(figure, want, tolerance):
        return Verdict(MARKS_KEEPS, got, "The points of the line are marked but not joined: draw a line.", "marks-only")
    if any(LineTolerance(None, None).on(transposed(line), want) for line in lines):
        return Verdict(
            SWAPPED_KEEPS, got, "The axes are exchanged: the predictor belongs on the horizontal axis.", "swapped"
        )
    if want[0] != want[1] and any(tolerance.on(line, (want[1], want[0])) for line in lines):
        hint = "Intercept and slope are exchanged. `np.polyfit` gives the slope first."
        return Verdict(EXCHANGED_KEEPS, got, hint, "exchanged")
    if not any(is_straight(line) for line in lines):
        return wrong(got, "The line is not straight: draw the fitted values, not the observations.", "not-straight")
    return wrong(got, "The line is not the one that belongs to the data.", "other-line")


def judge_subject_lines(
    figure: Figure,
    wants: Mapping[str, Pair],
    at_least: int,
    tolerance: LineTolerance,
    overs: Mapping[str, Pair] | None = None,
    each: str = "subject",
) -> Verdict:
    """Judge one figure by how many different subjects' lines it shows, in one panel or several.

    Args:
        figure: what the student drew.
        wants: subject → intercept and slope.
        at_least: subjects that are asked for.
        tolerance: range and scale.
        overs: subject → a range of its own.
        each: what hints call one of them.
    """
    lines = lines_in(figure)
    got = content(figure)
    found = matched(lines, wants, tolerance, overs)
    if len(found) >= at_least:
        return right(got)
    if found:
        hint = f"The fitted lines of {plural(len(found), each)} were found, but {at_least} are asked for."
        return Verdict(len(found) / at_least, got, hint, "too-few")
    if not lines:
        return _no_line(figure, got)
    if len(matched([transposed(line) for line in lines], wants, LineTolerance(None, None))) >= at_least:
        hint = "The axes are exchanged: the predictor belongs on the horizontal axis."
        return Verdict(SWAPPED_KEEPS, got, hint, "swapped")
    turned = {subject: (slope, intercept) for subject, (intercept, slope) in wants.items()}
    if len(matched(lines, turned, tolerance)) >= at_least:
        hint = "Intercept and slope are exchanged. `np.polyfit` gives the slope first."
        return Verdict(EXCHANGED_KEEPS, got, hint, "exchanged")
    if not any(is_straight(line) for line in lines):
        return wrong(
            got, f"These lines join the observations: draw each {each}'s fitted straight line.", "not-straight"
        )
    return wrong(got, "None of the lines asked for was found.", "other-lines")


def matched(
    lines: Sequence[Line], wants: Mapping[str, Pair], tolerance: LineTolerance, overs: Mapping[str, Pair] | None = None
) -> dict[str, Line]:
    """The subjects whose line is drawn, each with its line.

    A line counts for one subject: the one that its label names, else its nearest.

    Args:
        lines: that were drawn, in order.
        wants: subject → intercept and slope.
        tolerance: range and scale; a line must cover the range.
        overs: subject → a range of its own.
    """
    found: dict[str, Line] = {}
    tolerances = {name: LineTolerance((overs or {}).get(name, tolerance.over), tolerance.scale) for name in wants}
    for line in lines:
        near = [
            (name not in line.label, tolerances[name].off(line, want), name)
            for name, want in wants.items()
            if name not in found and tolerances[name].on(line, want) and tolerances[name].reaches(line)
        ]
        if near:
            found[min(near)[-1]] = line
    return found


def judge_lines(figure: Figure, wants: Mapping[str, Pair], tolerance: LineTolerance, own: OwnLines) -> Verdict:
    """Judge one figure by which of a few named lines it shows.

    Args:
        figure: what the student drew.
        wants: name → intercept and slope.
        tolerance: range and scale.
        own: the student's own lines.
    """
    lines = lines_in(figure)
    got = _described(lines, figure)
    found = matched(lines, wants, tolerance)
    carried = matched(lines, {name: line for name, line in own.lines.items() if name not in found}, tolerance)
    everything = {**carried, **found}
    labels = _wrong_labels(everything)
    hint = OWN_HINT.format(names=", ".join(own.variables[name] for name in carried)) if carried else ""
    if len(everything) == len(wants):
        if labels:
            return Verdict(
                SWAPPED_KEEPS, got, "The names of the lines in the legend are exchanged.", "exchanged-labels"
            )
        return right(got, hint)
    lost = [name for name in wants if name not in everything]
    if everything:
        return Verdict(len(everything) / len(wants), got, f"{_lost(lost, lines)} {hint}".strip(), "incomplete")
    if not lines:
        return _no_line(figure, got)
    if len(matched([transposed(line) for line in lines], wants, LineTolerance(None, None))) == len(wants):
        return Verdict(
            SWAPPED_KEEPS, got, "The axes are exchanged: the predictor belongs on the horizontal axis.", "swapped"
        )
    if not any(is_straight(line) for line in lines):
        return wrong(got, "The lines join the observations: draw the straight lines of the model.", "not-straight")
    return wrong(got, f"None of the lines asked for was found: {', '.join(lost)}.", "other-lines")


def _lost(names: Sequence[str], lines: Sequence[Line]) -> str:
    """Which lines were not found; one that a label names is in the figure for whoever looks at it."""
    drawn = [name for name in names if any(name in line.label for line in lines)]
    absent = [name for name in names if name not in drawn]
    said = [f"Not found: the line of {', '.join(absent)}."] if absent else []
    said += [f"In the figure, but not where it should be: the line of {', '.join(drawn)}."] if drawn else []
    return " ".join(said)


def _wrong_labels(found: Mapping[str, Line]) -> bool:
    """Whether a line's label names another of the lines, and not itself."""
    return any(
        name not in line.label and any(other in line.label for other in found if other != name)
        for name, line in found.items()
    )


def is_straight(line: Line) -> bool:
    """Whether the points of a line are on the straight line through its ends."""
    first, last = int(np.argmin(line.x)), int(np.argmax(line.x))
    run = line.x[last] - line.x[first]
    if run == 0:
        return True
    ends = line.y[first] + (line.y[last] - line.y[first]) * ((line.x - line.x[first]) / run)
    scale = max(float(np.ptp(line.y)), 1e-6 * float(np.abs(line.y).max()))
    return bool(np.abs(line.y - ends).max() <= RELATIVE * scale)


def _marked_on(figure: Figure, want: Pair, tolerance: LineTolerance) -> bool:
    drawn = [points for axes in panels(figure) for points in marks(axes)]
    return any(len(x) >= 2 and tolerance.on(Line(x, y), want) for x, y in drawn)


def _described(lines: Sequence[Line], figure: Figure) -> str:
    if len(lines) != 1 or not is_straight(lines[0]):
        return content(figure)
    line = lines[0]
    first, last = int(np.argmin(line.x)), int(np.argmax(line.x))
    ends = [f"({number(round(float(line.x[at]), 3))}, {number(round(float(line.y[at]), 3))})" for at in (first, last)]
    return f"{content(figure)}; the line runs from {ends[0]} to {ends[1]}"

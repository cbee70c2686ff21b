"""A report as one HTML page: no scripts, nothing to load, everything that came from a notebook is escaped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from autograder.checks.kinds import KINDS
from autograder.pages.render import Markup, render
from autograder.report.beliefs import Bar, Beliefs, Unrecognized
from autograder.report.items import FEW
from autograder.report.report import Report

_CODE = re.compile(r"[a-z]+(-[a-z]+)*")


@dataclass(frozen=True)
class _Checks:
    """The checks of one assignment."""

    assignment: str
    open: tuple[Beliefs, ...]  # somebody was wrong
    closed: tuple[Beliefs, ...]  # everybody was right


def page(report: Report) -> Markup:
    """The page for instructors."""
    one = len(report.assignments) == 1
    return render(
        "report",
        title=f"Report on {report.assignments[0]}" if one else "Report on the class",
        report=report,
        checks=_by_assignment(report.beliefs),
        few=FEW,
        percent=percent,
        ranked=_ranked,
        in_words=_in_words,
        signed=signed,
        line=_line,
    )


def percent(share: float | None, digits: int = 0) -> str:
    """A share in percent.

    Args:
        share: 0 … 1; ``None`` where it is not known.
        digits: behind the point.

    Example:
        >>> percent(0.256), percent(None)
        ('26 %', '–')
    """
    return "–" if share is None else f"{100 * share:.{digits}f} %".replace("-", "−")


def signed(share: float) -> str:
    """A difference of shares, in points of a hundred.

    Example:
        >>> signed(-0.0312)
        '−3.1'
    """
    return f"{100 * share:+.1f}".replace("-", "−")


def _ranked(check: Beliefs) -> list[Bar | Unrecognized]:
    """What is held instead of the right answer, the most frequent first, recognized or not."""
    return sorted([*check.misconceptions, *check.unrecognized], key=lambda group: -group.students)


def _in_words(name: str) -> str:
    """The name of a misconception, or what a code such as "no-figure" means, which checks see by themselves.

    Example:
        >>> _in_words("missing as zero"), _in_words("missing"), _in_words("no-figure")
        ('missing as zero', 'the variable is not defined', 'nothing was drawn in this part')
    """
    if not _CODE.fullmatch(name):
        return name
    meanings = Counter(kinds[name] for kinds in KINDS.values() if name in kinds)
    meaning, checks = meanings.most_common(1)[0] if meanings else ("", 0)
    return meaning if 2 * checks > meanings.total() else name.replace("-", " ")  # each check may mean another thing


def _by_assignment(beliefs: Sequence[Beliefs]) -> list[_Checks]:
    found: list[_Checks] = []
    for assignment, group in groupby(beliefs, key=lambda one: one.assignment):
        checks = list(group)
        found.append(
            _Checks(
                assignment,
                tuple(one for one in checks if one.right < one.students),
                tuple(one for one in checks if one.right == one.students),
            )
        )
    return found


def _line(values: Sequence[float], low: float, high: float, width: float, height: float) -> str:
    """Points of a line in a picture: values from left to right, ``low`` at its bottom."""
    step = width / max(len(values) - 1, 1)
    span = high - low or 1.0
    places = (
        (at * step, height - (min(max(value, low), high) - low) / span * height) for at, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)

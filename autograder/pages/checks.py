"""The list of checks as a student reads it: an HTML fragment and plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from autograder.checks.outcome import CheckResult, Status
from autograder.pages.render import number, render

_NUMBER = re.compile(r"[-+−]?\d[\d.,]*(e[-+]?\d+)?")
_STOPPED = re.compile(r"(?P<what>`\w+` is not defined|No figure was drawn in this part)\. (?P<why>.+)", re.DOTALL)
_WORDS = {
    Status.PASSED: ("✓", "right"),
    Status.PARTIAL: ("◐", "partly right"),
    Status.FAILED: ("✗", "not right"),
    Status.UNSURE: ("?", "a TA will look at it"),
}


@dataclass(frozen=True)
class _Line:
    """One check, as it is shown."""

    status: str
    symbol: str
    word: str
    label: str
    points: str  # "0.25 of 0.5 points"
    got: str
    hint: str
    says: str  # what the hint is: a note where the answer is right


def as_html(points: float, results: Sequence[CheckResult], messages: Sequence[str] = ()) -> str:
    """A fragment without scripts and colors.

    Everything that came from a notebook is escaped; text between backticks becomes code.

    Args:
        points: that the part earned.
        results: of its checks.
        messages: for the student, above the list.
    """
    checks = list(_lines(results))
    return render("checks", messages=messages, heading=_heading(points, results), checks=checks).strip()


def messages_as_html(messages: Sequence[str]) -> str:
    """Sentences for the student where there is no list of checks."""
    return render("checks", messages=messages, heading="", checks=None).strip()


def as_text(points: float, results: Sequence[CheckResult]) -> str:
    """The same list as plain text, one check in one to three lines.

    Args:
        points: that the part earned.
        results: of its checks.

    Example:
        >>> print(as_text(0.5, [CheckResult("`slope`", Status.PASSED, 0.5, 0.5, got="10.47")]))
        0.5 of 0.5 points
          ✓ `slope`: right, 0.5 of 0.5 points
              Found: 10.47
    """
    lines = [_heading(points, results)]
    for check in _lines(results):
        lines.append(f"  {check.symbol} {check.label}: {check.word}, {check.points}")
        lines += [f"      Found: {check.got}"] if check.got else []
        lines += [f"      {check.says}: {check.hint}"] if check.hint else []
    return "\n".join(lines)


def _lines(results: Sequence[CheckResult]) -> Iterator[_Line]:
    """The checks as they are shown; why a cell stopped is told with the first thing that is missing."""
    told: set[str] = set()
    for result in results:
        stopped = _STOPPED.fullmatch(result.hint)
        if stopped and stopped["why"] in told:
            yield _line(replace(result, hint=f"{stopped['what']}, for the same reason."))
            continue
        told |= {stopped["why"]} if stopped else set()
        yield _line(result)


def _line(result: CheckResult) -> _Line:
    symbol, word = _WORDS[result.status]
    points = f"{number(result.earned)} of {number(result.credit)} points"
    says = "Note" if result.status is Status.PASSED else "Hint"
    return _Line(result.status.value, symbol, word, result.label, points, _with_unit(result), result.hint, says)


def _with_unit(result: CheckResult) -> str:
    """What was found, with its unit where it is a number alone."""
    unit = result.unit if _NUMBER.fullmatch(result.got) else ""
    return f"{result.got} {unit}".rstrip()


def _heading(points: float, results: Sequence[CheckResult]) -> str:
    return f"{number(points)} of {number(sum(result.credit for result in results))} points"

"""The list of checks as a student reads it: an HTML fragment and plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from autograder.checks.outcome import CheckResult, Status

_WORDS = {
    Status.PASSED: ("✓", "right"),
    Status.PARTIAL: ("◐", "partly right"),
    Status.FAILED: ("✗", "not right"),
    Status.UNSURE: ("?", "to be looked at by a TA"),
}
_CODE = re.compile(r"`([^`\n]+)`")


def as_html(points: float, results: Sequence[CheckResult]) -> str:
    """A self-contained fragment without scripts and colours, so that it is legible in light and dark.

    Everything that came from a notebook is escaped; text between backticks becomes code.
    """
    heading = f"<p><strong>{escape(_heading(points, results))}</strong></p>"
    items = "\n".join(_item(result) for result in results)
    return f'<div class="autograder-checks">\n{heading}\n<ul>\n{items}\n</ul>\n</div>'


def as_text(points: float, results: Sequence[CheckResult]) -> str:
    """The same list as plain text, one check in one to three lines."""
    lines = [_heading(points, results)]
    for result in results:
        symbol, word = _WORDS[result.status]
        lines.append(f"  {symbol} {result.label}: {word}, {_points(result)}")
        lines += [f"      Found: {result.got}"] if result.got else []
        lines += [f"      Hint: {result.hint}"] if result.hint else []
    return "\n".join(lines)


def _item(result: CheckResult) -> str:
    symbol, word = _WORDS[result.status]
    label = with_code(result.label)
    lines = [f'<span aria-hidden="true">{symbol}</span> <strong>{label}</strong>: {word}, {_points(result)}']
    lines += [f"Found: {with_code(result.got)}"] if result.got else []
    lines += [f"Hint: {with_code(result.hint)}"] if result.hint else []
    return f'<li class="autograder-{result.status.value}">' + "<br>\n".join(lines) + "</li>"


def with_code(text: str) -> str:
    """``text``, escaped; what stands between backticks becomes code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _heading(points: float, results: Sequence[CheckResult]) -> str:
    return f"{_number(points)} of {_number(sum(result.credit for result in results))} points"


def _points(result: CheckResult) -> str:
    return f"{_number(result.earned)} of {_number(result.credit)} points"


def _number(points: float) -> str:
    """Points as people write them: at most three decimals, no trailing zeros."""
    return f"{points:.3f}".rstrip("0").rstrip(".")

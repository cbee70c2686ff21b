"""An audit as an HTML page: one file without scripts, in which everything that came from a notebook is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from autograder.audit.cases import BLANK, SOLUTION
from autograder.audit.performing import Judged
from autograder.audit.report import Reached, Report, Row
from autograder.checks.rendering import as_html

_STYLE = """\
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8885; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
pre { background: #8881; padding: .6rem; overflow-x: auto; }
summary { cursor: pointer; }
.holds { color: #18794e; } .fails { color: #c62828; font-weight: 600; }
@media (prefers-color-scheme: dark) { .holds { color: #4cc38a; } .fails { color: #ff8a80; } }
"""


def page(report: Report) -> str:
    """The whole page."""
    title = f"Audit of {report.notebook}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        _summary(report),
        _faults(report),
        "<h2>Answers</h2>",
        _answers(report.rows),
        "<h2>Checks</h2>",
        _checks(report.checks),
        "<h2>What should make no difference</h2>",
        _changes(report),
    ]
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>'
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{head}\n</head>\n<body>\n{body}\n</body>\n</html>\n'


def _summary(report: Report) -> str:
    right, wrong = len(report.answers(right=True)), len(report.answers(right=False))
    verdict = (
        f'<strong class="fails">{len(report.faults)} things do not hold.</strong>'
        if report.faults
        else '<strong class="holds">Everything holds.</strong>'
    )
    return (
        f"<p>{verdict} The solution, the blank release, {right} right and {wrong} wrong answers were handed in and "
        f"judged as a student's work is; {len(report.checks)} checks share {report.points:g} points.</p>"
    )


def _faults(report: Report) -> str:
    if not report.faults:
        return ""
    return f"<h2>What does not hold</h2>\n{_list(report.faults)}"


def _answers(rows: Iterable[Row]) -> str:
    head = '<tr><th></th><th>answer</th><th class="number">points</th><th>what the student reads</th></tr>'
    return f"<table>\n{head}\n" + "\n".join(map(_answer, rows)) + "\n</table>"


def _answer(row: Row) -> str:
    mark = '<span class="fails">✗</span>' if row.faults else '<span class="holds">✓</span>'
    about = f"<strong>{escape(row.title)}</strong>"
    if row.answer is not None:
        about += f"<br>{escape(row.answer.does)}"
        about += "".join(
            f"<details><summary>{escape(part)}</summary><pre>{escape(code.strip())}</pre></details>"
            for part, code in row.answer.code.items()
        )
    cells = [cell for cell in row.performance.cells if not cell.is_full or row.title == SOLUTION]
    shown = "" if row.title == BLANK else "".join(map(_verdict, cells))
    if row.performance.errors and row.title != BLANK:
        shown += f"<p>Its own code raised:</p>{_list(row.performance.errors)}"
    if row.faults:
        shown += f'<p class="fails">Not as it should be:</p>{_list(row.faults)}'
    return f'<tr><td>{mark}</td><td>{about}</td><td class="number">{row.points:.4g}</td><td>{shown}</td></tr>'


def _verdict(cell: Judged) -> str:
    mistakes = ", ".join(dict.fromkeys(check.mistake for check in cell.checks if check.mistake))
    head = f"<summary>{escape(cell.grade_id)}: {_points(cell)}{escape(f' · {mistakes}' if mistakes else '')}</summary>"
    message = f"<p>{escape(cell.message)}</p>" if cell.message else ""
    checks = as_html(cell.points, cell.checks) if cell.points is not None else f"<pre>{escape(cell.review)}</pre>"
    return f"<details>{head}{message}{checks}</details>"


def _points(cell: Judged) -> str:
    return "not judged" if cell.points is None else f"{cell.points:.4g} of {cell.most:.4g}"


def _checks(checks: Iterable[Reached]) -> str:
    head = (
        '<tr><th>cell</th><th>check</th><th class="number">credit</th><th class="number">passed by</th>'
        '<th class="number">failed by</th><th>misconceptions that no answer shows</th></tr>'
    )
    rows = [
        f"<tr><td>{escape(check.grade_id)}</td><td>{escape(check.label.replace('`', ''))}</td>"
        f'<td class="number">{check.credit:.4g}</td><td class="number">{len(check.passed)}</td>'
        f'<td class="number">{len(check.failed)}</td><td>{escape(", ".join(check.unseen))}</td></tr>'
        for check in checks
    ]
    return f"<table>\n{head}\n" + "\n".join(rows) + "\n</table>"


def _changes(report: Report) -> str:
    if not report.tried:
        return "<p>Nothing was tried.</p>"
    tried = f"<p>Tried: {escape(', '.join(report.tried))}.</p>"
    if not report.changes:
        return f"{tried}\n<p>None of them changes what an answer earns.</p>"
    lines = [f"{one.circumstance}: {one.title}, {one.grade_id}: {one.difference}" for one in report.changes]
    return f"{tried}\n{_list(lines)}"


def _list(texts: Iterable[str]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{escape(text)}</li>" for text in texts) + "\n</ul>"

"""The numbers of a report for other programs: as JSON, and as tables in CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from autograder.pages.harmless import for_spreadsheet
from autograder.report.report import Report

_Rows = Iterable[Sequence[Any]]


def as_json(report: Report) -> dict[str, Any]:
    """Everything that the page shows, in the structure of :class:`~.report.Report`; a number that is none is null."""
    return {name: _plain(value) for name, value in asdict(report).items()}


def as_csv(report: Report) -> dict[str, bytes]:
    """Name of a file → a table in UTF-8; no cell is taken for a formula."""
    tables: dict[str, tuple[str, _Rows]] = {
        "progress.csv": (
            "assignment,enrolled,submitted,graded,waiting,late,missing,no feedback,old feedback",
            (
                (
                    p.assignment,
                    p.enrolled,
                    p.submitted,
                    p.graded,
                    p.waiting,
                    p.late,
                    p.missing,
                    p.no_feedback,
                    p.old_feedback,
                )
                for p in report.progress
            ),
        ),
        "written.csv": (
            "assignment,part,answers,no response,left",
            ((p.assignment, w.part, w.answers, w.blank, w.left) for p in report.progress for w in p.written),
        ),
        "markers.csv": (
            "assignment,marker,marked,left",
            ((p.assignment, m.marker, m.marked, m.left) for p in report.progress for m in p.markers),
        ),
        "scores.csv": (
            "assignment,part,points,students,mean,lower quartile,median,upper quartile,mean before",
            _scores(report),
        ),
        "checks.csv": (
            "assignment,part,check,right,partly,wrong",
            ((b.assignment, b.part, b.label, b.right, b.partly, b.wrong) for b in report.beliefs),
        ),
        "misconceptions.csv": ("assignment,part,check,misconception,students,hint", _misconceptions(report)),
        "unrecognized.csv": (
            "assignment,part,check,found,students",
            ((b.assignment, b.part, b.label, u.found, u.students) for b in report.beliefs for u in b.unrecognized),
        ),
        "questions.csv": (
            "assignment,part,students,difficulty,standard deviation,item-rest correlation,remarks",
            (
                (q.assignment, i.part, i.students, i.difficulty, i.spread, i.discrimination, " ".join(i.remarks))
                for q in report.questions
                for i in q.items
            ),
        ),
        "reliability.csv": (
            "assignment,students,parts,alpha,low,high,standard deviation,standard error of measurement",
            (
                (q.assignment, r.students, r.items, r.alpha, *(r.interval or (None, None)), r.deviation, r.error)
                for q in report.questions
                for r in [q.reliability]
            ),
        ),
        "variance.csv": ("of,source,share,standard deviation", _variance(report)),
        "severity.csv": (
            "marker,marks,effect,low,high",
            (
                (s.marker, s.marks, s.effect, s.low, s.high)
                for s in (report.marking.severities if report.marking else ())
            ),
        ),
        "alike.csv": (
            "assignment,part,student,other student,alike,passages in common,of these in no other answer",
            ((p.assignment, p.part, *p.students, p.alike, p.shared, p.nobody_else) for p in report.alike),
        ),
        "numbers.csv": (
            "assignment,students,part,check,value",
            ((n.assignment, "; ".join(n.students), *number) for n in report.numbers for number in n.numbers),
        ),
    }
    if report.drift is not None:
        rows = [(place, mean) for place, mean in enumerate(report.drift.blocks, 1)]
        tables["order.csv"] = ("tenth of the order,mean deviation", rows)
    return {name: _csv(heading.split(","), rows) for name, (heading, rows) in tables.items()}


def _scores(report: Report) -> Iterator[tuple[Any, ...]]:
    for scores in report.scores:
        whole = ("", scores.max_points, scores.shares, scores.before)
        parts = [(part.part, part.max_points, part.shares, part.before) for part in scores.parts]
        for part, points, shares, before in [whole, *parts]:
            known = (shares.students, shares.mean, *shares.quartiles) if shares else (0, None, None, None, None)
            yield scores.assignment, part, points, *known, before.mean if before else None


def _misconceptions(report: Report) -> Iterator[tuple[Any, ...]]:
    for belief in report.beliefs:
        for bar in belief.misconceptions:
            yield belief.assignment, belief.part, belief.label, bar.name, bar.students, bar.hint


def _variance(report: Report) -> Iterator[tuple[Any, ...]]:
    for of, found in (("all points", report.variance), ("marks", report.marking)):
        if found is not None:
            for source, share in found.shares.items():
                yield of, source, share, found.deviations[source]


def _csv(heading: Sequence[str], rows: _Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.10g}"
    return "" if value is None else for_spreadsheet(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

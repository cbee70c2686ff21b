"""The command ``autograder written``."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbgrader.api import Gradebook
from rich.console import Console

from autograder.plugins.course import Course, CourseError
from autograder.plugins.files import write_atomically
from autograder.plugins.written import SheetRecord, Written, read_written
from autograder.plugins.written_marks import Given, apply, planned
from autograder.plugins.written_page import page
from autograder.plugins.written_sheet import Row, filled, read_sheet, sheet

_FOLDER = "written"
_SHOWN = 20  # lines of one kind


def run(options: argparse.Namespace, console: Console) -> int:
    """Write the page and the sheet, or apply the sheet; the exit status is 0 only if everything was written."""
    if options.replace and not options.apply:
        raise CourseError("--replace goes with --apply.")
    if options.force and options.apply:
        raise CourseError("--force writes the sheet anew; it does not go with --apply.")
    course = Course.here()
    with Gradebook(course.db_url, course.app.coursedir.course_id) as gradebook:
        written = read_written(course, gradebook, options.assignment)
        path = Path(course.app.coursedir.root) / _FOLDER / f"{options.assignment}.csv"
        if options.apply:
            return _apply(course, gradebook, written, path, console, replace=options.replace)
    _write(course, written, path, console, force=options.force)
    return 0


def _write(course: Course, written: Written, path: Path, console: Console, *, force: bool) -> None:
    if path.exists() and not force:
        _spare(path, written.assignment)
    record = SheetRecord(Path(course.app.coursedir.root), written.assignment)
    write_atomically(record.path, record.content(written))
    write_atomically(path, sheet(written))
    html = path.with_suffix(".html")
    write_atomically(html, page(written).encode("utf-8", "replace"))
    for part in written.parts:
        given = [group for group in part.groups if not group.blank]
        blank = sum(len(group.answers) for group in part.groups if group.blank)
        marked = sum(one.points is not None for one in part.marked.values())
        answers = sum(len(group.answers) for group in given)
        _say(console, f"  {part.name}: {answers} answers in {len(given)} groups, {blank} no response, {marked} marked")
    if written.ungraded:
        _say(console, f"{len(written.ungraded)} hand-ins are not graded yet: {_some(written.ungraded)}")
    _say(console, f"Read {html}, fill in {path}, then: autograder written {written.assignment} --apply")


def _spare(path: Path, assignment: str) -> None:
    """Refuse to write over somebody's work."""
    try:
        done = filled(read_sheet(path))
    except CourseError as problem:
        raise CourseError(f"{problem} Move it away, or write a new one over it with --force.") from None
    if done:
        raise CourseError(
            f"{path} has points or comments in {done} rows, and nothing was written over it. Apply it (autograder "
            f"written {assignment} --apply) and move it away, or give it up with --force."
        )


def _apply(
    course: Course, gradebook: Gradebook, written: Written, path: Path, console: Console, *, replace: bool
) -> int:
    rows = read_sheet(path)
    answers = SheetRecord(Path(course.app.coursedir.root), written.assignment).read()
    given = planned(rows, written, answers)
    done, kept = apply(course, gradebook, written.assignment, given, replace=replace)
    for part in written.parts:
        marks = [one for one in done if one.part is part]
        comments = sum(bool(one.comment) for one in marks)
        if marks:
            _say(console, f"  {part.name}: {len(marks)} marks, {comments} with a comment")
    _say(console, f"{len(done)} marks are in the gradebook; {_left(rows)} rows without points were left.")
    without = [str(row.line) for row in rows if row.comment and not row.points]
    if without:
        _say(console, f"A comment without points was not given: line {', '.join(without[:_SHOWN])}")
    _say_kept(kept, console)
    return 1 if kept else 0


def _say_kept(kept: tuple[Given, ...], console: Console) -> None:
    if not kept:
        return
    _say(console, f"{len(kept)} are marked otherwise already and stay so (--replace gives them the sheet's marks):")
    for one in kept[:_SHOWN]:
        before = one.part.marked[one.student]
        points = "no points" if before.points is None else f"{before.points:g} points"
        comment = f", “{before.comment[:60]}”" if before.comment else ""
        _say(
            console, f"  line {one.line}: {one.student}, {one.part.name}: {points}{comment}; the sheet: {one.points:g}"
        )
    if len(kept) > _SHOWN:
        _say(console, f"  … and {len(kept) - _SHOWN} more")


def _left(rows: tuple[Row, ...]) -> int:
    return sum(not row.points for row in rows)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

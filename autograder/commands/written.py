"""The command ``autograder written``."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from autograder.commands import DONE, SUBMISSION, add_json, assignment_name, count, next_commands, print_json
from autograder.errors import CourseError

if TYPE_CHECKING:
    from autograder.course.course import Course
    from autograder.marking.answers import Written
    from autograder.marking.marks import PlannedMark
    from autograder.marking.sheet import SheetRow

HELP = "group equal written answers, for marking"
EXAMPLES = (
    "autograder written 05-mixed-model             the page to read, and the sheet to fill in",
    "autograder written 05-mixed-model --apply     the points of the sheet, into the gradebook",
    "autograder written 05-mixed-model --serve     marking in the page itself",
    "autograder written 05-mixed-model --markers anna,ben      a page and a sheet for each of two TAs",
    "autograder written 05-mixed-model --apply --marker anna   the points that anna gave",
)

_FOLDER = "written"
_SHOWN = 20  # lines of one kind
_COMMENT = 60  # characters of one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("assignment", type=assignment_name, metavar="ASSIGNMENT")
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--apply", action="store_true", help="give the points and comments of the sheet to the students")
    does.add_argument("--force", action="store_true", help="overwrite a sheet that has points or comments")
    does.add_argument("--serve", action="store_true", help="mark in the page itself: it is shown on this machine")
    parser.add_argument("--port", type=int, default=0, help="with --serve (default: any that is free)")
    parser.add_argument("--replace", action="store_true", help="with --apply: overwrite marks that differ")
    parser.add_argument("--marker", type=_name, help="the TA who marks (default: your login name)")
    parser.add_argument(
        "--markers",
        type=_names,
        metavar="NAME,NAME",
        help="share the answers out among these TAs: a page and a sheet for each",
    )
    add_json(parser)


def run(options: argparse.Namespace, console: Console) -> int:
    """Write pages and sheets, or apply a sheet."""
    from autograder.course.course import Course
    from autograder.course.results.marks import Markers, login_name
    from autograder.marking.answers import read_written
    from autograder.marking.order import shared_out

    _refuse_contradictions(options)
    course = Course.here()
    if options.serve:
        return _serve(course, options, console)
    with course.gradebook() as gradebook:
        written = read_written(course, gradebook, options.assignment)
        shares = Markers(course.root, options.assignment)
        marker = options.marker or login_name()
        if options.markers:
            sheets = [_Sheet(course.root, written, name, is_shared=True) for name in options.markers]
            for sheet in sheets:
                sheet.spare(force=options.force)
            shares.write(shared_out(written, options.markers, shares.read()))
        else:
            sheets = [_Sheet(course.root, written, marker, is_shared=_has_share(marker, shares.read()))]
        if options.apply:
            return _apply(course, gradebook, sheets[0], options, console)
    for sheet in sheets:
        sheet.spare(force=options.force)
    found = [_write(sheet, shares.read(), console) for sheet in sheets]
    if options.json:
        print_json(
            {"assignment": written.assignment, "ungraded": written.ungraded, "sheets": found, "exit_status": DONE}
        )
    return DONE


def _refuse_contradictions(options: argparse.Namespace) -> None:
    if options.replace and not options.apply:
        options.error("--replace goes with --apply")
    if options.port and not options.serve:
        options.error("--port goes with --serve")
    if options.json and options.serve:
        options.error("--serve shows a page until Ctrl-C, and has no result for --json")
    if options.markers and options.serve:
        options.error("--markers writes sheets for several TAs; each then marks with --serve --marker NAME")
    if options.markers and (options.apply or options.marker):
        options.error("--markers writes sheets for several TAs; name one with --marker to apply hers")


def _serve(course: Course, options: argparse.Namespace, console: Console) -> int:
    """Show the page on this machine until Ctrl-C; what is sent is in the gradebook at once."""
    from autograder.course.results.marks import Markers, login_name
    from autograder.marking.desk import Desk, DeskServer
    from autograder.marking.order import only_of, shuffled

    marker = options.marker or login_name()
    shares = Markers(course.root, options.assignment).read()

    def arrange(written: Written) -> Written:
        written = shuffled(written, marker)
        return only_of(written, marker, shares) if _has_share(marker, shares) else written

    desk = Desk(course, options.assignment, arrange, marker)
    desk.written()  # what cannot be marked is said here
    try:
        with DeskServer(desk, options.port) as server:
            _say(console, f"Open {server.address} in a browser on this machine. Stop with Ctrl-C.")
            server.serve_forever()
    except OSError as problem:
        raise CourseError(
            f"The page cannot be shown at port {options.port}: {problem}.",
            options.port,
            remedy="Name another port (--port), or leave it out: any that is free is taken.",
        ) from None
    except KeyboardInterrupt:
        _say(console, f"\n{count(len(desk.marked), 'answer')} marked.")
        next_commands(course, options.assignment, list(desk.marked), console)
    return DONE


def _name(text: str) -> str:
    if not re.fullmatch(r"[\w@+-][\w@.+-]*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no name of letters, digits and . _ @ + -")
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(_name(name.strip()) for name in text.split(",") if name.strip()))
    if len(names) < 2:
        raise argparse.ArgumentTypeError("name two or more, with commas between them")
    return names


def _has_share(marker: str, shares: Mapping[str, Mapping[str, str]]) -> bool:
    return any(marker in part.values() for part in shares.values())


@dataclass(frozen=True)
class _Sheet:
    """The sheet of one TA: of her share of the answers, or of all."""

    root: Path
    written: Written
    marker: str
    is_shared: bool

    @property
    def whose(self) -> str:
        """The TA's name, where the answers were shared out."""
        return self.marker if self.is_shared else ""

    @property
    def path(self) -> Path:
        """The file."""
        name = f"{self.written.assignment}.{self.marker}" if self.is_shared else self.written.assignment
        return self.root / _FOLDER / f"{name}.csv"

    @property
    def apply(self) -> str:
        """The command that applies it."""
        return f"autograder written {self.written.assignment} --apply" + (f" --marker {self.marker}" * self.is_shared)

    def spare(self, *, force: bool) -> None:
        """Refuse to write over somebody's work."""
        if self.path.exists() and not force:
            _spare(self)


def _write(sheet: _Sheet, shares: Mapping[str, Mapping[str, str]], console: Console) -> dict[str, Any]:
    """Write page and sheet; returns what a program reads of it."""
    from autograder.course.files import write_atomically
    from autograder.marking.answers import SheetRecord
    from autograder.marking.order import only_of, shuffled
    from autograder.marking.page import page
    from autograder.marking.sheet import sheet as as_sheet

    written = shuffled(sheet.written, sheet.marker)
    if sheet.is_shared:
        written = only_of(written, sheet.marker, shares)
    record = SheetRecord(sheet.root, written.assignment, sheet.whose)
    write_atomically(record.path, record.content(written))
    write_atomically(sheet.path, as_sheet(written))
    html = sheet.path.with_name(f"{sheet.path.stem}.html")
    write_atomically(html, page(written, sheet.whose).encode("utf-8", "replace"))
    for part in written.parts:
        n = part.counts
        answers = f"{count(n.answers, 'answer')} in {count(n.groups, 'group')}"
        text = f"{answers}, {n.blank} no response, {n.marked} marked"
        _say(console, f"  {part.name}: {text}")
    if written.ungraded:
        _say(console, f"{len(written.ungraded)} submissions are not graded yet: {_some(written.ungraded)}")
    _say(console, f"Read {html}, fill in {sheet.path}, then: {sheet.apply}")
    parts = [{"part": part.name, **asdict(part.counts)} for part in written.parts]
    return {"marker": sheet.marker, "page": html, "sheet": sheet.path, "apply": sheet.apply, "parts": parts}


def _spare(sheet: _Sheet) -> None:
    from autograder.marking.marks import not_given
    from autograder.marking.sheet import read_sheet

    try:
        waiting = not_given(read_sheet(sheet.path), sheet.written)
    except CourseError as problem:
        raise CourseError(str(problem), remedy="Move it away, or overwrite it with --force.") from None
    if waiting:
        rows = "1 row has" if waiting == 1 else f"{waiting} rows have"
        raise CourseError(
            f"Refusing to overwrite {sheet.path}: {rows} marks that are not in the gradebook.",
            waiting,
            remedy=f"Apply them ({sheet.apply}), or discard them with --force.",
        )


def _apply(course: Course, gradebook: Any, sheet: _Sheet, options: argparse.Namespace, console: Console) -> int:
    from autograder.course.results.marks import MarkJournal
    from autograder.marking.answers import SheetRecord
    from autograder.marking.marks import apply, planned
    from autograder.marking.order import origins
    from autograder.marking.sheet import read_sheet

    written = sheet.written
    if not sheet.path.exists():
        _name_other_sheets(sheet)
    rows = read_sheet(sheet.path)
    answers = SheetRecord(course.root, written.assignment, sheet.whose).read()
    given = planned(rows, written, answers)
    done, kept = apply(course, gradebook, written.assignment, given, replace=options.replace)
    journal = MarkJournal(course.root, written.assignment)
    journal.add(origins(done, ((row.line, row.part) for row in rows), sheet.marker))
    _say_given(done, written, console)
    are, rows_left = "is" if len(done) == 1 else "are", _left(rows, written)
    have = "has" if rows_left == 1 else "have"
    told = f"{count(rows_left, 'row')} with an answer {have} no points." if rows_left else "no row is left."
    _say(console, f"{count(len(done), 'mark')} {are} in the gradebook; {told}")
    without = [str(row.line) for row in rows if row.comment and not row.points]
    if without:
        _say(console, f"Comments without points were ignored: line {', '.join(without[:_SHOWN])}")
    _say_kept(kept, console)
    next_commands(course, written.assignment, sorted({one.student for one in done}), console)
    status = SUBMISSION if kept else DONE
    if options.json:
        marks = {"given": [_as_json(one) for one in done], "kept": [_kept_as_json(one) for one in kept]}
        left = {"rows_without_points": rows_left, "comments_ignored": list(map(int, without))}
        print_json({"assignment": written.assignment, **marks, **left, "exit_status": status})
    return status


def _name_other_sheets(sheet: _Sheet) -> None:
    """Where the answers were shared out, say whose sheets there are, in the place of the one that was asked for."""
    from autograder.course.results.marks import Markers

    shares = Markers(sheet.root, sheet.written.assignment).read()
    names = sorted({name for part in shares.values() for name in part.values()})
    if names:
        raise CourseError(
            f"There is no sheet {sheet.path}: the answers were shared out, and there are those of {', '.join(names)}.",
            remedy=f"Say whose: autograder written {sheet.written.assignment} --apply --marker {names[0]}",
        )


def _as_json(one: PlannedMark) -> dict[str, Any]:
    named = {"student": one.student, "part": one.part.name}
    return {**named, "points": one.points, "comment": one.comment, "line": one.line}


def _kept_as_json(one: PlannedMark) -> dict[str, Any]:
    has = one.part.marked[one.student]
    return {**_as_json(one), "has": {"points": has.points, "comment": has.comment}}


def _say_given(given: tuple[PlannedMark, ...], written: Written, console: Console) -> None:
    for part in written.parts:
        marks = [one for one in given if one.part is part]
        comments = sum(bool(one.comment) for one in marks)
        if marks:
            _say(console, f"  {part.name}: {count(len(marks), 'mark')}, {comments} with a comment")


def _say_kept(kept: tuple[PlannedMark, ...], console: Console) -> None:
    if not kept:
        return
    _say(console, f"{len(kept)} already have different marks and keep them (use --replace to overwrite):")
    for one in kept[:_SHOWN]:
        before = one.part.marked[one.student]
        points = "no points" if before.points is None else f"{before.points:g} points"
        comment = f", “{_cut(before.comment)}”" if before.comment else ""
        _say(
            console, f"  line {one.line}: {one.student}, {one.part.name}: {points}{comment}; the sheet: {one.points:g}"
        )
    if len(kept) > _SHOWN:
        _say(console, f"  … and {len(kept) - _SHOWN} more")


def _cut(comment: str) -> str:
    return comment if len(comment) <= _COMMENT else f"{comment[:_COMMENT].rstrip()} …"


def _left(rows: tuple[SheetRow, ...], written: Written) -> int:
    """How many rows wait for points; those without a response do not."""
    silent = {(part.name, who) for part in written.parts for one in part.groups if one.blank for who in one.students}
    return sum(not row.points and not silent.issuperset((row.part, who) for who in row.students) for row in rows)


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)

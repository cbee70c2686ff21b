"""What students get of a graded course: points, the outcome of each check, and what they read of it.

Everything is read from what the commands leave behind: the gradebook through nbgrader's API and the autograded
notebooks. A class is kept as two files in ``verdicts/``: a table with one line for each
student and part, and the texts to which its last column refers by key, each stored once.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

FOLDER = Path(__file__).parent / "verdicts"
CLASSES = ("demo", "example")
NOTES = "(notes)"  # in the column of parts: the grader's notes on the run
FLAG = "(flag)"  # behind the name of a part: what a TA should look at, although it was judged

_COLUMNS = ("assignment", "notebook", "part", "student", "points", "max", "review", "checks", "texts")
_CHECK = re.compile(r"  (?P<symbol>\S) (?P<label>.+): [^:]+, (?P<earned>\S+) of (?P<credit>\S+) points")
_POINTS = re.compile(r"\S+ of \S+ points")
_SYMBOLS = {"passed": "✓", "partial": "◐", "failed": "✗", "unsure": "?"}
_CHANGES = {
    r"\b0x[0-9a-f]{6,}\b": "0x…",  # addresses in memory
    r"\b\d\d:\d\d:\d\d\b": "hh:mm:ss",  # both in the summaries of statsmodels
    r"\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4}\b": "day, dd mm yyyy",
}
_LINES = 200  # of differences that a failed test shows
_LONGEST = 4_000  # characters of a text; of a longer one the beginning is kept, and a digest of the whole


@dataclass(frozen=True)
class Verdict:
    """What one student got for one part; its ``place`` says which."""

    assignment: str
    notebook: str
    part: str  # grade_id of a graded cell, NOTES, or a grade_id with FLAG
    student: str
    points: str = ""  # automatic points; empty where there are none
    max: str = ""
    review: str = ""  # "review" where a person has to look
    checks: str = ""  # symbol and label of each check
    texts: tuple[str, ...] = ()  # what is shown

    @property
    def place(self) -> tuple[str, str, str, str]:
        """Assignment, notebook, part, student."""
        return (self.assignment, self.notebook, self.part, self.student)

    @property
    def shown(self) -> str:
        """All its texts."""
        return "\n".join(self.texts)


def verdicts_of(root: Path, hidden: Mapping[str, str] | None = None) -> list[Verdict]:
    """All verdicts in a course folder, sorted.

    Args:
        root: of the course, with a gradebook in SQLite.
        hidden: texts that differ from run to run → what stands in their place, besides the path of the course.
    """
    clean = _Clean({str(root.resolve()): "<course>", **(hidden or {})})
    found: list[Verdict] = []
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        for assignment in gradebook.assignments:
            for submission in assignment.submissions:
                for notebook in submission.notebooks:
                    where = (assignment.name, notebook.name, submission.student.id)
                    found += _of_notebook(root, where, notebook, clean)
    return sorted(found, key=lambda verdict: verdict.place)


def _of_notebook(root: Path, where: tuple[str, str, str], submitted: object, clean: _Clean) -> Iterator[Verdict]:
    assignment, name, student = where
    document = nbformat.read(root / "autograded" / student / assignment / f"{name}.ipynb", as_version=4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id", cell.get("id", "")): cell for cell in document.cells}
    comments = {comment.name: comment.auto_comment or "" for comment in submitted.comments}
    for grade in submitted.grades:
        shown = lines_of(_plain(cells[grade.name])) if grade.cell.cell_type == "code" else []
        shown += [f"Comment: {comment}"] if (comment := comments.get(grade.name)) else []
        yield Verdict(
            assignment,
            name,
            grade.name,
            student,
            points="" if grade.auto_score is None else number(grade.auto_score),
            max=number(grade.max_score),
            review="review" if grade.needs_manual_grade else "",
            checks=clean("; ".join(checks_in(shown))),
            texts=_texts(clean, shown),
        )
        flag = cells[grade.name].metadata.get("autograder", {}).get("review")
        if flag and grade.auto_score is not None:  # without points it is a traceback, for the author of the test
            yield Verdict(assignment, name, f"{grade.name} {FLAG}", student, texts=_texts(clean, [flag]))
    if "grader-notes" in cells:
        yield Verdict(assignment, name, NOTES, student, texts=_texts(clean, cells["grader-notes"].source.split("\n")))


def _plain(cell: nbformat.NotebookNode) -> str:
    """The first thing that a test cell shows; what follows is its points as a number."""
    shown = [output.data["text/plain"] for output in cell.outputs if output.output_type == "display_data"]
    return "".join(shown[:1])


def lines_of(shown: str) -> list[str]:
    """The list of checks as a test cell shows it, each check in the form of :func:`check_lines`."""
    lines = [line for line in shown.split("\n") if line.strip() and not _POINTS.fullmatch(line)]
    return [_CHECK.sub(r"\g<symbol> \g<label>, \g<earned> of \g<credit>", line) for line in lines]


def checks_in(lines: Iterable[str]) -> list[str]:
    """Symbol and label of each check among the lines."""
    marks = tuple(f"{symbol} " for symbol in _SYMBOLS.values())
    return [line.rpartition(", ")[0].replace("`", "") for line in lines if line.startswith(marks)]


def number(points: float) -> str:
    """Points as they stand in the table."""
    return f"{round(float(points), 6):g}"


class _Clean:
    """Puts a text into a form that is the same in every run and on every machine."""

    def __init__(self, hidden: Mapping[str, str]) -> None:
        self._hidden = dict(sorted(hidden.items(), key=lambda item: -len(item[0])))

    def __call__(self, text: str) -> str:
        for what, instead in self._hidden.items():
            text = text.replace(what, instead).replace(what.encode().hex(), f"{instead} in hex")
        for pattern, instead in _CHANGES.items():
            text = re.sub(pattern, instead, text)
        text = "".join(char if char.isprintable() or char in "\n\t" else ascii(char)[1:-1] for char in text)
        if len(text) <= _LONGEST:
            return text
        return f"{text[:_LONGEST]}\n… {len(text)} characters, digest {_digest(text)}"


def _texts(clean: _Clean, lines: Sequence[str]) -> tuple[str, ...]:
    kept = "\n".join(line.rstrip() for text in lines for line in text.split("\n") if line.strip())
    return (clean(kept),) if kept else ()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def write(name: str, verdicts: Iterable[Verdict]) -> None:
    """Keep the verdicts of a class under its name."""
    FOLDER.mkdir(exist_ok=True)
    texts: dict[str, str] = {}
    with (FOLDER / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        table.writeheader()
        for verdict in sorted(verdicts, key=lambda one: one.place):
            keys = {_digest(text): text for text in verdict.texts}
            texts |= keys
            table.writerow({**asdict(verdict), "texts": " ".join(map(_digest, verdict.texts))})
    with (FOLDER / f"{name}.txt").open("w", encoding="utf-8", newline="") as file:
        for key, text in texts.items():
            file.write(f"{key}\n" + "".join(f"  {line}\n" for line in text.split("\n")))


def read(name: str) -> list[Verdict]:
    """The verdicts that are kept of a class."""
    texts: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (FOLDER / f"{name}.txt").read_bytes().decode().split("\n")[:-1]:
        if line.startswith("  "):
            lines.append(line[2:])
        else:
            lines = texts[line] = []
    content = (FOLDER / f"{name}.csv").read_bytes().decode()
    rows = csv.DictReader(io.StringIO(content, newline=""))
    found = [{**row, "texts": tuple("\n".join(texts[key]) for key in row["texts"].split())} for row in rows]
    return [Verdict(**row) for row in found]


def differences(expected: Iterable[Verdict], found: Iterable[Verdict]) -> list[str]:
    """What differs: each difference once, below all the places (assignment, part, student) that show it."""
    before, after = ({verdict.place: verdict for verdict in verdicts} for verdicts in (expected, found))
    places: dict[str, list[str]] = {}
    for place in sorted(before | after):
        difference = "\n    ".join(_difference(before.get(place), after.get(place)))
        if difference:
            places.setdefault(difference, []).append(_named(place))
    return ["\n".join([*named, f"    {difference}"]) for difference, named in places.items()]


def assert_same(name: str, found: Iterable[Verdict]) -> None:
    """Fail with everything that differs from what is kept of these students, where anything does."""
    now = list(found)
    graded = {(verdict.assignment, verdict.student) for verdict in now}
    kept = [verdict for verdict in read(name) if (verdict.assignment, verdict.student) in graded]
    assert kept, "nothing is kept of these students"
    known = {(verdict.assignment, verdict.student) for verdict in kept}
    said = differences(kept, [verdict for verdict in now if (verdict.assignment, verdict.student) in known])
    if said:
        lines = "\n".join(said).split("\n")
        more = [f"… {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
        how = "tests/golden/README.md says how to keep the new verdicts, if that is what is meant."
        raise AssertionError("\n".join([f"{len(said)} differences", *lines[:_LINES], *more, how]))


def _named(place: tuple[str, str, str, str]) -> str:
    assignment, notebook, part, student = place
    return f"{assignment if notebook == assignment else f'{assignment}/{notebook}'}, {part}, {student}"


def _difference(one: Verdict | None, two: Verdict | None) -> list[str]:
    if one is None or two is None:
        return ["was not there before" if one is None else "is missing"]
    names = [name for name in ("points", "max", "review", "checks") if getattr(one, name) != getattr(two, name)]
    said = [f"{name}: {getattr(one, name)!r} → {getattr(two, name)!r}" for name in names]
    old, new = (verdict.shown.split("\n") for verdict in (one, two))
    diff = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
    return said + [line for line in diff if not line.startswith("@@")]

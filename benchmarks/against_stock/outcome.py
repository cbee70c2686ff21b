"""What an attack achieved, looked up in the course folder after grading."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping, Set
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from benchmarks.against_stock.assignment import HIDDEN, NAME, NOTEBOOK, POINTS, SOLUTION
from benchmarks.against_stock.attacks import CALL
from benchmarks.against_stock.course import (
    ATTACKER,
    ENVIRONMENT_CANARY,
    GRADEBOOK_CANARY,
    HONEST,
    NEIGHBOUR_CANARY,
    Course,
)

MOST_KEPT = 20_000_000  # bytes of graded work of three students; honest it is 100,000
CANARIES = {
    HIDDEN: "the hidden tests",
    SOLUTION: "the solutions",
    ENVIRONMENT_CANARY: "the environment",
    GRADEBOOK_CANARY: "the gradebook",
    NEIGHBOUR_CANARY: "another student's submission",
}


def achieved(course: Course, ended: bool, usual: Mapping[str, int]) -> list[str]:
    """What went wrong, in a few words each; nothing where the attack was withstood.

    Args:
        course: after grading.
        ended: whether grading ended in time.
        usual: how often secrets stand in anybody's feedback anyway (see :func:`secrets`).
    """
    found = [] if ended else ["never ends"]
    with course.gradebook() as gradebook:
        found += _about_honest(gradebook)
        found += _about_attacker(gradebook, pointed_out(course))
    leaked = sorted(what for what, times in secrets(course).items() if times > usual.get(what, 0))
    if leaked:
        found.append(f"feedback holds {' and '.join(leaked)}")
    if any(_runs(path) for path in _files(course) if path.suffix == ".html"):
        found.append("feedback runs the script")
    if (course.outside / "owned").exists():
        found.append("wrote there")
    kept = sum(path.lstat().st_size for path in (course.root / "autograded").rglob("*"))
    if kept > MOST_KEPT:
        found.append(f"{kept // 10**6:,} MB kept in the course folder")
    if (course.outside / "stray").exists():
        found.append("process left running")
    return found


def secrets(course: Course) -> dict[str, int]:
    """How often each secret stands in the attacker's feedback."""
    pages = [_read(path) for path in _files(course)]
    return {what: sum(page.count(word.encode()) for page in pages) for word, what in CANARIES.items()}


def _about_honest(gradebook: Gradebook) -> Iterator[str]:
    graded = {student: _points(gradebook, student) for student in HONEST}
    lost = [student for student in HONEST if graded[student] is None]
    if lost:
        yield "class aborted" if lost == [HONEST[-1]] else "class not graded"
    if any(points is not None and points != POINTS for points in graded.values()):
        yield "an honest student lost points"


def _about_attacker(gradebook: Gradebook, doubted: Set[str]) -> Iterator[str]:
    points = _points(gradebook, ATTACKER)
    if points is None:
        yield "no verdict"
    elif points > 0:
        earned = {grade.name for grade in _grades(gradebook, ATTACKER) or () if grade.score}
        yield f"{points:g} of {POINTS:g} points{', put before the TA' if earned <= doubted else ''}"


def pointed_out(course: Course) -> Set[str]:
    """Test cells of the attacker that a TA is asked to look at."""
    path = course.root / "autograded" / ATTACKER / NAME / NOTEBOOK
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError):
        return set()
    about = [cell["metadata"] for cell in cells if cell["metadata"].get("autograder", {}).get("review")]
    return {one.get("nbgrader", {}).get("grade_id", "") for one in about}


def _points(gradebook: Gradebook, student: str) -> float | None:
    """Points without those that a person gives; ``None`` where there is no verdict."""
    grades = _grades(gradebook, student)
    if grades is None or any(grade.auto_score is None for grade in grades):
        return None
    return float(sum(grade.score for grade in grades))  # extra credit included


def _grades(gradebook: Gradebook, student: str) -> list[Any] | None:
    try:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
    except MissingEntry:
        return None
    return [grade for grade in notebook.grades if grade.name.endswith("-tests")]


def _files(course: Course) -> Iterator[Path]:
    """The attacker's feedback, which the student gets to see."""
    for folder, _, names in os.walk(course.root / "feedback" / ATTACKER):
        yield from (Path(folder, name) for name in names)


def _read(path: Path) -> bytes:
    return path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else b""


class _Page(HTMLParser):
    runs = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        self.runs |= any(name.startswith("on") and CALL in (value or "") for name, value in attrs)

    def handle_data(self, data: str) -> None:
        self.runs |= bool(self.cdata_elem) and CALL in data


def _runs(path: Path) -> bool:
    page = _Page()
    page.feed(_read(path).decode("utf-8", "replace"))
    return page.runs

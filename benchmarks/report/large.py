"""``python -m benchmarks.report.large``: how long the report on a large class takes, and how much memory.

The class is made up: a gradebook and records as grading leaves them, with points of known variance components, and
answers in code and in words of which most are worded by chance. Nothing is graded.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from nbgrader.api import Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from numpy.typing import NDArray
from sqlalchemy import insert

from autograder.course.cache import folder_of_records
from autograder.course.results.marks import MarkJournal, MarkOrigin
from autograder.grading.evidence import Part
from autograder.grading.record import CellRecord, CheckRecord, SubmissionRecord

REPOSITORY = Path(__file__).resolve().parents[2]
CODE = tuple(f"q{number}" for number in range(1, 6))
WORDS = ("q6-explanation", "q7-discussion")
SD = {"students": 0.12, "parts": 0.1, "rest": 0.2}  # share of the points
SEVERITY = {"anna": -0.08, "ben": 0.0, "carla": 0.08}
CHECKS = ("slope", "intercept", "variance")
MISTAKES = ("no constant", "standard deviation", "response and predictor exchanged")
_EVIDENCE = "x" * 4000  # in place of values and figures, which a report does not read
_WORDS = (
    "subjects vary around the mean intercept slope variance residual days people faster slower effect random fixed "
    "model estimate data plot line group shrink toward average each other more less because sleep loss study time"
).split()
_CODE_LINES = (
    "model_{a} = sm.OLS(data['y'], sm.add_constant(data['{b}'])).fit()",
    "{a} = data.groupby('{b}')['y'].mean()",
    "for {a} in data['{b}'].unique()[:{n}]:",
    "    rows = data[data['{b}'] == {n}]",
    "plt.scatter(data['{b}'], data['y'], alpha=0.{n})",
    "{a} = np.polyfit(data['{b}'], data['y'], deg=1)",
    "result = {a} * {n} + data['{b}'].std(ddof=1)",
    "print({a}, round({n} / 7, 3))",
)


def make(root: Path, students: int, assignments: int, seed: int = 1) -> dict[str, NDArray[np.float64]]:
    """Write a course folder with a graded class.

    Args:
        root: an empty folder.
        students: of the class.
        assignments: with five parts in code and two in words each.
        seed: of everything random.

    Returns:
        Assignment → shares of the points, shape (students, parts).
    """
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    numbers = np.random.default_rng(seed)
    names = [f"student{number:04}" for number in range(students)]
    ability = numbers.normal(0, SD["students"], students)
    found: dict[str, NDArray[np.float64]] = {}
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as gradebook:
        session = gradebook.db
        _insert(session, Student, [{"id": name} for name in names])
        for number in range(assignments):
            assignment = f"{number + 1:02}-made-up"
            cells = _assignment(gradebook, assignment)
            parts = numbers.normal(0, SD["parts"], len(cells))
            noise = numbers.normal(0, SD["rest"], (students, len(cells)))
            markers = numbers.integers(0, len(SEVERITY), (students, len(cells)))
            effects = np.array(list(SEVERITY.values()))[markers]
            effects[:, : len(CODE)] = 0.0
            shares = 0.6 + ability[:, None] + parts + noise + effects
            found[assignment] = shares
            _hand_ins(session, gradebook, assignment, names, cells, shares)
            _records(root, assignment, names, shares, random.Random(seed + number))
            _marks(root, assignment, names, shares, markers, numbers)
        session.commit()
    return found


def _assignment(gradebook: Gradebook, assignment: str) -> list[str]:
    """Make an assignment with one notebook; returns the identifiers of the cells that earn points."""
    gradebook.add_assignment(assignment, duedate="2026-05-01 10:00:00 UTC")
    gradebook.add_notebook(assignment, assignment)
    identifiers: list[str] = []
    for part in CODE:
        gradebook.add_solution_cell(part, assignment, assignment)
        gradebook.add_source_cell(part, assignment, assignment, cell_type="code", source="# your code\n", locked=False)
        test = f"{part}-tests"
        cell = gradebook.add_grade_cell(test, assignment, assignment, max_score=1.0, cell_type="code")
        source = "from autograder import Checks\nchecks = Checks()\n"
        gradebook.add_source_cell(test, assignment, assignment, cell_type="code", source=source, locked=True)
        identifiers.append(cell.id)
    for part in WORDS:
        gradebook.add_solution_cell(part, assignment, assignment)
        cell = gradebook.add_grade_cell(part, assignment, assignment, max_score=1.0, cell_type="markdown")
        gradebook.add_source_cell(part, assignment, assignment, cell_type="markdown", source="…", locked=False)
        identifiers.append(cell.id)
    return identifiers


def _hand_ins(
    session: Any,
    gradebook: Gradebook,
    assignment: str,
    names: Sequence[str],
    cells: Sequence[str],
    shares: NDArray[np.float64],
) -> None:
    entry = gradebook.find_assignment(assignment)
    notebook = entry.notebooks[0]
    hand_ins = [{"id": uuid.uuid4().hex, "assignment_id": entry.id, "student_id": name} for name in names]
    notebooks = [
        {"id": uuid.uuid4().hex, "assignment_id": one["id"], "notebook_id": notebook.id, "flagged": False}
        for one in hand_ins
    ]
    _insert(session, SubmittedAssignment, hand_ins)
    _insert(session, SubmittedNotebook, notebooks)
    grades = [
        {
            "id": uuid.uuid4().hex,
            "notebook_id": one["id"],
            "cell_id": cell,
            "auto_score": float(share) if at < len(CODE) else None,
            "manual_score": None if at < len(CODE) else float(share),
            "needs_manual_grade": False,
        }
        for one, row in zip(notebooks, shares, strict=True)
        for at, (cell, share) in enumerate(zip(cells, row, strict=True))
    ]
    _insert(session, Grade, grades)


def _insert(session: Any, kind: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        session.execute(insert(kind.__table__), rows)


def _records(
    root: Path, assignment: str, names: Sequence[str], shares: NDArray[np.float64], chance: random.Random
) -> None:
    folder = folder_of_records(root, assignment, assignment)
    folder.mkdir(parents=True)
    for name, row in zip(names, shares, strict=True):
        cells = {
            f"{part}-tests": CellRecord("test", float(share), tuple(_checks(share, chance)), Part(printed=_EVIDENCE))
            for part, share in zip(CODE, row, strict=False)
        }
        sources: Mapping[str, str] = {part: _code(chance) for part in CODE} | {part: _text(chance) for part in WORDS}
        (folder / f"{name}.jsonl").write_bytes(SubmissionRecord("print", "code", cells, sources).to_bytes())


def _checks(share: float, chance: random.Random) -> Iterator[CheckRecord]:
    for name in CHECKS:
        if chance.random() < share:
            yield CheckRecord(f"`{name}`", 0.25, 0.25, "10.467286", quantity=name)
        elif chance.random() < 0.6:
            mistake = chance.choice(MISTAKES)
            yield CheckRecord(f"`{name}`", 0.0, 0.25, "3.5", f"About {mistake}: look again.", mistake, name)
        else:
            yield CheckRecord(f"`{name}`", 0.0, 0.25, f"{chance.uniform(1, 100):.8g}", "", "", name)


def _code(chance: random.Random) -> str:
    lines = [chance.choice(_CODE_LINES) for _ in range(chance.randrange(5, 14))]
    return "\n".join(
        line.format(a=chance.choice("abcdefg"), b=chance.choice(("x", "Days", "Subject")), n=chance.randrange(1, 10))
        for line in lines
    )


def _text(chance: random.Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randrange(20, 80)))


def _marks(
    root: Path,
    assignment: str,
    names: Sequence[str],
    shares: NDArray[np.float64],
    markers: NDArray[np.int64],
    numbers: np.random.Generator,
) -> None:
    who = list(SEVERITY)
    rows = [
        MarkOrigin(assignment, part, names[row], float(shares[row, at]), who[markers[row, at]], int(place), 0.0)
        for at, part in enumerate(WORDS, len(CODE))
        for place, row in enumerate(numbers.permutation(len(names)))
    ]
    MarkJournal(root, assignment).add(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a class and time the report on it."""
    parser = argparse.ArgumentParser("python -m benchmarks.report.large", description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--assignments", type=int, default=15)
    options = parser.parse_args(arguments)
    beside = Path(sys.executable).parent
    os.environ["PATH"] = f"{beside}{os.pathsep}{os.environ['PATH']}"  # nbgrader calls alembic
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make(root, options.students, options.assignments)
        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [str(beside / "autograder"), "report", "--json", "--csv", "csv"]
        with (root / "report.json").open("wb") as numbers:
            subprocess.run(command, cwd=root, check=True, stdout=numbers)
        seconds, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        size = (root / "report" / "report.html").stat().st_size
    processor = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{options.students} students × {options.assignments} assignments: {seconds:.1f} s ({processor:.1f} s of "
        f"processor time), {used.ru_maxrss / 1024:.0f} MB, a page of {size / 1e6:.1f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

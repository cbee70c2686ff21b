"""Tables of points and kept answers as they are read from a gradebook and records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.course.results.kept import KeptClass
from autograder.course.results.table import ClassTable, HandIn, Item
from autograder.grading.record import CheckRecord, KeptVerdict, KeptVerdicts
from autograder.template import Template, TemplateCell

NAME = "01-made-up"


def table(shares: Any, by_hand: Sequence[int] = (), points: float = 2.0) -> ClassTable:
    """A class that earned these shares of the points of one assignment; NaN: no points yet."""
    shares = np.asarray(shares, dtype=float)
    items = tuple(
        Item(NAME, NAME, f"q{at + 1}" if at in by_hand else f"q{at + 1}-tests", points, at in by_hand)
        for at in range(shares.shape[1])
    )
    students = tuple(f"s{row:03}" for row in range(len(shares)))
    handed_in = {NAME: {student: HandIn(None, 0.0, 0.0) for student in students}}
    nobody = np.zeros(shares.shape, dtype=bool)
    return ClassTable(students, items, shares * points, nobody, nobody, handed_in, {NAME: None})


def kept(answers: Mapping[str, tuple[str, Sequence[CheckRecord]]], released: str = "", solution: str = "") -> KeptClass:
    """What is kept of a notebook with one part in code, ``q1``: student → answer, and checks of ``q1-tests``."""
    cells = (
        TemplateCell("q1", "code", released, released, locked=False, grade=False, solution=True),
        TemplateCell("q1-tests", "code", "from autograder import Checks", "", True, True, False, points=1.0),
    )
    verdicts = {
        student: KeptVerdicts({"q1-tests": KeptVerdict(sum(c.earned for c in checks), tuple(checks))}, {"q1": source})
        for student, (source, checks) in answers.items()
    }
    return KeptClass(Template(NAME, NAME, cells, {}), verdicts, (), {"q1": solution})


def right(name: str = "slope") -> CheckRecord:
    """A check that was passed."""
    return CheckRecord(f"`{name}`", 1.0, 1.0, "10.467286", quantity=name)


def wrong(got: str, mistake: str = "", hint: str = "", earned: float = 0.0) -> CheckRecord:
    """A check that was not."""
    return CheckRecord("`slope`", earned, 1.0, got, hint, mistake, "slope")

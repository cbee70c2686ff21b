"""The hostile class, graded by both commands: what each row declares, and what holds for everyone."""

from __future__ import annotations

import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lmmsolutions import ols
from lmmsolutions.data import load
from tests.hostile import scripting
from tests.hostile.conftest import Graded
from tests.hostile.row import FULL, PARTS, mark
from tests.hostile.table import CASES, ROWS, ROWS_OF
from tests.hostile.the_class import CANARIES, HONEST

WAYS = tuple(ROWS_OF)
WITH_FEEDBACK = [student for student in (*HONEST, *ROWS) if student >= "l"]


def reference_numbers() -> tuple[str, ...]:
    """Enough digits of the reference that nobody has them by chance."""
    reference = ols.solve(load("sleepstudy"))
    return tuple(repr(float(number))[:12] for number in (reference.intercept, reference.slope))


@pytest.mark.parametrize(("way", "student"), CASES)
def test_it_earns_what_it_may_and_a_verdict_says_why(graded: Graded, way: str, student: str) -> None:
    row, points = ROWS[student], graded.classes[way].points
    assert student in points, f"{row.tries} It got no verdict."
    earned = points[student]
    assert None not in earned.values(), f"{row.tries} It forced a person to look."
    assert row.least <= sum(filter(None, earned.values())) <= row.most, (row.tries, earned)
    shown = graded.classes[way].shown(student)
    assert any(words in shown for words in row.says.split("|")), (row.says, shown[-3000:])


@pytest.mark.parametrize(("way", "student"), CASES)
def test_nothing_leaks(graded: Graded, way: str, student: str) -> None:
    row, one = ROWS[student], graded.classes[way]
    secret = {**CANARIES, "the course folder": str(one.course.root)}
    secret |= {hidden: hidden for hidden in row.hides}
    if not row.solves and not row.computes:
        secret |= {f"the reference {digits}": digits for digits in reference_numbers()}
    made = dict(one.made(student))
    assert made
    leaked = [
        (name, what) for name, content in made.items() for what, word in secret.items() if word.encode() in content
    ]
    assert not leaked, row.tries


@pytest.mark.parametrize("way", WAYS)
def test_honest_students_get_their_grades(graded: Graded, way: str) -> None:
    assert {name: graded.classes[way].points[name] for name in HONEST} == {
        name: {f"{part}-tests": points for part, points in PARTS.items()} for name in HONEST
    }


@pytest.mark.parametrize("way", WAYS)
def test_everybody_has_a_verdict(graded: Graded, way: str) -> None:
    assert graded.ended, graded.classes[way].log(way)[-3000:]
    assert sorted(graded.classes[way].points) == sorted(graded.classes[way].rows | dict.fromkeys(HONEST))


def test_both_commands_agree(graded: Graded) -> None:
    one, other = graded.classes["nbgrader"].points, graded.classes["autograder"].points
    exact = {student: points for student, points in one.items() if student in HONEST or ROWS[student].exact}
    assert {student: other[student] for student in exact} == exact


@pytest.mark.parametrize("way", WAYS)
def test_the_gradebook_is_intact(graded: Graded, way: str) -> None:
    with sqlite3.connect(graded.classes[way].course.root / "gradebook.db") as gradebook:
        assert gradebook.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert gradebook.execute("pragma foreign_key_check").fetchall() == []
        assert gradebook.execute("select last_name from student where id = 'someone-else'").fetchall() == [
            (CANARIES["the gradebook"],)
        ]
        worth = "select sum(max_score) from grade_cells join base_cell using (id) where cell_type = 'code'"
        assert gradebook.execute(worth).fetchone() == (FULL,)


def test_nothing_was_written_outside(graded: Graded) -> None:
    outside = [path for one in graded.classes.values() for path in (one.course.root.parent / "outside").rglob("*")]
    assert not outside
    words = {mark(student) for student in ROWS} | {"touch owned", "forged", "owned", "left.txt"}
    found = [
        path
        for folder in (Path("/tmp"), Path("/dev/shm"), Path.home(), Path.cwd(), Path("/var/tmp"))
        for path in folder.iterdir()
        if any(path.name.startswith(word) for word in words)
    ]
    assert not found


@pytest.mark.parametrize("way", WAYS)
def test_the_course_folder_has_what_grading_writes(graded: Graded, way: str) -> None:
    root = graded.classes[way].course.root
    assert {path.name for path in root.iterdir()} <= {
        *("source", "release", "submitted", "autograded", "gradebook.db", "nbgrader_config.py", ".autograder"),
        *("feedback", f"{way}.log", "feedback.log"),
    }
    assert not [
        path for path in (root / "source").rglob("*") if path.is_file() and path.suffix not in (".ipynb", ".csv")
    ]
    assert {path.name for path in (root / "submitted").iterdir()} == set(graded.classes[way].rows) | set(HONEST)


def test_nobody_called_out(graded: Graded) -> None:
    assert not graded.calls


def test_no_process_is_left(graded: Graded) -> None:
    assert not graded.strays


def test_nothing_is_left_in_the_kernel(graded: Graded) -> None:
    assert graded.ended
    for kind in ("shm", "sem", "msg"):
        assert f"{0x6C6D6D48}" not in Path(f"/proc/sysvipc/{kind}").read_text()


class Active(HTMLParser):
    """What a page would run or load of what a student put into it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            words = (scripting.CALL, "//example.org", "file:", "javascript:", "click.")
            if name.startswith("on") or any(word in (value or "") for word in words):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and scripting.CALL in data:
            self.found.append(f"<{self.cdata_elem}>{data}")


@pytest.mark.parametrize("student", WITH_FEEDBACK)
def test_feedback_runs_nothing(graded: Graded, student: str) -> None:
    made = dict(graded.classes["autograder"].made(student))
    assert {name for name in made if name.endswith((".html", ".svg"))} == {"feedback/03-ols.html"}
    page = made["feedback/03-ols.html"].decode()
    active = Active()
    active.feed(page)
    assert not active.found

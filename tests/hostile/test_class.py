"""The hostile class, graded by both commands: what each row declares, and what holds for everyone."""

from __future__ import annotations

import functools
import re
import sqlite3
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lmmsolutions.core.data import load
from lmmsolutions.lessons import ols
from tests.hostile import scripting
from tests.hostile.conftest import Graded
from tests.hostile.row import FULL, PARTS, Row, mark
from tests.hostile.table import PAGES, ROWS, ROWS_OF
from tests.hostile.the_class import CANARIES, HONEST, HostileClass

WAYS = tuple(ROWS_OF)
OLD_LAYOUT = re.compile(r"No module named 'inside|from 'inside|module 'inside\S*' has no attribute")


@functools.cache
def reference_numbers() -> tuple[str, ...]:
    """Enough digits of the reference that nobody has them by chance."""
    reference = ols.solve(load("sleepstudy"))
    return tuple(repr(float(number))[:12] for number in (reference.intercept, reference.slope))


@pytest.mark.parametrize("student", ROWS)
def test_row(graded: Graded, student: str) -> None:
    row = ROWS[student]
    for way in WAYS:
        if student in ROWS_OF[way]:
            earns_what_it_may(row, graded.classes[way].points.get(student))
            says_why(row, graded.classes[way].verdict(student))
            leaks_nothing(row, student, graded.classes[way])
    if student in PAGES:
        runs_nothing(dict(graded.classes["autograder"].made(student)))


def earns_what_it_may(row: Row, points: dict[str, float | None] | None) -> None:
    assert points is not None, f"{row.tries} It got no verdict."
    assert None not in points.values(), f"{row.tries} It forced a person to look."
    assert row.least <= sum(filter(None, points.values())) <= row.most, (row.tries, points)


def says_why(row: Row, verdict: str) -> None:
    assert any(words in verdict for words in row.says.split("|")), (row.says, verdict[-3000:])
    assert not OLD_LAYOUT.search(verdict), "it attacks modules of the sandbox that are elsewhere now"


def leaks_nothing(row: Row, student: str, one: HostileClass) -> None:
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


@pytest.mark.parametrize("student", HONEST)
def test_pages_of_honest_students_run_nothing(graded: Graded, student: str) -> None:
    runs_nothing(dict(graded.classes["autograder"].made(student)))


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
        *("feedback", f"{way}.log"),
    }
    assert not [
        path for path in (root / "source").rglob("*") if path.is_file() and path.suffix not in (".ipynb", ".csv")
    ]
    assert {path.name for path in (root / "submitted").iterdir()} == set(graded.classes[way].rows) | set(HONEST)


@pytest.mark.parametrize("way", WAYS)
def test_nothing_acts_on_a_terminal(graded: Graded, way: str) -> None:
    said = graded.classes[way].log(way)
    assert not [
        character for character in said if unicodedata.category(character) in ("Cc", "Cf") and character not in "\n\t\r"
    ]
    assert "\n99 graded" not in said


def test_nobody_called_out(graded: Graded) -> None:
    assert not graded.calls


def test_no_process_is_left(graded: Graded) -> None:
    assert not graded.strays


def test_nothing_is_left_in_the_kernel(graded: Graded) -> None:
    assert graded.ended
    for kind in ("shm", "sem", "msg"):
        assert f"{0x6C6D6D48}" not in Path(f"/proc/sysvipc/{kind}").read_text()


class Active(HTMLParser):
    """What a page would run or load of what a student put into it; the description of a picture is text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            words = (scripting.CALL, "//example.org", "file:", "javascript:", "click.")
            if name.startswith("on") or (name != "alt" and any(word in (value or "") for word in words)):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and scripting.CALL in data:
            self.found.append(f"<{self.cdata_elem}>{data}")


def runs_nothing(made: dict[str, bytes]) -> None:
    """The pages of one student's feedback."""
    assert {name for name in made if name.endswith((".html", ".svg"))} == {"feedback/03-ols.html"}
    active = Active()
    active.feed(made["feedback/03-ols.html"].decode())
    assert not active.found

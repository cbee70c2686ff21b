"""What attackers put into the exchange, from `nbgrader collect` to the published feedback."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc

from autograder.plugins.collect import CarefulCollect
from tests.course_folder import Course
from tests.hostile.row import ASSIGNMENT, NOTEBOOK

TIME = "2024-05-01 10:00:00.000000 UTC"
CANARY = "canary-of-the-gradebook"
SECRET = "0" * 64


def plain(folder: Path, notebook: bytes) -> None:
    """As `nbgrader submit` leaves it."""
    folder.mkdir()
    (folder / NOTEBOOK).write_bytes(notebook)
    (folder / "timestamp.txt").write_text(TIME)
    (folder / "submission_secret.txt").write_text(SECRET)


def with_links(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    course = folder.parents[3]
    (folder / "gradebook.html").symlink_to(course / "gradebook.db")
    (folder / "gradebook.ipynb").symlink_to(course / "gradebook.db")
    (folder / "notes.csv").symlink_to("../../../../gradebook.db")
    (folder / "everything").symlink_to(course)


def with_pipes(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    os.mkfifo(folder / "pipe.csv")
    (folder / "zero.csv").symlink_to("/dev/zero")


def with_folders(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    (folder / "/".join(["deep"] * 700)).mkdir(parents=True)
    (folder / "inner").mkdir()
    (folder / "inner" / "data.csv").write_text("a,b\n")


def with_folders_in_the_way(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    for name in ("timestamp.txt", "submission_secret.txt"):
        (folder / name).unlink()
        (folder / name).mkdir()
        (folder / name / "x").write_text("x")


def with_a_large_file(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    with (folder / "large.csv").open("wb") as file:
        file.truncate(10 << 30)


def without_a_secret(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    (folder / "submission_secret.txt").unlink()


def with_a_bad_time(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    (folder / "timestamp.txt").write_bytes(b"\xff whenever")


def with_an_earlier_time(folder: Path, notebook: bytes) -> None:
    plain(folder, notebook)
    (folder / "timestamp.txt").write_text("2001-01-01 00:00:00.000000 UTC")


def as_a_link(folder: Path, notebook: bytes) -> None:
    """The whole hand-in is a link to somebody else's, as it was collected before."""
    del notebook
    folder.symlink_to(folder.parents[3] / "submitted" / "aaa" / ASSIGNMENT)


def as_a_file(folder: Path, notebook: bytes) -> None:
    folder.write_bytes(notebook)


HandIn = Callable[[Path, bytes], None]
TAKEN: dict[str, HandIn] = {
    "aaa": plain,
    "bad-time": with_a_bad_time,
    "earlier-time": with_an_earlier_time,
    "folders": with_folders,
    "folders-in-the-way": with_folders_in_the_way,
    "large-file": with_a_large_file,
    "links": with_links,
    "no-secret": without_a_secret,
    "pipes": with_pipes,
    "zzz": plain,
}
# Name of the folder in the exchange → what lies there. Nothing of it is collected.
REFUSED: dict[str, HandIn] = {
    f"a-link+{ASSIGNMENT}+{TIME}+x": as_a_link,
    f"a-file+{ASSIGNMENT}+{TIME}+x": as_a_file,
    f"no-time+{ASSIGNMENT}+some time+x": plain,
    f"no-parts+{ASSIGNMENT}+": plain,
    f"..+{ASSIGNMENT}+{TIME}+x": plain,
    f".+{ASSIGNMENT}+{TIME}+x": plain,
    f"\x1b[31m+{ASSIGNMENT}+{TIME}+x": plain,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course that has made its release, for each test to begin with a copy."""
    return Course.make(tmp_path_factory.mktemp("made") / "course", ASSIGNMENT)


@pytest.fixture(scope="module")
def course(deep: Path, made: Course) -> Course:
    """A class that handed in through the exchange, collected, graded and given feedback."""
    from nbgrader.api import Gradebook

    course = made.copy(deep / "exchange" / "course")
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.add_student("someone-else", last_name=CANARY)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.CarefulCollect.believe_changes = False\n")  # everything here has just been made
    (course.root / "exchange").mkdir()
    course.nbgrader("release_assignment", ASSIGNMENT)
    inbound = course.root / "exchange" / "lmm" / "inbound"
    notebook = (course.root / "release" / ASSIGNMENT / NOTEBOOK).read_bytes()
    for student, hand_in in TAKEN.items():
        hand_in(inbound / f"{student}+{ASSIGNMENT}+{TIME}+x", notebook)
    for name, hand_in in REFUSED.items():
        hand_in(inbound / name, notebook)
    course.nbgrader("collect", ASSIGNMENT)
    course.nbgrader("autograde", ASSIGNMENT)
    course.nbgrader("generate_feedback", ASSIGNMENT)
    course.nbgrader("release_feedback", ASSIGNMENT)
    return course


def test_everybody_else_is_collected(course: Course) -> None:
    assert sorted(path.name for path in (course.root / "submitted").iterdir()) == sorted(TAKEN)
    assert not (course.root / ASSIGNMENT).exists()


def test_only_ordinary_files_are_collected(course: Course) -> None:
    own = {NOTEBOOK, "timestamp.txt", "submission_secret.txt"}
    for student in TAKEN:
        folder = course.root / "submitted" / student / ASSIGNMENT
        found = {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
        assert found - own == ({"inner/data.csv"} if student == "folders" else set()), student


def test_time_stamps_can_be_read(course: Course) -> None:
    stamps = {(course.root / "submitted" / student / ASSIGNMENT / "timestamp.txt").read_text() for student in TAKEN}
    assert stamps == {TIME}


def test_feedback_is_published_for_everybody_and_nothing_else(course: Course) -> None:
    published = list((course.root / "exchange" / "lmm" / "feedback").iterdir())
    # Those with the same secret share a page; who handed in without one has a page of their own.
    assert len(published) == 1 + len(("no-secret", "folders-in-the-way"))
    made = [
        path
        for step in ("submitted", "autograded", "feedback", "exchange/lmm/feedback")
        for path in (course.root / step).rglob("*")
        if path.is_file()
    ]
    assert not [path for path in made if CANARY.encode() in path.read_bytes()]


def test_nobody_hands_in_for_somebody_else_or_yesterday(tmp_path: Path, made: Course) -> None:
    """The folders have names and time stamps of their own making; owners and changes are the file system's."""
    course = made.copy(tmp_path / "course")
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.ExchangeCollect.check_owner = True\n")
    (course.root / "exchange").mkdir()
    course.nbgrader("release_assignment", ASSIGNMENT)
    inbound = course.root / "exchange" / "lmm" / "inbound"
    notebook = (course.root / "release" / ASSIGNMENT / NOTEBOOK).read_bytes()
    for student in (getpass.getuser(), "victim"):
        plain(inbound / f"{student}+{ASSIGNMENT}+{TIME}+x", notebook)
    log = course.nbgrader("collect", ASSIGNMENT)
    assert [path.name for path in (course.root / "submitted").iterdir()] == [getpass.getuser()]
    assert "victim" in log
    assert "but files changed at" in log
    stamp = parse_utc((course.root / "submitted" / getpass.getuser() / ASSIGNMENT / "timestamp.txt").read_text())
    assert abs((stamp - datetime.now(UTC).replace(tzinfo=None)).total_seconds()) < 600


def test_what_goes_away_meanwhile_belongs_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder may be taken away between two looks at it; that ends no command and no service."""
    collect = CarefulCollect(coursedir=CourseDirectory(assignment_id=ASSIGNMENT), check_owner=True)
    folder = tmp_path / f"eve+{ASSIGNMENT}+{TIME}+x"
    monkeypatch.setattr(Path, "is_dir", lambda _: True)
    assert collect.problem(folder) == "it belongs to ''"

"""A notebook that was handed in under another name, in a folder, wrapped or twice: nobody loses points in silence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import nbformat
import pytest

from autograder.cli import main
from autograder.course.course import Course as ConfiguredCourse
from autograder.course.submissions import renamed
from tests.course_folder import Course, answers_of, filled, points_of_tests

NAME = "03-ols"


@dataclass(frozen=True)
class Case:
    files: Mapping[str, bytes]
    says: str  # in the summary of the command, or in the notes
    full: bool  # its points; otherwise everything waits for a person


@dataclass(frozen=True)
class Graded:
    course: Course
    summary: str
    cases: Mapping[str, Case]


def cases(solved: bytes, blank: bytes, other: bytes) -> dict[str, Case]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{NAME}.ipynb", solved)

    def graded(name: str, **more: bytes) -> Case:
        return Case(
            {name: solved, **more}, f"`{name}` was graded, because `{NAME}.ipynb` was not handed in.", full=True
        )

    def waits(says: str, **files: bytes) -> Case:
        return Case(files, says, full=False)

    return {
        "number": graded("03-ols (1).ipynb"),
        "copy": graded("03-ols-Copy1.ipynb"),
        "name-before": graded("mia_03-ols.ipynb"),
        "untitled": graded("Untitled.ipynb"),
        "folder": graded("homework/03-ols.ipynb"),
        "text": graded("03-ols.ipynb.txt"),
        "json": graded("03-ols.json"),
        "same-twice": graded("03-ols (1).ipynb", **{"03-ols (2).ipynb": solved}),
        "beside-another": graded("Untitled.ipynb", **{"notes.ipynb": other}),
        "beside-a-blank-one": Case(
            {f"{NAME}.ipynb": blank, "03-ols-Copy1.ipynb": solved},
            f"`03-ols-Copy1.ipynb` was graded, because `{NAME}.ipynb` is as it was released.",
            full=True,
        ),
        "zip": waits("In its place is: `03-ols.zip`. A person has to look.", **{"03-ols.zip": packed.getvalue()}),
        "two": waits("In its place are: `a.ipynb`, `b.ipynb`.", **{"a.ipynb": solved, "b.ipynb": solved + b"\n"}),
        "no-notebook-of-this-sort": waits("In its place is: `notes.ipynb`.", **{"notes.ipynb": other}),
    }


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    course = Course.make(tmp_path_factory.mktemp("renamed") / "course", NAME)
    solved = nbformat.writes(right(course)).encode()
    blank = nbformat.writes(course.release(NAME)).encode()
    other = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")])).encode()
    table = cases(solved, blank, other)
    for student, case in table.items():
        for name, content in case.files.items():
            path = course.root / "submitted" / student / NAME / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    course.submit("blank", NAME, blank)
    course.submit("latin-1", NAME, solved.replace(b'"cells"', '"é cells"'.encode("latin-1"), 1))
    (course.root / "submitted" / "nothing" / NAME).mkdir(parents=True)
    for folder in ("source", "submitted/only-what-came-with-it"):
        path = course.root / folder / NAME / "helper.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1")
    said = io.StringIO()
    with chdir(course.root), redirect_stdout(said), redirect_stderr(said):
        assert main(["grade", NAME]) == 0
    return Graded(course, " ".join(said.getvalue().split()), table)


def right(course: Course) -> nbformat.NotebookNode:
    """Its first part is right, and the others draw nothing, which would take most of the time."""
    first = answers_of(course.source(NAME))["q3a"]
    return filled(course.release(NAME), {"q3a": first, "q3b": "intercept = slope = None", "q3c": "1"})


def notes(course: Course, student: str) -> str:
    first = course.autograded(student, NAME).cells[0]
    return first.source if first.id == "grader-notes" else ""


@pytest.mark.parametrize("student", cases(b"", b"", b""))
def test_what_was_handed_in_is_graded_or_waits(graded: Graded, student: str) -> None:
    case = graded.cases[student]
    points = graded.course.points(student, NAME)
    assert case.says in notes(graded.course, student)
    if case.full:
        tests = points_of_tests(graded.course.source(NAME))
        assert {name: points[name] for name in tests} == {**dict.fromkeys(tests, 0.0), "q3a-tests": tests["q3a-tests"]}
    else:
        assert set(points.values()) == {None}
        assert f"nothing graded: {student}, {NAME}: The notebook {NAME}.ipynb was not handed in." in graded.summary


@pytest.mark.parametrize(
    ("student", "why"),
    [
        ("blank", "Nothing was filled in."),
        ("nothing", f"The notebook {NAME}.ipynb was not handed in."),
        ("only-what-came-with-it", f"The notebook {NAME}.ipynb was not handed in."),
        ("latin-1", "The file is not UTF-8 text"),
    ],
)
def test_the_summary_says_who_got_nothing_and_why(graded: Graded, student: str, why: str) -> None:
    assert f"nothing graded: {student}, {NAME}: {why}" in graded.summary


def test_a_text_that_nobody_has_seen_waits_for_a_mark(graded: Graded) -> None:
    points = graded.course.points("latin-1", NAME)
    written = set(points) - set(points_of_tests(graded.course.source(NAME)))
    assert written
    assert {points[name] for name in written} == {None}
    assert {graded.course.points("blank", NAME)[name] for name in written} == {0.0}


def test_what_came_with_the_assignment_is_nobodys_work(graded: Graded) -> None:
    assert set(graded.course.points("only-what-came-with-it", NAME).values()) == {0.0}


def test_a_link_is_not_followed(graded: Graded, tmp_path: Path) -> None:
    course = graded.course
    elsewhere = tmp_path / "other.ipynb"
    elsewhere.write_bytes(nbformat.writes(course.solved(NAME)).encode())
    folder = course.root / "submitted" / "link" / NAME
    folder.mkdir(parents=True)
    (folder / "Untitled.ipynb").symlink_to(elsewhere)
    with chdir(course.root):
        assert main(["grade", NAME, "--student", "link"]) == 0
    assert set(course.points("link", NAME).values()) == {0.0}


def test_looking_for_it_takes_no_time_of_the_class(graded: Graded, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten files, each of which takes longer to read than there is time: the first one ends the search."""
    course = graded.course
    folder = course.root / "submitted" / "slow" / NAME
    folder.mkdir(parents=True)
    cell = '{"cell_type": "markdown", "metadata": {"nbgrader": {"grade_id": "q3a"}}, "source": "x"}'
    content = '{"nbformat": 4, "metadata": {"x": [' + ",".join(["[]"] * 600_000) + '], "cells": [' + cell + "]}}"
    for number in range(10):
        (folder / f"{number}.ipynb").write_text(content)
    with chdir(course.root):
        here = ConfiguredCourse.here()
        with here.gradebook() as gradebook:
            (template,) = here.templates(gradebook, NAME)
        assert renamed._LOOK_SECONDS <= 1
        monkeypatch.setattr(renamed, "_LOOK_SECONDS", 0.01)
        monkeypatch.setattr(renamed, "_has_answers", read := Mock(side_effect=renamed._has_answers))
        (task,) = here.tasks(template, ["slow"])
    assert task.unclear
    assert read.call_count < 10  # where the exception falls into a callback of the garbage collector, it comes again

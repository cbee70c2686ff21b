"""The exam's locked cell draws what the referee draws, and a wrong id is said where the environment knows better."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

import pandas as pd
import pytest

from lmmsolutions.core.data import load
from lmmsolutions.lessons import exam
from tests.course.table import EXAM, cell_of, folder_of, notebook_of, visible_part

SETUP = cell_of(notebook_of(EXAM), "setup").source
TEST = visible_part(cell_of(notebook_of(EXAM), "q15a-tests").source)


def drawn(student: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"student_id": student}
    with redirect_stdout(io.StringIO()):
        exec(SETUP, namespace)
    return namespace


def test_students_and_referee_draw_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder_of(EXAM))
    everybody = load("student_performance")
    seen = set()
    for student in ("ada", " ADA ", "ben", "x-17", "Zoë"):
        own = drawn(student)["students"]
        pd.testing.assert_frame_equal(own, exam.draw(everybody, student))
        seen.add(tuple(own["school_id"].unique()))
    assert len(seen) == 4  # case and blanks make no difference
    assert sorted(exam.draw(everybody, "ada")["school_id"].unique().tolist())[:4] == ADA


ADA = [2, 4, 7, 8]  # no version of a library may change it


@pytest.mark.parametrize(("login", "said"), [(None, ""), ("ben", "logged in as 'ben'"), ("Ada", "")])
def test_a_hub_knows_who_it_is(monkeypatch: pytest.MonkeyPatch, login: str | None, said: str) -> None:
    monkeypatch.chdir(folder_of(EXAM))
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    if login is not None:
        monkeypatch.setenv("JUPYTERHUB_USER", login)
    namespace = drawn("ada") | {"n_students": 1, "n_classes": 1, "correlation": 0.0}
    if not said:
        exec(TEST, namespace)
        return
    with pytest.raises(AssertionError, match=said):
        exec(TEST, namespace)

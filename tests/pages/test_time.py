"""A text that takes too long to show is shown as it was written, and so is a page of many."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

import nbformat
import pytest

from autograder.marking import answers
from autograder.marking.answers import _grouped
from autograder.pages import markdown
from autograder.pages import time as bounds
from autograder.pages.markdown import as_html
from autograder.pages.time import page_in_time, shown_in_time
from autograder.plugins.formgrader import PageInTime
from autograder.written.groups import WrittenAnswer
from tests.pages import pages
from tests.pages.payloads import markdown as cells_of
from tests.written.course import VOCABULARY

SLOW = "\\begin{a}" * 5_000  # a second and a half for the Markdown of nbconvert


def spin(*_: object) -> NoReturn:
    while True:
        pass


def test_a_text_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "TEXT_SECONDS", 0.2)
    assert as_html(SLOW) == f"<pre>{SLOW}</pre>"
    assert shown_in_time("<b>", spin) == "<pre>&lt;b&gt;</pre>"
    assert as_html("**fine**").strip() == "<p><strong>fine</strong></p>"


def test_a_page_of_slow_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each within its own bound, all of them together not."""
    monkeypatch.setattr(bounds, "TEXT_SECONDS", 0.4)
    made: list[str] = []

    def slow(source: str, _attachments: object) -> str:
        made.append(source)
        end = time.process_time() + 0.3
        while time.process_time() < end:
            pass
        return f"<p>{source}</p>"

    monkeypatch.setattr(markdown, "_as_html", slow)
    texts = [f"text {number}" for number in range(50)]
    page = page_in_time(lambda: [as_html(text) for text in texts], seconds=1.0)
    assert page == [f"<pre>{text}</pre>" for text in texts]
    assert len(made) < 6


@pytest.mark.parametrize("way", ["feedback", "formgrader"])
def test_both_pages_are_bounded(way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(page_in_time, "__defaults__", (0.5,))
    monkeypatch.setattr(markdown, "_as_html", spin)
    cells = cells_of("only a *word*")
    if way == "feedback":
        page = pages.feedback(cells)
    else:
        path = tmp_path / "hw.ipynb"
        nbformat.write(pages.notebook(cells), path)
        about = dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "student", "base_url"), "x")
        more: dict[str, Any] = {"index": 0, "total": 1, "last_name": "", "first_name": "", "notebook_path": "x"}
        page = PageInTime(pages._formgrader_exporter()).from_filename(str(path), resources={**about, **more})[0]
    assert "<pre>only a *word*</pre>" in page


def test_answers_that_take_too_long_to_compare_are_groups_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "GROUP_SECONDS", 0.2)
    monkeypatch.setattr("autograder.written.groups._merged", spin)
    given = [WrittenAnswer(student, "the same") for student in ("ada", "bob")]
    assert [group.students for group in _grouped(given, VOCABULARY, {"eve"})] == [("ada",), ("bob",), ("eve",)]


def test_nothing_is_shown_where_no_bound_can_act() -> None:
    with ThreadPoolExecutor(1) as pool, pytest.raises(RuntimeError, match="main thread"):
        pool.submit(as_html, "**fine**").result()

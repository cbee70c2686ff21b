"""`nbgrader release_feedback` for a class in which some did not hand in through the exchange."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from autograder.plugins.release import SparingReleaseFeedback

NAME = "hw"


def page_of(root: Path, student: str, *, came: bool) -> None:
    """A page as `nbgrader generate_feedback` leaves it, beside what the exchange wrote of a submission."""
    folder = root / "feedback" / student / NAME
    folder.mkdir(parents=True)
    (folder / "part.html").write_text(f"page of {student}")
    if came:
        (folder / "timestamp.txt").write_text("2026-05-01 10:00:00.000000 UTC")
        (folder / "submission_secret.txt").write_text(f"secret of {student}")


def release_in(root: Path) -> SparingReleaseFeedback:
    c = Config()
    c.CourseDirectory = Config(root=str(root), course_id="course", assignment_id=NAME)
    c.Exchange.root = str(root / "exchange")
    (root / "exchange").mkdir(mode=0o777)
    (root / "exchange").chmod(0o777)
    return SparingReleaseFeedback(coursedir=CourseDirectory(config=c), config=c)


def released_in(root: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (root / "exchange" / "course" / "feedback").iterdir()}


def name_for(student: str, notebook: str) -> str:
    return f"{notebook_hash(secret=f'secret of {student}', notebook_id=notebook)}.html"


def test_who_came_another_way_keeps_nobody_elses_page_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for student, came in {"ada": True, "oli": False, "pia": False, "zoe": True}.items():
        page_of(tmp_path, student, came=came)
    release = release_in(tmp_path)
    release.log.propagate = True
    release.start()
    assert released_in(tmp_path) == {name_for(student, "part"): f"page of {student}" for student in ("ada", "zoe")}
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "the feedback of oli, pia." in warning
    assert f"{tmp_path}/feedback/oli/hw" in warning


def test_each_notebook_of_a_submission_has_its_page_whatever_its_name(tmp_path: Path) -> None:
    """nbgrader's assignment list shows no feedback where one of the notebooks that were handed in has none."""
    for student, notebooks in {
        "ada": ["part"],
        "bea": ["part-final"],  # renamed
        "cleo": ["part", "Untitled"],  # one more
        "dora": ["part", ".ipynb_checkpoints/old", "sub/other"],  # of which nbgrader knows nothing
    }.items():
        page_of(tmp_path, student, came=True)
        folder = tmp_path / "submitted" / student / NAME
        for notebook in notebooks:
            path = folder / f"{notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")
        (folder / "submission_secret.txt").write_text(f"secret of {student}")
    release_in(tmp_path).start()
    assert released_in(tmp_path) == {
        name_for(student, notebook): f"page of {student}"
        for student, notebook in (
            *((student, "part") for student in ("ada", "bea", "cleo", "dora")),
            ("bea", "part-final"),
            ("cleo", "Untitled"),
        )
    }

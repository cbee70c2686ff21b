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


def test_who_came_another_way_keeps_nobody_elses_page_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for student, came in {"ada": True, "oli": False, "pia": False, "zoe": True}.items():
        page_of(tmp_path, student, came=came)
    c = Config()
    c.CourseDirectory = Config(root=str(tmp_path), course_id="course", assignment_id=NAME)
    c.Exchange.root = str(tmp_path / "exchange")
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    release = SparingReleaseFeedback(coursedir=CourseDirectory(config=c), config=c)
    release.log.propagate = True
    release.start()
    released = {path.name: path.read_text() for path in (tmp_path / "exchange" / "course" / "feedback").iterdir()}
    assert released == {
        f"{notebook_hash(secret=f'secret of {student}', notebook_id='part')}.html": f"page of {student}"
        for student in ("ada", "zoe")
    }
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "the feedback of oli, pia." in warning
    assert f"{tmp_path}/feedback/oli/hw" in warning

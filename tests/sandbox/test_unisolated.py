"""Isolation is switched off by an explicit setting alone, works then, and says so loudly."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.sandbox import Sandbox, SessionEnded
from autograder.sandbox.inside.init import kill_all
from autograder.sandbox.limits import Limits
from autograder.sandbox.unisolated import WARNING
from tests.course_folder import Course


def test_sessions_one_after_the_other() -> None:
    with Sandbox(preload=("pandas", "matplotlib"), isolated=False) as sandbox:
        folders = []
        for number in range(2):
            with sandbox.session({"data.csv": b"x\n1\n2\n"}) as session:
                run = session.run(
                    "import os, pandas as pd, matplotlib.pyplot as plt\n"
                    "x = pd.read_csv('data.csv')['x'].sum()\n"
                    "folder = os.getcwd()\nplt.plot([1, 2], [3, 4])\nplt.show()",
                    "q1",
                )
                assert run.error is None
                assert len(run.figures) == 1
                assert session.value("x") == 3
                assert session.run(f"x == {number}", "q2").error is None
                folders.append(session.value("folder"))
        assert folders[0] != folders[1]
        assert sandbox.weaknesses == (WARNING,)
    assert not any(Path(folder).exists() for folder in folders)


def test_an_endless_loop_is_stopped() -> None:
    with Sandbox(Limits(cell_seconds=1), preload=("json",), isolated=False) as sandbox:
        with sandbox.session({}) as session, pytest.raises(SessionEnded, match="1 second"):
            session.run("while True: pass", "q1")
        with sandbox.session({}) as session:
            assert session.run("1", "q1").error is None


def test_a_process_outside_of_a_sandbox_never_kills_everybody() -> None:
    assert os.getpid() != 1
    with pytest.raises(SystemExit, match="not in a sandbox"):
        kill_all()


def test_each_run_says_so(tmp_path: Path) -> None:
    course = Course.make(tmp_path, "02-correlation")
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write('\nc.Autograder.isolation = "none"\n')
    course.submit("someone", "02-correlation", course.solved("02-correlation"))
    assert WARNING in course.nbgrader("autograde", "02-correlation")
    assert "Graded without isolation" in course.autograded("someone", "02-correlation").cells[0].source
    assert sum(filter(None, course.points("someone", "02-correlation").values())) == 2

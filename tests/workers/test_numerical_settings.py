"""Students' code, the references and what is kept of a submission know the same numerical settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.cache import Cache
from autograder.grading.task import Task
from autograder.sandbox import Limits
from autograder.template import Template

SCRIPT = """
import os
from concurrent.futures import ProcessPoolExecutor
from autograder.sandbox.building.bubblewrap import numerical_settings
from autograder.workers import processes
if __name__ == "__main__":
    with ProcessPoolExecutor(1, processes.context("autograder.audit.preload")) as pool:
        wanted = numerical_settings()
        print({name: pool.submit(os.getenv, name).result() for name in wanted} == wanted)
"""


def test_a_worker_has_the_settings_of_the_sandbox(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    settings = {"OPENBLAS_NUM_THREADS": "7", "OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "3"}
    ran = subprocess.run(
        [sys.executable, script], env={**os.environ, **settings}, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "True\n"


def test_what_was_graded_under_other_settings_is_graded_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fingerprint() -> str:
        return Cache(tmp_path, Template("01", "01", ())).identified(task).fingerprint

    task = Task("ada", b"", Template("01", "01", ()), {}, {}, Limits())
    before = fingerprint()
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")  # the sandbox sets it itself
    assert fingerprint() == before
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem" if os.environ.get("OPENBLAS_CORETYPE") != "Nehalem" else "Zen")
    assert fingerprint() != before

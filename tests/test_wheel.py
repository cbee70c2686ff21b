"""The built wheel in an environment of its own: a working grader, without this course and as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.course_folder import REPOSITORY

USER = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1000", "--gid", "1000", "--"]
NAME = "01-first"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and the libraries of the running one."""
    root = tmp_path_factory.mktemp("wheel")
    source = root / "source"
    shutil.copytree(REPOSITORY / "autograder", source / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    venv.create(root / "venv")
    python = root / "venv" / "bin" / "python"
    (folder,) = (root / "venv" / "lib").glob("python*/site-packages")
    # A line of a .pth file is a folder to look in, in which no .pth file is read: editable installations are not there.
    Path(folder, "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "--python", str(python), "install"]
    run(*pip, "--no-deps", "--no-build-isolation", "--no-compile", str(source))  # makes the wheel first
    shutil.rmtree(source)
    root.chmod(0o755)
    return root


def run(*command: str, folder: Path | None = None) -> str:
    """What a command prints; the environment variables are those of a new user."""
    clean = {
        "PATH": os.pathsep.join([os.defpath, sysconfig.get_path("scripts")]),
        "HOME": str(folder or Path.cwd()),
        "LANG": "C.UTF-8",
    }
    done = subprocess.run(command, cwd=folder, env=clean, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


# Commands as they are typed, in one process: each would load the libraries again.
FROM_AN_EMPTY_FOLDER = f"""
import importlib.util, os, pathlib, shutil, sys, autograder
sys.modules["rfc3987_syntax"] = None  # a grammar of addresses that nbgrader would compile for three seconds
from autograder.cli import main
from nbgrader.apps import NbGraderApp

def nbgrader(*arguments):
    NbGraderApp.clear_instance()
    NbGraderApp.launch_instance(arguments)

assert main(["new", "course", "statistics"]) == 0
os.chdir("statistics")
assert main(["new", "assignment", "{NAME}"]) == 0
nbgrader("generate_assignment", "{NAME}")
for student, step in (("ada", "source"), ("bob", "release")):
    shutil.copytree(pathlib.Path(step, "{NAME}"), pathlib.Path("submitted", student, "{NAME}"))
assert main(["grade", "{NAME}", "--workers=1"]) == 0
nbgrader("generate_feedback", "{NAME}")
print(autograder.__file__, importlib.util.find_spec("lmmsolutions"))
"""


def test_a_user_gets_from_an_empty_folder_to_feedback_without_our_solutions(environment: Path) -> None:
    python = str(environment / "venv" / "bin" / "python")
    printed = run(*USER, python, "-c", FROM_AN_EMPTY_FOLDER, folder=environment)
    feedback = environment / "statistics" / "feedback"
    pages = {one: (feedback / one / NAME / f"{NAME}.html").read_text("utf-8") for one in ("ada", "bob")}
    assert "Score: <strong>9" in pages["ada"]
    assert "Score: <strong>0" in pages["bob"]
    place, solutions = printed.splitlines()[-1].rsplit(maxsplit=1)
    assert Path(place).is_relative_to(environment / "venv")
    assert solutions == "None"


def test_the_command_is_installed(environment: Path) -> None:
    assert run(str(environment / "venv" / "bin" / "autograder"), "--version").startswith("autograder ")

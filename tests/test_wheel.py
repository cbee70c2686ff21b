"""The built wheel in an environment of its own: a working grader, without this course and as an ordinary user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
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
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(root), str(source))
    shutil.rmtree(source)
    run(sys.executable, "-m", "venv", "--without-pip", str(root / "venv"))
    python = str(root / "venv" / "bin" / "python")
    (wheel,) = root.glob("*.whl")
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", str(wheel))
    folder = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A line of a .pth file is a folder to look in, in which no .pth file is read: editable installations are not there.
    Path(folder, "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
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


def test_a_user_gets_from_an_empty_folder_to_feedback(environment: Path) -> None:
    def do(command: str, where: Path) -> str:
        program, *arguments = command.split()
        return run(*USER, str(environment / "venv" / "bin" / "python"), "-m", program, *arguments, folder=where)

    do("autograder.cli new course statistics", environment)
    course = environment / "statistics"
    do(f"autograder.cli new assignment {NAME}", course)
    do(f"nbgrader generate_assignment {NAME}", course)
    for student, step in (("ada", "source"), ("bob", "release")):
        folder = course / "submitted" / student / NAME
        folder.mkdir(parents=True)
        shutil.copy(course / step / NAME / f"{NAME}.ipynb", folder)
    do(f"autograder.cli grade {NAME}", course)
    do(f"nbgrader generate_feedback {NAME}", course)
    pages = {one: (course / "feedback" / one / NAME / f"{NAME}.html").read_text("utf-8") for one in ("ada", "bob")}
    assert "Score: <strong>9" in pages["ada"]
    assert "Score: <strong>0" in pages["bob"]


def test_it_brings_no_solutions(environment: Path) -> None:
    python = str(environment / "venv" / "bin" / "python")
    script = "import autograder, importlib.util as u; print(autograder.__file__); print(u.find_spec('lmmsolutions'))"
    place, solutions = run(python, "-c", script, folder=environment).split()
    assert Path(place).is_relative_to(environment / "venv")
    assert solutions == "None"

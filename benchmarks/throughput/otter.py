"""Otter's ``otter run`` on the mixed model assignment, in an environment of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import nbformat

from benchmarks.throughput.classes import REPOSITORY, solved

OTTER = "6.1.6"
ASSIGNMENT = "05-mixed-model"
_SAME = ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "ipykernel")
# The same comparison as for stock nbgrader; Otter has no place for the reference package in `otter run`.
_TEST = """OK_FORMAT = True
case = {{"code": ">>> {code}\\n", "hidden": True, "locked": False}}
suite = {{"type": "doctest", "scored": True, "setup": "", "teardown": "", "cases": [case]}}
test = {{"name": "{name}", "points": {points}, "suites": [suite]}}
"""
_PARTS = {
    "q5a": (0.5, "assert mixed_results.converged"),
    "q5b": (0.5, "assert abs(group_variance - 1378.18) < 1.4 and abs(fixed_slope - 10.46729) < 0.01"),
    "q5c": (0.5, "assert len(random_effects) == 18"),
}


def seconds_each(folder: Path, times: int) -> float:
    """Seconds of one ``otter run``, on average.

    Raises:
        RuntimeError: Otter did not give full marks to the right solution.
    """
    otter = _installed(folder / "environment") / "otter"
    work = folder / "work"
    (work / "tests").mkdir(parents=True)
    for name, (points, code) in _PARTS.items():
        (work / "tests" / f"{name}.py").write_text(_TEST.format(name=name, points=points, code=code))
    shutil.copy(REPOSITORY / "source" / ASSIGNMENT / "sleepstudy.csv", work)
    nbformat.write(solved(ASSIGNMENT), work / "submission.ipynb")
    environment = {**os.environ, "PATH": os.pathsep.join([str(otter.parent), os.environ["PATH"]])}

    def run(*arguments: str) -> None:
        subprocess.run([str(otter), *arguments], cwd=work, env=environment, check=True, capture_output=True)

    run("generate", "-t", "tests", "-o", "autograder.zip", "--no-environment", "--no-requirements", "sleepstudy.csv")
    run("run", "-a", "autograder.zip", "submission.ipynb")  # once, so that everything is in the machine's memory
    started = time.monotonic()
    for _ in range(times):
        run("run", "-a", "autograder.zip", "submission.ipynb")
    seconds = (time.monotonic() - started) / times
    scores = [test.get("score") for test in json.loads((work / "results.json").read_text())["tests"]]
    if sum(score or 0.0 for score in scores) != sum(points for points, _ in _PARTS.values()):
        raise RuntimeError(f"Otter gives the right solution {scores}")
    return seconds


def _installed(environment: Path) -> Path:
    if not environment.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        packages = [f"otter-grader=={OTTER}", *(f"{name}=={version(name)}" for name in _SAME)]
        subprocess.run([str(environment / "bin" / "pip"), "install", "--quiet", *packages], check=True)
    return environment / "bin"

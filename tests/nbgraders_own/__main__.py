"""Fetch nbgrader's source distribution, run its tests of autograde and feedback, and compare with the table.

Exit status 0: every test passes, or fails and stands in ``decisions.toml`` with the decision that it contradicts.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from tests.course_folder import REPOSITORY

DECISIONS = Path(__file__).parent / "decisions.toml"
BUILD = REPOSITORY / "build" / "nbgrader-tests"
TESTS = ("test_nbgrader_autograde.py", "test_nbgrader_generate_feedback.py")
CONFIG = "from autograder.plugins import configure\n\nc = get_config()\nconfigure(c)\n"


def fetched() -> Path:
    """The unpacked source distribution of the nbgrader that is installed."""
    name = f"nbgrader-{version('nbgrader')}"
    if not (BUILD / name).is_dir():
        BUILD.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "nbgrader"]
        subprocess.run([*pip, "--dest", str(BUILD), name.replace("-", "==")], check=True)
        with tarfile.open(next(BUILD.glob(f"{name}.tar.gz"))) as archive:
            archive.extractall(BUILD, filter="data")
        (BUILD / name / "conftest.py").unlink()  # it is for tests of the server, and needs their plugin
    return BUILD / name


def failed(root: Path) -> tuple[set[str], int]:
    """Names of the tests that do not pass, and how many there are."""
    config, report = BUILD / "config", BUILD / "report.xml"
    config.mkdir(exist_ok=True)
    (config / "nbgrader_config.py").write_text(CONFIG)
    tests = [f"nbgrader/tests/apps/{name}" for name in TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", f"--junitxml={report}"]
    subprocess.run([*command, *tests], cwd=root, env={**os.environ, "JUPYTER_CONFIG_DIR": str(config)}, check=False)
    return failures(report.read_text("utf-8"))


def failures(report: str) -> tuple[set[str], int]:
    """The same, of a report in JUnit's format."""
    cases = list(ElementTree.fromstring(report).iter("testcase"))
    bad = {
        str(case.get("name")) for case in cases if case.find("failure") is not None or case.find("error") is not None
    }
    return bad, len(cases)


def compared(found: set[str], decisions: dict[str, str]) -> list[str]:
    """A line for each test that fails without a decision, or has one and passes."""
    lines = [f"fails, and no decision says why: {name}" for name in sorted(found - set(decisions))]
    return lines + [f"passes, and decisions.toml says it cannot: {name}" for name in sorted(set(decisions) - found)]


def main() -> int:
    """Run, and say what is not as the table says."""
    found, count = failed(fetched())
    decisions = tomllib.loads(DECISIONS.read_text("utf-8"))
    wrong = compared(found, decisions)
    print(
        f"{count - len(found)} of {count} tests of nbgrader pass; {len(found & set(decisions))} contradict a decision."
    )
    for name in sorted(found & set(decisions)):
        print(f"  {name}: {decisions[name]}")
    print("\n".join(wrong))
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())

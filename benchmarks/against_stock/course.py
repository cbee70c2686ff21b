"""A throwaway class of an attacker between two honest students, graded by stock nbgrader or by this project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from benchmarks.against_stock.assignment import ANSWERS, MEAN_CHECKS, MEAN_TESTS, NAME, NOTEBOOK, filled, write_source
from benchmarks.against_stock.attacks import Attack

REPOSITORY = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
NBGRADER = str(BIN / "nbgrader")
os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ["PATH"]])  # nbgrader starts `alembic` by name
ATTACKER, HONEST = "mmm-attacker", ("aaa-honest", "zzz-honest")
SECONDS = 240.0  # for grading three submissions; stock nbgrader's own limit is 30 for a cell
GRADEBOOK_CANARY, ENVIRONMENT_CANARY, NEIGHBOUR_CANARY = (
    f"canary-of-the-{place}" for place in ("gradebook", "environment", "neighbour")
)
STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
"""
OURS = """
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}
c.Autograder.limits = {"cell_seconds": 5}
"""


@dataclass(frozen=True)
class System:
    """One way to grade."""

    name: str
    config: str
    grade: tuple[str, ...]
    mean_tests: str  # how it lets credit follow from an earlier result
    contained: bool  # run in a container of its own, because it does not contain anything itself


STOCK_NBGRADER = System("stock", STOCK, (NBGRADER, "autograde", NAME), MEAN_TESTS, contained=True)
THIS_PROJECT = System(
    "ours",
    (REPOSITORY / "nbgrader_config.py").read_text() + OURS,
    (str(BIN / "autograder"), "grade", NAME, "--workers", "2"),
    MEAN_CHECKS,
    contained=False,
)


@dataclass(frozen=True)
class Course:
    """A course folder in a scratch folder, with a folder beside it in which nobody should write."""

    scratch: Path
    system: System

    @property
    def root(self) -> Path:
        """The course folder."""
        return self.scratch / "course"

    @property
    def outside(self) -> Path:
        """The folder beside it."""
        return self.scratch / "outside"

    @classmethod
    def prepare(cls, scratch: Path, system: System) -> Course:
        """A course whose assignment is released."""
        course = cls(scratch, system)
        write_source(course.root / "source" / NAME, system.mean_tests)
        course.outside.mkdir()
        (scratch / "home").mkdir()
        (course.root / "nbgrader_config.py").write_text(system.config)
        course.run([(NBGRADER, "generate_assignment", NAME)], SECONDS)
        with course.gradebook() as gradebook:
            gradebook.add_student("someone-else", last_name=GRADEBOOK_CANARY)
        return course

    def copy(self, scratch: Path) -> Course:
        """The same course in another scratch folder."""
        shutil.copytree(self.scratch, scratch)
        return Course(scratch, self.system)

    def hand_in(self, attack: Attack) -> None:
        """Put the submissions of the three students into the course folder."""
        released = json.loads((self.root / "release" / NAME / NOTEBOOK).read_bytes())
        solved = filled(released, {**ANSWERS, "q3": f"Because. {NEIGHBOUR_CANARY}"})
        for student in HONEST:
            self._folder(student).mkdir(parents=True)
            (self._folder(student) / NOTEBOOK).write_text(json.dumps(solved))
        document = filled(
            released, {"q1": "total = 0", "q2": "def area(radius): return 0", "q4": "mean = 1", **attack.code}
        )
        for place, part in ((0, "first"), (len(document["cells"]), "last")):
            if part in attack.code:
                document["cells"].insert(place, _added(attack.code[part]))
        if attack.edit is not None:
            attack.edit(document)
        self._folder(ATTACKER).mkdir(parents=True)
        content = json.dumps(document).encode() if attack.content is None else attack.content
        (self._folder(ATTACKER) / NOTEBOOK).write_bytes(content)
        if attack.place is not None:
            attack.place(self._folder(ATTACKER))

    def _folder(self, student: str) -> Path:
        return self.root / "submitted" / student / NAME

    def grade(self) -> bool:
        """Grade the class and make feedback; False where that takes too long."""
        ended = self.run([self.system.grade], SECONDS)
        (self.outside / "alive").unlink(missing_ok=True)
        return ended and self.run([(NBGRADER, "generate_feedback", NAME)], SECONDS)

    def run(self, commands: Sequence[Sequence[str]], seconds: float) -> bool:
        """Run commands in the course folder; False where they take longer."""
        lines = " ; ".join(" ".join(command) for command in commands)
        # After the command: whoever still touches the file has outlived it.
        look = "rm -f ../outside/alive; sleep 1; test ! -e ../outside/alive || touch ../outside/stray"
        script = f"ulimit -f 400000; ulimit -c 0; {lines}; {look}"
        environment = {**os.environ, "LMM_CANARY": ENVIRONMENT_CANARY, "HOME": str(self.scratch / "home")}
        with (self.scratch / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [*self._container(), "sh", "-c", script],
                cwd=self.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return False
        return True

    def _container(self) -> list[str]:
        """Neither the machine's processes nor its network, and of its files the scratch folder alone to write to."""
        if not self.system.contained:
            return []
        args = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--uid", "1000", "--gid", "1000"]
        args += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"]
        return [*args, "--bind", str(self.scratch), str(self.scratch), "--chdir", str(self.root), "--"]

    def gradebook(self) -> Gradebook:
        """The gradebook; to be closed by a ``with`` block."""
        return Gradebook(f"sqlite:///{self.root / 'gradebook.db'}")


def _added(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": "added",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }

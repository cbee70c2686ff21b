"""Where the records of graded submissions are kept: ``.autograder/`` in the course folder.

The fingerprint in a record tells whether grading the submission again could change anything; the evidence of each
test cell lets a changed test be run again without the student's code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import astuple, replace
from pathlib import Path

from autograder.course.files import write_atomically
from autograder.grading.record import KeptVerdicts, Prints, SubmissionRecord, UnreadableRecord, prints_in, verdicts_in
from autograder.grading.task import Task
from autograder.sandbox.building.bubblewrap import numerical_settings
from autograder.template import Template, TemplateCell
from autograder.workers import environment
from autograder.workers.packages import GRADER

_LIST_FORMAT = 2  # of the lists of files that notebooks wrote


class Cache:
    """The records of one notebook's submissions.

    Args:
        root: the course folder.
        template: of the notebook.
        rules: what else in the course decides points, such as penalties for late work.

    Attributes:
        folder: where they lie.
        code: digest of the packages that the notebook's test cells import.
    """

    def __init__(self, root: Path, template: Template, rules: str = "") -> None:
        self.template = template
        self.folder = folder_of_records(root, template.assignment, template.notebook)
        code = environment.code(template)
        self.code = environment.digest(*(part.encode() for item in code.items() for part in item))
        same = environment.libraries() | numerical_settings()
        versions = (f"{name}={value}".encode() for name, value in sorted(same.items()))
        same_for_all = environment.digest(rules.encode(), sys.version.encode(), *versions)
        self._common = environment.digest(repr(template).encode(), same_for_all.encode(), self.code.encode())
        shown = replace(template, cells=tuple(_as_students_know_it(cell) for cell in template.cells))
        grader = code.get(GRADER, "")
        self._work = environment.digest(repr(shown).encode(), same_for_all.encode(), grader.encode())

    def identified(self, task: Task) -> Task:
        """A task with the fingerprint of everything that grading it depends on, for its record."""
        named = {**task.extra, **task.files} | {f"second/{name}": task.second_files[name] for name in task.second_files}
        files = [part for name, content in sorted(named.items()) for part in (name, content)]
        parts = [part.encode() if isinstance(part, str) else part for part in files]
        rules = repr(
            (astuple(task.limits), sorted(task.blocked.items()), task.confirmed, task.keeps_points, task.isolated)
        ).encode()
        content = task.content or task.problem.encode()
        about = repr((task.notes, task.unclear, *task.others)).encode()
        parts = [rules, content, about, *parts]
        handed_in = [part for name in sorted(task.extra) for part in (name.encode(), task.extra[name])]
        return replace(
            task,
            fingerprint=environment.digest(self._common.encode(), *parts),
            work=environment.digest(self._work.encode(), *parts),
            submitted=environment.digest(content, *handed_in),
            code=self.code,
        )

    def prints(self, student: str) -> Prints:
        """What the record of a submission says that grading depended on; empty where it counts as not graded."""
        try:
            with self.path(student).open("rb") as file:
                return prints_in(file.readline())
        except OSError:
            return Prints()

    def points(self, student: str) -> Mapping[str, float | None]:
        """``grade_id`` → points of the test cells as they were given last; empty where nothing is known."""
        kept = read_verdicts(self.path(student))
        return {} if kept is None else {grade_id: cell.points for grade_id, cell in kept.cells.items()}

    def read(self, student: str) -> SubmissionRecord | None:
        """The record of a submission; ``None`` where it is missing, damaged or of another version."""
        try:
            return SubmissionRecord.from_bytes(self.path(student).read_bytes())
        except (OSError, UnreadableRecord):
            return None

    def confirm(self, student: str, fingerprint: str) -> None:
        """Note that the verdicts in a record are the same under what grading depends on now.

        Args:
            student: whose record it is.
            fingerprint: of the submission's task now.
        """
        record = self.read(student)
        if record is not None:
            self.write(student, replace(record, fingerprint=fingerprint).to_bytes())

    def begin(self, student: str) -> None:
        """From now on, and until a record is written, this submission counts as not graded: its file is empty."""
        write_atomically(self.path(student), b"")
        self.folder.joinpath(f"{student}.json").unlink(missing_ok=True)  # a record of the first version

    def is_unfinished(self, student: str) -> bool:
        """Whether writing this submission began and did not end."""
        path = self.path(student)
        return path.is_file() and path.stat().st_size == 0

    def write(self, student: str, record: bytes) -> None:
        """Keep the record of a submission that has been graded and written.

        Args:
            student: whose record it is.
            record: the content of the file, see :class:`~autograder.grading.record.SubmissionRecord`.
        """
        write_atomically(self.path(student), record)

    def written(self, student: str) -> list[str]:
        """Names of the files that the notebook of a student wrote when it was graded last."""
        try:
            kept = json.loads(self._list(student).read_bytes())
        except (OSError, ValueError):
            return []
        names = kept.get("names") if isinstance(kept, dict) and kept.get("format") == _LIST_FORMAT else kept
        return list(map(str, names)) if isinstance(names, list) else []  # a list alone is what was kept at first

    def keep_written(self, student: str, names: Iterable[str]) -> None:
        """Remember them."""
        found = sorted(names)
        if found:
            write_atomically(self._list(student), json.dumps({"format": _LIST_FORMAT, "names": found}).encode())
        else:
            self._list(student).unlink(missing_ok=True)

    def _list(self, student: str) -> Path:
        return self.folder / f"{student}.written"

    def path(self, student: str) -> Path:
        """The file of a submission."""
        return self.folder / f"{student}.jsonl"


def _as_students_know_it(cell: TemplateCell) -> TemplateCell:
    """A cell without what only the grader knows: hidden tests."""
    return replace(cell, source=cell.released, checksum="") if cell.is_test else cell


def folder_of_records(root: Path, assignment: str, notebook: str) -> Path:
    """Where the records of a notebook's submissions lie.

    Args:
        root: the course folder.
        assignment: by name.
        notebook: by name.
    """
    return root / ".autograder" / assignment / notebook


def read_verdicts(path: Path) -> KeptVerdicts | None:
    """The verdicts in the file of a record; ``None`` where it is missing, damaged or of another version."""
    try:
        with path.open("rb") as file:
            return verdicts_in(file.readline(), file.readline())
    except (OSError, UnreadableRecord):
        return None

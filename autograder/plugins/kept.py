"""What is kept of each graded submission, in ``.autograder/`` of the course folder.

The fingerprint tells whether grading it again could change anything; the evidence of each test cell lets
a changed test be run again without the student's code.
"""

from __future__ import annotations

import json
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any

from autograder import installed
from autograder.plugins.files import write_atomically
from autograder.submission import Task
from autograder.template import Template


class Kept:
    """What is kept of the submissions of one notebook.

    Args:
        root: the course folder.
        template: of the notebook.
    """

    def __init__(self, root: Path, template: Template) -> None:
        self.template = template
        self.folder = root / ".autograder" / template.assignment / template.notebook
        self.code = installed.digest(*(part.encode() for item in installed.code(template).items() for part in item))
        versions = (f"{name}={version}".encode() for name, version in installed.libraries().items())
        self._common = installed.digest(repr(template).encode(), sys.version.encode(), self.code.encode(), *versions)

    def fingerprint(self, task: Task) -> str:
        """The fingerprint of a submission as it lies there now."""
        named = {**task.extra, **task.files} | {f"second/{name}": task.second_files[name] for name in task.second_files}
        files = [part for name, content in sorted(named.items()) for part in (name, content)]
        parts = [part.encode() if isinstance(part, str) else part for part in files]
        rules = repr((astuple(task.limits), task.beside_the_student, task.isolated)).encode()
        return installed.digest(self._common.encode(), rules, task.content or task.problem.encode(), *parts)

    def of(self, student: str) -> dict[str, Any]:
        """What is kept of a submission; empty where it was not graded."""
        try:
            kept = json.loads(self.path(student).read_bytes())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def forget(self, student: str) -> None:
        """From now on, and until recorded again, this submission counts as not graded."""
        self.path(student).unlink(missing_ok=True)

    def record(self, student: str, fingerprint: str, cells: str) -> None:
        """Note that this submission has been graded and written.

        Args:
            student: whose submission it is.
            fingerprint: of what was graded.
            cells: its test cells (see :func:`autograder.submission.kept_cells`).
        """
        about = json.dumps({"fingerprint": fingerprint, "code": self.code})
        write_atomically(self.path(student), f'{about[:-1]}, "cells": {cells}}}'.encode())

    def path(self, student: str) -> Path:
        """The file of a submission."""
        return self.folder / f"{student}.json"

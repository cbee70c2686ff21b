"""When a submission was made, and who says so: its author, who may say anything, or the exchange."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from autograder.course.files import write_atomically
from autograder.course.submissions.submitted import SubmittedFolder


class Collected:
    """The timestamps that `nbgrader collect` found and wrote itself, by student.

    Args:
        root: the course folder.
        assignment: whose submissions they are.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self._path = root / ".autograder" / assignment / "collected.json"

    def add(self, student: str, stamp: datetime) -> None:
        """Note a timestamp; the one before of the same student is forgotten.

        Args:
            student: the id.
            stamp: when the work was handed in.
        """
        write_atomically(self._path, json.dumps({**self.read(), student: stamp.isoformat()}).encode())

    def read(self) -> dict[str, str]:
        """Student → timestamp."""
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def doubt(folder: SubmittedFolder, collected: str | None, due: datetime | None) -> str:
    """In a sentence, why it is not sure that a submission was made in time; empty where it is, or was not in time.

    Args:
        folder: of the submission.
        collected: its timestamp as the exchange noted, where it did.
        due: when it had to be made (UTC), where that is known.
    """
    stated, put = folder.timestamp(), folder.changed()
    if due is None or put is None or put <= due or (stated is not None and stated > due):
        return ""
    if stated is not None and collected == stated.isoformat():
        return ""
    says = (
        "it has no timestamp"
        if stated is None
        else f"its timestamp ({stated:%Y-%m-%d %H:%M} UTC) is not one of the exchange"
    )
    return (
        f"Counted as on time. When it was handed in is not known for sure: {says}, and it was put here on "
        f"{put:%Y-%m-%d} at {put:%H:%M} UTC."
    )

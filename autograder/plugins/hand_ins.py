"""What `nbgrader autograde` would do with a folder before any of its settings applies, done with care.

Left alone, nbgrader skips a folder whose notebook is missing, gives up on a time stamp that is none, waits for
ever for a named pipe, and copies what links lead to.
"""

from __future__ import annotations

import glob
import sys
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.plugins.files import moment, read_timestamp

_LONGEST_PATH = 4096  # bytes, so at most half as many folders


class CarefulCourseDirectory(CourseDirectory):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's course directory, for which a time stamp that is none is no time stamp."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """When the hand-in in ``dest_path`` was made, as the exchange noted."""
        stamp = timestamp(Path(dest_path))
        if stamp is None:
            self.log.warning("No time stamp that can be read: %s", dest_path)
        return stamp


def timestamp(folder: Path) -> datetime | None:
    """When a hand-in was made, as the exchange noted; a time stamp that is none counts as none."""
    return moment(read_timestamp(folder))


def careful(coursedir: CourseDirectory) -> CarefulCourseDirectory:
    """A course directory with the settings of another."""
    settings = {name: getattr(coursedir, name) for name in CourseDirectory.class_trait_names(config=True)}
    return CarefulCourseDirectory(parent=coursedir.parent, **settings)


def take_over(converter: Any) -> None:
    """Have nbgrader's ``Autograde`` grade every folder, and touch nothing in it but through this project.

    Args:
        converter: after it has looked for submissions, and before it reads any.
    """
    coursedir = careful(converter.coursedir)
    names = _notebooks(coursedir)
    pattern = coursedir.format_path(coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id)
    folders = glob.glob(pattern)  # noqa: PTH207  as nbgrader looks for them
    for folder in folders if names else []:
        converter.assignments[folder] = [str(Path(folder, f"{name}.ipynb")) for name in names]
    # Nothing is copied by nbgrader itself; see RestoreCells.
    coursedir.ignore = [*coursedir.ignore, *map(glob.escape, folders)]
    converter.coursedir = coursedir
    # It walks through the folders all the same, and os.walk calls itself for each folder in a folder.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _LONGEST_PATH))


def _notebooks(coursedir: Any) -> list[str]:
    """Names of the assignment's notebooks that were asked for."""
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        try:
            known = [notebook.name for notebook in gradebook.find_assignment(coursedir.assignment_id).notebooks]
        except MissingEntry:
            return []
    return [name for name in known if fnmatch(name, coursedir.notebook_id)]

"""`nbgrader collect` for an exchange in which students own their submissions and may put anything into them.

Left alone, nbgrader copies with the instructor's rights what links lead to, takes a folder's name at its word,
and stops for the whole class at the first one that it cannot copy.
"""

from __future__ import annotations

import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeCollect
from traitlets import Bool

from autograder.course.course import Course
from autograder.course.files import extra_files, write_atomically
from autograder.course.locks import locked, of_submissions
from autograder.course.submissions.submitted import TIMESTAMP, SubmittedFolder, moment, read_regular
from autograder.course.submissions.times import Collected

LATE_SECONDS = 3600  # that copying a submission into the exchange may take
SECRET = "submission_secret.txt"  # nbgrader's name for it
_SHOWN = 20  # names that were left out


class _CarefulCourseDirectory(CourseDirectory):  # type: ignore[misc]  # nbgrader ships no types
    """A ``CourseDirectory`` that treats a timestamp that cannot be read as missing."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """When the submission in ``dest_path`` was made, as the exchange noted."""
        stamp = SubmittedFolder(Path(dest_path)).timestamp()
        if stamp is None:
            self.log.warning("No timestamp that can be read: %s", dest_path)
        return stamp


def careful(directory: Any, parent: Any = None, **others: str) -> CourseDirectory:
    """The same course directory, which stops at no timestamp.

    Args:
        directory: nbgrader's.
        parent: what has read the configuration; by default that of the directory.
        others: settings that differ.
    """
    settings = {name: getattr(directory, name) for name in CourseDirectory.class_trait_names(config=True)}
    return _CarefulCourseDirectory(parent=parent or directory.parent, **settings | others)


class CarefulCollect(ExchangeCollect):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's collect, which copies only regular files of the student they belong to; for ``c.ExchangeFactory``."""

    believe_changes = Bool(
        True,
        help="Where something in a folder changed more than an hour after its timestamp, as the file system says, "
        "that later time counts. Switch it off for an exchange that was copied or restored: all of it changed then.",
    ).tag(config=True)

    coursedir: Any
    src_records: list[dict[str, Any]]

    @classmethod
    def of(cls, course: Course, assignment: str) -> CarefulCollect:
        """The one of an assignment, for code that has no command line."""
        return cls(coursedir=careful(course.coursedir, course.parent, assignment_id=assignment), parent=course.parent)

    @property
    def inbound(self) -> Path:
        """Where students put what they hand in."""
        return Path(self.root, self.coursedir.course_id, "inbound")

    def init_src(self) -> None:
        """Find what to collect; a folder that cannot be a submission of the student it names is left out."""
        self.coursedir = careful(self.coursedir)
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        folder = Path(path)
        student, _, named = named_parts(folder.name)
        stamp = moment(named)
        problem = self.problem(folder)
        if problem or stamp is None:
            self.log.warning("Not collected: %r, because %s.", folder.name, problem)
            return {"username": "", "filename": folder.name, "timestamp": datetime.min}
        return {"username": student, "filename": folder.name, "timestamp": stamp}

    def problem(self, folder: Path) -> str:
        """Why a folder cannot be a submission of the student whom it names; empty where it can."""
        student, assignment, named = named_parts(folder.name)
        if moment(named) is None:
            return "its name holds no time"
        if assignment != self.coursedir.assignment_id:
            return f"its name says that it is for {assignment!r}"
        if folder.is_symlink() or not folder.is_dir():
            return "it is no folder"
        if not student or not student.isprintable() or student.startswith("."):
            return "its name holds no student"
        if self.check_owner and _owner(folder) != student:
            return f"it belongs to {_owner(folder)!r}"
        return ""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a submission: regular files of the folder's owner, within bounds; nothing is followed.

        Args:
            src: folder in the exchange.
            dest: folder in the course.
            log: not used; nbgrader gives it.
        """
        del log
        problem = self.take(Path(src), Path(dest))
        if problem:
            self.log.warning("Not collected: %r, because %s.", Path(src).name, problem)

    def take(self, source: Path, target: Path) -> str:
        """The same for one folder; it is put in the place of what was collected before, whole or not at all.

        Args:
            source: in the exchange.
            target: in the course folder.

        Returns:
            Why nothing was collected; empty where something was.
        """
        problem = self.problem(source)  # it may have changed since it was found
        if problem:
            return problem
        folder = SubmittedFolder(source.parent, (source.name,))
        found, others = folder.all_files()
        files = extra_files(found, (TIMESTAMP, SECRET))  # a folder of such a name would be in the way of the file
        files |= {name: found[name] for name in (TIMESTAMP, SECRET) if name in found}
        others = [*others, *sorted(found.keys() - files.keys())]
        with replacing(target, Path(self.coursedir.root), self.coursedir.assignment_id) as new:
            for name, content in files.items():
                write_atomically(new / name, content)
            for name in others[:_SHOWN]:
                self.log.warning("%r: %r was left out: too large, too deep, or no ordinary file.", source.name, name)
            self._stamp(folder, source.name, new)
            if read_regular(new / SECRET, 1) is None:
                # Publishing feedback asks for one from everybody; only who wrote it down can find the feedback.
                write_atomically(new / SECRET, secrets.token_hex(64).encode())
        return ""

    def _stamp(self, folder: SubmittedFolder, name: str, target: Path) -> None:
        """Give the copy a timestamp that can be read: the latest that file, folder and file system name."""
        student, _, named = named_parts(name)
        written = SubmittedFolder(target).timestamp()
        stamp = max(filter(None, (moment(named), written)))
        changed = folder.changed()
        if changed is not None and (changed - stamp).total_seconds() > LATE_SECONDS:
            what = "which counts" if self.believe_changes else "which is ignored"
            self.log.warning(
                "%r: its timestamp says %s UTC, but files changed at %s UTC, %s.", name, stamp, changed, what
            )
            stamp = changed if self.believe_changes else stamp
        if stamp != written:
            write_atomically(target / TIMESTAMP, f"{stamp:%Y-%m-%d %H:%M:%S.%f} UTC".encode())
        Collected(Path(self.coursedir.root), self.coursedir.assignment_id).add(student, stamp)


@contextmanager
def replacing(target: Path, root: Path, assignment: str) -> Iterator[Path]:
    """A new folder, to be filled, that takes the place of a submission at the end; nobody reads either meanwhile.

    Args:
        target: where the submission lies, if there is one.
        root: the course folder.
        assignment: whose submission it is.
    """
    new, old = (target.with_name(f".{what}-{target.name}") for what in ("collecting", "replaced"))
    with locked(of_submissions(root, assignment)):
        for left in (new, old):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        new.mkdir(parents=True)
        yield new
        with suppress(FileNotFoundError):
            target.rename(old)
        new.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def named_parts(name: str) -> tuple[str, str, str]:
    """Student, assignment and timestamp, as the name of a folder in the exchange gives them; empty where it does not.

    Example:
        >>> named_parts("ada+l+03-ols+2026-05-01 10:00:00.000000 UTC+x7")
        ('ada+l', '03-ols', '2026-05-01 10:00:00.000000 UTC')
    """
    parts = [*name.rsplit("+", 3), "", ""]
    return parts[0], parts[1], parts[2]


def _owner(folder: Path) -> str:
    try:
        uid = folder.lstat().st_uid
    except OSError:  # its owner has taken it away meanwhile
        return ""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)

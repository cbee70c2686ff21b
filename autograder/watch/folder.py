"""nbgrader's own exchange as a source: a folder in which students put folders."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, timedelta
from itertools import islice
from typing import Any

from watchdog.events import FileSystemEventHandler
from watchdog.observers import Observer

from autograder.course.course import Course
from autograder.course.submissions.submitted import SubmittedFolder, moment
from autograder.course.submissions.times import Collected
from autograder.errors import CourseError
from autograder.plugins.collect import LATE_SECONDS, SECRET, CarefulCollect, named_parts
from autograder.plugins.release import FeedbackFolder
from autograder.watch.source import Arrived

SETTLE_SECONDS = 5.0  # without a change, after which a folder that `nbgrader submit` did not finish counts as complete
_MANY_NAMES, _MOST_NAMES = 200_000, 1_000_000  # in the exchange: told; looked at
_TOO_MANY = (
    "{} holds {} names: looking through them delays everybody, and more than {:,} are not seen. Find out whose they "
    "are (ls -l), and take away what is no submission."
)
_MOST_NEW = 50  # of them that are looked into at a time; meanwhile, what has been found is graded
_FINISHED = 0o777  # the mode that `nbgrader submit` sets last
_TICK = 1.0  # second; a folder that has just changed may change again within the clock's precision


class ExchangeFolder:
    """The exchange of the course's configuration (``c.Exchange.root``).

    inotify tells at once when `nbgrader submit` has finished. It hears nothing of what other machines write into a
    shared folder, so the folder is looked at as well.

    Args:
        course: whose exchange it is.

    Raises:
        CourseError: there is no such folder, or it cannot be read.
    """

    look_seconds = 1.0
    arrives_late = timedelta(seconds=LATE_SECONDS)

    def __init__(self, course: Course) -> None:
        self._course = course
        self._collects: dict[str, CarefulCollect] = {}
        self._folder = CarefulCollect.of(course, "").inbound
        if not os.access(self._folder, os.R_OK | os.X_OK):
            raise CourseError(
                f"There is no folder {self._folder} that can be read, where students hand in.",
                str(self._folder),
                remedy="Release an assignment first (nbgrader release_assignment), or correct c.Exchange.root.",
            )
        self._feedback = FeedbackFolder(course)
        self._refused: set[str] = set()
        self._unfinished: dict[str, float] = {}  # name → when it is looked into again
        self._looked: dict[str, float] = {}  # the same, of what has been looked into since all had their turn
        self._seen: tuple[int, frozenset[str]] | None = None  # the folder's time of change when all in it was given
        self._observer: Any = None
        self.warning = ""  # what the instructor has to do, so that everything is seen
        self.notices = f"looking every {self.look_seconds:g} s"

    def arrived(self, known: Container[str], assignments: Collection[str]) -> Iterator[Arrived]:
        """Everything that lies there complete; see :class:`~autograder.watch.source.Source`."""
        changed = self._folder.stat().st_mtime_ns
        now_seen = changed, frozenset(assignments)
        if now_seen == self._seen and not self._unfinished:
            return
        self._seen = None
        new = self._new(known, assignments)
        for name in new[:_MOST_NEW]:
            student, assignment, stamp = named_parts(name)
            submitted = moment(stamp)
            if submitted is None:
                self._refused.add(name)
            elif problem := self._problem(name, assignment):
                self._refuse(name, problem, assignment)
            elif self._is_complete(name):
                yield Arrived(name, student, assignment, submitted)
        if len(new) > _MOST_NEW:
            return  # the rest when this is asked for again
        self._unfinished, self._looked = self._looked, {}
        self._seen = now_seen if time.time_ns() - changed > _TICK * 1e9 else None

    def _new(self, known: Container[str], assignments: Collection[str]) -> list[str]:
        """The first of what has not been looked into, in turns: nobody's name is behind all those of somebody else.

        Turns are by owner, and then by student: who may write here under many names is one owner, and where all
        belongs to one owner the names are told apart by the student.
        """
        with os.scandir(self._folder) as entries:
            names = [entry.name for entry in islice(entries, _MOST_NAMES)]
        many = len(names) > _MANY_NAMES
        self.warning = _TOO_MANY.format(self._folder, f"over {_MANY_NAMES:,}", _MOST_NAMES) if many else ""
        if len(self._refused) > _MOST_NAMES:
            self._refused.intersection_update(names)
        found: dict[int, dict[str, list[str]]] = {}
        for name in names:
            if name in known or name in self._refused or name in self._looked:
                continue  # nobody's turn comes twice before everybody's has come, however many never finish
            student, assignment, _ = named_parts(name)
            if assignment in assignments:
                found.setdefault(self._owner(name), {}).setdefault(student, []).append(name)
        turns = in_turns(in_turns(students.values()) for students in found.values())
        return list(islice(turns, _MOST_NEW + 1))

    def _owner(self, name: str) -> int:
        try:
            return os.lstat(self._folder / name).st_uid
        except OSError:  # taken away meanwhile
            return -1

    def collect(self, arrived: Arrived) -> str:
        """Copy a submission as `nbgrader collect` does here, with the same bounds."""
        target = self._course.folder("submitted", arrived.student, arrived.assignment)
        if self._lies_there_by_hand(arrived):
            return "a later one lies in the course folder that was not collected from the exchange"
        try:
            return self._of(arrived.assignment).take(self._folder / arrived.key, target)
        except OSError as problem:
            trouble = self._course.trouble(problem)
            if trouble is not None:
                raise trouble from None
            return f"it cannot be copied ({problem})"

    def release(self, arrived: Arrived, pages: Mapping[str, bytes]) -> bool:
        """Put the pages where `nbgrader fetch_feedback` finds them.

        Raises:
            CourseError: if the exchange cannot be written.
        """
        try:
            return self._feedback.release(arrived.student, arrived.assignment, pages)
        except OSError as problem:
            raise CourseError(
                f"Feedback cannot be released into the exchange: {problem}.",
                str(problem),
                remedy="Let yourself write there.",
            ) from None

    def listen(self, heard: Callable[[], object]) -> None:
        """Have inotify tell what happens to the names in the folder, not in the folders below."""
        observer = Observer(timeout=self.look_seconds)
        try:
            observer.schedule(_Listener(heard), str(self._folder), recursive=False)
            observer.start()
        except OSError as problem:  # the machine has no inotify, or has given away all that there is
            self.notices += f" (inotify: {problem.strerror or problem})"
            return
        self._observer = observer
        self.notices = f"{type(observer).__name__.removesuffix('Observer').lower()}, and {self.notices}"

    def close(self) -> None:
        """Stop listening."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer = None

    def _of(self, assignment: str) -> CarefulCollect:
        if assignment not in self._collects:
            self._collects[assignment] = CarefulCollect.of(self._course, assignment)
        return self._collects[assignment]

    def _problem(self, name: str, assignment: str) -> str:
        if not name.isprintable():
            return "its name cannot be shown"
        return self._of(assignment).problem(self._folder / name)

    def _lies_there_by_hand(self, arrived: Arrived) -> bool:
        """Whether somebody has put there what the student handed in later and otherwise, for example by mail."""
        stamp = self._course.submission(arrived.student, arrived.assignment).timestamp()
        if stamp is None or stamp <= arrived.submitted:
            return False
        return Collected(self._course.root, arrived.assignment).read().get(arrived.student) != stamp.isoformat()

    def _refuse(self, name: str, problem: str, assignment: str) -> None:
        self._refused.add(name)
        self._of(assignment).log.warning("Not collected: %r, because %s.", name, problem)

    def _is_complete(self, name: str) -> bool:
        """Whether `nbgrader submit` has taken its last step, or whoever else wrote it has left it alone for a while."""
        folder = SubmittedFolder(self._folder, (name,))
        with suppress(OSError):
            if os.lstat(self._folder / name).st_mode & 0o777 == _FINISHED and folder.content(SECRET, 1):
                return True
        again = self._unfinished.get(name, 0.0)
        if time.monotonic() >= again:
            changed = folder.changed()
            quiet = 0.0 if changed is None else time.time() - changed.replace(tzinfo=UTC).timestamp()
            if quiet >= SETTLE_SECONDS:
                return True
            again = time.monotonic() + min(SETTLE_SECONDS - quiet, SETTLE_SECONDS)
        self._looked[name] = again
        return False


def in_turns(lists: Iterable[Iterable[str]]) -> Iterator[str]:
    """The first of each list, then the second of each, and so on; as far as is asked for.

    Example:
        >>> list(in_turns(["abc", "d", "ef"]))
        ['a', 'd', 'e', 'b', 'f', 'c']
    """
    left = [iter(one) for one in lists]
    while left:
        going = []
        for one in left:
            with suppress(StopIteration):
                yield next(one)
                going.append(one)
        left = going


class _Listener(FileSystemEventHandler):
    def __init__(self, heard: Callable[[], object]) -> None:
        self._heard = heard

    def on_any_event(self, _event: object) -> None:
        self._heard()

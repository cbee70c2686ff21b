"""The submissions that are being graded: begun at the desk, graded elsewhere, finished at the desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from autograder.course.course import Course
from autograder.course.grade_class import Outcome, Read, Unchanged
from autograder.errors import OperatorError
from autograder.grading.submission import SubmissionResult
from autograder.watch.desk import Desk
from autograder.watch.journal import Journal, Row
from autograder.watch.pages import NotYet
from autograder.workers.engines import Engine, grade_here
from autograder.workers.runner import Failed, Lost, outcome

HEAVY_SECONDS = 60.0  # of grading within an hour, from which on a student never takes the last worker that is free
MOST_ATTEMPTS = 5  # that may end with the service itself, before a person has to look
_MOST_DISTURBED = 3  # runs beside others in which it waited in vain
_PERSON = "It could not be graded automatically. A person will look at it; you need not do anything."


class DeskChanged(Exception):
    """An assignment is another one in the gradebook than at the desk; raised before a submission of it is touched."""


@dataclass
class _Job:
    """A submission that is being graded."""

    row: Row
    began: float
    running: dict[Future[SubmissionResult], Read] = field(default_factory=dict)
    ready: list[tuple[SubmissionResult, Read]] = field(default_factory=list)  # graded, not written
    done: list[Outcome] = field(default_factory=list)
    beside: bool = False  # whether others were graded meanwhile
    collected: bool = False  # it lay in the course folder already
    page: Future[bytes] | None = None  # of its feedback, while that is made elsewhere

    @property
    def was_graded(self) -> bool:
        """Whether there was nothing to grade, as somebody had graded it before it was noticed."""
        return self.collected and all(isinstance(one, Unchanged) for one in self.done)

    @property
    def can_be_finished(self) -> bool:
        return not self.running and (self.page is None or self.page.done())

    def withdraw(self) -> None:
        for future in self.running:
            future.cancel()


class Jobs:
    """What is being graded, a submission of a student and assignment at a time.

    Args:
        course: whose submissions they are.
        journal: of the course.
        clock: gives the time now (UTC).
        say: hears of each thing that happens, in a line.
        wake: called, from any thread, when something has been graded.
    """

    def __init__(
        self,
        course: Course,
        journal: Journal,
        clock: Callable[[], datetime],
        say: Callable[[str], object],
        wake: Callable[[], object],
    ) -> None:
        self._course, self._journal, self._clock, self._say, self._wake = course, journal, clock, say, wake
        self._jobs: list[_Job] = []
        self._disturbed: dict[str, int] = {}  # key → runs in which it waited in vain
        self._collected: dict[str, bool] = {}  # key → whether it lay in the course folder before its turn

    @property
    def keys(self) -> list[str]:
        """Of what is being graded."""
        return [job.row.arrived.key for job in self._jobs]

    def start_one(self, desk: Desk, engine: Engine) -> bool:
        """Begin the submission whose turn it is; returns whether there was one.

        Args:
            desk: at which it is read and written.
            engine: where it is graded.

        Raises:
            DeskChanged: the assignment has changed since the desk was opened.
        """
        if len(self._jobs) > engine.workers:
            return False
        waiting = self._journal.waiting()
        alone = [row for row in waiting if row.arrived.key in self._disturbed]
        others = [row for row in waiting if row.arrived.key not in self._disturbed]
        running = {job.row.pair for job in self._jobs}
        used = self._journal.used(self._clock())
        free = engine.workers - len(self._jobs)
        new = [row for row in others if not self._was_collected(row, desk)]
        old = [row for row in others if self._was_collected(row, desk)]  # perhaps graded already: nobody waits for it
        row = next_turn(new, running, used, free, engine.workers)
        row = row or next_turn(old, running, used, free, engine.workers)
        if row is None and not self._jobs and alone:
            row = alone[0]
        if row is None:
            return False
        if row.attempts >= MOST_ATTEMPTS:
            # It may not be in the course folder, so that nothing is said of what is.
            self._note_failure(row, f"the service ended {row.attempts} times while it graded this submission")
            return True
        if desk.is_changed(row.arrived.assignment):
            raise DeskChanged(row.arrived.assignment)
        self._begin(row, desk, engine)
        return True

    def _was_collected(self, row: Row, desk: Desk) -> bool:
        key = row.arrived.key
        if key not in self._collected:
            self._collected[key] = row.attempts == 0 and desk.was_collected(row.arrived)
        return self._collected[key]

    def _begin(self, row: Row, desk: Desk, engine: Engine) -> None:
        arrived, began = row.arrived, time.monotonic()
        self._journal.begin(arrived.key)
        try:
            problem = desk.source.collect(arrived)
            if problem:
                self._journal.skip(arrived.key, problem, self._clock())
                self._say(f"not collected: {arrived.key!r}, because {problem}")
                return
            reads, done = desk.read(arrived)
            job = _Job(row, began, done=done, beside=bool(self._jobs), collected=self._was_collected(row, desk))
            for read in reads:
                future = engine.submit(grade_here, read.task)
                future.add_done_callback(lambda _: self._wake())
                job.running[future] = read
        except Exception as problem:
            if isinstance(problem, OperatorError) or self._course.trouble(problem) is not None:
                self._journal.put_back(arrived.key)
                raise
            self._fail(row, desk, f"it could not be read: {type(problem).__name__}: {problem}", began)
            return
        for other in self._jobs:
            other.beside = True
        self._jobs.append(job)

    def take_results(self, engine: Engine) -> bool:
        """Take what has been graded; returns whether there was anything."""
        done = False
        for job in list(self._jobs):
            for future in [future for future in job.running if future.done()]:
                done = True
                read = job.running.pop(future)
                key = job.row.arrived.key
                patient = self._disturbed.get(key, 0) < _MOST_DISTURBED - 1
                beside = job.beside and engine.workers > 1 and patient
                found = outcome(future, job.row.arrived.student, engine, beside=beside)
                if isinstance(found, Lost) and found is Lost.DISTURBED and not patient:
                    found = Failed(job.row.arrived.student, "the grading process died each time")
                if isinstance(found, Lost):
                    if found is Lost.DISTURBED:
                        self._disturbed[key] = self._disturbed.get(key, 0) + 1
                    self.drop([job])
                    break
                if isinstance(found, Failed):
                    job.done.append(found)
                else:
                    job.ready.append((found, read))
        return done

    def finish_one(self, desk: Desk) -> bool:
        """Write a submission that has been graded, and put out its feedback; returns whether there was one."""
        job = next((job for job in self._jobs if job.can_be_finished), None)
        if job is None:
            return False
        while job.ready:
            written = desk.written(*job.ready[-1])
            if written is None:
                self.drop([job])  # somebody else has collected another one meanwhile; this one is collected again
                return True
            job.done.append(written)
            job.ready.pop()
        failed = next((one.reason for one in job.done if isinstance(one, Failed)), "")
        if failed:
            self._fail(job.row, desk, failed, job.began)
        else:
            try:
                self._publish(job, desk)
            except NotYet as waits:
                job.page = waits.page
                job.page.add_done_callback(lambda _: self._wake())
                return True
            except OperatorError:
                raise
            except Exception as problem:  # a page that cannot be made costs this submission, not the service
                if self._course.trouble(problem) is not None:
                    raise
                self._fail(
                    job.row, desk, f"its feedback could not be made: {type(problem).__name__}: {problem}", job.began
                )
        self._jobs.remove(job)
        self._disturbed.pop(job.row.arrived.key, None)
        self._collected.pop(job.row.arrived.key, None)
        return True

    def _publish(self, job: _Job, desk: Desk) -> None:
        row = job.row
        decision = desk.decision(row, self._clock())
        out = desk.publish(row.arrived, decision)
        seconds = time.monotonic() - job.began
        now = self._clock()
        self._journal.finish(
            row.arrived.key,
            out,
            counts=decision.counts,
            until=decision.until,
            seconds=seconds,
            now=now,
            before=job.was_graded,
        )
        who, after = f"{row.arrived.student}, {row.arrived.assignment}", (now - row.noticed).total_seconds()
        if job.was_graded:
            self._say(f"graded before: {who}; feedback: {out}")
        else:
            self._say(f"graded: {who}; feedback: {out}, after {after:.1f} s")

    def _fail(self, row: Row, desk: Desk, why: str, began: float) -> None:
        with suppress(OSError):
            desk.put_note(row.arrived, "Your submission has been received.", _PERSON)
        self._note_failure(row, why, time.monotonic() - began)

    def _note_failure(self, row: Row, why: str, seconds: float = 0.0) -> None:
        self._journal.fail(row.arrived.key, why, self._clock(), seconds)
        self._say(f"failed: {row.arrived.student}, {row.arrived.assignment}: {why}")

    def drop_all(self) -> None:
        """Stop grading; what was being graded waits again."""
        self.drop(self._jobs)

    def drop_of(self, assignments: Collection[str]) -> None:
        """Stop grading submissions of assignments, which wait again."""
        self.drop([job for job in self._jobs if job.row.arrived.assignment in assignments])

    def drop(self, jobs: Collection[_Job]) -> None:
        """Stop grading submissions, which wait again."""
        for job in list(jobs):
            job.withdraw()
            self._journal.put_back(job.row.arrived.key)
            self._jobs.remove(job)


def next_turn(
    waiting: Iterable[Row],
    running: Collection[tuple[str, str]],
    used: Mapping[str, tuple[int, float]],
    free: int,
    workers: int,
) -> Row | None:
    """The submission that is graded next: of the student who had fewest graded within the hour; then the oldest.

    Args:
        waiting: in the order in which they were noticed.
        running: assignment and student of those that are being graded; a student's next one waits for the one before.
        used: student → submissions graded, and seconds of grading, within the last hour.
        free: workers that have nothing to do.
        workers: how many there are.
    """
    students = [student for _, student in running]

    def may(row: Row) -> bool:
        if row.pair in running:
            return False
        seconds = used.get(row.arrived.student, (0, 0.0))[1]
        return seconds < HEAVY_SECONDS or workers == 1 or free > 1

    def rank(row: Row) -> int:
        return used.get(row.arrived.student, (0, 0.0))[0] + students.count(row.arrived.student)

    return min(filter(may, waiting), key=rank, default=None)

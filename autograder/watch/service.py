"""The loop of `autograder watch`. One thread does all that touches the course; submissions are graded elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from datetime import datetime

from autograder.course.course import Course
from autograder.errors import CourseError, OperatorError
from autograder.watch import status
from autograder.watch.desk import GRADED, Desk, open_desk
from autograder.watch.jobs import DeskChanged, Jobs
from autograder.watch.journal import Journal, State, now_utc
from autograder.watch.pages import NotYet
from autograder.watch.settings import Watch
from autograder.watch.source import Source
from autograder.workers.engines import Engine

_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds, after trouble that is not a submission's
_BEAT_SECONDS = 2.0
_CHANGES_SECONDS = 10.0
_LINE_SECONDS = 60.0


class Service:
    """Grades what arrives, until it is told to stop.

    Args:
        course: whose submissions they are.
        settings: of the service.
        source: of the submissions.
        journal: of the course.
        new_engine: makes what grades; again after it has broken.
        wanted: assignments; none: all that the gradebook knows.
        clock: gives the time now (UTC).
        say: hears of each thing that happens, in a line.

    Attributes:
        restart: whether it ended because another process, started anew, has to go on.
    """

    def __init__(
        self,
        course: Course,
        settings: Watch,
        source: Source,
        journal: Journal,
        new_engine: Callable[[], Engine],
        wanted: Collection[str] = (),
        clock: Callable[[], datetime] = now_utc,
        say: Callable[[str], object] = print,
    ) -> None:
        self.restart = False
        self._course, self._settings, self._source, self._journal = course, settings, source, journal
        self._new_engine, self._wanted, self._clock, self._say = new_engine, wanted, clock, say
        self._wake = threading.Event()
        self._opened = ExitStack()
        self._engine: Engine | None = None
        self._desk: Desk | None = None
        self._known = journal.keys()
        self._made_elsewhere: dict[str, Future[bytes]] = {}  # key → a page that its feedback waits for
        self._jobs = Jobs(course, journal, clock, say, self._wake.set)
        self._stopped = self._full = False
        self._warned = ""
        self._troubles, self._paused_until = 0, 0.0
        self._changes_at = self._beat_at = 0.0
        self._line_at = time.monotonic() + _LINE_SECONDS

    def open(self) -> None:
        """Start everything.

        Raises:
            OperatorError: the course, its gradebook, the exchange or this machine do not allow it.
        """
        self._engine = self._new_engine()
        self._engine.executor  # noqa: B018  starts its processes
        self._journal.recover(self._clock())
        self._open_desk()
        self._source.listen(self._wake.set)
        for name in self._desk_().assignments:
            self._journal.decide_anew(name, self._clock())

    def close(self) -> None:
        """End everything; what is being graded is left to do."""
        self._jobs.drop_all()
        self._source.close()
        self._opened.close()
        if self._engine is not None:
            self._engine.close()

    def stop(self) -> None:
        """Have :meth:`run` return; may be called by a signal's handler."""
        self._stopped = True
        self._wake.set()

    def run(self) -> None:
        """Work until :meth:`stop` is called, or :attr:`restart` is set."""
        while not self._stopped and not self.restart:
            self.turn()

    def turn(self, most_seconds: float | None = None) -> None:
        """Do what there is to do now; where there is nothing, wait until something happens.

        Args:
            most_seconds: to wait; by default until it is time to look again.
        """
        idle = False
        try:
            if time.monotonic() >= self._paused_until:
                idle = not self._work()
                self._troubles = 0
        except OperatorError as problem:
            self._trouble(problem)
        except Exception as problem:
            found = self._course.trouble(problem)
            if found is None:
                raise
            self._trouble(found)
        self._report()
        paused = self._paused_until - time.monotonic()
        if idle or paused > 0:
            wait = max(paused, 0.05) if paused > 0 else self._source.look_seconds
            if paused > 0:
                self._wake.clear()  # what happened before is looked at after the pause; only stop() is not
            if not self._stopped:
                self._wake.wait(wait if most_seconds is None else min(wait, most_seconds))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or is being graded, as far as has been noticed."""
        return not self._jobs.keys and not self._journal.waiting()

    def _work(self) -> bool:
        """One round; returns whether anything was done."""
        if self._engine is None:
            self._engine = self._new_engine()
        if self._desk is None:
            self._open_desk()
        self._engine.check()
        self._wake.clear()
        self._notice()
        if self._look_for_changes():
            return True
        desk, engine = self._desk_(), self._engine_()
        done = self._jobs.take_results(engine)
        done = self._jobs.finish_one(desk) or done
        try:
            done = self._jobs.start_one(desk, engine) or done
        except DeskChanged as changed:
            self._reopen(f"{changed} has changed in the gradebook")
            return True
        return done or self._decide_one()

    # What arrives

    def _notice(self) -> None:
        collected = self._arrived()
        if collected:
            self._say(
                f"collected before: {collected}. What is graded is not graded again, only its feedback is made; "
                "what is handed in now comes first"
            )
        warning = getattr(self._source, "warning", "")  # a course's own source may be from before there was one
        if warning != self._warned:
            self._warned = warning
            self._say(f"warning: {self._warned}" if self._warned else "the warning no longer holds")

    def _arrived(self) -> int:
        """Remember what has arrived; returns how many of them lay in the course folder before."""
        self._full, collected = False, 0
        for arrived in self._source.arrived(self._known, self._desk_().assignments):
            if self._desk_().is_too_late(arrived):
                why = "it was handed in after the due date, and one before counts (c.ExchangeCollect.before_duedate)"
                self._journal.put_aside(arrived, why, self._clock())
                self._known.add(arrived.key)
                continue
            state = self._journal.notice(arrived, self._clock(), self._settings.most_waiting)
            if state is None:
                self._full = True
                break
            self._known.add(arrived.key)
            if state is State.SKIPPED:
                self._say(f"skipped: {arrived.key!r}, a later one was there before")
            else:
                collected += self._desk_().was_collected(arrived)
        return collected

    # What is shown later

    def _decide_one(self) -> bool:
        """Decide one submission anew whose time has come."""
        now = self._clock()
        waits = {key for key, page in self._made_elsewhere.items() if not page.done()}
        row = next((row for row in self._journal.due(now) if row.arrived.key not in waits), None)
        if row is None:
            return False
        desk, key = self._desk_(), row.arrived.key
        if row.arrived.assignment not in desk.assignments:
            self._journal.decided(key, row.feedback, counts=False, until=None)
            return True
        decision = desk.decision(row, now)
        until = decision.until if decision.until is None or decision.until > now else None
        if decision.shows is not None and decision.shows.value == row.feedback:
            out = row.feedback
        elif decision.shows is None:
            out = desk.put_note(row.arrived, GRADED, decision.said)
        else:
            try:
                out = desk.publish(row.arrived, decision)
            except NotYet as later:
                self._made_elsewhere[key] = later.page
                later.page.add_done_callback(lambda _: self._wake.set())
                return True
            except FileNotFoundError as gone:
                self._say(f"no feedback: {row.arrived.student}, {row.arrived.assignment}: {gone}")
                out = row.feedback
        self._made_elsewhere.pop(key, None)
        self._journal.decided(key, out, counts=decision.counts, until=until)
        return True

    # What changes around it

    def _look_for_changes(self) -> bool:
        if time.monotonic() < self._changes_at:
            return False
        self._changes_at = time.monotonic() + _CHANGES_SECONDS
        desk = self._desk_()
        if desk.needs_restart():
            self._say("configuration or code has changed; starting anew")
            self.restart = True
            return True
        changed = [name for name in desk.assignments if desk.is_changed(name)]
        if changed or desk.has_other_assignments(self._wanted):
            self._reopen(f"changed in the gradebook: {', '.join(changed) or 'the list of assignments'}")
            return True
        return False

    def _reopen(self, why: str) -> None:
        """Read the course anew; what is being graded by what has changed is graded again."""
        self._say(why)
        before = self._desk_().states
        self._desk = None
        self._open_desk()
        states = self._desk_().states
        changed = {name for name in {*before, *states} if before.get(name) != states.get(name)}
        self._jobs.drop_of(changed)
        for name in changed & set(states):
            self._journal.decide_anew(name, self._clock())

    def _open_desk(self) -> None:
        self._opened.close()
        self._desk = self._opened.enter_context(
            open_desk(self._course, self._settings, self._source, self._journal, self._engine_(), self._wanted)
        )

    def _trouble(self, problem: OperatorError) -> None:
        """Wait a while after what is no submission's fault; what is graded already is kept."""
        pause = _PAUSES[min(self._troubles, len(_PAUSES) - 1)]
        self._troubles += 1
        self._paused_until = time.monotonic() + pause
        self._say(f"trouble: {problem} Trying again in {pause:g} s.")
        with suppress(CourseError):
            self._journal.note(error=str(problem), error_at=self._clock().isoformat(), waits=True)
        if not isinstance(problem, CourseError):  # what grades is broken
            self._jobs.drop_all()
            if self._engine is not None:
                self._engine.close()
            self._engine = None
        self._desk = None

    def _report(self) -> None:
        now = time.monotonic()
        if now < self._beat_at:
            return
        self._beat_at = now + _BEAT_SECONDS
        with suppress(CourseError):
            facts = {} if self._troubles else {"waits": False}
            self._journal.note(
                beat=self._clock().isoformat(),
                running=self._jobs.keys,
                full=self._full,
                notices=self._source.notices,
                warning=self._warned,
                workers=self._engine.workers if self._engine else 0,
                **facts,
            )
            if now >= self._line_at:
                self._line_at = now + _LINE_SECONDS
                self._say(status.line(status.read(self._journal, self._clock())))

    def _desk_(self) -> Desk:
        if self._desk is None:
            raise CourseError("The gradebook is not open.")
        return self._desk

    def _engine_(self) -> Engine:
        if self._engine is None:
            raise CourseError("Nothing is there to grade.")
        return self._engine

"""What the service remembers: a row for each submission, in a small database in the course folder.

A row is written before its submission is touched, and again when its feedback is out; what is killed in between is done
again, and ends up the same. So the journal decides what is left to do, and never whether something was graded: that is
in the gradebook and in the records of graded submissions.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from autograder.watch.database import Database, as_text, moment_of
from autograder.watch.policy import Had
from autograder.watch.source import Arrived

_HOUR = timedelta(hours=1)
_TABLES = """
create table if not exists submissions (
    key text primary key, student text not null, assignment text not null, submitted text not null,
    noticed text not null, state text not null, why text not null default '', attempts integer not null default 0,
    finished text, seconds real, feedback text not null default '', counts integer not null default 0, until text
);
create index if not exists of_student on submissions (assignment, student, submitted);
create index if not exists of_state on submissions (state, finished);
create index if not exists of_until on submissions (until) where until is not null;
create table if not exists facts (name text primary key, value text not null);
"""
_BEFORE = "graded before"  # why there was nothing to grade
_COLUMNS = "key, student, assignment, submitted, noticed, state, why, attempts, feedback, until"


class State(Enum):
    """How far a submission is."""

    WAITING = "waiting"  # also while it is being graded
    SKIPPED = "skipped"  # a newer one took its place, or it cannot be a submission
    DONE = "done"  # graded, and its feedback, or the note that it is held back, is where the student finds it
    FAILED = "failed"  # the grader could not; a person has to look


@dataclass(frozen=True)
class Row:
    """What is remembered of a submission; all times are UTC."""

    arrived: Arrived
    noticed: datetime
    state: State
    why: str = ""
    attempts: int = 0
    feedback: str = ""  # what is out: "all", "checks", "hints", "note", or nothing yet
    until: datetime | None = None  # when it is decided anew what is shown

    @property
    def pair(self) -> tuple[str, str]:
        """Assignment and student."""
        return self.arrived.assignment, self.arrived.student


class Journal:
    """The journal of a course.

    Args:
        root: the course folder.

    Raises:
        CourseError: it cannot be used.
    """

    def __init__(self, root: Path) -> None:
        self.path = path_in(root)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._database = Database(self.path, _TABLES)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def keys(self) -> set[str]:
        """Of everything that was ever noticed."""
        return {key for (key,) in self._database.rows("select key from submissions")}

    def notice(self, arrived: Arrived, now: datetime, most: int) -> State | None:
        """Remember a submission: it waits, in the place of an older one of its student and assignment, or is skipped.

        Args:
            arrived: the submission.
            now: when it was noticed.
            most: how many may wait.

        Returns:
            What has become of it; ``None`` where too many wait, so that it is not remembered yet.
        """
        about = (arrived.key, arrived.student, arrived.assignment, as_text(arrived.submitted), as_text(now))
        with self._database.transaction():
            newer = self._database.one(
                "select submitted from submissions where assignment = ? and student = ? and submitted >= ? "
                "and state != 'skipped' order by submitted desc",
                (arrived.assignment, arrived.student, about[3]),
            )
            if newer is not None:
                why = f"a later one, of {newer[0][:19]} UTC, was there before"
                self._insert(about, State.SKIPPED, why)
                return State.SKIPPED
            replaced = self._database.run(
                "update submissions set state = 'skipped', why = ?, finished = ? "
                "where assignment = ? and student = ? and state = 'waiting' and attempts = 0",
                (f"a later one, of {about[3][:19]} UTC, came before its turn", about[4], about[2], about[1]),
            )
            waiting = self._database.one("select count(*) from submissions where state = 'waiting'")
            if not replaced and waiting is not None and waiting[0] >= most:
                return None
            self._insert(about, State.WAITING, "")
        return State.WAITING

    def has_before(self, arrived: Arrived, moment: datetime) -> bool:
        """Whether a submission of the same student and assignment counts that was made until a moment.

        Args:
            arrived: names student and assignment.
            moment: UTC, included.
        """
        found = self._database.one(
            "select 1 from submissions where assignment = ? and student = ? and submitted <= ? and state != 'skipped'",
            (arrived.assignment, arrived.student, as_text(moment)),
        )
        return found is not None

    def put_aside(self, arrived: Arrived, why: str, now: datetime) -> None:
        """Remember a submission that is not graded."""
        about = (arrived.key, arrived.student, arrived.assignment, as_text(arrived.submitted), as_text(now))
        self._insert(about, State.SKIPPED, why)

    def recover(self, now: datetime) -> None:
        """After a start: of what a service before this one had begun, only the last of each student is left to do."""
        with self._database.transaction():
            self._database.run(
                "update submissions set state = 'skipped', why = 'a later one came while it was being graded', "
                "finished = ? where state = 'waiting' and exists (select 1 from submissions other "
                "where other.assignment = submissions.assignment and other.student = submissions.student "
                "and other.state = 'waiting' and other.submitted > submissions.submitted)",
                (as_text(now),),
            )

    def waiting(self) -> list[Row]:
        """What waits, or is being graded; the one that was noticed first comes first."""
        return self._select("state = 'waiting' order by noticed, key")

    def begin(self, key: str) -> None:
        """Note that grading a submission begins, before anything of it is touched."""
        self._database.run("update submissions set attempts = attempts + 1 where key = ?", (key,))

    def put_back(self, key: str) -> None:
        """Note that it ended for a reason that is not the submission's own."""
        self._database.run("update submissions set attempts = max(attempts - 1, 0) where key = ?", (key,))

    def skip(self, key: str, why: str, now: datetime) -> None:
        """Note that a submission is none."""
        self._database.run(
            "update submissions set state = 'skipped', why = ?, finished = ? where key = ?", (why, as_text(now), key)
        )

    def fail(self, key: str, why: str, now: datetime, seconds: float = 0.0) -> None:
        """Note that a submission could not be graded, and how long it was tried."""
        self._database.run(
            "update submissions set state = 'failed', why = ?, finished = ?, seconds = ? where key = ?",
            (why, as_text(now), seconds, key),
        )

    def finish(
        self,
        key: str,
        feedback: str,
        *,
        counts: bool,
        until: datetime | None,
        seconds: float,
        now: datetime,
        before: bool = False,
    ) -> None:
        """Note that a submission is graded, and what of its feedback is out.

        Args:
            key: of the submission.
            feedback: what is out, as :meth:`~autograder.watch.desk.Desk.publish` returns it.
            counts: whether it is one of the submissions with feedback, of which a student has only so many.
            until: when it has to be decided anew (UTC); ``None``: never.
            seconds: of grading.
            now: UTC.
            before: whether it was graded before it was noticed, by a command for example.
        """
        self._database.run(
            "update submissions set state = 'done', why = ?, feedback = ?, counts = ?, until = ?, seconds = ?, "
            "finished = ? where key = ?",
            (_BEFORE if before else "", feedback, counts, until and as_text(until), seconds, as_text(now), key),
        )

    def decided(self, key: str, feedback: str, *, counts: bool, until: datetime | None) -> None:
        """Note what of its feedback is out now; once it counted, it counts.

        Args:
            key: of the submission.
            feedback: what is out.
            counts: see :meth:`finish`.
            until: when it has to be decided anew (UTC); ``None``: never.
        """
        self._database.run(
            "update submissions set feedback = ?, counts = max(counts, ?), until = ? where key = ?",
            (feedback, counts, until and as_text(until), key),
        )

    def due(self, now: datetime) -> list[Row]:
        """What is to be decided anew: the last submissions whose time has come."""
        return self._select(
            "until <= ? and state = 'done' and not exists (select 1 from submissions other "
            "where other.assignment = submissions.assignment and other.student = submissions.student "
            "and other.state != 'skipped' and other.submitted > submissions.submitted) order by until, key",
            (as_text(now),),
        )

    def decide_anew(self, assignment: str, now: datetime) -> None:
        """Have everything of an assignment that is not shown in full decided anew, for example for another due date."""
        self._database.run(
            "update submissions set until = ? where assignment = ? and state = 'done' and feedback != 'all'",
            (as_text(now), assignment),
        )

    def had(self, row: Row, day: datetime) -> Had:
        """What the student has had of the assignment beside this submission.

        Args:
            row: of the submission.
            day: when the day began (UTC).
        """
        found = self._database.one(
            "select count(*), coalesce(sum(noticed >= ?), 0) from submissions "
            "where assignment = ? and student = ? and counts and key != ?",
            (as_text(day), *row.pair, row.arrived.key),
        )
        return Had(*found) if found else Had()

    def used(self, now: datetime) -> dict[str, tuple[int, float]]:
        """Student → submissions graded, and seconds of grading, within the last hour."""
        rows = self._database.rows(
            "select student, count(*), coalesce(sum(seconds), 0) from submissions "
            "where state in ('done', 'failed') and finished >= ? and why != ? group by student",
            (as_text(now - _HOUR), _BEFORE),
        )
        return {student: (number, seconds) for student, number, seconds in rows}

    def counts(self) -> dict[str, int]:
        """State → submissions, and "held" → those of which a note is out."""
        found = dict(self._database.rows("select state, count(*) from submissions group by state"))
        held = self._database.one("select count(*) from submissions where feedback = 'note'")
        return {**{state.value: found.get(state.value, 0) for state in State}, "held": held[0] if held else 0}

    def finished(self, since: datetime) -> list[tuple[datetime, float]]:
        """When submissions were graded since a moment, and how many seconds after they had been noticed."""
        rows = self._database.rows(
            "select noticed, finished from submissions where state = 'done' and finished >= ? and why != ? "
            "order by finished",
            (as_text(since), _BEFORE),
        )
        times = ((moment_of(noticed), moment_of(finished)) for noticed, finished in rows)
        return [(finished, (finished - noticed).total_seconds()) for noticed, finished in times]

    def failures(self, most: int) -> list[Row]:
        """The last submissions that could not be graded."""
        return self._select("state = 'failed' order by finished desc limit ?", (most,))

    def note(self, **facts: Any) -> None:
        """Remember facts about the service itself, by name."""
        with self._database.transaction():
            for name, value in facts.items():
                self._database.run("insert or replace into facts values (?, ?)", (name, json.dumps(value)))

    def facts(self) -> dict[str, Any]:
        """What was noted last, by name."""
        return {name: json.loads(value) for name, value in self._database.rows("select name, value from facts")}

    def _insert(self, about: tuple[str, ...], state: State, why: str) -> None:
        self._database.run(
            "insert into submissions (key, student, assignment, submitted, noticed, state, why) "
            "values (?, ?, ?, ?, ?, ?, ?)",
            (*about, state.value, why),
        )

    def _select(self, where: str, values: tuple[Any, ...] = ()) -> list[Row]:
        return [
            _row(*found) for found in self._database.rows(f"select {_COLUMNS} from submissions where {where}", values)
        ]


def path_in(root: Path) -> Path:
    """Where a course's journal lies."""
    return root / ".autograder" / "watch" / "journal.db"


def _row(
    key: str,
    student: str,
    assignment: str,
    submitted: str,
    noticed: str,
    state: str,
    why: str,
    attempts: int,
    feedback: str,
    until: str | None,
) -> Row:
    arrived = Arrived(key, student, assignment, moment_of(submitted))
    again = None if until is None else moment_of(until)
    return Row(arrived, moment_of(noticed), State(state), why, attempts, feedback, again)


def now_utc() -> datetime:
    """The time now, UTC, without a time zone."""
    return datetime.now(UTC).replace(tzinfo=None)

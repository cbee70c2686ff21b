"""When students get feedback, how much of it, and how often: what a course sets, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from autograder.errors import CourseError
from autograder.pages.shows import Shows

AT_ONCE, AFTER_DUE, BY_COMMAND = "at once", "after due date", "by command"
_RELEASES = (AT_ONCE, AFTER_DUE, BY_COMMAND)
_MEANINGS = {
    "release": f"one of {', '.join(map(repr, _RELEASES))}",
    "before_due": f"one of {', '.join(repr(shows.value) for shows in Shows)}",
    "in_all": "a whole number, or None for no bound",
    "per_day": "a whole number, or None for no bound",
}
_INSTRUCTOR = "when your instructor releases it"


@dataclass(frozen=True)
class Policy:
    """What an assignment's students get; a field is a word in ``c.Watch.feedback``.

    Attributes:
        release: "at once", "after due date", or "by command" (`nbgrader release_feedback`).
        before_due: what a page shows before the due date: "all", "checks" (which are right, what was found, hints; no
            points), or "hints" (neither points nor what was found).
        in_all: how many submissions of a student get feedback before the due date; ``None``: all of them.
        per_day: how many of them on one day.
    """

    release: str = AT_ONCE
    before_due: str = Shows.ALL.value
    in_all: int | None = None
    per_day: int | None = None

    @classmethod
    def configured(cls, chosen: Mapping[str, Any], where: str) -> Policy:
        """What a course has set.

        Args:
            chosen: word → value.
            where: the settings that it comes from, for a message.

        Raises:
            CourseError: it cannot be meant; the message says what can.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(chosen) - known)
        if unknown:
            raise CourseError(
                f"nbgrader_config.py sets {where} with the unknown {', '.join(map(repr, unknown))}. "
                f"There are: {', '.join(sorted(known))}.",
                unknown,
                sorted(known),
            )
        policy = cls(**chosen)
        for name, meaning in _MEANINGS.items():
            value = getattr(policy, name)
            if not policy._can_be_meant(name, value):
                raise CourseError(f"nbgrader_config.py sets {where}: {name} = {value!r}; it must be {meaning}.", value)
        return policy

    @staticmethod
    def _can_be_meant(name: str, value: object) -> bool:
        match name:
            case "release":
                return value in _RELEASES
            case "before_due":
                return value in {shows.value for shows in Shows}
            case _:
                return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


@dataclass(frozen=True)
class Had:
    """Of how many other submissions to the assignment a student has had feedback that counts."""

    in_all: int = 0
    today: int = 0


@dataclass(frozen=True)
class Decision:
    """What the student gets of one submission now.

    Attributes:
        shows: how much a page shows; ``None``: it is held back, and a note says so.
        counts: whether it counts as one of those that get feedback.
        until: when it is decided anew (UTC), where the submission is still the last one then.
        said: for the student: what is missing, and when it comes.
    """

    shows: Shows | None
    counts: bool = False
    until: datetime | None = None
    said: str = ""


def decide(policy: Policy, now: datetime, closed: datetime | None, had: Had, zone: ZoneInfo) -> Decision:
    """What a student gets of a submission that is graded.

    Args:
        policy: of the assignment.
        now: UTC, without a time zone, as all times here.
        closed: when nothing can come any more that counts as handed in before the due date, where that is known.
        had: what the student has had of it.
        zone: in which days begin, and times are told.
    """
    after = closed is not None and now >= closed
    if policy.release == BY_COMMAND:
        return Decision(None, said=f"The feedback comes {_INSTRUCTOR}.")
    if after:
        return Decision(Shows.ALL)
    finally_ = f"after the due date, at {told(closed, zone)}" if closed is not None else _INSTRUCTOR
    if policy.release == AFTER_DUE:
        return Decision(None, until=closed, said=f"The feedback comes {finally_}.")
    if policy.in_all is not None and had.in_all >= policy.in_all:
        before = " before the due date" if closed is not None else ""
        said = f"You have had feedback on {_submissions(had.in_all)}, which is all there is{before}. "
        return Decision(None, until=closed, said=f"{said}The feedback on your last submission comes {finally_}.")
    if policy.per_day is not None and had.today >= policy.per_day:
        tomorrow = _midnight(now, zone)
        until = min(tomorrow, closed) if closed is not None else tomorrow
        said = f"You have had feedback on {_submissions(had.today)} today. The feedback on this one comes at "
        return Decision(None, until=until, said=f"{said}{told(until, zone)}, unless you hand in another one before.")
    shows = Shows(policy.before_due)
    if shows is Shows.ALL or closed is None:
        return Decision(Shows.ALL, counts=True)
    return Decision(shows, counts=True, until=closed, said=f"Points are shown {finally_}.")


def day_of(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day began (UTC).

    Args:
        now: UTC, without a time zone.
        zone: of the course, in which a day is a day.
    """
    local = now.replace(tzinfo=UTC).astimezone(zone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC).replace(tzinfo=None)


def told(moment: datetime, zone: ZoneInfo) -> str:
    """A moment (UTC) as students read it, to the minute, rounded up: what is promised is there by then.

    Args:
        moment: UTC, without a time zone.
        zone: of the course.

    Example:
        >>> told(datetime(2026, 5, 1, 21, 59, 30), ZoneInfo("Europe/Berlin"))
        '2026-05-02 00:00 CEST'
    """
    whole = moment if not (moment.second or moment.microsecond) else moment + timedelta(minutes=1)
    return f"{whole.replace(tzinfo=UTC).astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.replace(tzinfo=UTC).astimezone(zone)
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return tomorrow.astimezone(UTC).replace(tzinfo=None)


def _submissions(number: int) -> str:
    return "one submission" if number == 1 else f"{number} submissions"

"""What a course sets in ``nbgrader_config.py`` for `autograder watch`: the section ``c.Watch``."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from traitlets import Dict, Int, Unicode
from traitlets.config import Configurable

from autograder.errors import CourseError
from autograder.watch.policy import Policy


class Watch(Configurable):
    """The section ``c.Watch``; each setting is one line, for example ``c.Watch.feedback = {"per_day": 3}``."""

    feedback = Dict(
        help="When feedback is released, what it shows, and how often, for example {'release': 'at once', "
        "'before_due': 'hints', 'in_all': 10, 'per_day': 3}; see autograder.watch.policy.Policy."
    ).tag(config=True)
    assignment_feedback = Dict(
        help="The same for single assignments, for example {'05-mixed-model': {'release': 'after due date'}}."
    ).tag(config=True)
    timezone = Unicode("UTC", help="Time zone for day boundaries and displayed times, such as 'Europe/Berlin'.").tag(
        config=True
    )
    most_waiting = Int(
        1000, min=1, help="Submissions that wait at a time; what comes then stays in the exchange until there is room."
    ).tag(config=True)
    source = Unicode(
        "autograder.watch.folder.ExchangeFolder",
        help="Where submissions come from: a class as in autograder.watch.source.",
    ).tag(config=True)

    def policy(self, assignment: str) -> Policy:
        """The policy of an assignment.

        Raises:
            CourseError: it cannot be meant.
        """
        own = self.assignment_feedback.get(assignment, {})
        where = f"c.Watch.assignment_feedback[{assignment!r}]" if own else "c.Watch.feedback"
        return Policy.configured({**self.feedback, **own}, where)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone.

        Raises:
            CourseError: there is no such zone.
        """
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise CourseError(
                f"nbgrader_config.py sets c.Watch.timezone = {self.timezone!r}, which is no time zone.",
                self.timezone,
                remedy="Name one as in 'Europe/Berlin'.",
            ) from None

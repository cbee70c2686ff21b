"""The desk at which submissions are graded: the gradebook open, the templates read, the way of one step by step."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.course.course import Course
from autograder.course.grade_class import ClassGrader, Outcome, Read, Unchanged
from autograder.course.gradebook import assignments_with_notebooks, state_of
from autograder.course.writer import Writer
from autograder.grading.submission import SubmissionResult
from autograder.pages.render import render
from autograder.pages.shows import Shows
from autograder.plugins.collect import CarefulCollect
from autograder.template import Template
from autograder.watch.journal import Journal, Row
from autograder.watch.pages import NotYet, Pages
from autograder.watch.policy import Decision, day_of, decide
from autograder.watch.settings import Watch
from autograder.watch.source import Arrived, Source
from autograder.workers import environment
from autograder.workers.engines import Engine

GRADED = "Your submission has been graded."
NOTE = "note"  # what is out of a submission's feedback where it is held back


@dataclass(frozen=True)
class Desk:
    """What all submissions share until the course changes; made by :func:`open_desk`."""

    course: Course
    settings: Watch
    source: Source
    journal: Journal
    grader: ClassGrader
    gradebook: Any
    writer: Writer
    pages: Pages
    states: Mapping[str, Hashable]  # of the assignments, as they were read
    configuration: tuple[tuple[str, int], ...]

    @property
    def assignments(self) -> Collection[str]:
        """That are graded at this desk."""
        return self.states.keys()

    def templates(self, assignment: str) -> dict[str, Template]:
        """Notebook → template."""
        return {name: cache.template for (known, name), cache in self.writer.caches.items() if known == assignment}

    def due(self, assignment: str) -> datetime | None:
        """When an assignment is due (UTC), where the gradebook says so."""
        return self.writer.due(next(iter(self.templates(assignment).values())))

    def is_too_late(self, arrived: Arrived) -> bool:
        """Whether an earlier submission counts in its place: `c.ExchangeCollect.before_duedate`, as in nbgrader."""
        due = self.due(arrived.assignment)
        if due is None or arrived.submitted <= due or not CarefulCollect.of(self.course, "").before_duedate:
            return False
        return self.journal.has_before(arrived, due)

    def was_collected(self, arrived: Arrived) -> bool:
        """Whether it lies in the course folder already, so that it may have been graded."""
        return self.course.submission(arrived.student, arrived.assignment).timestamp() == arrived.submitted

    def is_changed(self, assignment: str) -> bool:
        """Whether the gradebook says another thing of an assignment than when the desk was opened."""
        return state_of(self.gradebook, assignment) != self.states[assignment]

    def has_other_assignments(self, wanted: Collection[str]) -> bool:
        """Whether assignments have been added or taken away since."""
        return set(_assignments(self.gradebook, wanted)) != set(self.assignments)

    def needs_restart(self) -> bool:
        """Whether the configuration, or code that decides points, is another than what this process has loaded."""
        if _configuration(self.course) != self.configuration:
            return True
        return environment.is_outdated(cache.template for cache in self.writer.caches.values())

    def read(self, arrived: Arrived) -> tuple[list[Read], list[Outcome]]:
        """Read the notebooks of a submission that has been collected.

        Returns:
            Those to be graded, and what is known of the others.
        """
        self.writer.look_again()
        found = [
            one
            for notebook in self.templates(arrived.assignment)
            for one in self.grader.tasks(self.writer, arrived.assignment, notebook, (arrived.student,))
        ]
        done: list[Outcome] = [one for one in found if isinstance(one, Unchanged)]
        return [one for one in found if isinstance(one, Read)], done

    def written(self, result: SubmissionResult, read: Read) -> Outcome | None:
        """Write a result; ``None`` where the submission has been replaced since it was read.

        Args:
            result: of grading.
            read: what it was graded from.
        """
        return self.grader.written(self.writer, result, read.state)

    def decision(self, row: Row, now: datetime) -> Decision:
        """What the student gets of a graded submission now.

        Args:
            row: of the journal.
            now: UTC.
        """
        assignment = row.arrived.assignment
        had = self.journal.had(row, day_of(now, self.settings.zone))
        due = self.due(assignment)
        closed = None if due is None else due + self.source.arrives_late
        return decide(self.settings.policy(assignment), now, closed, had, self.settings.zone)

    def publish(self, arrived: Arrived, decision: Decision) -> str:
        """Make the pages of a graded submission, and put out what its student gets of them now.

        Args:
            arrived: the submission.
            decision: of :meth:`decision`.

        Returns:
            What is out: "all", "checks", "hints" or "note"; with ", not found" where the student cannot find it.

        Raises:
            NotYet: a page takes long; nothing is written, and this has to be called again.
        """
        try:
            out = self._publish(arrived, decision)
        except NotYet:
            raise
        except BaseException:
            self.pages.forget(arrived.student, arrived.assignment)
            raise
        self.pages.forget(arrived.student, arrived.assignment)
        return out

    def _publish(self, arrived: Arrived, decision: Decision) -> str:
        student, assignment = arrived.student, arrived.assignment
        templates = self.templates(assignment)
        full = {name: self.pages.page(student, template) for name, template in templates.items()}
        shown = full
        if decision.shows is not None and decision.shows is not Shows.ALL:
            shown = {
                name: self.pages.page(student, template, decision.shows, decision.said)
                for name, template in templates.items()
            }
        self.pages.write(student, assignment, full)
        if decision.shows is None:
            return self.put_note(arrived, GRADED, decision.said)
        return self._put_out(arrived, shown, decision.shows.value)

    def put_note(self, arrived: Arrived, happened: str, said: str) -> str:
        """Put a note out in the place of feedback; returns as :meth:`publish`.

        Args:
            arrived: the submission.
            happened: what became of it, in a few words that stand first.
            said: sentences for the student, below them.
        """
        notes = {
            name: render("note", title=name, student=arrived.student, happened=happened, said=said).encode()
            for name in self.templates(arrived.assignment)
        }
        return self._put_out(arrived, notes, NOTE)

    def _put_out(self, arrived: Arrived, pages: Mapping[str, bytes], what: str) -> str:
        return what if self.source.release(arrived, pages) else f"{what}, not found"


@contextmanager
def open_desk(
    course: Course, settings: Watch, source: Source, journal: Journal, engine: Engine, wanted: Collection[str]
) -> Iterator[Desk]:
    """Open the gradebook and read everything about the assignments.

    Args:
        course: as it was when the service started.
        settings: of the service.
        source: of the submissions.
        journal: of the service.
        engine: where submissions are graded.
        wanted: assignments; none: all that the gradebook knows.

    Raises:
        CourseError: the gradebook cannot be used, or does not know one of them.
    """
    course = replace(course)  # forgets what it has read of the source folder
    with course.gradebook() as gradebook, closing(Pages(course)) as pages:
        names = _assignments(gradebook, wanted)
        states = {name: state_of(gradebook, name) for name in names}
        configuration = _configuration(course)
        for name in names:
            settings.policy(name)  # what cannot be meant is said now
        yield Desk(
            course=course,
            settings=settings,
            source=source,
            journal=journal,
            grader=ClassGrader(course, engine),
            gradebook=gradebook,
            writer=Writer(course, gradebook, names),
            pages=pages,
            states=states,
            configuration=configuration,
        )


def _assignments(gradebook: Any, wanted: Collection[str]) -> tuple[str, ...]:
    return tuple(wanted) or assignments_with_notebooks(gradebook)


def _configuration(course: Course) -> tuple[tuple[str, int], ...]:
    """The files that configure the course, with their times of change."""
    loaded = [Path(path) for path in getattr(course.parent, "loaded_config_files", ())]
    files = sorted({*loaded, course.root / "nbgrader_config.py", course.root / course.settings.vocabulary})
    return tuple((str(path), path.stat().st_mtime_ns) for path in files if path.is_file())

"""Grading all submissions of assignments in parallel; this process is the only one that writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nbgrader.api import Gradebook

from autograder.engines import Engine, grade_here
from autograder.plugins.course import Course
from autograder.plugins.kept import Kept
from autograder.plugins.writer import Writer
from autograder.runner import Failed, grade_all
from autograder.submission import Packed, Task


@dataclass(frozen=True)
class Graded:
    """One submission that was graded and written."""

    student: str
    notebook: str
    points: float
    needs_review: bool
    flags: tuple[str, ...]  # what a TA should look at, although it was judged
    seconds: float


@dataclass(frozen=True)
class Unchanged:
    """One submission that did not need grading: nothing it depends on has changed."""

    student: str
    notebook: str


Outcome = Graded | Unchanged | Failed


@dataclass(frozen=True)
class ClassGrader:
    """Grades an assignment's submissions and writes notebooks and gradebook.

    Args:
        course: where everything lies.
        engine: grades several submissions at the same time.
        everything: also submissions that have not changed since they were graded.
    """

    course: Course
    engine: Engine
    everything: bool = False

    def run(self, chosen: Mapping[str, Sequence[str]]) -> Iterator[Outcome]:
        """Grade assignments; yields what became of each notebook as soon as it is written.

        Args:
            chosen: assignment → students whose submissions are graded. Workers go from one assignment to the next
                without waiting for the last submission of the one before.
        """
        with Gradebook(self.course.db_url, self.course.app.coursedir.course_id) as gradebook:
            yield from self._graded(Writer(self.course, gradebook, chosen), chosen)

    def _graded(self, writer: Writer, chosen: Mapping[str, Sequence[str]]) -> Iterator[Outcome]:
        prints: dict[tuple[str, str, str], str] = {}
        skipped: list[Unchanged] = []

        def changed() -> Iterator[Task]:
            for (assignment, notebook), known in writer.kept.items():
                for task in self.course.tasks(known.template, chosen[assignment]):
                    fingerprint = known.fingerprint(task)
                    if self._is_done(writer, known, task.student, fingerprint):
                        skipped.append(Unchanged(task.student, notebook))
                    else:
                        prints[assignment, notebook, task.student] = fingerprint
                        yield task

        for result in grade_all(changed(), grade_here, self.engine):
            yield from skipped
            skipped.clear()
            yield result if isinstance(result, Failed) else self._written(writer, result, prints)
        yield from skipped

    def _written(self, writer: Writer, result: Packed, prints: dict[tuple[str, str, str], str]) -> Outcome:
        fingerprint = prints.pop((result.assignment, result.name, result.student))
        known = writer.kept[result.assignment, result.name]
        if self._is_done(writer, known, result.student, fingerprint):  # by another grader, meanwhile
            return Unchanged(result.student, result.name)
        try:
            writer.write(result, fingerprint)
        except Exception as problem:  # what cannot be written must cost one submission, not the class
            return Failed(result.student, f"{type(problem).__name__}: {problem}")
        review = None in result.points.values()
        points = sum(earned or 0.0 for earned in result.points.values())
        flags = tuple(result.flags.values())
        return Graded(result.student, result.name, points, review, flags, result.seconds)

    def _is_done(self, writer: Writer, known: Kept, student: str, fingerprint: str) -> bool:
        if self.everything or not writer.target(student, known.template).is_file():
            return False
        return bool(known.of(student).get("fingerprint") == fingerprint)

"""Grading all submissions of assignments in parallel; this process is the only one that writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace

from autograder.course.cache import Cache
from autograder.course.course import Course
from autograder.course.locks import locked, of_submissions
from autograder.course.regrade import Regrader
from autograder.course.release.confirmable import confirmable
from autograder.course.writer import Writer
from autograder.errors import OperatorError
from autograder.grading.submission import SubmissionResult
from autograder.grading.task import Task
from autograder.workers.engines import Engine, grade_here, local_without_sandbox
from autograder.workers.runner import Failed, grade_all


@dataclass(frozen=True)
class Graded:
    """One submission that was graded and written."""

    student: str
    notebook: str
    points: float
    notes: tuple[str, ...]  # what was restored, ignored or ended early
    reviews: Mapping[str, str]  # grade_id → why a test cell could not be judged; a TA has to look
    flags: Mapping[str, str]  # grade_id → what a TA should look at, although it was judged
    seconds: float
    nothing: str = ""  # why nothing of it was graded
    assignment: str = ""
    absent: tuple[str, ...] = ()  # modules and files whose absence stopped cells
    moved: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    # grade_id → points before and now, where the same submission had other ones


@dataclass(frozen=True)
class Unchanged:
    """One submission that did not need grading: nothing it depends on has changed, but perhaps hidden tests."""

    student: str
    notebook: str
    assignment: str = ""
    other_tests: str = ""  # where hidden tests have changed: the fingerprint under them
    would_move: bool = False  # its points are others under the tests as they are now; see Regrader


State = tuple[int, ...]  # of a submitted folder, see SubmittedFolder.state


@dataclass(frozen=True)
class Read:
    """One submission as it was read."""

    task: Task
    state: State


Outcome = Graded | Unchanged | Failed
_REPLACED = "it was handed in anew each time while it was being graded; grade it again"
_ROUNDS = 3


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
        with self.course.gradebook() as gradebook:
            writer = Writer(self.course, gradebook, chosen)
            yield from self.grade(writer, {known: chosen[known[0]] for known in writer.caches})

    def grade(self, writer: Writer, chosen: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[Outcome]:
        """Grade notebooks with a writer that serves several calls.

        Args:
            writer: of all these assignments.
            chosen: (assignment, notebook) → students whose submissions are graded.
        """
        skipped: list[Unchanged] = []
        replaced: dict[tuple[str, str], list[str]] = {}
        read: dict[tuple[str, str, str], State] = {}
        older: dict[tuple[str, str], list[Unchanged]] = {}

        def changed(chosen: Mapping[tuple[str, str], Sequence[str]]) -> Iterator[Task]:
            for (assignment, notebook), students in chosen.items():
                for one in self.tasks(writer, assignment, notebook, students):
                    if isinstance(one, Unchanged):
                        kept = older.setdefault((assignment, notebook), []) if one.other_tests else skipped
                        kept.append(one)
                    else:
                        read[assignment, notebook, one.task.student] = one.state
                        yield one.task

        for _ in range(_ROUNDS):
            for result in grade_all(changed(chosen), grade_here, self.engine):
                yield from skipped
                skipped.clear()
                if isinstance(result, Failed):
                    yield result
                    continue
                outcome = self.written(writer, result, read[result.assignment, result.name, result.student])
                if outcome is None:
                    replaced.setdefault((result.assignment, result.name), []).append(result.student)
                else:
                    yield outcome
            yield from skipped
            skipped.clear()
            chosen, replaced = replaced, {}
        yield from (Failed(student, _REPLACED) for students in chosen.values() for student in students)
        if older:
            yield from self._under_other_tests(writer, older)

    def _under_other_tests(
        self, writer: Writer, older: Mapping[tuple[str, str], Sequence[Unchanged]]
    ) -> Iterator[Outcome]:
        """Submissions that only hidden tests have changed for: points move where the instructor asks for it, not here.

        What cannot be judged on what was kept is graded, and so is what could not be judged before.
        """
        again: dict[tuple[str, str], Sequence[str]] = {}
        with closing(local_without_sandbox(self.engine.workers)) as engine:
            for key, unchanged in older.items():
                plan = Regrader(self.course, engine).judged(writer.caches[key], [one.student for one in unchanged])
                # What needed review had no points that could move.
                reviewed = {change.student for change in plan.changes if change.before.points is None}
                again[key] = sorted({*plan.unrecorded, *reviewed})
                others = {change.student for change in plan.changes}
                moving = {change.student for change in plan.changes if change.gain}
                for one in unchanged:
                    if one.student in again[key]:
                        continue
                    if one.student not in others:
                        writer.caches[key].confirm(one.student, one.other_tests)
                    yield replace(one, would_move=one.student in moving)
        yield from replace(self, everything=True).grade(writer, again)

    def tasks(
        self, writer: Writer, assignment: str, notebook: str, students: Sequence[str]
    ) -> Iterator[Read | Unchanged]:
        """Read the submissions of a notebook one by one.

        Args:
            writer: of the assignment.
            assignment: by name.
            notebook: by name.
            students: whose submissions are read.
        """
        cache = writer.caches[assignment, notebook]
        due = writer.due(cache.template)
        notebooks = [name for known, name in writer.caches if known == assignment]
        found = confirmable(self.course, cache.template, self.engine)
        problems = (found.problem,) if found.problem else ()
        states: list[State] = []

        def looked_at() -> Iterator[str]:
            for student in students:
                states.append(self._state(assignment, student))  # before anything of it is read
                yield student

        for one in self.course.tasks(cache.template, looked_at(), due, notebooks):
            task = cache.identified(replace(one, confirmed=found.confirmed, notes=(*one.notes, *problems)))
            if self._is_done(writer, cache, task.student, task.fingerprint):
                yield Unchanged(task.student, notebook, assignment)
            elif self._is_done(writer, cache, task.student, work=task.work):
                yield Unchanged(task.student, notebook, assignment, task.fingerprint)
            else:
                yield Read(task, states[-1])

    def _state(self, assignment: str, student: str) -> State:
        return self.course.submission(student, assignment).state()

    def written(self, writer: Writer, result: SubmissionResult, state: State) -> Outcome | None:
        """Write a result, unless what was handed in is another thing by now.

        Args:
            writer: of the assignment.
            result: of grading a submission.
            state: of the submission when it was read.

        Returns:
            What became of it; ``None`` where it has been handed in anew meanwhile.

        Raises:
            OperatorError: nothing can be written now, of whatever submission.
        """
        with locked(of_submissions(self.course.root, result.assignment)):
            if self._state(result.assignment, result.student) != state:
                return None
            return self._written(writer, result)

    def _written(self, writer: Writer, result: SubmissionResult) -> Outcome:
        cache = writer.caches[result.assignment, result.name]
        if self._is_done(writer, cache, result.student, result.fingerprint):  # by another grader, meanwhile
            return Unchanged(result.student, result.name, result.assignment)
        before = cache.points(result.student) if cache.prints(result.student).submitted == result.submitted else {}
        try:
            writer.write(result)
        except OperatorError:
            raise
        except Exception as problem:  # what cannot be written must cost one submission, not the class
            return Failed(result.student, f"{type(problem).__name__}: {problem}")
        return Graded(
            student=result.student,
            notebook=result.name,
            points=sum(earned or 0.0 for earned in result.points.values()),
            notes=tuple(filter(None, [*result.notes, writer.late(result.student, cache.template)])),
            reviews=result.reviews,
            flags=result.flags,
            seconds=result.seconds,
            nothing=result.nothing,
            assignment=result.assignment,
            absent=result.absent,
            moved={name: (before[name], now) for name, now in result.points.items() if before.get(name, now) != now},
        )

    def _is_done(self, writer: Writer, cache: Cache, student: str, fingerprint: str = "", work: str = "") -> bool:
        if self.everything or not writer.target(student, cache.template).is_file():
            return False
        if not writer.holds(student, cache.template):  # somebody has removed the student or the assignment since
            return False
        known = cache.prints(student)
        return known.work == work if work else known.fingerprint == fingerprint

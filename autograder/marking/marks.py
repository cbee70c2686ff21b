"""Giving the points and comments of a sheet to every student of its rows: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nbgrader.api import Comment, Grade, Gradebook

from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.marking.answers import Written, WrittenPart
from autograder.marking.given import Mark, rows_of_gradebook
from autograder.marking.sheet import SheetRow, points_of

_SHOWN = 20  # problems in one message


@dataclass(frozen=True)
class PlannedMark:
    """The mark of one student for one part, as a sheet gives it."""

    part: WrittenPart
    student: str
    points: float
    comment: str
    line: int
    clears: bool = False  # an empty comment takes away the one that is there


def planned(
    rows: tuple[SheetRow, ...], written: Written, answers: Mapping[str, Mapping[str, str]]
) -> tuple[PlannedMark, ...]:
    """Check a sheet and turn it into marks; nothing is written.

    Args:
        rows: of the sheet.
        written: the answers as they are now.
        answers: part → student → digest of the answer as it was when the sheet was made.

    Raises:
        CourseError: the sheet has mistakes; the message names each line and what is wrong with it.
    """
    parts = written.by_name()
    problems: list[str] = []
    given: dict[tuple[str, str], PlannedMark] = {}
    for row in rows:
        if not row.points:
            continue
        found = list(_problems(row, parts, answers))
        problems += [f"line {row.line}: {problem}" for problem in found]
        points = points_of(row.points)
        if found or points is None:
            continue
        for student in dict.fromkeys(row.students):
            before = given.get((row.part, student))
            if before is not None:
                problems.append(f"line {row.line}: {student} has points for {row.part} in line {before.line} already")
            given[row.part, student] = PlannedMark(parts[row.part], student, points, row.comment, row.line)
    if problems:
        more = f"\n… and {len(problems) - _SHOWN} more." if len(problems) > _SHOWN else ""
        listed = "\n".join(problems[:_SHOWN])
        raise CourseError(
            f"The sheet cannot be applied, and nothing was changed:\n{listed}{more}",
            problems,
            remedy="\nCorrect the sheet, and apply it again.",
        )
    return tuple(given.values())


def _problems(
    row: SheetRow, parts: Mapping[str, WrittenPart], answers: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    part = parts.get(row.part)
    if part is None:
        yield f"there is no written part {row.part!r}; there are {', '.join(parts)}"
        return
    problem = points_problem(row.points, part.max_points, part.name)
    if problem:
        yield problem
    if not row.students:
        yield "the row names no student"
    now, then = part.digests, answers.get(row.part, {})
    for student in row.students:
        if student not in now or student not in part.marked:
            yield f"{student!r} has no graded answer to {part.name}"
        elif now[student] != then.get(student):
            yield (
                f"the answer of {student} to {part.name} has changed since the sheet was written; write the sheet again"
            )


def not_given(rows: tuple[SheetRow, ...], written: Written) -> int:
    """How many rows have points or a comment that the gradebook does not have.

    Args:
        rows: of a sheet.
        written: the answers as they are now.
    """
    parts = written.by_name()
    return sum(not (row.part in parts and _is_given(row, parts[row.part])) for row in rows if row.points or row.comment)


def _is_given(row: SheetRow, part: WrittenPart) -> bool:
    points, marks = points_of(row.points), [part.marked.get(student, Mark()) for student in row.students]
    same = (points is not None and mark.points is not None and abs(mark.points - points) < 1e-9 for mark in marks)
    return all(same) and all(row.comment in ("", mark.comment) for mark in marks)


def points_problem(typed: str, most: float, what: str) -> str:
    """Why what was typed cannot be the points of an answer; empty where it can.

    Args:
        typed: as it was entered, with a point or a comma.
        most: points of the part.
        what: how the sentence calls it.

    Example:
        >>> points_problem("2.5", 0.25, "this question"), points_problem("0,25", 0.25, "this question")
        ('2.5 points; this question is worth 0 to 0.25', '')
    """
    points = points_of(typed)
    if points is None:
        return f"{typed!r} is not a number of points"
    return "" if 0 <= points <= most + 1e-9 else f"{points:g} points; {what} is worth 0 to {most:g}"


def apply(
    course: Course, gradebook: Gradebook, assignment: str, given: tuple[PlannedMark, ...], *, replace: bool
) -> tuple[tuple[PlannedMark, ...], tuple[PlannedMark, ...]]:
    """Write marks and comments in one transaction.

    Args:
        course: whose submissions they are.
        gradebook: of the course.
        assignment: that was marked.
        given: the marks.
        replace: overwrite marks that differ.

    Returns:
        The marks that are in the gradebook now, and those that were left out because the answer has a different mark.
    """
    done: list[PlannedMark] = []
    kept: list[PlannedMark] = []
    try:
        for template in course.templates(gradebook, assignment):
            grades = {(who, row.name): row for who, row in rows_of_gradebook(gradebook, template, Grade)}
            comments = {(who, row.name): row for who, row in rows_of_gradebook(gradebook, template, Comment)}
            for one in given:
                if one.part.notebook == template.notebook:
                    key = (one.student, one.part.grade_id)
                    (done if _set(one, grades[key], comments.get(key), replace=replace) else kept).append(one)
        gradebook.db.commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    return tuple(done), tuple(kept)


def _set(one: PlannedMark, grade: Grade, comment: Comment | None, *, replace: bool) -> bool:
    """Set one mark with its comment; ``False`` where another is there already and is not to be replaced."""
    said = (comment.manual_comment or "") if comment is not None else ""
    other_points = grade.manual_score is not None and abs(grade.manual_score - one.points) > 1e-9
    other_comment = bool(said and one.comment and said.strip() != one.comment)
    if (other_points or other_comment) and not replace:
        return False
    grade.manual_score = one.points
    grade.needs_manual_grade = False
    if (one.comment or one.clears) and comment is not None:
        comment.manual_comment = one.comment or None
    return True

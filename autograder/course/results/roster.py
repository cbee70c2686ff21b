"""Changing who is in the gradebook, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable

from nbgrader.api import Gradebook, Student

from autograder.course.course import Course
from autograder.course.results.scores import Person


def with_work(course: Course, gradebook: Gradebook, students: Iterable[str]) -> dict[str, int]:
    """Student → for how many assignments there is work of theirs, in the gradebook or in the course folder.

    Who has none is not in it.

    Args:
        course: whose folder of submissions is looked through.
        gradebook: open.
        students: ids that are asked about.
    """
    wanted = set(students)
    found: dict[str, set[str]] = {}
    for assignment in gradebook.assignments:
        handed_in = {submission.student_id for submission in assignment.submissions}
        for student in (handed_in | set(course.students(assignment.name))) & wanted:
            found.setdefault(student, set()).add(assignment.name)
    return {student: len(names) for student, names in found.items()}


def write_roster(gradebook: Gradebook, people: Iterable[Person], removed: Iterable[str] = ()) -> None:
    """Add students or change what is known of them, and remove others with all their grades: all of it or nothing.

    Args:
        gradebook: of the course.
        people: as they are to be.
        removed: ids of students who leave; their folders stay.
    """
    db = gradebook.db
    try:
        for person in people:
            entry = db.get(Student, person.id) or Student(id=person.id)
            for name in ("first_name", "last_name", "email", "lms_user_id"):
                setattr(entry, name, getattr(person, name) or None)
            db.add(entry)
        for name in removed:
            _remove(gradebook, db.get(Student, name))
        db.commit()
    except BaseException:
        db.rollback()
        raise


def _remove(gradebook: Gradebook, student: Student) -> None:
    """Delete a student with grades and comments; nbgrader's own way commits after each of them."""
    db = gradebook.db
    for submission in student.submissions:
        for notebook in submission.notebooks:
            for entry in (*notebook.grades, *notebook.comments):
                db.delete(entry)
            db.delete(notebook)
        db.delete(submission)
    db.delete(student)

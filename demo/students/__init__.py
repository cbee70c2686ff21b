"""The demo class as data: who hands in what, and what a fair grader gives for it."""

from demo.students import honest, hostile, lesson_class, mistaken, unfinished
from demo.students.work import Student

CLASS: tuple[Student, ...] = (
    *honest.STUDENTS,
    *mistaken.STUDENTS,
    *lesson_class.STUDENTS,
    *unfinished.STUDENTS,
    *hostile.STUDENTS,
)

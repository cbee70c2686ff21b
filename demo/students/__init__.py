"""The demo class as data: who hands in what, and what a fair grader gives for it."""

from demo.students import honest, hostile, mistaken, unfinished
from demo.students.work import Student

CLASS: tuple[Student, ...] = (*honest.STUDENTS, *mistaken.STUDENTS, *unfinished.STUDENTS, *hostile.STUDENTS)

"""Assignment 15: everything of the course, on a part of the data that belongs to one student."""

from lmmsolutions.lessons.exam.drawing import EXAMPLE, draw, students_of
from lmmsolutions.lessons.exam.mistakes import MISTAKES, mistakes_on, mistakes_with
from lmmsolutions.lessons.exam.own_answers import answers_on, answers_on_slopes, design_effect_on, p_slopes_on
from lmmsolutions.lessons.exam.solution import (
    Exam,
    common_slope,
    likelihoods,
    overview,
    own_slopes,
    solve,
    squares,
)

__all__ = [
    "EXAMPLE",
    "MISTAKES",
    "Exam",
    "answers_on",
    "answers_on_slopes",
    "common_slope",
    "design_effect_on",
    "draw",
    "likelihoods",
    "mistakes_on",
    "mistakes_with",
    "overview",
    "own_slopes",
    "p_slopes_on",
    "solve",
    "squares",
    "students_of",
]

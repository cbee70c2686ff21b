"""Assignment 15: everything of the course, on a part of the data that belongs to one student."""

from lmmsolutions.lessons.exam.drawing import EXAMPLE, N_SCHOOLS, draw
from lmmsolutions.lessons.exam.mistakes import MISTAKES, mistakes_on, mistakes_with
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
    "N_SCHOOLS",
    "Exam",
    "common_slope",
    "draw",
    "likelihoods",
    "mistakes_on",
    "mistakes_with",
    "overview",
    "own_slopes",
    "solve",
    "squares",
]

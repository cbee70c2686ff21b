"""Assignment 11: subjects with slopes of their own."""

from lmmsolutions.lessons.random_slopes.mistakes import MISTAKES, mistakes_on
from lmmsolutions.lessons.random_slopes.own_answers import answers_on, is_marked, population_on, predictions_on
from lmmsolutions.lessons.random_slopes.solution import RandomSlopes, solve

__all__ = [
    "MISTAKES",
    "RandomSlopes",
    "answers_on",
    "is_marked",
    "mistakes_on",
    "population_on",
    "predictions_on",
    "solve",
]

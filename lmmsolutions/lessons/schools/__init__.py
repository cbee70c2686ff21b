"""Assignment 9: partial pooling of schools."""

from lmmsolutions.lessons.schools.mistakes import MISTAKES, mistakes_on
from lmmsolutions.lessons.schools.own_answers import answers_on
from lmmsolutions.lessons.schools.solution import Schools, solve

__all__ = ["MISTAKES", "Schools", "answers_on", "mistakes_on", "solve"]

"""Assignment 8: every number of a mixed model's summary, and what four athletes can tell."""

from lmmsolutions.lessons.athletes.mistakes import MISTAKES, mistakes_on
from lmmsolutions.lessons.athletes.own_answers import answers_on
from lmmsolutions.lessons.athletes.solution import Athletes, solve, variance_interval

__all__ = ["MISTAKES", "Athletes", "answers_on", "mistakes_on", "solve", "variance_interval"]

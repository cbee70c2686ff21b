"""Assignment 8: every number of a mixed model's summary, and what four athletes can tell."""

from lmmsolutions.lessons.athletes.mistakes import MISTAKES, mistakes_on
from lmmsolutions.lessons.athletes.solution import Athletes, solve

__all__ = ["MISTAKES", "Athletes", "mistakes_on", "solve"]

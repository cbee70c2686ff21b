"""Assignment 11: subjects with slopes of their own."""

from lmmsolutions.lessons.random_slopes.mistakes import MISTAKES, mistakes_on
from lmmsolutions.lessons.random_slopes.solution import RandomSlopes, solve

__all__ = ["MISTAKES", "RandomSlopes", "mistakes_on", "solve"]

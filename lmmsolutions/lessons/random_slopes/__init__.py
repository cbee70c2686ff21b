"""Question 11: subjects with slopes of their own."""

from lmmsolutions.lessons.random_slopes.mistakes import MISTAKES
from lmmsolutions.lessons.random_slopes.solution import RandomSlopes, solve

__all__ = ["MISTAKES", "RandomSlopes", "solve"]

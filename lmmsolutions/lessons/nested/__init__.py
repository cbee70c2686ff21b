"""Assignment 13: classes within schools."""

from lmmsolutions.lessons.nested.mistakes import MISTAKES, mistakes_on, mistakes_with
from lmmsolutions.lessons.nested.solution import Nested, solve

__all__ = ["MISTAKES", "Nested", "mistakes_on", "mistakes_with", "solve"]

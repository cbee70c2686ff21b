"""Question 13: classes within schools."""

from lmmsolutions.lessons.nested.mistakes import MISTAKES
from lmmsolutions.lessons.nested.solution import Nested, solve

__all__ = ["MISTAKES", "Nested", "solve"]

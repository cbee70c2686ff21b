"""Assignment 13: classes within schools."""

from lmmsolutions.lessons.nested.mistakes import MISTAKES, mistakes_on, mistakes_with
from lmmsolutions.lessons.nested.own_answers import answers_on, caterpillar_on
from lmmsolutions.lessons.nested.solution import Nested, solve

__all__ = ["MISTAKES", "Nested", "answers_on", "caterpillar_on", "mistakes_on", "mistakes_with", "solve"]

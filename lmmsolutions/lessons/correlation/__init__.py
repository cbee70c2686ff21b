"""Assignment 2: clean data, and how Days and Reaction move together."""

from lmmsolutions.lessons.correlation.mistakes import MISTAKES, MISTAKES_IN_CLEANING
from lmmsolutions.lessons.correlation.solution import Correlation, solve

__all__ = ["MISTAKES", "MISTAKES_IN_CLEANING", "Correlation", "solve"]

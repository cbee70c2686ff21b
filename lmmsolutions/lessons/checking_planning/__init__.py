"""Assignment 14: what the plots of residuals and effects say, and how many subjects a study needs."""

from lmmsolutions.lessons.checking_planning.mistakes import MISTAKES
from lmmsolutions.lessons.checking_planning.solution import CheckingPlanning, solve

__all__ = ["MISTAKES", "CheckingPlanning", "solve"]

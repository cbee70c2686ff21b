"""Assignment 10: covariates, and what no random effect repairs."""

from lmmsolutions.lessons.clinics.mistakes import MISTAKES
from lmmsolutions.lessons.clinics.solution import Clinics, solve

__all__ = ["MISTAKES", "Clinics", "solve"]

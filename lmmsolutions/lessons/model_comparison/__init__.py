"""Assignment 12: which model to report, and whether it converged."""

from lmmsolutions.lessons.model_comparison.mistakes import MISTAKES, STOPPED_EARLY, mistakes_with
from lmmsolutions.lessons.model_comparison.solution import ModelComparison, mixture, solve

__all__ = ["MISTAKES", "STOPPED_EARLY", "ModelComparison", "mistakes_with", "mixture", "solve"]

"""Assignment 12: which model to report, and whether it converged."""

from lmmsolutions.lessons.model_comparison.mistakes import MISTAKES, STOPPED_EARLY, mistakes_with
from lmmsolutions.lessons.model_comparison.own_answers import ends_of_optimizers, statistic_on
from lmmsolutions.lessons.model_comparison.solution import DATA, ModelComparison, mixture, solve

FILES = tuple(f"{name}.csv" for name in DATA)

__all__ = [
    "DATA",
    "FILES",
    "MISTAKES",
    "STOPPED_EARLY",
    "ModelComparison",
    "ends_of_optimizers",
    "mistakes_with",
    "mixture",
    "solve",
    "statistic_on",
]

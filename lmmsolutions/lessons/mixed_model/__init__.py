"""Assignment 5: the mixed model, Reaction ~ Days with a random intercept per Subject, fitted by REML."""

from lmmsolutions.lessons.mixed_model.mistakes import MISTAKES, mistakes_on
from lmmsolutions.lessons.mixed_model.own_answers import answers_on
from lmmsolutions.lessons.mixed_model.solution import MixedModel, line_of, solve

__all__ = ["MISTAKES", "MixedModel", "answers_on", "line_of", "mistakes_on", "solve"]

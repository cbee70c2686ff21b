"""Assignment 7: when rows are not independent."""

from lmmsolutions.lessons.clusters.mistakes import MISTAKES
from lmmsolutions.lessons.clusters.simulation import faults_of_form, faults_of_moments, form, moments, seeds, simulated
from lmmsolutions.lessons.clusters.solution import Clusters, solve

__all__ = [
    "MISTAKES",
    "Clusters",
    "faults_of_form",
    "faults_of_moments",
    "form",
    "moments",
    "seeds",
    "simulated",
    "solve",
]

"""Assignment 7: when rows are not independent."""

from lmmsolutions.lessons.clusters.mistakes import MISTAKES
from lmmsolutions.lessons.clusters.simulation import Fault, faults_of_form, faults_of_moments
from lmmsolutions.lessons.clusters.solution import Clusters, solve

__all__ = ["MISTAKES", "Clusters", "Fault", "faults_of_form", "faults_of_moments", "solve"]

"""Full answers to the lessons from 07 on: as the notebooks teach it, and in other idioms."""

from collections.abc import Mapping

from demo.students.lessons.intercepts import ATHLETES, CLINICS, CLUSTERS, SCHOOLS
from demo.students.lessons.other_idioms import OTHER_IDIOMS
from demo.students.lessons.slopes import CHECKING, COMPARISON, EXAM, ID, NESTED, RANDOM_SLOPES

__all__ = ["ID", "OTHER_IDIOMS", "PERFECT"]

PERFECT: Mapping[str, Mapping[str, str]] = {
    "07-clusters": CLUSTERS,
    "08-athletes": ATHLETES,
    "09-schools": SCHOOLS,
    "10-clinics": CLINICS,
    "11-random-slopes": RANDOM_SLOPES,
    "12-model-comparison": COMPARISON,
    "13-nested": NESTED,
    "14-checking-planning": CHECKING,
    "15-exam": EXAM,
}

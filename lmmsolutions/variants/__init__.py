"""Other data for the assignments, on which an answer that was typed in rather than computed is wrong.

A submission that is run on such data shows whether its answers follow the data.  That is a fair test only where the
data are as good as the published ones, so candidates are *drawn* (:mod:`~lmmsolutions.variants.drawing`) and
*screened* (:mod:`~lmmsolutions.variants.criteria`).  ``python -m lmmsolutions.variants`` writes the first that passes.
"""

from lmmsolutions.variants.criteria import CRITERIA, Criterion, Finding
from lmmsolutions.variants.drawing import WITH_FAULTS, Variant, draw
from lmmsolutions.variants.screening import Found, NoVariant, Rejected, screen, search

__all__ = [
    "CRITERIA",
    "WITH_FAULTS",
    "Criterion",
    "Finding",
    "Found",
    "NoVariant",
    "Rejected",
    "Variant",
    "draw",
    "screen",
    "search",
]

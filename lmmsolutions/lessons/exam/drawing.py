"""Each student's own part of the data, drawn from their id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd

FILE = "student_performance.csv"

N_SCHOOLS = 20  # of 30: thirty million draws, so that no two students of a class share one
EDITION = "2026"  # another one gives everybody other schools
EXAMPLE = "example"  # the id of the published solution
MIDDLE, STEP = 10, 5  # hours from which `hours` counts, and of which one of its steps is made


def draw(everybody: pd.DataFrame, student_id: str) -> pd.DataFrame:
    """The students of twenty schools, with a column ``hours``: steps of five hours of study above ten.

    The schools come in the order of a checksum of id and number, so that the draw is the same with any version of any
    library. Slopes per step have a variance of the size of the others, which is where optimizers begin.

    Args:
        everybody: the whole table.
        student_id: case and blanks around it make no difference.
    """
    name = student_id.strip().lower()
    order = sorted(
        everybody["school_id"].unique(),
        key=lambda school: hashlib.sha256(f"{EDITION} {name} {school}".encode()).hexdigest(),
    )
    own = everybody[everybody["school_id"].isin(order[:N_SCHOOLS])].reset_index(drop=True)
    return own.assign(hours=(own["study_hours"] - MIDDLE) / STEP)


def students_of(read: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """The student's own data.

    The whole table is read too: it is the second that misconceptions get, for the one of taking all of it.

    Args:
        read: reads a data file, or with ``draw=`` the part of it that belongs to the student.
    """
    own = read(FILE, draw=draw)
    read(FILE)
    return own

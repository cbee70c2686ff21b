"""What a cell of the sandbox drew."""

from __future__ import annotations

import numpy as np

from autograder.sandbox import Session
from autograder.values.views import Figure

SETUP = """
import io
import numpy as np, pandas as pd
import matplotlib, matplotlib.pyplot as plt
data = pd.read_csv('sleepstudy.csv')
x, y = np.array([0., 1., 2.]), np.array([1., 3., 2.])
"""


def drawn(session: Session, cell: str) -> tuple[Figure, ...]:
    run = session.run(cell, "c1")
    assert run.error is None, run.error
    return run.figures


def near(got: object, want: list[float]) -> bool:
    return bool(np.shape(got) == (len(want),)) and bool(np.allclose(np.asarray(got), want, equal_nan=True))

"""The p-values that a student has simulated in assignment 7."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.results import type_of_numbers

_DIFFERENT = 50  # p-values, at least, of many: rounded to two decimals there are 101


def simulated(values: Any) -> type_of_numbers:
    """The finite numbers among a student's p-values; none where nobody simulated them: that is no work to build on.

    Args:
        values: whatever the student's variable holds.
    """
    listed = values if isinstance(values, list | tuple | np.ndarray | pd.Series) else []
    numbers = pd.to_numeric(pd.Series(np.ravel(np.asarray(listed, dtype=object))), errors="coerce")
    numbers = numbers[np.isfinite(numbers)]
    enough = len(numbers) > 1 and numbers.nunique() > min(_DIFFERENT, 0.9 * len(numbers))
    return pd.Series(numbers if enough and numbers.between(0, 1).all() else [], dtype=float)

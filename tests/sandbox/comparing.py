"""Ask a session for a value, and compare what arrives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from autograder.sandbox import Session

SETUP = """
import collections, dataclasses, datetime, decimal, enum, fractions, functools, sys
import numpy as np, pandas as pd
import statsmodels.api as sm, statsmodels.formula.api as smf
from scipy import optimize, stats
data = pd.read_csv('sleepstudy.csv')
"""


def value_of(session: Session, expression: str) -> Any:
    run = session.run(f"value = {expression}", "c1")
    assert run.error is None, run.error
    return session.value("value")


def same(got: Any, want: Any) -> bool:
    assert type(got) is type(want), (type(got), type(want))
    if isinstance(want, np.ndarray):
        np.testing.assert_array_equal(got, want)
        return bool(got.dtype == want.dtype)
    if isinstance(want, pd.Series):
        pd.testing.assert_series_equal(got, want, check_freq=False)
    elif isinstance(want, pd.DataFrame):
        pd.testing.assert_frame_equal(got, want, check_freq=False)
    elif isinstance(want, pd.Index):
        pd.testing.assert_index_equal(got, want, check_freq=False)
    elif isinstance(want, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(got, want)
    elif want is pd.NA or want is pd.NaT:
        return got is want
    elif isinstance(want, (float, complex)):
        return repr(got) == repr(want)
    else:
        return bool(got == want)
    return True

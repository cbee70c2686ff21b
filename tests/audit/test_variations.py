"""The circumstances that an audit tries are really there while an answer runs."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.audit.cases import PLAIN, VARIATIONS
from autograder.audit.one_case import change_environment
from autograder.sandbox import Sandbox
from autograder.sandbox.building import bubblewrap

BY_NAME = {variation.name: variation for variation in (PLAIN, *VARIATIONS)}
FIT = """
import numpy as np, pandas as pd
from statsmodels.formula.api import mixedlm
rng = np.random.default_rng(1)
table = pd.DataFrame({"g": np.repeat(range(12), 5), "x": np.tile(range(5), 12)})
table["y"] = 3 + table["x"] + np.repeat(rng.normal(0, 2, 12), 5) + rng.normal(0, 1, 60)
variance = float(mixedlm("y ~ x", table, groups="g").fit().cov_re.iloc[0, 0])
"""
THREADS = """
import ctypes
with open("/proc/self/maps") as maps:
    libraries = {line.split()[-1] for line in maps if "openblas" in line}
names = ("scipy_openblas_get_num_threads64_", "scipy_openblas_get_num_threads", "openblas_get_num_threads")
threads = [getattr(lib, name)() for lib in map(ctypes.CDLL, libraries) for name in names if hasattr(lib, name)]
"""


def value(sandbox: Sandbox, circumstance: str, code: str, name: str) -> Any:
    with sandbox.session({}) as session:
        for source in (BY_NAME[circumstance].before, code):
            assert session.run(source, "cell").error is None
        return session.value(name)


def test_seeds_change_what_is_drawn(sandbox: Sandbox) -> None:
    code = "import random, numpy; drawn = [random.random(), numpy.random.rand()]"
    drawn = [tuple(value(sandbox, name, code, "drawn")) for name in (PLAIN.name, "random seed 1", "random seed 2")]
    assert len(set(drawn)) == 3
    assert tuple(value(sandbox, "random seed 1", code, "drawn")) == drawn[1]


def test_optimizers_become_the_default(sandbox: Sandbox) -> None:
    names = [PLAIN.name, *(name for name in BY_NAME if name.startswith("optimizer"))]
    found = {name: value(sandbox, name, FIT, "variance") for name in names}
    assert len(set(found.values())) >= 4, found
    assert max(found.values()) - min(found.values()) < 0.02 * found[PLAIN.name]


def test_threads_are_more(sandbox: Sandbox) -> None:
    assert set(value(sandbox, PLAIN.name, THREADS, "threads")) == {1}
    assert set(value(sandbox, "2 threads", THREADS, "threads")) == {2}


def test_environment_variables_are_changed_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["bwrap", "--setenv", "HOME", "/home", "--setenv", "PYTHONHASHSEED", "0", "python"]
    monkeypatch.setattr(bubblewrap, "command", lambda *_: list(words))
    change_environment(BY_NAME["hash seed 2"].environment)
    assert bubblewrap.command(*[None] * 5) == [*words[:6], "2", "python"]  # type: ignore[arg-type]

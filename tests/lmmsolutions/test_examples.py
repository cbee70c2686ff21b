"""The examples of docstrings show what happens."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import lmmsolutions


def test_the_examples_show_what_happens() -> None:
    attempted = 0
    for found in pkgutil.walk_packages(lmmsolutions.__path__, "lmmsolutions."):
        if not found.name.endswith("__main__"):
            result = doctest.testmod(importlib.import_module(found.name))
            assert result.failed == 0, found.name
            attempted += result.attempted
    assert attempted > 10

"""Dask, for all tests of this folder."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def _dask() -> None:
    """Loaded for tests that are selected, before anybody looks at the process: it leaves importers of its own."""
    import distributed

    assert distributed

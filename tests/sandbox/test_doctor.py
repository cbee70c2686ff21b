"""What ``autograder doctor`` tries, on a machine that makes it hard."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.sandbox import doctor


@pytest.mark.slow
def test_a_probe_may_take_longer_than_a_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """One looks through all folders of the machine, of which there may be hundreds of thousands on a slow disk."""
    monkeypatch.setattr(doctor, "PROBES", {"slow": "import time\ntime.sleep(12)\nleak = ''"})
    monkeypatch.setattr(doctor, "LIMITS", {})
    assert doctor.Finding("slow", True, "yes") in list(doctor.examine(Path.cwd(), ("autograder",)))

"""The cell to play with: sliders where somebody looks, one picture without ipywidgets, nothing while work is judged."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Annotation

from autograder.sandbox import Sandbox
from tests.course.table import WITH_SLIDERS, cell_of, notebook_of

SOURCE = cell_of(notebook_of(WITH_SLIDERS), "sliders").source
KERNEL = {"get_ipython": lambda: SimpleNamespace(kernel=SimpleNamespace(comm_manager=object()))}


@pytest.fixture(autouse=True)
def _in_memory(monkeypatch: pytest.MonkeyPatch) -> Any:
    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "show", lambda: None)
    yield
    plt.close("all")


def lengths() -> list[float]:
    """Of the arrows in the last picture."""
    texts = [text for text in plt.gca().texts if isinstance(text, Annotation)]
    return [abs(text.xy[0] - text.xyann[0]) for text in texts]


def test_without_a_kernel_nothing_is_drawn_or_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    exec(SOURCE, {})
    assert plt.get_fignums() == []


def test_without_the_library_there_is_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    exec(SOURCE, dict(KERNEL))
    assert len(lengths()) == 10


def test_fewer_measurements_make_longer_arrows(monkeypatch: pytest.MonkeyPatch) -> None:
    library = ModuleType("ipywidgets")
    moved: dict[str, Any] = {}

    def interact(function: Any, **sliders: Any) -> None:
        moved.update(function=function, **sliders)

    vars(library).update(interact=interact, IntSlider=dict, FloatSlider=dict)
    monkeypatch.setitem(sys.modules, "ipywidgets", library)
    exec(SOURCE, dict(KERNEL))
    assert {name: (moved[name]["min"], moved[name]["max"]) for name in ("measurements", "sigma", "sigma_u")} == {
        "measurements": (1, 40),
        "sigma": (1, 15),
        "sigma_u": (0.5, 12),
    }
    found = []
    for measurements in (1, 40):
        moved["function"](measurements=measurements, sigma=8.0, sigma_u=6.0)
        found.append(lengths())
    assert all(few > many for few, many in zip(*found, strict=True))


def test_in_the_sandbox_it_takes_no_time_and_shows_nothing(sandbox: Sandbox) -> None:
    with sandbox.session({}) as session:
        run = session.run(SOURCE, "sliders")
        loaded = session.run("import sys; seen = 'ipywidgets' in sys.modules", "seen")
        assert (run.error, run.outputs, loaded.error) == (None, (), None)
        assert session.value("seen") is False

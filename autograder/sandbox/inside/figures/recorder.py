"""Remember every matplotlib figure of a cell, whichever way it was made and whatever became of it."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from typing import Any

from ..later import WhenLoaded
from .describe import Budget, describe
from .fast_png import print_quickly

_INLINE = "module://matplotlib_inline.backend_inline"
_WINDOWS = frozenset(
    [f"{window}{kind}" for window in ("gtk3", "gtk4", "qt", "qt4", "qt5", "tk", "wx") for kind in ("agg", "cairo", "")]
    + ["gtk", "ipympl", "macosx", "nbagg", "notebook", "osx", "webagg", "widget"]
)
MAX_FIGURES = 40  # recorded per cell
MAX_NUMBERS = 500_000  # coordinates recorded per cell
MAX_ARTISTS = 10_000  # lines, bars and so on recorded per cell


class Recorder:
    """Records the figures that a cell makes, shows or changes.

    A figure is described when its cell has run, and before ``clf`` or ``cla`` empties it.
    """

    def __init__(self) -> None:
        self._numbers, self._artists = MAX_NUMBERS, MAX_ARTISTS
        self._new: list[Any] = []  # made or shown by the cell that runs, oldest first
        self._cleared: list[tuple[Any, dict[str, Any]]] = []  # a figure, and how it looked before it was emptied
        self._clearing = 0  # emptying a figure empties its panels one by one
        self._budget = Budget(self._numbers, self._artists)
        self._kept: dict[int, tuple[Any, str]] = {}  # open after their cell: the figure and how it looked

    @classmethod
    def install(cls, shell: Any) -> Recorder:
        """Hook into matplotlib, at once where it is loaded, and else when somebody loads it."""
        recorder = cls()
        if "matplotlib" in sys.modules:
            recorder._hook(shell)
        else:
            sys.meta_path.insert(0, WhenLoaded("matplotlib", lambda: recorder._hook(shell)))
        return recorder

    def _hook(self, shell: Any) -> None:
        """Hook the making, showing, saving and clearing of figures, and draw inline as a notebook does."""
        import matplotlib.pyplot as plt
        from matplotlib.axes import Axes
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure, FigureBase
        from matplotlib_inline.backend_inline import configure_inline_support

        plt.switch_backend(_INLINE)
        _draw_inline_always(plt)
        _know_former_styles(plt.style.library)
        configure: Any = configure_inline_support  # it has no types
        configure(shell, _INLINE)
        _around(Figure, "__init__", after=self._made)
        _around(Figure, "draw", before=self._made)
        _around(FigureBase, "clear", before=self._clears_figure, after=self._cleared_figure)
        _around(Axes, "clear", before=self._clears_axes)
        print_quickly(FigureCanvasAgg)

    def fit(self, max_bytes: int) -> None:
        """Record no more than fits into a message of ``max_bytes``."""
        self._numbers = min(MAX_NUMBERS, max_bytes // 24)
        self._artists = min(MAX_ARTISTS, max_bytes // 1000)

    def begin_cell(self) -> None:
        """Start a cell."""
        self._new.clear()
        self._cleared.clear()
        self._budget = Budget(self._numbers, self._artists)

    def end_cell(self) -> list[dict[str, Any]]:
        """Descriptions of the cell's figures that show at least one panel, oldest first."""
        pictures = [picture for _, picture in self._cleared]
        emptied = [figure for figure, _ in self._cleared]
        for figure in self._changed() + self._new:
            picture = self._describe(figure)
            still_empty = not any(_drawn(axes) for axes in figure.axes) and any(figure is one for one in emptied)
            if picture is not None and not still_empty:
                pictures.append(picture)
        self._keep_open()
        self._new.clear()
        self._cleared.clear()
        return pictures[:MAX_FIGURES]

    def _made(self, figure: Any) -> None:
        if len(self._new) < MAX_FIGURES and not any(figure is known for known in self._new):
            self._new.append(figure)

    def _clears_figure(self, figure: Any) -> None:
        self._clearing += 1
        if self._clearing == 1:
            self._remember(figure.figure)

    def _cleared_figure(self, _figure: Any) -> None:
        self._clearing -= 1

    def _clears_axes(self, axes: Any) -> None:
        if self._clearing == 0 and _drawn(axes):
            self._remember(axes.figure)

    def _remember(self, figure: Any) -> None:
        root = figure.get_figure(root=True)
        if len(self._cleared) < MAX_FIGURES and any(_drawn(axes) for axes in root.axes):
            picture = self._describe(root)
            if picture is not None:
                self._cleared.append((root, picture))

    def _describe(self, figure: Any) -> dict[str, Any] | None:
        try:
            return describe(figure, self._budget)
        except Exception:
            return None  # an artist that cannot be read must not cost the cell

    def _changed(self) -> list[Any]:
        """Figures of earlier cells that stayed open (the backend is not inline) and look different now."""
        still_open = self._open_figures()
        changed = []
        for figure, before in self._kept.values():
            known = any(figure is one for one in self._new)
            if not known and any(figure is one for one in still_open) and self._look(figure) != before:
                changed.append(figure)
        return changed

    def _look(self, figure: Any) -> str:
        """A text that differs when the figure shows something else."""
        try:
            return json.dumps(describe(figure, Budget(self._numbers, self._artists)))
        except Exception:
            return ""

    def _keep_open(self) -> None:
        self._kept = {id(figure): (figure, self._look(figure)) for figure in self._open_figures()}

    @staticmethod
    def _open_figures() -> list[Any]:
        if "matplotlib._pylab_helpers" not in sys.modules:
            return []
        from matplotlib._pylab_helpers import Gcf

        return [manager.canvas.figure for manager in Gcf.get_all_fig_managers()][:MAX_FIGURES]


def _drawn(axes: Any) -> bool:
    """Whether a panel holds anything; false for one that is still being made."""
    return any(getattr(axes, "__dict__", {}).get(name) for name in ("_children", "containers"))


def _nothing(_self: Any) -> None:
    pass


def _around(kind: type, name: str, before: Any = _nothing, after: Any = _nothing) -> None:
    """Have a method of matplotlib tell the recorder when it is called; recording must never be what fails."""
    original = getattr(kind, name)

    @functools.wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # a student's traceback shows matplotlib's frames, not this one
        with contextlib.suppress(Exception):
            before(self)
        try:
            return original(self, *args, **kwargs)
        finally:
            with contextlib.suppress(Exception):
                after(self)

    setattr(kind, name, method)


def _draw_inline_always(plt: Any) -> None:
    """Take a backend with windows for the inline one: there is no screen, and nothing of an answer depends on it."""
    import matplotlib

    def inline(backend: Any) -> Any:
        name = str(backend).lower().removeprefix("module://")
        return _INLINE if name in _WINDOWS or name.startswith("ipympl.") else backend

    use, switch = matplotlib.use, plt.switch_backend
    matplotlib.use = functools.wraps(use)(lambda backend, **named: use(inline(backend), **named))
    plt.switch_backend = functools.wraps(switch)(lambda newbackend: switch(inline(newbackend)))


def _know_former_styles(library: Any) -> None:
    """Keep the names that seaborn's styles had before matplotlib 3.6; "seaborn-whitegrid" is in many a tutorial."""
    for name in list(library):
        if name.startswith("seaborn-v0_8"):
            library.setdefault(name.replace("-v0_8", "", 1), library[name])

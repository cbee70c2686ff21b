"""Make pictures of figures in less time: the same pictures, without work that only unusual figures need."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

# Artists that find their place when they are asked for it. Others may find it only when they are drawn.
PLAIN = frozenset(f"matplotlib.{name}" for name in ("axis", "collections", "image", "legend", "lines", "patches"))
PLAIN |= {"matplotlib.spines", "matplotlib.text"}
INLINE = {"format", "dpi", "facecolor", "edgecolor"}  # what a notebook's display of a figure asks for


def print_quickly(canvas: Any) -> None:
    """Save two fifths of the time of a figure's picture; its file becomes a quarter larger, and shows the same.

    To cut a picture out tightly, matplotlib draws the figure twice, for the places of things and for the picture;
    meanwhile it finds the ticks of an axis and the layout of a text ten times. Where everything in a figure tells its
    place without being drawn, it is drawn once, and ticks and layouts are found once.

    Args:
        canvas: matplotlib's class ``FigureCanvasAgg``.
    """
    print_figure, print_png = canvas.print_figure, canvas.print_png

    @functools.wraps(print_figure)
    def drawn_once(self: Any, *args: Any, bbox_inches: Any = None, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # a student's traceback shows matplotlib's frames, not this one
        if bbox_inches != "tight" or not kwargs.keys() <= INLINE or not is_plain(self.figure, kwargs):
            return print_figure(self, *args, bbox_inches=bbox_inches, **kwargs)
        with _found_once():
            return print_figure(self, *args, bbox_inches=_cut_out(self.figure), **kwargs)

    @functools.wraps(print_png)
    def lightly_compressed(self: Any, *args: Any, pil_kwargs: Any = None, **kwargs: Any) -> Any:
        __tracebackhide__ = True  # as above
        return print_png(self, *args, pil_kwargs={"compress_level": 1, **(pil_kwargs or {})}, **kwargs)

    canvas.print_figure, canvas.print_png = drawn_once, lightly_compressed


def is_plain(figure: Any, asked: dict[str, Any]) -> bool:
    """Whether a picture, with these arguments of ``print_figure``, may be drawn in one go."""
    from matplotlib.axes import Axes

    panels = figure.axes
    return (
        asked.get("format") == "png"
        and asked.get("dpi") == figure.dpi
        and figure.get_layout_engine() is None
        and not figure.canvas.callbacks.callbacks.get("draw_event")
        and all(type(panel) is Axes and panel.get_axes_locator() is None for panel in panels)
        and all(
            type(artist).__module__ in PLAIN
            for holder in (figure, *panels)
            for artist in holder.get_children()
            if artist not in panels
        )
    )


def _cut_out(figure: Any) -> Any:
    """The part of a figure that anything is drawn on, in inches."""
    from matplotlib import rcParams
    from matplotlib.backends import backend_agg

    kind: Any = backend_agg.RendererAgg  # it has no types
    measuring = kind(1, 1, figure.dpi)  # only its resolution matters
    return figure.get_tightbbox(measuring).padded(rcParams["savefig.pad_inches"])


@contextlib.contextmanager
def _found_once() -> Iterator[None]:
    """Have an axis keep its ticks, and a text its layout, as long as nothing changes that they depend on.

    Only while one plain figure is printed: nothing but matplotlib's own placing of labels can change them then.
    """
    from matplotlib import axis, text

    kinds: tuple[Any, Any] = (axis.Axis, text.Text)  # the methods have no public names
    find_ticks, lay_out = kinds[0]._update_ticks, kinds[1]._get_layout
    kept: dict[Any, Any] = {}

    def ticks(self: Any) -> Any:
        key = (self, *self.get_view_interval())
        if key not in kept:
            kept[key] = find_ticks(self)
        return kept[key]

    def layout(self: Any, renderer: Any) -> Any:
        if self.get_wrap():  # depends on where it is
            return lay_out(self, renderer)
        words = (self.get_text(), hash(self.get_fontproperties()), renderer.dpi)
        key = (self, *words, self.get_ha(), self.get_va(), self.get_rotation(), self.get_rotation_mode())
        if key not in kept:
            kept[key] = lay_out(self, renderer)
        return kept[key]

    kinds[0]._update_ticks, kinds[1]._get_layout = ticks, layout
    try:
        yield
    finally:
        kinds[0]._update_ticks, kinds[1]._get_layout = find_ticks, lay_out

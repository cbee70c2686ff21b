"""A picture in feedback is the one that the same cell shows in the student's own Jupyter, pixel by pixel."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from autograder.sandbox import Sandbox, Session
from autograder.sandbox.inside.figures.fast_png import INLINE, is_plain
from tests.sandbox.conftest import DATA
from tests.sandbox.test_figures import SETUP

# name: (the cell, whether its figure is drawn in one go)
PICTURES: dict[str, tuple[str, bool]] = {
    "scatter with line": (
        "plt.figure(figsize=(8, 5)); plt.scatter(data.Days, data.Reaction, alpha=0.5, label='a')\n"
        "plt.plot([0, 9], [250, 340], 'r--', label='b'); plt.xlabel('Days'); plt.ylabel('Reaction (ms)')\n"
        "plt.title('Sleep'); plt.legend(); plt.grid(True)",
        True,
    ),
    "histogram": ("plt.hist(data.Reaction, bins=20, edgecolor='black'); plt.xlabel('Reaction')", True),
    "pandas": ("data.plot.scatter('Days', 'Reaction', title='t')", True),
    "panels": (
        "f, axes = plt.subplots(2, 3, sharex=True, sharey=True)\n"
        "for ax, (s, g) in zip(axes.flat, data.groupby('Subject')): ax.plot(g.Days, g.Reaction); ax.set_title(s)\n"
        "f.suptitle('all'); f.supxlabel('Days')",
        True,
    ),
    "legend outside": (
        "plt.plot(x, y, label='far away'); plt.legend(bbox_to_anchor=(1.05, 1), loc='upper left')",
        True,
    ),
    "legend of the figure": ("f, ax = plt.subplots(); ax.plot(x, y, label='a'); f.legend(loc='upper right')", True),
    "long labels": (
        "plt.plot(x, y); plt.ylabel('very long\\n' * 4); plt.xticks(x, ['a' * 30, 'b', 'c'], rotation=90)",
        True,
    ),
    "formula": (r"plt.plot(x, y, label=r'$\hat{\beta}_1 = 10.5$'); plt.title(r'$\sigma^2$'); plt.legend()", True),
    "arrow": ("plt.plot(x, y); plt.annotate('there', (1, 3), (2.5, 4), arrowprops={'arrowstyle': '->'})", True),
    "text beside": ("plt.plot(x, y); plt.text(1.3, 0.5, 'beside', transform=plt.gca().transAxes)", True),
    "wrapped text": ("plt.plot(x, y); plt.figtext(0.6, 0.5, 'many words ' * 20, wrap=True)", True),
    "turned labels": (
        "plt.plot(x, y); plt.tick_params(labelrotation=30); plt.xticks(rotation_mode='anchor', ha='right')",
        True,
    ),
    "boxed text": (r"plt.plot(x, y); plt.text(0.5, 2, 'two\nlines', bbox={'boxstyle': 'round'}, linespacing=2)", True),
    "large numbers": ("plt.plot(1e9 + x, 1e-9 * y)", True),
    "image": ("plt.imshow(np.arange(12).reshape(3, 4))", True),
    "equal aspect": ("plt.plot(x, 3 * y); plt.axis('equal')", True),
    "logarithmic": ("plt.plot(x + 1, 10 ** y); plt.yscale('log')", True),
    "dates": ("plt.plot(pd.date_range('2026-01-01', periods=3), y); plt.gcf().autofmt_xdate()", True),
    "two scales": ("plt.plot(x, y); plt.gca().twinx().plot(y, x, 'r')", True),
    "without axes": ("plt.plot(x, y); plt.axis('off')", True),
    "box plot": ("data.boxplot('Reaction', by='Subject')", True),
    "error bars": ("plt.errorbar(x, y, yerr=0.3, capsize=4, fmt='o')", True),
    "band": ("plt.fill_between(x, y - 1, y + 1, alpha=0.2); plt.axhline(2); plt.vlines(x, 0, y)", True),
    "tight layout": ("f, ax = plt.subplots(1, 2); ax[0].plot(x, y); ax[0].set_ylabel('y'); plt.tight_layout()", False),
    "seaborn": ("import seaborn as sns; sns.regplot(data, x='Days', y='Reaction', ci=None)", True),
    "constrained layout": ("f, ax = plt.subplots(1, 2, layout='constrained'); ax[1].set_ylabel('y')", False),
    "colour bar": ("plt.scatter(x, y, c=y); plt.colorbar(label='y')", False),
    "polar": ("plt.subplot(projection='polar').plot(x, y)", False),
    "three dimensions": ("plt.figure().add_subplot(projection='3d').plot(x, y, x)", False),
    "arrows": ("plt.quiver(x, y, y, x)", False),
    "table": ("plt.plot(x, y); plt.table([['a', 'b']], loc='bottom')", False),
    "inset": ("plt.gca().inset_axes([1.1, 0, 0.5, 0.5]).plot(x, y)", False),
    "sub figures": ("a, b = plt.figure().subfigures(1, 2); a.subplots().plot(x, y); b.subplots().plot(x, y)", False),
    "changed by drawing": (
        "plt.plot(x, y)\n"
        "plt.gcf().canvas.mpl_connect('draw_event', lambda e: plt.gca().set_ylabel('drawn', fontsize=40))",
        False,
    ),
}


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.session(DATA) as session:
        assert session.run(SETUP, "setup").error is None
        yield session


@pytest.fixture
def untouched() -> Iterator[dict[str, object]]:
    """The names of a cell in this process, whose matplotlib is as it was installed."""
    plt.switch_backend("agg")
    yield {"plt": plt, "np": np, "pd": pd, "data": pd.read_csv(io.BytesIO(DATA["sleepstudy.csv"]))} | {
        "x": np.array([0.0, 1.0, 2.0]),
        "y": np.array([1.0, 3.0, 2.0]),
    }
    plt.close("all")


@pytest.mark.parametrize("name", PICTURES)
def test_same_pixels(opened: Session, untouched: dict[str, object], name: str) -> None:
    cell, in_one_go = PICTURES[name]
    run = opened.run(f"{cell};", "c1")
    assert run.error is None
    shown = [output["data"]["image/png"] for output in run.outputs if "image/png" in output.get("data", {})]
    exec(cell, untouched)
    figure, want = plt.gcf(), io.BytesIO()
    asked = {"format": "png", "dpi": figure.dpi, "facecolor": figure.get_facecolor()}
    assert asked.keys() <= INLINE
    assert is_plain(figure, asked) is in_one_go
    figure.canvas.print_figure(want, bbox_inches="tight", **asked)
    want.seek(0)
    got = plt.imread(io.BytesIO(base64.b64decode(shown[0])))
    assert np.array_equal(got, plt.imread(want))


# Asked for by %config or savefig: what is drawn otherwise must not take the short way.
ASKED = {
    "svg": {"format": "svg", "dpi": 100},
    "retina": {"format": "png", "dpi": 200},
    "no resolution": {"format": "png"},
}


@pytest.mark.parametrize("name", ASKED)
def test_other_formats_are_left_to_matplotlib(untouched: dict[str, object], name: str) -> None:
    exec("plt.plot(x, y)", untouched)
    assert not is_plain(plt.gcf(), ASKED[name])

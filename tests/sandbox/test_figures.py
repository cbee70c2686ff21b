"""A figure is recorded in data coordinates, whichever way it was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from autograder.sandbox import Sandbox, Session
from autograder.values.views import Axes
from tests.sandbox.conftest import DATA
from tests.sandbox.drawing import SETUP, drawn, near


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.session(DATA) as session:
        assert session.run(SETUP, "setup").error is None
        yield session


def only(session: Session, cell: str) -> Axes:
    figures = drawn(session, cell)
    assert len(figures) == 1
    assert len(figures[0].axes) == 1
    return figures[0].axes[0]


# name: cell → what its only panel must hold
PANELS: dict[str, tuple[str, Callable[[Axes], bool]]] = {
    "pyplot": (
        "plt.figure(); plt.plot(x, y)",
        lambda a: near(a.lines[0].x, [0, 1, 2]) and near(a.lines[0].y, [1, 3, 2]),
    ),
    "shown": ("plt.plot(x, y); plt.show()", lambda a: len(a.lines) == 1),
    "shown twice": ("plt.plot(x, y); plt.show(); plt.show()", lambda a: len(a.lines) == 1),
    "axes": ("fig, ax = plt.subplots(); ax.scatter(x, y)", lambda a: near(a.points[0].y, [1, 3, 2])),
    "no pyplot": (
        "from matplotlib.figure import Figure\nf = Figure(); f.subplots().plot(x, y)",
        lambda a: len(a.lines) == 1,
    ),
    "other backend": (
        "matplotlib.use('Agg'); plt.plot(x, y); plt.show(); plt.close('all')",
        lambda a: len(a.lines) == 1,
    ),
    "inline again": ("%matplotlib inline\nplt.plot(x, y)", lambda a: len(a.lines) == 1),
    "saved and closed": ("plt.plot(x, y); plt.savefig(io.BytesIO()); plt.close()", lambda a: len(a.lines) == 1),
    "only closed": ("plt.plot(x, y); plt.close('all')", lambda a: len(a.lines) == 1),
    "emptied": ("plt.plot(x, y); plt.savefig('a.png'); plt.clf()", lambda a: len(a.lines) == 1),
    "panel emptied": ("plt.plot(x, y); plt.cla(); plt.close()", lambda a: len(a.lines) == 1),
    "interactive off": ("plt.ioff(); plt.plot(x, y); plt.show(); plt.ion()", lambda a: len(a.lines) == 1),
    "handed back": ("f = plt.figure(); plt.plot(x, y); plt.close(); f", lambda a: len(a.lines) == 1),
    "in a function": ("def draw():\n    plt.plot(x, y)\n    plt.show()\ndraw()", lambda a: len(a.lines) == 1),
    "error afterwards is caught": (
        "plt.plot(x, y)\ntry: 1 / 0\nexcept ZeroDivisionError: pass",
        lambda a: len(a.lines) == 1,
    ),
    "labels": (
        "plt.plot(x, y); plt.xlabel('Days'); plt.ylabel('ms'); plt.title('T')",
        lambda a: (a.xlabel, a.ylabel, a.title) == ("Days", "ms", "T"),
    ),
    "set": (
        "plt.gca().set(xlabel='a', ylabel='b', title='c')",
        lambda a: (a.xlabel, a.ylabel, a.title) == ("a", "b", "c"),
    ),
    "titles left and right": ("plt.title('l', loc='left'); plt.title('r', loc='right')", lambda a: a.title == "l r"),
    "no labels": ("plt.plot(x, y)", lambda a: (a.xlabel, a.ylabel, a.title, a.legend) == ("", "", "", None)),
    "line style": ("plt.plot(x, y, '--')", lambda a: a.lines[0].joined and not a.lines[0].marked),
    "markers only": ("plt.plot(x, y, 'o')", lambda a: a.lines[0].marked and not a.lines[0].joined),
    "both": ("plt.plot(x, y, 'o-')", lambda a: a.lines[0].marked and a.lines[0].joined),
    "no line at all": ("plt.plot(x, y, linestyle='none')", lambda a: not a.lines[0].marked and not a.lines[0].joined),
    "one point": ("plt.plot([1], [2])", lambda a: not a.lines[0].joined),
    "label": ("plt.plot(x, y, label='OLS')", lambda a: a.lines[0].label == "OLS"),
    "label of matplotlib": ("plt.plot(x, y)", lambda a: a.lines[0].label == ""),
    "legend": ("plt.plot(x, y, label='a'); plt.legend()", lambda a: a.legend == ("a",)),
    "legend with title": ("plt.plot(x, y, label='a'); plt.legend(title='T')", lambda a: a.legend == ("a", "T")),
    "legend of the figure": (
        "f, ax = plt.subplots(); ax.plot(x, y, label='a'); f.legend()",
        lambda a: a.legend == ("a",),
    ),
    "empty legend": ("plt.plot(x, y); plt.legend([])", lambda a: a.legend in ((), None)),
    "text": ("plt.text(0, 1, 'y = 2x'); plt.annotate('here', (0, 0))", lambda a: a.texts == ("y = 2x", "here")),
    "hidden line": ("plt.plot(x, y, visible=False)", lambda a: a.lines == ()),
    "lists and text": ("plt.plot(['a', 'b'], [1, 2])", lambda a: near(a.lines[0].x, [0, 1])),
    "dates": ("plt.plot(pd.to_datetime(['1970-01-02', '1970-01-03']), [1, 2])", lambda a: near(a.lines[0].x, [1, 2])),
    "missing values": ("plt.plot([0, 1], [np.nan, 1])", lambda a: near(a.lines[0].y, [np.nan, 1])),
    "masked values": ("plt.scatter(np.ma.array([1., 2.], mask=[0, 1]), [1, 2])", lambda a: a.points[0].x[0] == 1),
    "logarithmic": ("plt.loglog([1, 10], [1, 100])", lambda a: near(a.lines[0].y, [1, 100])),
    "histogram": (
        "plt.hist([1, 1, 2], bins=[0.5, 1.5, 2.5])",
        lambda a: near(a.bars[0].left, [0.5, 1.5]) and near(a.bars[0].height, [2, 1]) and near(a.bars[0].width, [1, 1]),
    ),
    "two histograms": (
        "plt.hist([[1, 2], [2, 3]], label=['a', 'b'])",
        lambda a: [b.label for b in a.bars] == ["a", "b"],
    ),
    "histogram lying": (
        "plt.hist([1, 1, 2], bins=[0, 1.5, 2.5], orientation='horizontal')",
        lambda a: near(a.bars[0].width, [2, 1]) and near(a.bars[0].bottom, [0, 1.5]),
    ),
    "histogram as steps": (
        "plt.hist([1, 1, 2], bins=[0.5, 1.5, 2.5], histtype='step')",
        lambda a: a.bars == () and max(a.outlines[0].y) == 2 and not a.outlines[0].band,
    ),
    "stairs": ("plt.stairs([2, 1], [0, 1, 2])", lambda a: max(a.outlines[0].y) == 2),
    "pandas hist of a column": ("data.Reaction.hist()", lambda a: sum(a.bars[0].height) == 60),
    "pandas plot.hist": (
        "data.Reaction.plot.hist(); plt.xlabel('ms')",
        lambda a: sum(a.bars[0].height) == 60 and a.xlabel == "ms",
    ),
    "pandas hist of a table": (
        "data.hist('Reaction')",
        lambda a: sum(a.bars[0].height) == 60 and a.title == "Reaction",
    ),
    "pandas scatter": (
        "data.plot.scatter('Days', 'Reaction')",
        lambda a: len(a.points[0].x) == 60 and (a.xlabel, a.ylabel) == ("Days", "Reaction"),
    ),
    "pandas line": (
        "data.groupby('Days').Reaction.mean().plot()",
        lambda a: len(a.lines[0].x) == 10 and a.xlabel == "Days",
    ),
    "pandas bar": ("pd.Series([1, 2], index=['a', 'b']).plot.bar()", lambda a: near(a.bars[0].height, [1, 2])),
    "bar": (
        "plt.bar(['a', 'b'], [1, -2], label='n')",
        lambda a: near(a.bars[0].height, [1, -2]) and a.bars[0].label == "n",
    ),
    "seaborn scatter": (
        "import seaborn as sns; sns.scatterplot(data, x='Days', y='Reaction')",
        lambda a: len(a.points[0].x) == 60 and a.ylabel == "Reaction",
    ),
    "seaborn hue": (
        "sns.scatterplot(data, x='Days', y='Reaction', hue='Subject')",
        lambda a: sum(len(p.x) for p in a.points) == 60 and a.legend[-1] == "Subject",
    ),
    "seaborn histogram": ("sns.histplot(data.Reaction, bins=5)", lambda a: sum(a.bars[0].height) == 60),
    "seaborn regression": (
        "sns.regplot(data, x='Days', y='Reaction', ci=95, n_boot=5)",
        lambda a: len(a.points[0].x) == 60 and len(a.lines) == 1 and a.outlines[0].band,
    ),
    "band": ("plt.fill_between(x, y, y + 1, label='ci')", lambda a: a.outlines[0].band and a.outlines[0].label == "ci"),
    "fill": ("plt.fill(x, y)", lambda a: not a.outlines[0].band),
    "error bars": (
        "plt.errorbar(x, y, yerr=1, capsize=3, fmt='o', label='data')",
        lambda a: (
            len(a.lines) == 1 and a.lines[0].label == "data" and near(a.segments[0].y, [0, 2]) and len(a.segments) == 3
        ),
    ),
    "vlines": ("plt.vlines([1, 2], 0, 5)", lambda a: len(a.segments) == 2 and near(a.segments[1].x, [2, 2])),
    "hlines": ("plt.hlines(3, 0, 5)", lambda a: near(a.segments[0].x, [0, 5]) and near(a.segments[0].y, [3, 3])),
    "axhline": ("plt.xlim(0, 9); plt.axhline(5)", lambda a: near(a.lines[0].x, [0, 9]) and near(a.lines[0].y, [5, 5])),
    "axvline": (
        "plt.ylim(200, 300); plt.axvline(2)",
        lambda a: near(a.lines[0].x, [2, 2]) and near(a.lines[0].y, [200, 300]),
    ),
    "axline": (
        "plt.xlim(0, 10); plt.ylim(0, 30); plt.axline((0, 1), slope=2)",
        lambda a: near(np.diff(a.lines[0].y) / np.diff(a.lines[0].x), [2]),
    ),
    "axvspan": (
        "plt.xlim(0, 9); plt.axvspan(1, 2)",
        lambda a: near([min(a.outlines[0].x), max(a.outlines[0].x)], [1, 2]),
    ),
    "line in figure coordinates": (
        "plt.xlim(0, 2); plt.ylim(0, 2); plt.plot([0, 1], [0, 1], transform=plt.gca().transAxes)",
        lambda a: near(a.lines[0].x, [0, 2]) and near(a.lines[0].y, [0, 2]),
    ),
    "steps": ("plt.step(x, y)", lambda a: near(a.lines[0].y, [1, 3, 2])),
    "box plot": ("plt.boxplot([y])", lambda a: len(a.lines) >= 5),
    "picture": ("plt.imshow([[1, 2]])", lambda a: a.lines == ()),
    "pie": ("plt.pie([1, 2])", lambda a: len(a.outlines) == 2),
    "polar": ("plt.polar([0, 1], [1, 2])", lambda a: near(a.lines[0].y, [1, 2])),
    "three dimensions": ("plt.figure().add_subplot(projection='3d').plot(x, y, y)", lambda a: len(a.lines) == 1),
    "statsmodels": (
        "import statsmodels.api as sm; sm.qqplot(y); plt.close('all')",
        lambda a: len(a.lines[0].x) == 3 and a.xlabel == "Theoretical Quantiles",
    ),
}


@pytest.mark.parametrize("name", PANELS)
def test_panels(opened: Session, name: str) -> None:
    cell, holds = PANELS[name]
    assert holds(only(opened, cell))


# name: cell → panels of each figure
SEVERAL: dict[str, tuple[str, list[int]]] = {
    "two figures": ("plt.figure(); plt.plot(x, y); plt.figure(); plt.plot(y, x)", [1, 1]),
    "two shown": ("plt.plot(x, y); plt.show(); plt.plot(y, x); plt.show()", [1, 1]),
    "panels": ("f, axes = plt.subplots(2, 3)\nfor ax in axes.flat: ax.plot(x, y)", [6]),
    "two scales": ("plt.plot(x, y); plt.gca().twinx().plot(y, x)", [2]),
    "inset": ("ax = plt.gca(); ax.inset_axes([0, 0, 0.5, 0.5]).plot(x, y)", [2]),
    "sub figures": ("a, b = plt.figure().subfigures(1, 2); a.subplots().plot(x, y); b.subplots().plot(x, y)", [2]),
    "facets": (
        "import seaborn as sns; sns.FacetGrid(data, col='Subject', col_wrap=3).map(plt.scatter, 'Days', 'Reaction')",
        [6],
    ),
    "seaborn lmplot": ("sns.lmplot(data, x='Days', y='Reaction', col='Subject', ci=None)", [6]),
    "emptied and drawn anew": ("plt.plot(x, y); plt.clf(); plt.plot(y, x)", [1, 1]),
    "no panel": ("plt.figure()", []),
    "none": ("1", []),
    "many": ("for i in range(60):\n    plt.figure(); plt.plot(x, y); plt.close()", [1] * 40),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_several(opened: Session, name: str) -> None:
    cell, panels = SEVERAL[name]
    assert [len(figure.axes) for figure in drawn(opened, cell)] == panels


def test_title_and_labels_of_the_figure(opened: Session) -> None:
    figure = drawn(opened, "f, ax = plt.subplots(); f.suptitle('S'); f.supxlabel('X'); f.supylabel('Y')")[0]
    assert (figure.title, figure.xlabel, figure.ylabel) == ("S", "X", "Y")


def test_error_keeps_the_figure(opened: Session) -> None:
    run = opened.run("plt.plot(x, y); plt.show(); 1 / 0", "c1")
    assert run.error == "ZeroDivisionError: division by zero"
    assert len(run.figures) == 1
    run = opened.run("plt.plot(x, y); 1 / 0", "c1")
    assert len(run.figures) == 1


def test_shown_again_in_a_later_cell(opened: Session) -> None:
    assert len(drawn(opened, "fig, ax = plt.subplots(); ax.plot(x, y)")) == 1
    assert drawn(opened, "1") == ()
    later = drawn(opened, "ax.set_title('later'); fig")
    assert [figure.axes[0].title for figure in later] == ["later"]

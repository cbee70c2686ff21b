"""What of a figure depends on the session: how it loads matplotlib, its backend, and its limits."""

from __future__ import annotations

import pytest

from autograder.sandbox import Limits, Sandbox, Session
from tests.sandbox.conftest import DATA
from tests.sandbox.drawing import SETUP, drawn, near


def test_open_figure_of_another_backend_is_recorded_where_it_changes(sandbox: Sandbox) -> None:
    with sandbox.session(DATA) as session:
        drawn(session, SETUP + "matplotlib.use('Agg')")
        assert len(drawn(session, "plt.plot(x, y)")) == 1
        assert drawn(session, "1") == ()
        assert len(drawn(session, "plt.plot(y, x)")[0].axes[0].lines) == 2


SHOWN = {  # cell: pictures in its outputs
    "plt.plot(x, y)": 1,
    "plt.plot(x, y); plt.show()": 1,
    "plt.figure(); plt.plot(x, y); plt.figure(); plt.plot(y, x)": 2,
    "plt.plot(x, y); plt.savefig('a.png'); plt.close()": 0,
    "f = plt.figure(); plt.plot(x, y); plt.close(); f": 1,
    "%config InlineBackend.figure_format = 'retina'\nplt.plot(x, y)": 1,
}


@pytest.mark.parametrize("cell", SHOWN)
def test_pictures(sandbox: Sandbox, cell: str) -> None:
    with sandbox.session(DATA) as session:
        run = session.run(SETUP + "\n" + cell, "c1") if not cell.startswith("%") else session.run(SETUP, "c0")
        if cell.startswith("%"):
            run = session.run(cell, "c1")
        pictures = [output for output in run.outputs if "image/png" in output.get("data", {})]
        assert len(pictures) == SHOWN[cell]


def test_long_data_are_cut_not_refused(sandbox: Sandbox) -> None:
    with sandbox.session({}) as session:
        figure = drawn(
            session, "import matplotlib.pyplot as plt, numpy as np\nplt.plot(np.arange(150_000)); plt.close()"
        )[0]
        assert len(figure.axes[0].lines[0].x) == 100_000
        figure = drawn(session, "for i in range(900): plt.plot([0, 1], [i, i])\nplt.close()")[0]
        assert len(figure.axes[0].lines) == 400
        cell = "f, axes = plt.subplots(1, 40)\nfor a in axes: a.vlines(range(400), 0, 1)\nplt.close()"
        figure = drawn(session, cell)[0]
        assert sum(len(panel.segments) for panel in figure.axes) == 10_000


def test_figures_beyond_a_message_are_left_out(sandbox: Sandbox) -> None:
    with sandbox.session({}, Limits(message_mb=1)) as session:
        cell = "import matplotlib.pyplot as plt\nf, axes = plt.subplots(1, 60)\n"
        cell += "for a in axes:\n    for i in range(60): a.text(0, 0, 'β' * 500)\nplt.close()"
        run = session.run(cell, "c1")
        assert (run.error, run.figures) == (None, ())


# how a session loads matplotlib that begins without it → figures of the cell that does
LATE = {
    "import matplotlib\nmatplotlib.use('Agg')\nfrom matplotlib import pyplot as plt\nplt.plot([0, 1], [2, 3])": 1,
    "%matplotlib inline": 0,
    "import importlib.util\nimportlib.util.find_spec('matplotlib')": 0,  # as libraries ask whether they could draw
}


@pytest.mark.parametrize("cell", LATE)
def test_matplotlib_that_is_loaded_by_the_session(light: Sandbox, cell: str) -> None:
    with light.session({}) as session:
        assert session.run("import sys\nprint('matplotlib' in sys.modules)", "c0").printed == "False\n"
        figures = drawn(session, cell)
        assert [near(figure.axes[0].lines[0].y, [2, 3]) for figure in figures] == [True] * LATE[cell]
        run = session.run("import matplotlib.pyplot as plt\nplt.figure(); plt.plot([0, 1], [4, 5])", "c2")
        assert near(run.figures[-1].axes[0].lines[0].y, [4, 5])
        assert plt_is_inline(session) is ("Agg" not in cell)


def test_a_file_of_that_name_beside_the_notebook_is_no_matplotlib(light: Sandbox) -> None:
    with light.session({"matplotlib.py": b"mine = 3"}) as session:
        assert session.run("import matplotlib\nprint(matplotlib.mine)", "c1").printed == "3\n"
        assert session.run("1", "c2").error is None


def plt_is_inline(session: Session) -> bool:
    return "inline" in session.run("print(plt.get_backend())", "c3").printed

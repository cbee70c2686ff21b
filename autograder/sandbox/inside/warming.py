"""What process 1 does once, because each session would do it again: a fork begins with all that is loaded here."""

from __future__ import annotations

import contextlib
import copy
import gc
import importlib
import os
import sys
import time
from typing import Any

from .figures.recorder import Recorder
from .shell import Shell
from .tracebacks import make_fast

REHEARSAL = """
import io as _io
import matplotlib.pyplot as _plt, pandas as _pd
_plt.figure(); _plt.hist([1.0, 2.0, 2.5], label="a"); _plt.plot([1, 2], [1, 2], "o-", label="$x^2$")
_plt.xlabel("x"); _plt.title("t"); _plt.legend(); _plt.savefig(_io.BytesIO(), bbox_inches="tight"); _plt.close()
_plt.scatter([1], [2]); _plt.savefig(_io.BytesIO()); _plt.close("all")
_pd.DataFrame({"a": [1.5], "b": ["x"]})._repr_html_(); repr(_pd.Series([1.5]))
_pd.read_csv(_io.StringIO("a,b\\n1,2"))
undefined_name
"""


def warm_up(config: dict[str, Any]) -> tuple[Shell, Recorder, list[str]]:
    """Import, make the shell, and do once what would be slow in every session.

    Returns:
        The shell, the recorder of figures, and the modules of ``preload`` that cannot be imported.
    """
    gc.disable()  # what is loaded stays, and looking for garbage in it takes a tenth of the time
    failed = []
    with contextlib.suppress(ImportError):
        importlib.import_module("numpy")  # whose random numbers each session starts from the same place
    for name in config["preload"]:
        try:
            importlib.import_module(name)
        except ImportError:
            failed.append(name)
    make_fast()
    shell: Any = Shell.create()  # IPython's methods have no types
    recorder = Recorder.install(shell)
    if "matplotlib.pyplot" in config["preload"]:
        shell.run_cell(REHEARSAL, silent=True, store_history=False)
        recorder.end_cell()
    gc.freeze()  # IPython looks for garbage in all that it finds, while it forgets the rehearsal
    shell.reset(new_session=True)
    wait_for_one_thread()
    keep_everything()
    return shell, recorder, failed


def wait_for_one_thread() -> None:
    """Make sure that a fork copies the whole process.

    Raises:
        SystemExit: a preloaded package keeps a thread.
    """
    deadline = time.monotonic() + 30
    while len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208  a path object would not be any clearer
        if time.monotonic() > deadline:
            raise SystemExit("a preloaded package keeps a thread running")
        time.sleep(0.01)


def keep_everything() -> None:
    """Have nobody look for garbage in what is loaded: it takes as long as loading pandas, to find 5 MB of 230."""
    gc.freeze()
    gc.enable()


def read_ahead(shell: Any) -> None:
    """Read and parse the files that the traceback of a column that is not there shows, of all mistakes the most usual.

    It takes as long as most submissions, so that it is done where a second one is to be expected; see
    :meth:`~autograder.sandbox.sandbox.Sandbox.session`.
    """
    pandas: Any = sys.modules.get("pandas")
    if pandas is None:
        return
    gc.disable()
    try:
        pandas.DataFrame({"a": [1.5]})["b"]
    except KeyError as missing:
        shows = copy.copy(shell.InteractiveTB)  # which keeps what it has shown
        shows.structured_traceback(KeyError, missing, missing.__traceback__)
    keep_everything()

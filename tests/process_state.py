"""What tests of one process share with each other, whether they want to or not."""

from __future__ import annotations

import asyncio
import gc
import locale
import logging
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from traitlets.config import Application

from autograder import Checks

# A deadline of the grader's leaves its handler of SIGPROF: one that comes late would end the process otherwise.
_SIGNALS = sorted(signal.valid_signals() - {signal.SIGPROF, *range(signal.SIGRTMIN, signal.SIGRTMAX + 1)})
_OTHERS = ("PYTEST_", "NO_MKDOCS_2_WARNING")  # variables that pytest and mkdocs-material set themselves


def put_back(path: list[str], callbacks: list[Callable[..., object]]) -> None:
    """Take away what libraries leave when they are used first, and nobody is to blame for."""
    sys.path[:] = path  # nbgrader's commands put the course's folder before the others, setuptools its own behind
    gc.callbacks[:] = callbacks  # Hypothesis's; the exception of a deadline that falls into it would be lost
    plt.close("all")


def now() -> dict[str, Any]:
    """Return what a test can change for those after it, by name."""
    return {
        "event loop": asyncio._get_running_loop(),
        "working folder": Path.cwd(),
        "umask": _umask(),
        "environment": {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)},
        "signals": {number: signal.getsignal(number) for number in _SIGNALS},
        "blocked signals": signal.pthread_sigmask(signal.SIG_BLOCK, ()),
        "alarms": [signal.getitimer(which)[1] for which in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL)],
        "limits": [resource.getrlimit(which) for which in range(resource.RLIMIT_RTPRIO)],
        "importers": sys.meta_path.copy(),
        "hooks": (sys.excepthook, sys.displayhook, sys.unraisablehook, threading.excepthook, sys.gettrace()),
        "recursion": sys.getrecursionlimit(),
        "collection of garbage": gc.isenabled(),
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (logging.root.level, logging.root.manager.disable),
        "numpy errors": np.geterr(),
        "numpy printing": np.get_printoptions(),
        "pandas": {name: pd.get_option(name) for name in ("display.width", "display.max_rows")},
        "matplotlib": dict(mpl.rcParams),
        "kinds of checks": sorted(name for name in vars(Checks) if not name.startswith("_")),
        "application": Application.initialized(),
    }


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what is no longer as it was."""
    found = []
    for name, was in before.items():
        if isinstance(was, dict):
            both = was.keys() | after[name].keys()
            found += [
                f"{name}: {key} was {was.get(key)!r} and is {after[name].get(key)!r}"
                for key in sorted(both, key=str)
                if was.get(key) != after[name].get(key)
            ]
        elif was != after[name]:
            found.append(f"{name}: was {was!r} and is {after[name]!r}")
    return found


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

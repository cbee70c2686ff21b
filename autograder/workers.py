"""The processes that grade: forked by one that has loaded what they need, once for all of them, and has no threads."""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import forkserver
from multiprocessing.context import BaseContext


def context() -> BaseContext:
    """For executors."""
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # there is a worker on each processor
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["autograder.preloaded"])
    return found


def prepare() -> None:
    """Begin to load, in another process, what workers need."""
    context()
    forkserver.ensure_running()

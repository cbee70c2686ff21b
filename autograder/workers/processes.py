"""The processes that grade: forked by one that has loaded what they need, once for all of them, and has no threads."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import threading
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from autograder.errors import OperatorError

_PRELOAD = f"{__package__}.preload"  # all that hidden tests may import
_LEAST_MB = 1500  # addresses of a process that has loaded the libraries


def has_memory() -> bool:
    """Whether the shell lets a process have the addresses that loading the libraries takes."""
    allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
    return allowed == resource.RLIM_INFINITY or allowed >= _LEAST_MB << 20


def check_memory() -> None:
    """Make sure of that.

    Raises:
        OperatorError: it does not; the message says what to type.
    """
    if not has_memory():
        allowed = resource.getrlimit(resource.RLIMIT_AS)[0] >> 20
        raise OperatorError(
            f"The shell lets a process have {allowed} MB of addresses (ulimit -v); the libraries need {_LEAST_MB} MB.",
            allowed,
            _LEAST_MB,
            "Start the command in a shell without that limit: ulimit -v unlimited",
        )


def skip_slow_imports() -> None:
    """For a process in which only this package's commands run: leave out what is slow to load and not needed there.

    With ``rfc3987_syntax``, jsonschema compiles a grammar for a second when a notebook format is loaded, for a kind of
    address that no notebook's schema speaks of; without it, jsonschema does not check that kind.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # Python's way to say: not to be imported


def one_thread() -> None:
    """Have numerical libraries that are loaded from now on use one thread: small problems are slower with several."""
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS"):
        os.environ[f"{library}_NUM_THREADS"] = "1"


def context(preload: str = _PRELOAD) -> BaseContext:
    """For executors; see :func:`prepare`."""
    one_thread()  # a worker on each processor; the sandbox has the same
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([preload])
    return found


def prepare(preload: str = _PRELOAD) -> None:
    """Begin to load, in another process, what workers need; it is deaf to Ctrl-C, which this one answers for all.

    Args:
        preload: the module that loads it; once it has begun, this changes nothing any more.
    """
    context(preload)
    if threading.current_thread() is not threading.main_thread():
        forkserver.ensure_running()
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)

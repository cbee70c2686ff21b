"""What a notebook may use, and what a student reads who used more."""

from __future__ import annotations

import resource
import signal
from dataclasses import dataclass, fields

from autograder.errors import SandboxUnavailable, SessionEnded

_LOADED = 4096 << 20  # addresses of Python with its libraries, and for the stacks of threads
_OPEN_FILES = 256


@dataclass(frozen=True)
class Limits:
    """Bounds of one session; passing one ends it, with a message that names it and its value.

    Memory is what all processes of the session have in main memory together, shared pages
    counted once.  Three more bounds are fixed: 10,000 files, 256 open files per process,
    and the bounds on the figures of one cell (``inside/figures/recorder.py``).  What the grader itself may take to
    read what a session sends is bounded as well (``READ_SECONDS`` in ``sandbox/session.py``).

    Raises:
        ValueError: a limit is not a positive number.
    """

    cell_seconds: float = 30  # wall time of one cell
    notebook_seconds: float = 120  # wall time of all cells, without the referee's
    cpu_seconds: float = 120  # processor time of all processes together
    memory_mb: int = 2048
    processes: int = 64  # at one time
    processors: float = 1  # on average, by all processes together; who takes more has to rest
    file_mb: int = 32  # largest file
    folder_mb: int = 64  # working folder; likewise /tmp and /dev/shm
    cell_output_kb: int = 2048  # text and pictures that one cell shows
    notebook_output_kb: int = 16384
    message_mb: int = 16  # one value, or one output
    notebook_values_mb: int = 64  # all values that are asked for, as the grader keeps them
    notebook_figures_mb: int = 64  # all figures, likewise
    value_seconds: float = 10  # reading a value, or calling a function of the student

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            kinds = (int,) if field.type == "int" else (int, float)
            if type(value) not in kinds or not 0 < value < 1_000_000_000:
                kind = "whole number" if kinds == (int,) else "number"
                raise ValueError(f"limit {field.name} must be a positive {kind}, not {value!r}")


def explain(reason: str, limits: Limits, cell_id: str, detail: str = "") -> SessionEnded:
    """The end of a session, told to the student.

    Args:
        reason: see :class:`SessionEnded`.
        limits: the session's.
        cell_id: the cell that was running.
        detail: of "exit" and "killed": how the process ended; of "reading": which bound it was.
    """
    what = {
        "time": f"it ran longer than the limit of {limits.cell_seconds:g} seconds for one cell",
        "notebook time": f"all cells together ran longer than the limit of {limits.notebook_seconds:g} seconds",
        "value time": f"reading a value or calling a function took longer than {limits.value_seconds:g} seconds",
        "memory": f"it used more memory than the limit of {limits.memory_mb} MB",
        "cpu": f"it used more processor time than the limit of {limits.cpu_seconds:g} seconds",
        "processes": f"it started more processes than the limit of {limits.processes}",
        "file": f"it wrote a file larger than the limit of {limits.file_mb} MB",
        "folder": f"it filled a folder up to the limit of {limits.folder_mb} MB",
        "files": "it made more files than the limit of 10,000",
        "output": f"it showed more than the limit of {limits.cell_output_kb} KB for one cell",
        "notebook output": f"the notebook showed more than the limit of {limits.notebook_output_kb} KB",
        "figures": f"all figures together hold more than the limit of {limits.notebook_figures_mb} MB",
        "reading": f"{detail}",
        "protocol": "it interfered with the connection to the grader",
        "exit": f"its process ended ({detail})",
        "killed": f"its process was killed ({detail})",
        "closed": "the session was closed",
    }[reason]
    message = f"Cell {cell_id!r} was stopped: {what}. Cells after it did not run."
    return SessionEnded(reason.removeprefix("notebook ").removeprefix("value "), message, cell_id)


def how_it_ended(status: int) -> tuple[str, str]:
    """Reason and detail of the end of a process.

    Args:
        status: its exit code, or a signal's number below zero.
    """
    match -status:
        case signal.SIGXCPU:
            return "cpu", ""
        case signal.SIGXFSZ:
            return "file", ""
        case number if number > 0:
            return "killed", signal.strsignal(number) or f"signal {number}"
        case _:
            return "exit", f"exit code {status}"


def check_shell(limits: Limits) -> None:
    """Make sure that this process may give sessions their limits: none can be larger than its own.

    Raises:
        SandboxUnavailable: the shell limits the process; the message says what to type.
    """
    needed = (
        ("-v", "addresses", resource.RLIMIT_AS, (limits.memory_mb << 20) + _LOADED, 1024),
        ("-f", "size of a file", resource.RLIMIT_FSIZE, limits.file_mb << 20, 1024),
        ("-n", "open files", resource.RLIMIT_NOFILE, _OPEN_FILES, 1),
        ("-t", "processor time", resource.RLIMIT_CPU, int(limits.cpu_seconds) + 1, 1),
    )
    for option, what, which, least, unit in needed:
        allowed = resource.getrlimit(which)[1]
        if allowed != resource.RLIM_INFINITY and allowed < least:
            raise SandboxUnavailable(
                f"The shell limits the {what} of a process to {allowed // unit} (ulimit {option}), and a submission "
                f"may need {least // unit}.",
                allowed // unit,
                least // unit,
                "Start the command in a shell without that limit.",
            )

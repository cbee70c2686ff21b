"""What a notebook may use, and what a student reads who used more."""

from __future__ import annotations

import signal
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Limits:
    """Bounds of one session; passing one ends it, with a message that names it and its value.

    Memory is what all processes of the session have in main memory together, shared pages
    counted once.  Three more bounds are fixed: 10,000 files, 256 open files per process,
    and the bounds on recorded figures (``inside/figures.py``, ``inside/drawing.py``).

    Raises:
        ValueError: a limit is not a positive number.
    """

    cell_seconds: float = 30  # wall time of one cell
    notebook_seconds: float = 120  # wall time of all cells, without the referee's
    cpu_seconds: float = 120  # processor time of all processes together
    memory_mb: int = 2048
    processes: int = 64  # at one time
    file_mb: int = 32  # largest file
    folder_mb: int = 64  # working folder; likewise /tmp and /dev/shm
    cell_output_kb: int = 2048  # text and pictures that one cell shows
    notebook_output_kb: int = 16384
    message_mb: int = 16  # one value, or one output
    value_seconds: float = 10  # reading a value, or calling a function of the student

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            kinds = (int,) if field.type == "int" else (int, float)
            if type(value) not in kinds or not 0 < value < 1_000_000_000:
                kind = "whole number" if kinds == (int,) else "number"
                raise ValueError(f"limit {field.name} must be a positive {kind}, not {value!r}")


class SandboxUnavailable(Exception):
    """Student code cannot be isolated here; the message says what to install or to switch on."""


class SessionEnded(Exception):
    """The process of a notebook died, hung, or passed a limit.

    Attributes:
        reason: "time", "memory", "cpu", "processes", "file", "folder", "files", "output", "protocol", "exit",
            "killed" or "closed".
        message: for the student: which limit, its value, which cell.
        cell_id: the cell that was running, or the last one that did.
        outputs: what that cell had shown until then.
    """

    def __init__(self, reason: str, message: str, cell_id: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.cell_id = cell_id
        self.outputs: tuple[dict[str, object], ...] = ()


def explain(reason: str, limits: Limits, cell_id: str, detail: str = "") -> SessionEnded:
    """The end of a session, told to the student.

    Args:
        reason: see :class:`SessionEnded`.
        limits: the session's.
        cell_id: the cell that was running.
        detail: of "exit" and "killed": how the process ended.
    """
    what = {
        "time": f"it ran longer than the limit of {limits.cell_seconds:g} seconds for one cell",
        "notebook time": f"all cells together ran longer than the limit of {limits.notebook_seconds:g} seconds",
        "value time": f"a value or a function of yours was not done after {limits.value_seconds:g} seconds",
        "memory": f"it used more memory than the limit of {limits.memory_mb} MB",
        "cpu": f"it used more processor time than the limit of {limits.cpu_seconds:g} seconds",
        "processes": f"it started more processes than the limit of {limits.processes}",
        "file": f"it wrote a file larger than the limit of {limits.file_mb} MB",
        "folder": f"it filled a folder up to the limit of {limits.folder_mb} MB",
        "files": "it made more files than the limit of 10,000",
        "output": f"it showed more than the limit of {limits.cell_output_kb} KB for one cell",
        "notebook output": f"the notebook showed more than the limit of {limits.notebook_output_kb} KB",
        "protocol": "it disturbed the connection to the grader",
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

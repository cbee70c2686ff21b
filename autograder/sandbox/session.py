"""One notebook's run, seen from the host: what is asked of its process, and what counts against its limits."""

from __future__ import annotations

import base64
import os
import socket
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from autograder.deadline import OutOfTime, bounded
from autograder.errors import CallFailed, SessionEnded
from autograder.sandbox.limits import Limits, explain
from autograder.sandbox.outputs import (
    WRITTEN_BYTES,
    WRITTEN_FILES,
    CellOutputs,
    CellRun,
    called,
    understood,
    unread,
    written_in,
)
from autograder.sandbox.requests import TICK_SECONDS, Requests, call_request, name_of_call
from autograder.values import decode
from autograder.values.figures import decode_figures

GRACE_SECONDS = 1.0  # for the process's own time limit on values to act first
READ_SECONDS = 10.0  # of processor time, to read all that a cell, a value or a function sends


class Session(Requests):
    """A process that runs the cells of one notebook; made by ``Sandbox.session``.

    Attributes:
        ended: why the process ended, once it has; ``run`` and ``value`` raise it from then on.
        missed_a_key: whether a cell ended by a ``KeyError``, as where it names a column that is not there.
    """

    def __init__(
        self,
        limits: Limits,
        sock: socket.socket,
        control: socket.socket,
        pipes: tuple[int, int],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(limits, sock, control, pipes)
        self._on_close = closed
        self._closed = False
        self.missed_a_key = False
        self._given: frozenset[str] = frozenset()  # names of the files that were put beside the notebook
        self._seconds_left = limits.notebook_seconds
        self._values_left = limits.notebook_values_mb << 20
        self._figures_left = limits.notebook_figures_mb << 20
        self._output_left = limits.notebook_output_kb << 10

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session and remove everything that it left; may be called again."""
        if self._closed:
            return
        self._closed = True
        if self.ended is None:
            self.ended = explain("closed", self._limits, self._cell_id)
        self._channel.sock.close()
        for pipe in self._pipes:
            os.close(pipe)
        self._on_close()

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Write the assignment's files into the working folder.

        Raises:
            ValueError: they do not fit.
        """
        self._given = frozenset(files)
        content = {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}
        try:
            answer = self._ask({"op": "files", "files": content}, 10.0, "time")
        except SessionEnded as ended:
            passed = {
                "file": f"one is larger than {self._limits.file_mb} MB",
                "folder": f"together they are larger than {self._limits.folder_mb} MB",
                "files": "there are too many",
            }
            if ended.reason not in passed:
                raise
            raise ValueError(f"the files of the assignment pass a limit: {passed[ended.reason]}") from None
        if answer["kind"] != "ready":
            raise ValueError(f"the files of the assignment cannot be written: {answer.get('error')}")

    def run(self, source: str, cell_id: str, *, interrupted: bool = False, traced: bool = True) -> CellRun:
        """Run one code cell as a notebook does.

        Args:
            source: IPython source: magics, ``!commands`` and top-level ``await`` included.
            cell_id: named in the messages to the student.
            interrupted: whether a cell that takes too long is interrupted first, so that later ones still run.
            traced: whether an error among the outputs has its traceback; False where nobody reads it.

        Raises:
            SessionEnded: the process ended, hung or passed a limit; the session is over.
        """
        self._cell_id = cell_id
        step = f"reading what cell {cell_id!r} sent"
        return bounded(step, READ_SECONDS, lambda: self._run(source, interrupted, traced), self._unread)

    def _unread(self, late: OutOfTime) -> CellRun:
        raise self._end("reading", late.message)

    def _run(self, source: str, interrupted: bool, traced: bool) -> CellRun:
        self._outputs = CellOutputs(self._limits, self._output_left)
        started = time.monotonic()
        seconds = min(self._limits.cell_seconds, self._seconds_left)
        reason = "time" if self._limits.cell_seconds <= self._seconds_left else "notebook time"
        request = {"op": "run", "source": source, "traced": traced}
        if interrupted:
            request["seconds"] = max(seconds, TICK_SECONDS)
        try:
            answer = self._ask(request, seconds + (GRACE_SECONDS if interrupted else 0.0), reason)
        finally:
            self._seconds_left -= self._took
            self._output_left -= self._outputs.size
        if answer["kind"] != "done":
            raise self._end("protocol")
        self._settle()
        if answer.get("figures"):
            self._figures_left -= self._channel.weight
            if self._figures_left < 0:
                raise self._end("figures")
        try:
            figures = decode_figures(answer.get("figures"))
            error = decode.optional_text(answer.get("error"))
        except decode.MalformedValue:
            raise self._end("protocol") from None
        self.missed_a_key = self.missed_a_key or (error or "").startswith("KeyError:")
        outputs = self._outputs
        return CellRun(
            outputs=outputs.as_nbformat(),
            figures=figures,
            drawn=answer.get("figures"),
            printed=outputs.printed(),
            error=error,
            seconds=time.monotonic() - started,
            line=line if type(line := answer.get("line")) is int else None,
        )

    def value(self, name: str) -> Any:
        """The student's value of ``name``, as plain data or a view.

        Returns:
            ``Missing(name)`` where it is not defined, ``Opaque`` where it cannot be sent or came malformed.

        Raises:
            SessionEnded: the process ended, hung or passed a limit.
        """
        return understood(name, self.answer(name), self.call)

    def answer(self, name: str) -> dict[str, Any]:
        """What :meth:`value` is made of: JSON data as it came, which can be kept and understood again later.

        Raises:
            SessionEnded: the process ended, hung or passed a limit.
        """
        return bounded(
            f"reading the value of {name!r}",
            READ_SECONDS,
            lambda: self._ask_for_value({"op": "value", "name": name}),
            lambda late: unread(late.message),
        )

    def call(self, function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a function that an earlier value held, with plain arguments.

        Args:
            function: its handle, as it came with the value.
            args: by position.
            kwargs: by name.

        Returns:
            What it returned, as plain data or a view.

        Raises:
            CallFailed: it raised an exception or took too long.
            TypeError: an argument is not plain data.
            SessionEnded: the process ended, hung or passed a limit.
        """
        request = call_request(function, args, kwargs)

        def refuse(late: OutOfTime) -> Any:
            raise CallFailed(late.message)

        return bounded(
            name_of_call(function), READ_SECONDS, lambda: called(self.answer_call(request), self.call), refuse
        )

    def answer_call(self, request: dict[str, Any]) -> dict[str, Any]:
        """What :meth:`call` is made of: JSON data as it came, which can be kept and understood again later.

        Args:
            request: of :func:`call_request`.

        Raises:
            SessionEnded: the process ended, hung or passed a limit.
        """
        return self._ask_for_value(request)

    def written(self, endings: Collection[str]) -> dict[str, bytes]:
        """Files that the notebook wrote into its folder, within bounds; nothing where they cannot be had.

        Args:
            endings: of the names of files that are asked for, such as ``.png``.
        """
        bounds = {"files": WRITTEN_FILES, "bytes": WRITTEN_BYTES}
        request = {"op": "written", "endings": sorted(endings), "given": sorted(self._given), **bounds}
        try:
            answer = bounded(
                "reading what the notebook wrote", READ_SECONDS, lambda: self._ask_for_value(request), _nothing_written
            )
        except SessionEnded:
            return {}
        return written_in(answer, endings, self._given)

    def _ask_for_value(self, request: dict[str, Any]) -> dict[str, Any]:
        seconds = self._limits.value_seconds
        self._outputs = CellOutputs(self._limits, self._output_left)
        try:
            answer = self._ask({**request, "seconds": seconds}, seconds + GRACE_SECONDS, "value time")
        finally:
            self._seconds_left -= self._took
            self._output_left -= self._outputs.size
        if answer["kind"] not in ("value", "missing", "raised"):
            raise self._end("protocol")
        try:
            decode.optional_text(answer.get("error"))
        except decode.MalformedValue:
            raise self._end("protocol") from None
        self._values_left -= self._channel.weight
        if self._values_left < 0:
            most = self._limits.notebook_values_mb
            return unread(f"all values of the notebook together are larger than the limit of {most} MB")
        return answer


def _nothing_written(late: OutOfTime) -> dict[str, Any]:
    del late
    return {}

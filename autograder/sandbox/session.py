"""One notebook's run, seen from the host: requests, deadlines and limits."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import select
import signal
import socket
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import PurePosixPath
from typing import Any

from autograder import deadline
from autograder.deadline import OutOfTime, OwnTime, bounded
from autograder.errors import CallFailed, SessionEnded
from autograder.sandbox.channel import Channel, Malformed, wait_readable
from autograder.sandbox.inside.encode.value import Encoder
from autograder.sandbox.limits import Limits, explain, how_it_ended
from autograder.sandbox.outputs import CellOutputs, CellRun, TooMuch, called, understood, unread
from autograder.values import decode
from autograder.values.figures import decode_figures

GRACE_SECONDS = 1.0  # for the process's own time limit on values to act first
LAST_WORDS_SECONDS = 5.0  # to read what an ended process had written, where what it started writes on
END_NOTICE_SECONDS = 1.0  # for process 1 to see that a process that closed the channel has ended
ANSWER_SECONDS = 10.0  # for process 1 to answer: it never works for long, but may have to wait for the processor
LOOK_SECONDS = 0.5  # of waiting, until this process looks at its clock
PIPE_CHUNK = 1 << 16
MOST_GRANTED = 10  # times a limit of wall time
TICK_SECONDS = 0.1  # of waiting for the processor: less is chance
READ_SECONDS = 10.0  # of processor time, to read all that a cell, a value or a function sends
MAX_ARGUMENTS = 64 << 20  # bytes, of a call; the session's own limit on messages holds as well

WRITTEN_FILES, WRITTEN_BYTES = 50, 4 << 20  # what is kept of the files that a notebook writes
_WRITTEN = re.compile(r"\w[\w .()+-]{0,99}(/\w[\w .()+-]{0,99}){0,3}")  # their names


class Session:
    """A process that runs the cells of one notebook; made by ``Sandbox.session``.

    Attributes:
        ended: why the process ended, once it has; ``run`` and ``value`` raise it from then on.
    """

    def __init__(
        self,
        limits: Limits,
        sock: socket.socket,
        control: socket.socket,
        pipes: tuple[int, int],
        closed: Callable[[], None],
    ) -> None:
        self.ended: SessionEnded | None = None
        self._limits = limits
        self._channel = Channel(sock, limits.message_mb << 20)
        self._control = control
        self._pipes = dict(zip(pipes, ("stdout", "stderr"), strict=True))
        self._on_close = closed
        self._closed = False
        self._given: frozenset[str] = frozenset()  # names of the files that were put beside the notebook
        self._cell_id = ""
        self._number = 0  # of the last request
        self._clock = OwnTime()
        self._owed_until = 0.0  # when the answer to it must have come, by this clock
        self._took = 0.0  # seconds that the last request took, without what was granted
        self._waited = False
        self._starved = 0.0  # seconds that were granted because other processes had the processor
        self._seconds_left = limits.notebook_seconds
        self._values_left = limits.notebook_values_mb << 20
        self._figures_left = limits.notebook_figures_mb << 20
        self._output_left = limits.notebook_output_kb << 10
        self._outputs = CellOutputs(limits, self._output_left)
        for pipe in pipes:
            os.set_blocking(pipe, False)

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
            if ended.reason not in ("file", "folder", "files"):
                raise
            raise ValueError(f"the files of the assignment pass a limit: {ended}") from None
        if answer["kind"] != "ready":
            raise ValueError(f"the files of the assignment cannot be written: {answer.get('error')}")

    def run(self, source: str, cell_id: str, *, interrupted: bool = False) -> CellRun:
        """Run one code cell as a notebook does.

        Args:
            source: IPython source: magics, ``!commands`` and top-level ``await`` included.
            cell_id: named in the messages to the student.
            interrupted: whether a cell that takes too long is interrupted first, so that later ones still run.

        Raises:
            SessionEnded: the process ended, hung or passed a limit; the session is over.
        """
        self._cell_id = cell_id
        step = f"reading what cell {cell_id!r} sent"
        return bounded(step, READ_SECONDS, lambda: self._run(source, interrupted), self._unread)

    def _unread(self, late: OutOfTime) -> CellRun:
        raise self._end("reading", late.message)

    def _run(self, source: str, interrupted: bool) -> CellRun:
        self._outputs = CellOutputs(self._limits, self._output_left)
        started = time.monotonic()
        seconds = min(self._limits.cell_seconds, self._seconds_left)
        reason = "time" if self._limits.cell_seconds <= self._seconds_left else "notebook time"
        request = {"op": "run", "source": source, **({"seconds": max(seconds, TICK_SECONDS)} if interrupted else {})}
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

    def _ask(self, request: dict[str, Any], seconds: float, reason: str) -> dict[str, Any]:
        """Send a request and collect what the process writes until it answers.

        Raises:
            SessionEnded: it did not answer in ``seconds``, or ended, or broke the protocol or a limit.
        """
        if self.ended is not None:
            raise self.ended
        self._number += 1
        self._channel.queue({**request, "number": self._number})
        began = self._clock.tick()
        # The answer to a request that nobody waits for any more comes first.
        self._owed_until = max(self._owed_until, began) + seconds
        granted = self._starved
        try:
            while True:
                left = self._owed_until - self._clock.tick()
                ready = self._poll(max(0.0, min(left, deadline.left(), LOOK_SECONDS)))
                self._drain()
                for answer in self._frames():
                    self._owed_until = 0.0
                    return answer
                if self._control.fileno() in ready and (ended := self._gone()) is not None:
                    raise ended
                if self._channel.closed:
                    raise self._gone() or self._end("protocol")
                if left <= 0:  # and the answer was not there
                    self._owed_until += self._granted(seconds, self._starved - granted, reason)
        except Malformed:
            raise self._end("protocol") from None
        except TooMuch as flood:
            raise self._end(flood.args[0]) from None
        finally:
            self._took = self._clock.tick() - began - (self._starved - granted)

    def _granted(self, seconds: float, before: float, reason: str) -> float:
        """More time for a process that would have run, had others not had the processor; none for one that waited.

        Args:
            seconds: its limit.
            before: what was granted for this request.
            reason: which limit it is.

        Raises:
            SessionEnded: it has had its time.
        """
        whole = self._limits.notebook_seconds
        most = MOST_GRANTED * (whole if reason == "notebook time" else seconds) - before
        used = self._used()
        if wait_readable(self._control, time.monotonic()) and (ended := self._gone()) is not None:
            raise ended
        starved = float(used.get("starved", 0.0))
        more = min(starved - self._starved, most, MOST_GRANTED * whole - self._starved)
        if more > TICK_SECONDS:
            self._starved += more
            return more
        # Waiting may be its own doing, or that of what runs beside it.
        self._waited = float(used.get("spent", 0.0)) < (self._clock.tick() - starved) / 2
        raise self._end(reason)

    def _settle(self) -> None:
        """Have process 1 look once more: a limit passed between two looks counts for this cell, not for the next one.

        Raises:
            SessionEnded: a limit was passed.
        """
        self._used()
        if wait_readable(self._control, time.monotonic()) and (ended := self._gone()) is not None:
            raise ended

    def _used(self) -> dict[str, Any]:
        """What process 1 knows of the session's use of the processor; nothing where it does not answer."""
        try:
            self._control.send(b'{"op": "used"}')
            if wait_readable(self._control, time.monotonic() + ANSWER_SECONDS):
                event = dict(json.loads(self._control.recv(PIPE_CHUNK, socket.MSG_PEEK) or b"{}"))
                if event.get("event") == "used":
                    self._control.recv(PIPE_CHUNK)
                    return event
        except (OSError, ValueError):
            pass
        return {}

    def _poll(self, seconds: float) -> set[int]:
        """Take in what comes in so many seconds, at most; which descriptors it has come from."""
        poll = select.poll()
        poll.register(self._channel.sock, self._channel.events())
        poll.register(self._control, select.POLLIN)
        for pipe in self._pipes:
            poll.register(pipe, select.POLLIN)
        self._clock.mean_to_wait(seconds)
        ready = {fd for fd, _ in poll.poll(seconds * 1000)}
        if self._channel.sock.fileno() in ready:
            self._channel.write()
            self._channel.read()
        return ready

    def _drain(self) -> None:
        """Take what was written to the file descriptors 1 and 2, by subprocesses for example.

        Both are read after the channel, whatever the poll before it said: what was written before an answer was sent
        is there when the answer has come, but may have come after the poll.
        """
        for pipe, name in self._pipes.items():
            try:
                text = os.read(pipe, PIPE_CHUNK).decode("utf-8", "replace")
            except OSError:  # nothing is there now
                continue
            self._outputs.add_text(name, text)

    def _frames(self) -> list[dict[str, Any]]:
        """The answer, if it has come; outputs that came before it are taken."""
        for frame in self._channel.frames():
            if self._outputs.take(frame):
                continue
            number = frame.get("number")
            if type(number) is not int or not 0 < number <= self._number:
                raise Malformed("an answer to nothing that was asked")
            if number == self._number:
                return [frame]
        return []

    def _gone(self) -> SessionEnded | None:
        """The process has ended, or passed a limit that process 1 watches; ``None`` where neither is so."""
        self._last_words()
        if not wait_readable(self._control, time.monotonic() + END_NOTICE_SECONDS):
            self._used()  # process 1 has looked once more when it has answered
            if not wait_readable(self._control, time.monotonic()):
                return self._end("protocol")  # it closed the channel, but lives on
        try:
            event = json.loads(self._control.recv(PIPE_CHUNK) or b"{}")
        except OSError:
            event = {}
        match event.get("event"):
            case "used":
                return None  # the answer to a question that nobody waits for any more
            case "limit":
                return self._end(str(event["limit"]))
            case "exit":
                return self._end(*how_it_ended(int(event["status"])))
            case _:
                return self._end("killed", "the sandbox ended")

    def _last_words(self) -> None:
        """Collect what an ended process had written, so that the student sees what it showed."""
        until = time.monotonic() + LAST_WORDS_SECONDS
        try:
            while not self._channel.closed:
                ready = self._poll(0.01)
                self._drain()
                self._frames()
                if self._channel.sock.fileno() not in ready or time.monotonic() > until:
                    return
        except (Malformed, TooMuch):
            return

    def _end(self, reason: str, detail: str = "") -> SessionEnded:
        if self.ended is None:
            self.ended = explain(reason, self._limits, self._cell_id, detail)
            self.ended.outputs = self._outputs.as_nbformat()
            self.ended.waited = self._waited or (reason == "killed" and detail == signal.strsignal(signal.SIGKILL))
            self.ended.step = deadline.path() if reason == "value time" else ()
        return self.ended


def _nothing_written(late: OutOfTime) -> dict[str, Any]:
    del late
    return {}


def written_in(answer: Mapping[str, Any], endings: Collection[str], given: Collection[str]) -> dict[str, bytes]:
    """The files of an answer, which may hold anything: those with names that any folder may hold, within the bounds.

    Args:
        answer: to the request for what was written.
        endings: that names may have.
        given: names that are none of its files.
    """
    value = answer.get("value")
    found = value.get("files") if isinstance(value, dict) else None
    kept: dict[str, bytes] = {}
    left = WRITTEN_BYTES
    for name, text in list(found.items())[:WRITTEN_FILES] if isinstance(found, dict) else []:
        path = PurePosixPath(name)
        if name in given or not _WRITTEN.fullmatch(name) or path.suffix.lower() not in endings or type(text) is not str:
            continue
        try:
            content = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            continue
        if len(content) <= left and not any(PurePosixPath(other) in path.parents for other in (*kept, *given)):
            kept[name] = content
            left -= len(content)
    return kept


def name_of_call(function: int) -> str:
    """A call of the student's function with this handle, as the subject of a sentence."""
    return f"your function, the {function + 1}. that was read,"


def call_request(function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What a session is asked to call a function of the student, as JSON data.

    Raises:
        TypeError: an argument is not plain data.
    """
    encoder = Encoder([], MAX_ARGUMENTS)
    positional = [_argument(encoder, value) for value in args]
    named = {name: _argument(encoder, value) for name, value in kwargs.items()}
    return {"op": "call", "function": function, "args": positional, "kwargs": named}


def _argument(encoder: Encoder, value: Any) -> Any:
    node = encoder.encode(value)
    if isinstance(node, dict) and node["t"] in ("opaque", "function", "record", "model"):
        raise TypeError(f"a {type(value).__name__} cannot be an argument of a student's function")
    return node

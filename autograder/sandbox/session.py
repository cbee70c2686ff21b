"""One notebook's run, seen from the host: requests, deadlines and limits."""

from __future__ import annotations

import base64
import json
import os
import select
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from autograder import values
from autograder.sandbox.answers import CallFailed, CellRun, decoded, understood
from autograder.sandbox.channel import Channel, Malformed, wait_readable
from autograder.sandbox.drawings import decode_figures
from autograder.sandbox.inside.encoder import Encoder
from autograder.sandbox.limits import Limits, SessionEnded, explain, how_it_ended
from autograder.sandbox.outputs import CellOutputs, TooMuch

GRACE_SECONDS = 1.0  # for the process's own time limit on values to act first
LAST_WORDS_SECONDS = 0.2  # to read what an ended process had written
END_NOTICE_SECONDS = 1.0  # for process 1 to say how a process that closed the channel has ended
PIPE_CHUNK = 1 << 16


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
        self._cell_id = ""
        self._seconds_left = limits.notebook_seconds
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
        content = {name: base64.b64encode(data).decode("ascii") for name, data in files.items()}
        try:
            answer = self._ask({"op": "files", "files": content}, 10.0, "time")
        except SessionEnded as ended:
            if ended.reason not in ("file", "folder", "files"):
                raise
            raise ValueError(f"the files of the assignment pass a limit: {ended}") from None
        if answer["kind"] != "ready":
            raise ValueError(f"the files of the assignment cannot be written: {answer.get('error')}")

    def run(self, source: str, cell_id: str) -> CellRun:
        """Run one code cell as a notebook does.

        Args:
            source: IPython source: magics, ``!commands`` and top-level ``await`` included.
            cell_id: named in the messages to the student.

        Raises:
            SessionEnded: the process ended, hung or passed a limit; the session is over.
        """
        self._cell_id = cell_id
        self._outputs = CellOutputs(self._limits, self._output_left)
        started = time.monotonic()
        seconds = min(self._limits.cell_seconds, self._seconds_left)
        reason = "time" if self._limits.cell_seconds <= self._seconds_left else "notebook time"
        try:
            answer = self._ask({"op": "run", "source": source}, seconds, reason)
        finally:
            self._seconds_left -= time.monotonic() - started
            self._output_left -= self._outputs.size
        if answer["kind"] != "done":
            raise self._end("protocol")
        try:
            figures = decode_figures(answer.get("figures"))
            error = values.optional_text(answer.get("error"))
        except values.MalformedValue:
            raise self._end("protocol") from None
        outputs = self._outputs
        drawn = answer.get("figures")
        return CellRun(outputs.as_nbformat(), figures, drawn, outputs.printed(), error, time.monotonic() - started)

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
        answer = self._ask_for_value({"op": "value", "name": name})
        self._text(answer)
        return answer

    def call(self, function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call a function that an earlier value held, with plain arguments.

        Raises:
            CallFailed: it raised an exception or took too long.
            TypeError: an argument is not plain data.
            SessionEnded: the process ended, hung or passed a limit.
        """
        encoder = Encoder([], self._limits.message_mb << 20)
        positional = [_argument(encoder, value) for value in args]
        named = {name: _argument(encoder, value) for name, value in kwargs.items()}
        answer = self._ask_for_value({"op": "call", "function": function, "args": positional, "kwargs": named})
        if answer["kind"] == "raised":
            raise CallFailed(self._text(answer))
        return decoded(answer, self.call)

    def _ask_for_value(self, request: dict[str, Any]) -> dict[str, Any]:
        seconds = self._limits.value_seconds
        self._outputs = CellOutputs(self._limits, self._output_left)
        started = time.monotonic()
        try:
            answer = self._ask({**request, "seconds": seconds}, seconds + GRACE_SECONDS, "value time")
        finally:
            self._seconds_left -= time.monotonic() - started
            self._output_left -= self._outputs.size
        if answer["kind"] not in ("value", "missing", "raised"):
            raise self._end("protocol")
        return answer

    def _text(self, answer: dict[str, Any]) -> str:
        try:
            return values.optional_text(answer.get("error")) or ""
        except values.MalformedValue:
            raise self._end("protocol") from None

    def _ask(self, request: dict[str, Any], seconds: float, reason: str) -> dict[str, Any]:
        """Send a request and collect what the process writes until it answers.

        Raises:
            SessionEnded: it did not answer in ``seconds``, or ended, or broke the protocol or a limit.
        """
        if self.ended is not None:
            raise self.ended
        self._channel.queue(request)
        deadline = time.monotonic() + seconds
        try:
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._end(reason)
                ready = self._poll(left)
                self._drain(ready)
                for answer in self._frames():
                    self._drain(ready)
                    return answer
                if self._control.fileno() in ready:
                    raise self._gone()
                if self._channel.closed:
                    raise self._gone()
        except Malformed:
            raise self._end("protocol") from None
        except TooMuch as flood:
            raise self._end(flood.args[0]) from None

    def _poll(self, seconds: float) -> set[int]:
        poll = select.poll()
        poll.register(self._channel.sock, self._channel.events())
        poll.register(self._control, select.POLLIN)
        for pipe in self._pipes:
            poll.register(pipe, select.POLLIN)
        ready = {fd for fd, _ in poll.poll(seconds * 1000)}
        if self._channel.sock.fileno() in ready:
            self._channel.write()
            self._channel.read()
        return ready

    def _drain(self, ready: set[int]) -> None:
        """Take what was written to the file descriptors 1 and 2, by subprocesses for example."""
        for pipe, name in self._pipes.items():
            if pipe in ready:
                try:
                    text = os.read(pipe, PIPE_CHUNK).decode("utf-8", "replace")
                except (BlockingIOError, OSError):
                    continue
                self._outputs.add_text(name, text)

    def _frames(self) -> list[dict[str, Any]]:
        """The answer, if it has come; outputs that came before it are taken."""
        for frame in self._channel.frames():
            if not self._outputs.take(frame):
                return [frame]
        return []

    def _gone(self) -> SessionEnded:
        """The process has ended, or passed a limit that process 1 watches."""
        self._last_words()
        if not wait_readable(self._control, time.monotonic() + END_NOTICE_SECONDS):
            return self._end("protocol")  # it closed the channel, but lives on
        try:
            event = json.loads(self._control.recv(PIPE_CHUNK) or b"{}")
        except OSError:
            event = {}
        match event.get("event"):
            case "limit":
                return self._end(str(event["limit"]))
            case "exit":
                return self._end(*how_it_ended(int(event["status"])))
            case _:
                return self._end("killed", "the sandbox ended")

    def _last_words(self) -> None:
        """Collect what an ended process had written, so that the student sees what it showed."""
        deadline = time.monotonic() + LAST_WORDS_SECONDS
        try:
            while time.monotonic() < deadline and not self._channel.closed:
                ready = self._poll(0.01)
                self._drain(ready)
                self._frames()
                if self._channel.sock.fileno() not in ready:
                    return
        except (Malformed, TooMuch):
            return

    def _end(self, reason: str, detail: str = "") -> SessionEnded:
        if self.ended is None:
            self.ended = explain(reason, self._limits, self._cell_id, detail)
            self.ended.outputs = self._outputs.as_nbformat()
        return self.ended


def _argument(encoder: Encoder, value: Any) -> Any:
    node = encoder.encode(value)
    if isinstance(node, dict) and node["t"] in ("opaque", "function", "record", "model"):
        raise TypeError(f"a {type(value).__name__} cannot be an argument of a student's function")
    return node

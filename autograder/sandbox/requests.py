"""Requests to the process of a session: deadlines, time that others took, what it shows meanwhile, and how it ends."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Mapping
from typing import Any

from autograder import deadline
from autograder.deadline import OwnTime
from autograder.errors import SessionEnded
from autograder.sandbox.channel import Channel, Malformed, wait_readable
from autograder.sandbox.inside.encode.value import Encoder
from autograder.sandbox.limits import Limits, explain, how_it_ended
from autograder.sandbox.outputs import CellOutputs, TooMuch

LAST_WORDS_SECONDS = 5.0  # to read what an ended process had written, where what it started writes on
END_NOTICE_SECONDS = 1.0  # for process 1 to see that a process that closed the channel has ended
ANSWER_SECONDS = 10.0  # for process 1 to answer: it never works for long, but may have to wait for the processor
LOOK_SECONDS = 0.5  # of waiting, until this process looks at its clock
PIPE_CHUNK = 1 << 16
MOST_GRANTED = 10  # times a limit of wall time
MAX_ARGUMENTS = 64 << 20  # bytes, of a call; the session's own limit on messages holds as well
TICK_SECONDS = 0.1  # of waiting for the processor: less is chance


class Requests:
    """One request at a time to a process that may answer anything, or nothing; what is asked, a session knows.

    Attributes:
        ended: why the process ended, once it has; every request raises it from then on.
    """

    def __init__(self, limits: Limits, sock: socket.socket, control: socket.socket, pipes: tuple[int, int]) -> None:
        self.ended: SessionEnded | None = None
        self._limits = limits
        self._channel = Channel(sock, limits.message_mb << 20)
        self._control = control
        self._pipes = dict(zip(pipes, ("stdout", "stderr"), strict=True))
        self._cell_id = ""
        self._number = 0  # of the last request
        self._clock = OwnTime()
        self._owed_until = 0.0  # when the answer to it must have come, by this clock
        self._took = 0.0  # seconds that the last request took, without what was granted
        self._waited = False
        self._starved = 0.0  # seconds that were granted because other processes had the processor
        self._outputs = CellOutputs(limits, limits.notebook_output_kb << 10)
        for pipe in pipes:
            os.set_blocking(pipe, False)

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


def name_of_call(function: int) -> str:
    """A call of the student's function with this handle, as the subject of a sentence."""
    return f"your function, the {function + 1}. that was read,"


def call_request(function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """What a session is asked to call a function of the student, as JSON data.

    Args:
        function: its handle, as it came with the value.
        args: by position; plain data as in ``values/``, tables and arrays among them.
        kwargs: by name, likewise.

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

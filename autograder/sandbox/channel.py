"""The host's end of the channel: frames with a bounded size and a deadline, every byte of them untrusted."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.deadline import held
from autograder.values.strict_json import MalformedValue, marks, parse

HEADER = struct.Struct(">I")
CHUNK = 1 << 16
MARK_BYTES = 40  # that an element takes in memory beside its own bytes


class Malformed(Exception):
    """What came was not a frame."""


class Channel:
    """Collects what a session's process writes, whatever it writes.

    Args:
        sock: connected to the process; becomes non-blocking.
        max_bytes: of one frame's body.
    """

    def __init__(self, sock: socket.socket, max_bytes: int) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._max_bytes = max_bytes
        self._received = bytearray()
        self._unsent = memoryview(b"")
        self.closed = False
        self.weight = 0  # of the last frame: about what it takes in memory, in bytes

    def queue(self, message: Mapping[str, Any]) -> None:
        """Queue a request behind what is not sent yet; :meth:`write` sends it piece by piece."""
        body = json.dumps(message, allow_nan=False).encode("ascii")
        with held():
            self._unsent = memoryview(bytes(self._unsent) + HEADER.pack(len(body)) + body)

    def events(self) -> int:
        """What to poll for."""
        return select.POLLIN | (select.POLLOUT if self._unsent else 0)

    def write(self) -> None:
        """Send as much as the process takes now."""
        with held():
            try:
                self._unsent = self._unsent[self.sock.send(self._unsent) :] if self._unsent else self._unsent
            except BlockingIOError:
                pass
            except OSError:
                self._unsent = memoryview(b"")

    def read(self) -> None:
        """Take in what is there now, at most one chunk."""
        with held():
            try:
                part = self.sock.recv(CHUNK)
            except BlockingIOError:
                return
            except OSError:
                part = b""
            self.closed = self.closed or not part
            self._received += part

    def frames(self) -> Iterator[dict[str, Any]]:
        """The complete frames that have come in.

        Raises:
            Malformed: what came in is not a frame, or one that is too large.
        """
        while (body := self._body()) is not None:
            self.weight = len(body) + MARK_BYTES * marks(body)
            try:
                frame = parse(body)
            except MalformedValue as problem:
                raise Malformed(str(problem)) from None
            if not isinstance(frame, dict) or not isinstance(frame.get("kind"), str):
                raise Malformed("a message without a kind")
            yield frame

    def _body(self) -> bytes | None:
        """Take the body of the next frame, if all of it is there."""
        if len(self._received) < HEADER.size:
            return None
        size = HEADER.unpack_from(self._received)[0]
        if size > self._max_bytes:
            raise Malformed(f"a message of {size} bytes")
        if len(self._received) < HEADER.size + size:
            return None
        with held():
            body = bytes(self._received[HEADER.size : HEADER.size + size])
            del self._received[: HEADER.size + size]
        return body


def wait_readable(sock: socket.socket, deadline: float, clock: Callable[[], float] = time.monotonic) -> bool:
    """Wait until ``sock`` can be read; False where the deadline passes first.

    Args:
        sock: or anything else with a file descriptor.
        deadline: by ``clock``, in its seconds; in the past: look, and do not wait.
        clock: whose seconds pass as those of the monotonic clock do.
    """
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - clock()) * 1000))

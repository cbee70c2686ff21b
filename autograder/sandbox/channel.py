"""The host's end of the channel: frames with a bounded size and a deadline, every byte of them untrusted."""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.values import MalformedValue, parse

HEADER = struct.Struct(">I")
CHUNK = 1 << 16


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

    def queue(self, message: Mapping[str, Any]) -> None:
        """Queue a request; :meth:`write` sends it piece by piece."""
        body = json.dumps(message, allow_nan=False).encode("ascii")
        self._unsent = memoryview(HEADER.pack(len(body)) + body)

    def events(self) -> int:
        """What to poll for."""
        return select.POLLIN | (select.POLLOUT if self._unsent else 0)

    def write(self) -> None:
        """Send as much as the process takes now."""
        try:
            self._unsent = self._unsent[self.sock.send(self._unsent) :] if self._unsent else self._unsent
        except BlockingIOError:
            pass
        except OSError:
            self._unsent = memoryview(b"")

    def read(self) -> None:
        """Take in what is there now, at most one chunk."""
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
        while len(self._received) >= HEADER.size:
            size = HEADER.unpack_from(self._received)[0]
            if size > self._max_bytes:
                raise Malformed(f"a message of {size} bytes")
            if len(self._received) < HEADER.size + size:
                return
            body = bytes(self._received[HEADER.size : HEADER.size + size])
            del self._received[: HEADER.size + size]
            try:
                frame = parse(body)
            except MalformedValue as problem:
                raise Malformed(str(problem)) from None
            if not isinstance(frame, dict) or not isinstance(frame.get("kind"), str):
                raise Malformed("a message without a kind")
            yield frame


def wait_readable(sock: socket.socket, deadline: float, clock: Callable[[], float] = time.monotonic) -> bool:
    """Wait until ``sock`` can be read; False where the deadline passes first."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - clock()) * 1000))

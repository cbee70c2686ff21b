"""Length-prefixed JSON frames on the channel between a session's process and the host."""

from __future__ import annotations

import json
import socket
import struct
import threading
from typing import Any

HEADER = struct.Struct(">I")  # length of the JSON body in bytes


def clean_text(text: str) -> str:
    """``text`` with lone surrogates replaced, so that it can be written as UTF-8."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class FrameTooLarge(Exception):
    """A message does not fit into one frame; nothing of it was sent."""


class Channel:
    """The session's end of the channel; safe to use from several threads.

    Args:
        sock: a connected stream socket.
        max_bytes: the largest body that the host takes.
    """

    def __init__(self, sock: socket.socket, max_bytes: int) -> None:
        self._sock = sock
        self.max_bytes = max_bytes
        self._lock = threading.RLock()

    def send(self, message: dict[str, Any]) -> None:
        """Send one message.

        Raises:
            FrameTooLarge: it is larger than the host takes.
            OSError: the channel is closed.
        """
        body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii")
        if len(body) > self.max_bytes:
            raise FrameTooLarge(len(body))
        with self._lock:
            self._sock.sendall(HEADER.pack(len(body)) + body)

    def receive(self) -> dict[str, Any] | None:
        """The next request of the host; ``None`` once the host has closed the channel."""
        header = self._read(HEADER.size)
        if header is None:
            return None
        body = self._read(HEADER.unpack(header)[0])
        return None if body is None else dict(json.loads(body))

    def close(self) -> None:
        """Close this process's end."""
        self._sock.close()

    def _read(self, count: int) -> bytes | None:
        received = bytearray()
        while len(received) < count:
            part = self._sock.recv(min(count - len(received), 1 << 20))
            if not part:
                return None
            received += part
        return bytes(received)

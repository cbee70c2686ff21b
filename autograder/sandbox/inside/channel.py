"""Length-prefixed JSON frames on the channel between a session's process and the host."""

from __future__ import annotations

import base64
import io
import json
import os
import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
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


EAGER_WRITES = 200  # sent one by one, so that little is lost when the process is killed; later ones are gathered
GATHER_BYTES = 1 << 15
GATHER_SECONDS = 0.05


class Sink:
    """Sends a cell's outputs to the host."""

    def __init__(self, channel: Channel) -> None:
        self._channel: Channel | None = channel
        self._lock = threading.RLock()
        self.streams = (Stream("stdout", self), Stream("stderr", self))

    def attach(self) -> None:
        """Make the two streams this process's ``sys.stdout`` and ``sys.stderr``."""
        sys.stdout, sys.stderr = self.streams

    def detach(self) -> None:
        """In a forked child of the session: write to the file descriptors, never to the channel."""
        if self._channel is not None:
            self._channel.close()
        self._channel = None
        self._lock = threading.RLock()
        for stream in self.streams:
            stream.forget()

    def turn(self, stream: Stream) -> None:
        """Let a stream write; what the other one has gathered came before."""
        for other in self.streams:
            if other is not stream:
                other.flush()

    def begin_cell(self) -> None:
        """Forget how much the last cell wrote."""
        for stream in self.streams:
            stream.writes = 0

    def flush(self) -> None:
        """Send what the two streams have gathered."""
        for stream in self.streams:
            stream.flush()

    def text(self, name: str, text: str) -> None:
        """Send text of a stream."""
        with self._lock:
            if self._channel is None:
                os.write(1 if name == "stdout" else 2, text.encode("utf-8", "replace"))
                return
            size = self._channel.max_bytes // 16  # a character takes up to twelve bytes in JSON
            for start in range(0, len(text), size):
                part = clean_text(text[start : start + size])
                self._channel.send({"kind": "stream", "name": name, "text": part})

    def rich(self, kind: str, content: dict[str, Any]) -> None:
        """Send an output other than text: "display_data", "execute_result", "error", "update" or "clear"."""
        with self._lock:
            self.flush()
            if self._channel is None:
                return
            try:
                self._channel.send({"kind": kind, **content})
            except FrameTooLarge as too_large:
                note = f"[an output of {too_large.args[0]:,} bytes is too large to be kept]\n"
                self._channel.send({"kind": "stream", "name": "stderr", "text": note})


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a session."""

    def __init__(self, name: str, sink: Sink) -> None:
        super().__init__()
        self.name = name
        self.writes = 0
        self._sink = sink
        self._parts: list[str] = []
        self._size = 0
        self._sent = 0.0

    encoding = "utf-8"
    errors = "replace"

    def writable(self) -> bool:
        """Text can be written."""
        return True

    def fileno(self) -> int:
        """The descriptor that a subprocess may write to; the host reads that as well."""
        return 1 if self.name == "stdout" else 2

    def write(self, text: str) -> int:
        """Take text; it is sent soon."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._sink.turn(self)
        self._parts.append(text)
        self._size += len(text)
        self.writes += 1
        overdue = time.monotonic() - self._sent > GATHER_SECONDS
        if self.writes <= EAGER_WRITES or self._size > GATHER_BYTES or overdue:
            self.flush()
        return len(text)

    def forget(self) -> None:
        """Drop what has been gathered: in a forked child it is the parent's."""
        self._parts, self._size = [], 0

    def flush(self) -> None:
        """Send what has been gathered."""
        parts, self._parts, self._size = self._parts, [], 0
        if parts:
            self._sent = time.monotonic()
            self._sink.text(self.name, "".join(parts))


def bundle(data: Mapping[str, Any]) -> dict[str, Any]:
    """A MIME bundle as JSON: bytes as base64, everything else as text."""
    clean: dict[str, Any] = {}
    for mime, content in data.items():
        if isinstance(content, bytes):
            clean[str(mime)] = base64.b64encode(content).decode("ascii")
        else:
            clean[str(mime)] = clean_text(str(content))
    return clean

"""What comes out of a session, which may be anything, made valid and bounded: outputs of cells, calls, files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from autograder.errors import CallFailed
from autograder.sandbox.channel import Malformed
from autograder.sandbox.limits import Limits
from autograder.values import decode, views

TEXT_TYPES = ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml")
PICTURE_TYPES = ("image/png", "image/jpeg", "image/gif")
MAX_OUTPUTS = 10_000  # of one cell
OUTPUT_BYTES = 100  # what an output counts for beside its content
MAX_IDENTITY = 200  # characters
MAX_TRACEBACK = 500  # lines
NAME = re.compile(r"[^\W\d][\w.]{0,199}")
WRITTEN_FILES, WRITTEN_BYTES = 50, 4 << 20  # what is kept of files that a notebook wrote
_FILE_NAME = re.compile(r"\w[\w .()+-]{0,99}(/\w[\w .()+-]{0,99}){0,3}")


class TooMuch(Exception):
    """A cell or a notebook showed more than it may; the argument is the reason for ``explain``."""


class CellOutputs:
    """Collects the outputs of one cell.

    Args:
        limits: the session's.
        left: bytes that the notebook may still show.

    Attributes:
        size: bytes of text and pictures so far, cleared ones included.
    """

    def __init__(self, limits: Limits, left: int) -> None:
        self.size = 0
        self._limits = limits
        self._left = left
        self._outputs: list[dict[str, Any]] = []
        self._ids: list[str] = []
        self._text: list[list[str]] = []  # parts of each stream output
        self._clear_next = False

    def take(self, frame: dict[str, Any]) -> bool:
        """Take a frame that is an output; False for an answer.

        Raises:
            Malformed: it is neither.
            TooMuch: a limit is passed.
        """
        match frame["kind"]:
            case "stream":
                name = frame.get("name")
                if name not in ("stdout", "stderr"):
                    raise Malformed("an unknown stream")
                self.add_text(name, text(frame.get("text")))
            case "display_data":
                self._add({"output_type": "display_data", "data": self._data(frame), "metadata": {}}, frame)
            case "execute_result":
                count = {"execution_count": _count(frame.get("count"))}
                self._add({"output_type": "execute_result", "data": self._data(frame), "metadata": {}, **count}, frame)
            case "error":
                self._add(self._error(frame), frame)
            case "update":
                self._update(text(frame.get("id")), self._data(frame))
            case "clear":
                self._clear(bool(frame.get("wait")))
            case "ready" | "done" | "value" | "missing" | "raised":
                return False
            case _:
                raise Malformed("a message of unknown kind")
        return True

    def add_text(self, name: str, part: str) -> None:
        """Add text of a stream to the one before, where that is the same stream.

        Args:
            name: "stdout" or "stderr".
            part: of its text; an empty one adds nothing.

        Raises:
            TooMuch: a limit is passed.
        """
        if not part:
            return
        self._spend(len(part) if part.isascii() else len(part.encode("utf-8")))
        last = self._outputs[-1] if self._outputs and not self._clear_next else None
        if last is None or last.get("name") != name:
            self._append({"output_type": "stream", "name": name, "text": ""}, "")
        self._text[-1].append(part)

    def as_nbformat(self) -> tuple[dict[str, Any], ...]:
        """The outputs."""
        done = []
        for output, parts in zip(self._outputs, self._text, strict=True):
            done.append({**output, "text": "".join(parts)} if output["output_type"] == "stream" else dict(output))
        return tuple(done)

    def printed(self) -> str:
        """The text on standard output."""
        return "".join(output["text"] for output in self.as_nbformat() if output.get("name") == "stdout")

    def _spend(self, size: int) -> None:
        self.size += size
        if self.size > self._limits.cell_output_kb << 10:
            raise TooMuch("output")
        if self.size > self._left:
            raise TooMuch("notebook output")

    def _add(self, output: dict[str, Any], frame: dict[str, Any]) -> None:
        identity = text(frame.get("id", ""))
        if len(identity) > MAX_IDENTITY:
            raise Malformed("a name of a display that is too long")
        self._append(output, identity)

    def _append(self, output: dict[str, Any], identity: str) -> None:
        if self._clear_next:
            self._clear(wait=False)
        if len(self._outputs) >= MAX_OUTPUTS:
            raise TooMuch("output")
        self._spend(OUTPUT_BYTES)
        self._outputs.append(output)
        self._ids.append(identity)
        self._text.append([])

    def _clear(self, wait: bool) -> None:
        self._clear_next = wait
        if not wait:
            self._outputs.clear()
            self._ids.clear()
            self._text.clear()

    def _update(self, identity: str, data: dict[str, Any]) -> None:
        for output, known in zip(self._outputs, self._ids, strict=True):
            if identity and known == identity and "data" in output:
                output["data"] = data

    def _data(self, frame: dict[str, Any]) -> dict[str, str]:
        """The representations that feedback can show; others (scripts, widgets) are left out."""
        bundle = frame.get("data")
        if not isinstance(bundle, dict):
            raise Malformed("an output without data")
        kept: dict[str, str] = {}
        for mime, content in bundle.items():
            if mime in TEXT_TYPES:
                kept[mime] = text(content)
            elif mime in PICTURE_TYPES:
                kept[mime] = _picture(content)
        self._spend(sum(map(len, kept.values())))
        return kept

    def _error(self, frame: dict[str, Any]) -> dict[str, Any]:
        name = text(frame.get("ename"))
        lines = frame.get("traceback")
        if not isinstance(lines, list):
            raise Malformed("an error without a traceback")
        error = {
            "output_type": "error",
            "ename": name if NAME.fullmatch(name) else "Exception",
            "evalue": text(frame.get("evalue")),
            "traceback": [text(line) for line in lines[:MAX_TRACEBACK]],
        }
        self._spend(len(error["evalue"]) + sum(map(len, error["traceback"])))
        return error


def text(content: object) -> str:
    """A text that can be written as UTF-8.

    Raises:
        Malformed: it is not one.
    """
    if not isinstance(content, str):
        raise Malformed("a text is missing")
    return content


def _count(content: object) -> int | None:
    return content if type(content) is int and 0 <= content < 1 << 31 else None


def _picture(content: object) -> str:
    encoded = text(content)
    try:
        base64.b64decode(encoded.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("a picture that is not base64") from None
    return encoded


@dataclass(frozen=True)
class CellRun:
    """What came of running one cell."""

    outputs: tuple[dict[str, Any], ...]  # valid outputs of notebook format 4
    figures: tuple[views.Figure, ...]  # recorded while it ran, oldest first
    drawn: Any  # the same as JSON data, which `decode_figures` understands again
    printed: str  # text on standard output
    error: str | None  # "NameError: name 'x' is not defined"
    seconds: float  # wall time
    line: int | None = None  # of the cell, counted from 1, in which the error came up


def unread(why: str) -> dict[str, Any]:
    """What is kept of an answer that reached a bound of the grader, and is not to be read again."""
    return {"kind": "unread", "error": why}


def understood(name: str, answer: Mapping[str, Any], call: decode.Caller | None = None) -> Any:
    """The value that an answer of a session stands for; see :meth:`Session.value`.

    Args:
        name: that was asked for.
        answer: of :meth:`Session.answer`, perhaps read from a file.
        call: runs a function of the student.
    """
    match answer["kind"]:
        case "missing":
            return views.Missing(name, str(answer.get("reason") or ""))
        case "raised" | "unread":
            return views.Opaque("unknown", str(answer.get("error") or ""))
        case _:
            return decoded(answer, call)


def called(answer: Mapping[str, Any], call: decode.Caller | None) -> Any:
    """What a function of the student returned, from an answer of a session.

    Args:
        answer: of :meth:`Session.answer_call`, perhaps read from a file.
        call: runs functions that the result holds.

    Raises:
        CallFailed: it raised an exception or took too long.
    """
    if answer["kind"] in ("raised", "unread"):
        raise CallFailed(str(answer.get("error") or ""))
    return decoded(answer, call)


def decoded(answer: Mapping[str, Any], call: decode.Caller | None) -> Any:
    """The value of an answer that holds one; ``Opaque`` where it came malformed.

    Args:
        answer: of kind "value".
        call: runs functions that the value holds; without it they cannot be called.
    """
    try:
        return decode.decode(answer.get("value"), call=call)
    except decode.MalformedValue as problem:
        return views.Opaque("unknown", f"malformed: {problem}")


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
        if (
            name in given
            or not _FILE_NAME.fullmatch(name)
            or path.suffix.lower() not in endings
            or type(text) is not str
        ):
            continue
        try:
            content = base64.b64decode(text, validate=True)
        except (ValueError, binascii.Error):
            continue
        if len(content) <= left and not any(PurePosixPath(other) in path.parents for other in (*kept, *given)):
            kept[name] = content
            left -= len(content)
    return kept

"""Malforming the folder: a notebook that is missing or no file, and time stamps that are no time."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.hostile.row import ALL, ASSIGNMENT, FULL, NOTEBOOK, SOLVED, Row, Target

Place = Callable[[Path, Target], None]


def pipe(name: str) -> Place:
    """A named pipe: whoever opens it waits for ever."""

    def place(folder: Path, target: Target) -> None:
        del target
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return place


def link(where: str, name: str) -> Place:
    """A link to a place on this machine."""

    def place(folder: Path, target: Target) -> None:
        del target
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(where)

    return place


def moved(old: str, new: str) -> Place:
    """A file under another name."""

    def place(folder: Path, target: Target) -> None:
        del target
        (folder / old).rename(folder / new)

    return place


def gone(folder: Path, target: Target) -> None:
    """A link in place of the whole folder."""
    (folder / NOTEBOOK).unlink()
    folder.rmdir()
    folder.symlink_to(target.course / "submitted" / "aaa-honest" / ASSIGNMENT)


def student_gone(folder: Path, target: Target) -> None:
    """A link in place of the student's own folder, with all assignments in it."""
    (folder / NOTEBOOK).unlink()
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(target.course / "submitted" / "aaa-honest")


def stamped(text: bytes) -> dict[str, Any]:
    """An honest notebook with a time stamp that is none."""
    return {"files": {"timestamp.txt": text}, "solves": ("q3a",), "earns": 1.0, "says": SOLVED}


ROWS = (
    Row(
        "missing notebook",
        "A folder in which the notebook is missing.",
        content=b"",
        files={"readme.txt": b"see e-mail"},
        says="was not handed in",
    ),
    Row("empty folder", "A folder without anything.", content=b"", says="was not handed in"),
    Row(
        "other name",
        "The notebook under another name.",
        place=moved(NOTEBOOK, "03-ols-final(2).ipynb"),
        solves=ALL,
        earns=FULL,
        says="was graded, because `03-ols.ipynb` was not handed in",
    ),
    Row("named pipe", "A named pipe in place of the notebook.", place=pipe(NOTEBOOK), says="link or a special file"),
    Row(
        "endless device",
        "A link to a device that never ends.",
        place=link("/dev/zero", NOTEBOOK),
        says="link or a special file",
    ),
    Row(
        "link to itself",
        "A link that leads to itself.",
        place=link(NOTEBOOK, NOTEBOOK),
        says="link or a special file|was not handed in",
    ),
    Row("link as a folder", "A link to another's folder in place of the whole folder.", place=gone, says="link"),
    Row(
        "link as a student",
        "A link to another student in place of the student's own folder.",
        place=student_gone,
        says="link",
    ),
    Row(
        "link to a folder beside it",
        "A link to another's folder among the data files.",
        place=lambda folder, target: (folder / "theirs").symlink_to(target.course / "submitted" / "aaa-honest"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "pipe beside it",
        "A named pipe among the data files.",
        place=pipe("data.csv"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "device beside it",
        "A link to an endless device among the data files.",
        place=link("/dev/zero", "data.csv"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row("time stamp: garbage", "A time stamp that is no time.", **stamped(b"yesterday, in time")),
    Row("time stamp: binary", "A time stamp that is no text.", **stamped(b"\xff\xfe\x00" * 100)),
    Row("time stamp: huge", "A time stamp of five megabytes.", **stamped(b"9" * 5_000_000)),
    Row("time stamp: future", "A time stamp in the year 9999.", **stamped(b"9999-12-31 23:59:59.999999 UTC")),
    Row("time stamp: out of range", "A time stamp before the first year.", **stamped(b"0001-01-01 00:00:00 +9999")),
    Row(
        "time stamp: path",
        "A time stamp whose time zone is a file of this machine.",
        **stamped(b"2024-01-01 00:00:00 /etc/passwd"),
    ),
    Row("time stamp: empty", "A time stamp without text.", **stamped(b"")),
    Row(
        "time stamp: pipe",
        "A time stamp that is a named pipe.",
        place=pipe("timestamp.txt"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "time stamp: device",
        "A time stamp that never ends.",
        place=link("/dev/zero", "timestamp.txt"),
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
    Row(
        "time stamp: folder",
        "A time stamp that is a folder.",
        files={"timestamp.txt/x": b""},
        solves=("q3a",),
        earns=1.0,
        says=SOLVED,
    ),
)

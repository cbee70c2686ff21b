"""Links that are swapped in while a submission is read, and timestamps that nobody but their author vouches for."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from autograder.course.submissions import submitted
from autograder.course.submissions.submitted import SubmittedFolder
from autograder.course.submissions.times import Collected, doubt
from autograder.errors import UnreadableNotebook

NAMES = ("ada", "ps1")
OTHERS = b"somebody else's"


def submission(root: Path, student: str, content: bytes) -> Path:
    folder = root / student / "ps1"
    (folder / "inner").mkdir(parents=True)
    for name in ("ps1.ipynb", "data.csv", "inner/more.csv", "timestamp.txt"):
        (folder / name).write_bytes(content)
    return folder


def swapped(place: str) -> Callable[[Path], None]:
    """Puts a link to somebody else's in the place of one part of the path."""

    def swap(root: Path) -> None:
        here = root / place
        here.rename(root / "away")
        here.symlink_to(root / place.replace("ada", "eve", 1))

    return swap


READ: dict[str, Callable[[SubmittedFolder], Any]] = {
    "the notebook": lambda folder: folder.notebook("ps1.ipynb"),
    "the files": lambda folder: folder.files(),
    "everything, as in an exchange": lambda folder: folder.all_files(),
    "the timestamp": lambda folder: folder.text("timestamp.txt", 100),
}
PLACES = ("ada", "ada/ps1", "ada/ps1/inner", "ada/ps1/ps1.ipynb", "ada/ps1/data.csv", "ada/ps1/timestamp.txt")


@pytest.mark.parametrize("place", PLACES)
def test_no_link_is_followed_whenever_it_is_put_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    opened = os.open
    for moment in range(6):  # before the first name is opened, before the second, …
        for what, read in READ.items():
            root = tmp_path / f"{moment} {what}"
            submission(root, "ada", b"own")
            submission(root, "eve", OTHERS)
            calls = iter(range(100))

            def swap_first(*args: Any, calls: Any = calls, root: Path = root, moment: int = moment, **more: Any) -> int:
                if next(calls) == moment:
                    swapped(place)(root)
                return opened(*args, **more)

            monkeypatch.setattr(os, "open", swap_first)
            try:
                found = str(read(SubmittedFolder(root, NAMES)))
            except UnreadableNotebook as problem:
                found = str(problem)
            monkeypatch.setattr(os, "open", opened)
            assert OTHERS.decode() not in found, (moment, what)


def test_what_lies_there_is_read(tmp_path: Path) -> None:
    submission(tmp_path, "ada", b"own")
    os.mkfifo(tmp_path / "ada" / "ps1" / "pipe.csv")
    folder = SubmittedFolder(tmp_path, NAMES)
    assert folder.notebook("ps1.ipynb") == b"own"
    assert folder.files() == {"data.csv": b"own", "inner/more.csv": b"own", "timestamp.txt": b"own"}
    assert folder.all_files() == ({**folder.files(), "ps1.ipynb": b"own"}, ["pipe.csv"])
    with pytest.raises(UnreadableNotebook, match=r"other\.ipynb was not handed in"):
        folder.notebook("other.ipynb")


def test_a_folder_of_large_files_costs_little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sparse files cost their author nothing; a folder holds thousands of them."""
    folder = submission(tmp_path, "ada", b"own")
    for number in range(60):
        for ending in ("csv", "ipynb"):
            with (folder / f"a{number}.{ending}").open("wb") as file:
                file.truncate(submitted.MAX_BYTES + 1)
    read: list[int] = []

    def counted(*given: Any, **named: Any) -> bytes | None:
        content = read_regular(*given, **named)
        read.append(len(content or b""))
        return content

    read_regular = submitted.read_regular
    monkeypatch.setattr(submitted, "read_regular", counted)
    files, left_out = SubmittedFolder(tmp_path, NAMES).all_files()
    assert sum(read) <= 6 * submitted.MAX_BYTES
    assert files["data.csv"] == b"own"
    assert len(files) + len(left_out) == len(list(folder.iterdir()))
    read.clear()
    SubmittedFolder(tmp_path, NAMES).other_notebooks(())
    assert sum(read) <= 2 * submitted.MAX_BYTES


def test_a_tree_of_folders_is_left_unread_at_some_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = submission(tmp_path, "ada", b"own")
    for one in range(10):
        for other in range(10):
            (folder / f"folder{one}" / str(other)).mkdir(parents=True)
    (folder / "z.csv").write_bytes(b"behind")
    assert "z.csv" in SubmittedFolder(tmp_path, NAMES).files()
    monkeypatch.setattr(submitted, "_MAX_LOOKED", 100)
    assert set(SubmittedFolder(tmp_path, NAMES).files()) == {"data.csv"}


DUE = datetime(2024, 5, 1, 12)
EARLY, LATE = DUE - timedelta(hours=1), DUE + timedelta(hours=1)
STAMPS: dict[str, tuple[datetime | None, datetime | None, datetime | None, str]] = {
    "a stamp of its author's": (
        EARLY,
        None,
        DUE,
        "its timestamp (2024-05-01 11:00 UTC) is not one of the exchange, and it was put here on",
    ),
    "none": (
        None,
        None,
        DUE,
        "Counted as on time. When it was handed in is not known for sure: it has no timestamp, and it was put here",
    ),
    "another one than the exchange noted": (
        EARLY,
        LATE,
        DUE,
        "its timestamp (2024-05-01 11:00 UTC) is not one of the exchange",
    ),
    "the one of the exchange": (EARLY, EARLY, DUE, ""),
    "late by its own word": (LATE, None, DUE, ""),
    "put there in time": (EARLY, None, datetime(2100, 1, 1), ""),
    "no due date": (EARLY, None, None, ""),
}


@pytest.mark.parametrize(("stated", "collected", "due", "says"), STAMPS.values(), ids=STAMPS)
def test_who_says_that_it_was_on_time(
    tmp_path: Path, stated: datetime | None, collected: datetime | None, due: datetime | None, says: str
) -> None:
    folder = submission(tmp_path, "ada", f"{stated} UTC".encode() if stated else b"")
    if collected:
        Collected(tmp_path, "ps1").add("ada", collected)
    known = Collected(tmp_path, "ps1").read().get("ada")
    found = doubt(SubmittedFolder(folder.parent.parent, NAMES), known, due)
    assert says in found
    assert bool(says) is bool(found)

"""`nbgrader collect` for an exchange in which students own what they hand in, and may put anything into it.

Left alone, nbgrader copies with the instructor's rights what links lead to, takes a folder's name at its word,
and stops for the whole class at the first one that it cannot copy.
"""

from __future__ import annotations

import os
import pwd
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect

from autograder.plugins.files import moment, read_all_files, read_regular, read_timestamp, write_atomically
from autograder.plugins.hand_ins import careful

_LATE_SECONDS = 3600  # that copying a hand-in into the exchange may take


class CarefulCollect(ExchangeCollect):  # type: ignore[misc]  # nbgrader ships no types
    """For ``c.ExchangeFactory.collect``."""

    coursedir: Any
    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find what to collect; a folder that cannot be a hand-in of the student that it names is left out."""
        self.coursedir = careful(self.coursedir)
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        folder = Path(path)
        parts = folder.name.rsplit("+", 3)
        stamp = moment(parts[2]) if len(parts) > 2 else None
        problem = self._problem(folder, parts[0]) if stamp is not None else "its name holds no time"
        if problem:
            self.log.warning("Not collected: %r, because %s.", folder.name, problem)
            return {"username": "", "filename": folder.name, "timestamp": datetime.min}
        return {"username": parts[0], "filename": folder.name, "timestamp": stamp}

    def _problem(self, folder: Path, student: str) -> str:
        """Why a folder cannot be a hand-in of ``student``; empty where it can."""
        if folder.is_symlink() or not folder.is_dir():
            return "it is no folder"
        if not student.isprintable() or student.startswith("."):
            return "its name holds no student"
        if self.check_owner and _owner(folder) != student:
            return f"it belongs to {_owner(folder)!r}"
        return ""

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy a hand-in: ordinary files of the folder's owner, within bounds; nothing is followed."""
        del log
        source, target = Path(src), Path(dest)
        target.mkdir(parents=True, exist_ok=True)
        files = read_all_files(source, source.lstat().st_uid)
        for name, content in files.items():
            write_atomically(target / name, content)
        taken = {Path(name).parts[0] for name in files}
        for name in [entry.name for entry in source.iterdir() if entry.name not in taken][:20]:
            self.log.warning("%s: %r was left out: too large, too deep, or no ordinary file.", source.name, name)
        self._stamp(source, target)
        if read_regular(target / "submission_secret.txt", 1) is None:
            # Publishing feedback asks for one from everybody; only who wrote it down can find the feedback.
            write_atomically(target / "submission_secret.txt", secrets.token_hex(64).encode())

    def _stamp(self, source: Path, target: Path) -> None:
        """Give the copy a time stamp that can be read: the later one, where file and folder name two."""
        named = source.name.rsplit("+", 3)[2]
        written = moment(read_timestamp(target))
        stamp = max(filter(None, (moment(named), written)))
        if stamp != written:
            write_atomically(target / "timestamp.txt", f"{stamp:%Y-%m-%d %H:%M:%S.%f} UTC".encode())
        changed = datetime.fromtimestamp(_last_change(source), UTC).replace(tzinfo=None)
        if (changed - stamp).total_seconds() > _LATE_SECONDS:
            self.log.warning(
                "%s: the time stamp says %s UTC, but files changed at %s UTC.", source.name, stamp, changed
            )


def _owner(folder: Path) -> str:
    uid = folder.lstat().st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _last_change(folder: Path) -> float:
    """When anything in the folder changed last; unlike other times this one cannot be set by its owner."""
    with os.scandir(folder) as entries:
        return max([folder.lstat().st_ctime, *(entry.stat(follow_symlinks=False).st_ctime for entry in entries)])

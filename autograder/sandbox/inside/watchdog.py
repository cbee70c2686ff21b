"""What process 1 watches while a session runs: the use of memory, processor, processes and files.

It looks from inside, because in here the process table holds the sandbox's processes and no
others, which makes a look cheap, and because this process cannot be stopped from inside.
"""

from __future__ import annotations

import itertools
import os
import resource
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MB = 1 << 20
FILES = 10_000  # entries in the writable folders together: each costs the kernel about a kilobyte
PAGE = resource.getpagesize()
CLOCK = os.sysconf("SC_CLK_TCK")
PROCESSORS = len(os.sched_getaffinity(0))


BURST = 0.25  # seconds of processor time that a session may be ahead of its share


class Unwatched:
    """Where the process table holds other people's processes: passes no limit, and owes no time.

    Args:
        pid: of the session's own process.
    """

    spent = 0.0

    def __init__(self, pid: int) -> None:
        self._session = pid

    @property
    def starved(self) -> float:
        """Seconds in which the session's own process could have run, and other processes did."""
        return starved(self._session)

    def look(self) -> str | None:
        """Nothing is looked at."""
        return None

    def owes(self) -> float:
        """Nothing."""
        return 0.0

    def rested(self) -> None:
        """Nothing."""


class Watch(Unwatched):
    """Sums up what a session uses.

    Args:
        limits: the fields of the host's ``Limits``.
        folders: the folders that a session can write to, each a file system of its own.
        pid: of the session's own process.

    Attributes:
        spent: seconds of processor time of all processes so far, ended ones included.
    """

    def __init__(self, limits: dict[str, Any], folders: list[Path], pid: int) -> None:
        super().__init__(pid)
        self._limits = limits
        self._folders = folders
        self._account = 0.0  # seconds that were in the processes' accounts at the last look
        self._orphans = orphans_seconds()
        self._looked = self._started = time.monotonic()
        self.spent = 0.0
        self._starved = 0.0
        self._starved_at_look: dict[str, float] = {}  # process → seconds

    @property
    def starved(self) -> float:
        """Seconds in which a process of the session could have run, and other processes did."""
        return self._starved

    def owes(self) -> float:
        """Seconds for which the session must rest, so that all its processes together have had their share and no more.

        One that runs many processes would otherwise take the processor from the sessions beside it.
        """
        elapsed = time.monotonic() - self._started
        return self.spent / float(self._limits["processors"]) - elapsed - BURST

    def rested(self) -> None:
        """Take note that nothing of the session has run since the last look."""
        self._looked = time.monotonic()

    def look(self) -> str | None:
        """Name of the limit that the session has passed, if any."""
        pids = [name for name in os.listdir("/proc") if name.isdecimal() and name != "1"]  # noqa: PTH208
        if len(pids) > self._limits["processes"]:
            return "processes"
        before, self._starved_at_look = self._starved_at_look, {pid: starved(pid) for pid in pids}
        more = (seconds - before.get(pid, 0.0) for pid, seconds in self._starved_at_look.items())
        self._starved += max(0.0, max(more, default=0.0))  # one may wait for another that waits for the processor
        resident, running, ticks = 0, 0, 0
        for pid in pids:
            try:
                fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue  # it has just ended
            running += fields[0] == b"R"
            ticks += sum(map(int, fields[11:15]))
            resident += int(fields[21]) * PAGE
        self._count(ticks / CLOCK + orphans_seconds() - self._orphans, running)
        if self.spent > self._limits["cpu_seconds"]:
            return "cpu"
        if resident > self._limits["memory_mb"] * MB and _shared_out(pids) > self._limits["memory_mb"] * MB:
            return "memory"
        return self._folder()

    def _count(self, account: float, running: int) -> None:
        """Add what was spent since the last look.

        Processes that come and go between two looks, whose parent does not care for them, are in no account; where
        several run at a look, they are taken to have run since the last one.
        """
        now = time.monotonic()
        used = max(0.0, account - self._account)
        if running > 1:
            used = max(used, min(running, PROCESSORS) * (now - self._looked))
        self.spent += used
        self._account, self._looked = account, now

    def _folder(self) -> str | None:
        files = 0
        for folder in self._folders:
            system = os.statvfs(folder)
            files += system.f_files - system.f_ffree
            used = (system.f_blocks - system.f_bfree) * system.f_frsize
            if used >= self._limits["folder_mb"] * MB:
                return "folder"
        return "files" if files > FILES else None


def starved(pid: int | str) -> float:
    """Seconds in which a process could have run, and others did; 0 where the kernel does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_bytes().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def orphans_seconds() -> float:
    """Processor time of the ended processes that this one has collected."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _shared_out(pids: list[str]) -> int:
    """Bytes in memory with every shared page counted once; a process that hides counts in full."""
    total = 0
    for pid in pids:
        folder = Path("/proc", pid)
        try:
            lines = (folder / "smaps_rollup").read_bytes().splitlines()
            total += next(int(line.split()[1]) * 1024 for line in lines if line.startswith(b"Pss:"))
        except (OSError, StopIteration):
            try:
                total += int((folder / "statm").read_bytes().split()[1]) * PAGE
            except (OSError, IndexError):
                continue
    return total


class TooSlow(Exception):
    """A folder could not be emptied in time."""


def wipe(folder: Path, mode: int, deadline: float) -> None:
    """Remove everything below ``folder``.

    Nested folders are moved up before they are removed, so that no path grows long however
    deep they were.

    Args:
        folder: a mount point, so it stays what it is; it is left empty, without attributes, of no date.
        mode: what its permissions shall be.
        deadline: in seconds of the monotonic clock.

    Raises:
        TooSlow: the deadline has passed.
    """
    numbers = (f".wiped-{os.getpid()}-{number}" for number in itertools.count())
    folder.chmod(0o700)
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        while names := os.listdir(top):  # noqa: PTH208  a descriptor, not a path: names in here are the student's
            for name in names:
                if time.monotonic() > deadline:
                    raise TooSlow(str(folder))
                _remove(top, name, numbers)
        for attribute in os.listxattr(top):
            os.removexattr(top, attribute)
        os.fchmod(top, mode)
        os.utime(top, (0, 0))
    finally:
        os.close(top)


def dirty(folder: Path) -> bool:
    """Whether anything is left in ``folder``, or attached to it."""
    return bool(os.listdir(folder) or os.listxattr(folder))  # noqa: PTH208


def _remove(top: int, name: str, numbers: Iterator[str]) -> None:
    if not stat.S_ISDIR(os.lstat(name, dir_fd=top).st_mode):
        os.unlink(name, dir_fd=top)
        return
    os.chmod(name, 0o700, dir_fd=top)
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for entry in os.listdir(inner):  # noqa: PTH208
            if stat.S_ISDIR(os.lstat(entry, dir_fd=inner).st_mode):
                os.chmod(entry, 0o700, dir_fd=inner)
                os.rename(entry, next(numbers), src_dir_fd=inner, dst_dir_fd=top)
            else:
                os.unlink(entry, dir_fd=inner)
    finally:
        os.close(inner)
    os.rmdir(name, dir_fd=top)

"""What process 1 watches while a session runs: the use of memory, processor, processes and files.

It looks from inside, because in here the process table holds the sandbox's processes and no
others, which makes a look cheap, and because this process cannot be stopped from inside.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import Any

MB = 1 << 20
FILES = 10_000  # entries in the writable folders together: each costs the kernel about a kilobyte
PAGE = resource.getpagesize()
CLOCK = os.sysconf("SC_CLK_TCK")


class Unwatched:
    """Where the process table holds other people's processes: passes no limit."""

    def look(self) -> None:
        """Nothing is looked at."""


class Watch:
    """Sums up what a session uses.

    Args:
        limits: the fields of the host's ``Limits``.
        folders: the folders that a session can write to, each a file system of its own.
    """

    def __init__(self, limits: dict[str, Any], folders: list[Path]) -> None:
        self._limits = limits
        self._folders = folders
        self._orphans = orphans_seconds()

    def look(self) -> str | None:
        """Name of the limit that the session has passed, if any."""
        pids = [name for name in os.listdir("/proc") if name.isdecimal() and name != "1"]  # noqa: PTH208
        if len(pids) > self._limits["processes"]:
            return "processes"
        resident, ticks = 0, 0
        for pid in pids:
            try:
                fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
            except OSError:
                continue  # it has just ended
            ticks += sum(map(int, fields[11:15]))
            resident += int(fields[21]) * PAGE
        if ticks / CLOCK + orphans_seconds() - self._orphans > self._limits["cpu_seconds"]:
            return "cpu"
        if resident > self._limits["memory_mb"] * MB and _shared_out(pids) > self._limits["memory_mb"] * MB:
            return "memory"
        return self._folder()

    def _folder(self) -> str | None:
        files = 0
        for folder in self._folders:
            system = os.statvfs(folder)
            files += system.f_files - system.f_ffree
            used = (system.f_blocks - system.f_bfree) * system.f_frsize
            if used >= self._limits["folder_mb"] * MB:
                return "folder"
        return "files" if files > FILES else None


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

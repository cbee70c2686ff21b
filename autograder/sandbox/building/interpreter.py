"""Which folders of this Python the sandbox sees, under neutral names, and which it must not."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.sandbox.building import masks

INSIDE = Path(__file__).parents[1] / "inside"
BASE = Path("/opt/python")
SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/share/zoneinfo")  # fonts: matplotlib's own
SYSTEM_FILES = ("/etc/ld.so.cache", "/etc/alternatives")


@dataclass(frozen=True)
class Bind:
    """A file or folder of the machine that is visible inside, read-only."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Interpreter:
    """This Python, as it lies inside the sandbox."""

    executable: Path  # inside
    path: tuple[Path, ...]  # folders of installed packages, inside, in the order of sys.path
    libraries: Path | None  # folder of libpython inside, where Python needs it to start
    binds: tuple[Bind, ...]
    masked: tuple[Bind, ...]  # what must not be readable: where it lies on the machine, and inside


def describe(hidden: tuple[str, ...]) -> Interpreter:
    """Find what this Python consists of.

    Args:
        hidden: names of packages that student code must not read, however they are installed.
    """
    base, binds = _base()
    binds = [Bind(Path(path), Path(path)) for path in (*SYSTEM, *SYSTEM_FILES) if Path(path).exists()] + binds
    path = []
    for number, folder in enumerate(site_folders()):
        target = _inside(folder, binds)
        if target is None:
            target = Path("/opt/site" if number == 0 else f"/opt/site-{number}")
            binds.append(Bind(folder, target))
        path.append(target)
    binds.append(Bind(INSIDE, Path("/opt/sandbox/inside")))
    executable = _inside(_executable(), binds)
    if executable is None:  # an environment's own copy of the system's Python
        executable = BASE / "bin" / _executable().name
        binds.append(Bind(_executable(), executable))
    library = base / "libpython"
    return Interpreter(
        executable=executable,
        path=tuple(path),
        libraries=library if any(library in bind.target.parents for bind in binds) else None,
        binds=tuple(binds),
        masked=tuple(_masked(binds, hidden)),
    )


def site_folders() -> list[Path]:
    """Folders of installed packages on ``sys.path``; folders of a project or of a user's PYTHONPATH are not."""
    folders = [Path(entry) for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _executable() -> Path:
    return Path(os.path.realpath(sys.executable))


def _base() -> tuple[Path, list[Bind]]:
    """Where the interpreter and its standard library lie inside, and what that takes."""
    prefix = Path(sys.base_prefix).resolve()
    if prefix == Path("/usr"):
        return prefix, []
    if prefix == Path("/usr/local"):
        return prefix, [Bind(prefix / part, prefix / part) for part in ("bin", "lib")]
    binds = [Bind(prefix / "lib", BASE / "lib"), Bind(_executable(), BASE / "bin" / _executable().name)]
    library = prefix / "lib" / str(sysconfig.get_config_var("INSTSONAME") or "")
    if library.is_file():  # alone in its folder, so that nothing else of this Python is put before the system's
        binds.append(Bind(library, BASE / "libpython" / library.name))
    return BASE, binds


def _inside(folder: Path, binds: Iterable[Bind]) -> Path | None:
    """Where a folder of the machine lies inside, if anything that is bound contains it."""
    real = folder.resolve()
    for bind in binds:
        if real.is_relative_to(bind.source.resolve()):
            return bind.target / real.relative_to(bind.source.resolve())
    return None


def _masked(binds: list[Bind], hidden: tuple[str, ...]) -> Iterator[Bind]:
    """What of the visible folders of packages is, describes or points to a hidden package."""
    others = (found for bind in binds for found in bind.source.glob("python3*/*-packages"))  # of any Python
    found = {entry: None for folder in sorted({*site_folders(), *others}) for entry in masks.entries(folder, hidden)}
    found |= {place: None for name in hidden for place in masks.places(name)}
    seen: set[Path] = set()
    for entry in found:
        target = _inside(entry, binds)
        if target is not None and not seen & {target, *target.parents}:
            seen.add(target)
            yield Bind(entry, target)

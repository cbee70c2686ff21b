"""What of a folder of packages belongs to a package that student code must not read, however it is installed."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from importlib.machinery import ModuleSpec
from pathlib import Path

_ARCHIVES = (".egg", ".zip", ".whl")
_POINTERS = (".pth", ".egg-link")
_ABOUT = (".dist-info", ".egg-info")
_MAX_POINTER = 1 << 20  # bytes


def entries(folder: Path, hidden: tuple[str, ...]) -> Iterator[Path]:
    """Entries of a folder of packages that are, describe or point to a hidden package.

    Args:
        folder: ``site-packages`` or the like.
        hidden: names of packages; ``"course.answers"`` is a part of a package.
    """
    for name in hidden:
        *parents, last = name.split(".")
        yield from _modules(folder.joinpath(*parents), last)
    tops = frozenset(name.lower() for name in hidden if "." not in name)
    pointers = {entry.name for entry in _listed(folder) if _points(entry, tops)}
    for entry in _listed(folder):
        if entry.name in pointers or _holds(entry, tops) or _is_about(entry, tops, pointers):
            yield entry
    for name in pointers:
        yield from _modules(folder / "__pycache__", _first_word(name))


def places(name: str) -> Iterator[Path]:
    """Where Python finds a package on this machine: its folders, its file, or the archive that holds it."""
    top, *rest = name.split(".")
    for spec in _specs(top):
        archive = getattr(spec.loader, "archive", None)
        locations = [Path(location) for location in spec.submodule_search_locations or ()]
        if archive is not None:
            yield Path(archive)
        elif rest:
            for location in locations:
                yield from _modules(location.joinpath(*rest[:-1]), rest[-1])
        elif locations:
            yield from locations
        elif spec.origin is not None and Path(spec.origin).is_file():
            yield from _modules(Path(spec.origin).parent, top)


def _specs(name: str) -> Iterator[ModuleSpec]:
    """What each of Python's finders knows of a module; ``importlib.util.find_spec`` stops at one that is loaded."""
    for finder in sys.meta_path:
        with suppress(ImportError, ValueError, AttributeError):
            if (spec := finder.find_spec(name, None)) is not None:
                yield spec


def _modules(folder: Path, name: str) -> Iterator[Path]:
    """A module or package of this name in a folder, its compiled file, and what describes it."""
    for place in (folder, folder / "__pycache__"):
        for entry in _listed(place):
            if _first_word(entry.name) == name.lower():
                yield entry


def _first_word(name: str) -> str:
    """``clinic`` of ``clinic``, ``clinic.py``, ``clinic.cpython-311-x86_64-linux-gnu.so``, ``clinic-1.0.dist-info``."""
    return re.split(r"[.-]", name, maxsplit=1)[0].lower()


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _points(entry: Path, hidden: frozenset[str]) -> bool:
    """Whether a file that leads Python to packages elsewhere names a hidden one."""
    is_finder = entry.suffix == ".py" and entry.name.startswith("__editable__")
    if not (is_finder or entry.suffix in _POINTERS) or not entry.is_file() or entry.stat().st_size > _MAX_POINTER:
        return False
    text = entry.read_text("utf-8", "replace").lower()
    return any(name in text for name in hidden)


def _holds(entry: Path, hidden: frozenset[str]) -> bool:
    """Whether an archive, or an ``.egg`` folder, holds a hidden package."""
    if entry.suffix not in _ARCHIVES:
        return False
    if entry.is_dir():
        return _any_hidden((inner.name for inner in _listed(entry)), hidden)
    try:
        with zipfile.ZipFile(entry) as archive:
            return _any_hidden(archive.namelist(), hidden)
    except (OSError, zipfile.BadZipFile):
        return False


def _is_about(entry: Path, hidden: frozenset[str], pointers: Collection[str]) -> bool:
    """Whether these are the metadata of a distribution that brings a hidden package, or a pointer to it."""
    if entry.suffix not in _ABOUT:
        return False
    texts = list[str]()
    for name in ("top_level.txt", "RECORD"):
        try:
            text = (entry / name).read_text("utf-8", "replace")
        except OSError:
            continue
        lowered = text.lower()  # nearly all say nothing of them, and taking a list of files apart takes long
        if any(one in lowered for one in (*hidden, *(pointer.lower() for pointer in pointers))):
            texts += text.splitlines()
    return _any_hidden(texts, hidden) or any(line.split(",")[0] in pointers for line in texts)


def _any_hidden(paths: Iterable[str], hidden: frozenset[str]) -> bool:
    return any(_first_word(re.split(r"[/,]", path, maxsplit=1)[0]) in hidden for path in paths)

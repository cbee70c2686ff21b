"""The units that written answers on reaction times use, in every spelling that is understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GAP = r"[\s\u00a0\u202f~-]{0,3}"
_BASE = (
    r"(?:(?P<ms>msecs?|ms|milli-?secs?|milli-?seconds?)|(?P<s>s|secs?|seconds?)|(?P<min>mins?|minutes?)"
    r"|(?P<h>h|hrs?|hours?)|(?P<d>days?|d)|(?P<pct>%|percent\b|per\scent\b|pct\b))(?![A-Za-z_])"
)
_SQUARE = r"(?P<square>\s?(?:²|\^\s?2|squared))"
_RATE = (
    r"(?P<rate>\s{0,2}(?:/|·|per|a|each|every|for\seach|for\severy)\s{0,2}"
    r"(?:(?:additional|further|extra|single|study)\s)?(?:days?|d|night)(?:⁻¹)?(?![A-Za-z_]))"
)
_UNIT = re.compile(
    rf"{_GAP}(?:(?P<before>squared?)\s)?{_BASE}(?:{_SQUARE}|{_RATE})?",
    re.IGNORECASE,
)
_NAMES = {"ms": "ms", "s": "s", "min": "min", "h": "h", "d": "days", "pct": "%"}

# unit → what it measures, and its size in the unit that this is compared in
_SIZES: dict[str, tuple[str, float]] = {
    "ms": ("time", 1.0),
    "s": ("time", 1e3),
    "min": ("time", 6e4),
    "h": ("time", 3.6e6),
    "days": ("day", 1.0),
    "%": ("share", 0.01),
    "ms²": ("time²", 1.0),
    "s²": ("time²", 1e6),
    "ms per day": ("time per day", 1.0),
    "s per day": ("time per day", 1e3),
}
COMPOUND = frozenset(("time²", "time per day"))


@dataclass(frozen=True)
class Unit:
    """A unit, as it is shown; the empty one is that of a number that names none."""

    name: str = ""

    @property
    def measures(self) -> str:
        """The kind of quantity, ``""`` where no unit is named; a unit that is not in the table is a kind of its own."""
        return _SIZES.get(self.name, (self.name, 1.0))[0]

    @property
    def size(self) -> float:
        """In the unit that this kind of quantity is compared in: ms, ms², ms per day, 1."""
        return _SIZES.get(self.name, (self.name, 1.0))[1]


def unit_at(text: str, place: int) -> tuple[Unit, int]:
    """The unit that begins at ``place`` of a text, if need be after a space, and where it ends."""
    found = _UNIT.match(text, place)
    if found is None:
        return Unit(), place
    base = str(found.lastgroup if found.lastgroup in _NAMES else next(name for name in _NAMES if found[name]))
    if base == "d" and found["d"][0].isupper():
        return Unit(), place  # "10.5 Days": a coefficient before the variable `Days`
    if base == "s" and found.start("s") == place and text[place - 1 : place] == "0" and not _decimal(text, place):
        return Unit(), place  # "the 300s"
    squared = bool(found["square"] or found["before"])
    name = _NAMES[base] + ("²" if squared else " per day" if found["rate"] else "")
    if name not in _SIZES:  # no square days, no hours per day: the unit ends before that
        return Unit(_NAMES[base]), found.end(base)
    return Unit(name), found.end()


def declared(text: str) -> Unit:
    """The unit that a test declares; one that is not in the table agrees with itself alone."""
    unit, end = unit_at(text, 0)
    return unit if unit.name and end == len(text) else Unit(text.strip())


def _decimal(text: str, place: int) -> bool:
    return "." in text[max(0, place - 6) : place]

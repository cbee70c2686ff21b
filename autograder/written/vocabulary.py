"""The words of a subject, as a course gives them: its units and the things that its texts count and name.

The grader itself knows percentages only. A course describes its own in a TOML file (``c.Autograder.vocabulary``)::

    named = ["subject", "subjects"]    # a number behind one is a name: "subject 308"
    counted = ["subjects", "nights"]   # a whole number before one counts: "18 subjects"
    variables = ["Days"]               # never a unit: "21.8 Days" is a coefficient before a variable

    [[unit]]
    name = "ms"              # as it is shown, and as tests declare it
    measures = "time"        # units that measure the same are compared
    size = 1                 # in the unit of that kind in which all are compared
    spellings = ["ms", "msec", "milliseconds"]
    squared = true           # there are ms² too, for variances

    [[rate]]
    of = ["ms"]              # there are "ms per day"
    per = "day"
    words = ["day", "days", "d"]                 # behind "per", "each", "/" …
    spoken = ["day", "days", "daily"]            # in a sentence with one of these, "10.5 ms" may be a rate
    steps = [2, 14]                              # a sentence may say what a line is after so many days

Case does not matter in units and words. A unit that a test declares and that is not in the file is understood where it
is written just like that.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from autograder.errors import CourseError

_GAP = r"[\s\u00a0\u202f~-]{0,3}"
_SQUARE = r"\s?(?:²|\^\s?2|squared)"
_PER = (
    r"\s{0,2}(?:/|·|per|pro|je|a|each|every|for\seach|for\severy)\s{0,2}"
    r"(?:(?:additional|further|extra|single)\s)?"
)
_END = r"(?![A-Za-z_])"
NAMED = frozenset(
    "participant participants person persons id ids number no nr question part task figure fig table step line "
    "lines".split()
)
COUNTED = frozenset(
    "participant participants people person persons individual individuals student students measurement measurements "
    "observation observations row rows value values point points column columns case cases record records line lines "
    "bar bars bin bins times group groups".split()
)


@dataclass(frozen=True)
class Unit:
    """A unit, as it is shown; the empty one is that of a number that names none.

    Attributes:
        name: "ms per day"
        measures: the kind of quantity, "time per day"; ``""`` where no unit is named.
        size: in the unit in which quantities of this kind are compared.
        rate_of: of a rate, the kind of quantity that changes, "time"; else ``""``.
        spoken: of a rate, the words that let a sentence speak of it without naming it.
    """

    name: str = ""
    measures: str = ""
    size: float = 1.0
    rate_of: str = ""
    spoken: frozenset[str] = frozenset()

    @property
    def is_compound(self) -> bool:
        """Whether it is a square or a rate, which few numbers of a text have by accident."""
        return bool(self.rate_of) or self.measures.endswith("²")

    @property
    def squared(self) -> Unit:
        """The unit of a variance of quantities in this one."""
        return Unit(f"{self.name}²", f"{self.measures}²", self.size**2)


PERCENT = Unit("%", "share", 0.01)


@dataclass(frozen=True)
class Rate:
    """What quantities change by: "per day"."""

    of: tuple[str, ...]  # names of units
    per: str
    words: tuple[str, ...]
    spoken: frozenset[str]
    steps: tuple[int, int]  # the first and the last number of them after which a line is looked at

    def unit(self, of: Unit) -> Unit:
        """The unit in which a quantity changes: ms → ms per day."""
        measures = f"{of.measures} per {self.per}"
        return Unit(f"{of.name} per {self.per}", measures, of.size, of.measures, self.spoken)


@dataclass(frozen=True)
class Vocabulary:
    """Units and words of a course; see the module for the file that holds them."""

    spellings: tuple[tuple[str, Unit], ...] = ()  # in lower case, with the unit; a later one wins
    squares: frozenset[str] = frozenset()  # names of units of which there are squares
    rates: tuple[Rate, ...] = ()
    named: frozenset[str] = NAMED
    counted: frozenset[str] = COUNTED
    variables: frozenset[str] = frozenset()

    @classmethod
    def read(cls, content: str, name: str) -> Vocabulary:
        """The vocabulary in a TOML file.

        Args:
            content: of the file.
            name: of the file, for the message.

        Raises:
            CourseError: it is not TOML, or lacks something.
        """
        try:
            return cls._from(tomllib.loads(content))
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as problem:
            what = f"{problem} is missing" if isinstance(problem, KeyError) else str(problem)
            raise CourseError(
                f"The vocabulary {name} cannot be read: {what}.", what, remedy="Correct it in that file."
            ) from None

    @classmethod
    def _from(cls, table: Mapping[str, Any]) -> Vocabulary:
        spellings, squares = dict[str, Unit](), set[str]()
        for entry in table.get("unit", ()):
            unit = Unit(str(entry["name"]), str(entry["measures"]), float(entry["size"]))
            spellings |= {_as_looked_up(word): unit for word in (unit.name, *entry.get("spellings", ()))}
            squares |= {unit.name} if entry.get("squared") else set()
        known = {unit.name for unit in spellings.values()}
        rates = tuple(_rate(entry, known) for entry in table.get("rate", ()))
        named, counted, variables = (
            frozenset(map(str, table.get(key, ()))) for key in ("named", "counted", "variables")
        )
        return cls(tuple(spellings.items()), frozenset(squares), rates, NAMED | named, COUNTED | counted, variables)

    def knowing(self, declared: Iterable[str]) -> Vocabulary:
        """The same, and the units that tests declare in no other spelling."""
        names = {name.strip() for name in declared} - {""}
        more = tuple((_as_looked_up(name), Unit(name, name)) for name in sorted(names) if self._exactly(name) is None)
        return replace(self, spellings=(*self.spellings, *more)) if more else self

    def measures_of(self, rate: Rate) -> frozenset[str]:
        """The kinds of quantities that change by a rate."""
        return frozenset(unit.measures for _, unit in self.spellings if unit.name in rate.of)

    def rates_of(self, unit: Unit) -> tuple[Unit, ...]:
        """The rates in which a quantity of this unit changes."""
        return tuple(rate.unit(unit) for rate in self.rates if unit.name in rate.of)

    def declared(self, text: str) -> Unit:
        """The unit that a test declares; one that is not known agrees with itself alone."""
        name = text.strip()
        return self._exactly(name) or Unit(name, name)

    def _exactly(self, name: str) -> Unit | None:
        unit, end = self.unit_at(name, 0)
        return unit if unit.name and end == len(name) else None

    def unit_at(self, text: str, place: int) -> tuple[Unit, int]:
        """The unit that begins at ``place`` of a text, if need be after a space, and where it ends.

        Args:
            text: of an answer.
            place: where a number has ended.

        Returns:
            No unit, and ``place``, where there is none.
        """
        found = self._pattern.match(text, place)
        if found is None:
            return Unit(), place
        spelled = found["base"]
        unit = self._units.get(_as_looked_up(spelled), PERCENT)
        if spelled in self.variables:
            return Unit(), place
        if spelled.lower() == "s" and found.start("base") == place and _is_decade(text, place):
            return Unit(), place  # "the 300s"
        if (found["square"] or found["before"]) and unit.name in self.squares:
            return unit.squared, found.end()
        rates = [rate for number, rate in enumerate(self.rates) if found[f"rate{number}"] and unit.name in rate.of]
        if rates:
            return rates[0].unit(unit), found.end()
        return unit, found.end("base")  # no square days, no hours per day: the unit ends before that

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return dict(self.spellings)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        words = sorted(self._units, key=len, reverse=True)
        base = "|".join([*map(_spelled, words), r"%|percent\b|per\scent\b|pct\b"])
        rates = [
            rf"(?P<rate{number}>{_PER}(?:{'|'.join(map(_spelled, rate.words))})(?:⁻¹)?{_END})"
            for number, rate in enumerate(self.rates)
        ]
        behind = "|".join([rf"(?P<square>{_SQUARE})", *rates])
        return re.compile(rf"{_GAP}(?:(?P<before>squared?)\s)?(?P<base>{base}){_END}(?:{behind})?", re.IGNORECASE)

    @cached_property
    def counted_pattern(self) -> re.Pattern[str]:
        """What stands behind a number that counts, if need be with one other word: "18 young subjects"."""
        words = "|".join(map(_spelled, sorted(self.counted, key=len, reverse=True)))
        return re.compile(rf"\s(?:[a-z]{{1,12}}\s)?(?:{words})(?![a-z])", re.IGNORECASE)


def _rate(entry: Mapping[str, Any], known: set[str]) -> Rate:
    of = tuple(map(str, entry["of"]))
    unknown = set(of) - known
    if unknown:
        raise ValueError(f"a rate is of {sorted(unknown)}, which is no unit of it")
    first, last = entry.get("steps", (2, 2))
    return Rate(
        of, str(entry["per"]), tuple(entry["words"]), frozenset(entry.get("spoken", ())), (int(first), int(last))
    )


def _as_looked_up(spelling: str) -> str:
    return " ".join(spelling.lower().split())


def _spelled(word: str) -> str:
    return re.escape(word).replace(r"\ ", r"\s")


def _is_decade(text: str, place: int) -> bool:
    return text[place - 1 : place] == "0" and "." not in text[max(0, place - 6) : place]

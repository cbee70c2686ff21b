"""The numbers of a text that a person wrote: value, precision, sign, unit, and the part they play in their sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from autograder.written import context
from autograder.written.plain import plain
from autograder.written.vocabulary import Unit, Vocabulary

MAX_NUMBERS = 200  # of a text are looked at

_LONGEST = 24  # characters of one number
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_^²³`\\])(?<![0-9][.,])\.?[0-9]+(?:[.,\u00a0\u202f\u2009][0-9]+)*(?:[eE][-+−]?[0-9]{1,2}(?![0-9]))?"
)
_AFTER = re.compile(r"[A-Za-z_²³^`]")
_SPACED = re.compile(r"[1-9][0-9]{0,2}(?:[\u00a0\u202f\u2009][0-9]{3})+(?:\.[0-9]+)?")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(\.[0-9]+)?")
_DOTTED = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})")
_DECIMAL = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_SIGN = re.compile(r"(?:^|[\s(\[=:<>≈±,;/|\"“'])([-+−–])$|(?:^|[=(≈:])\s?([-+−–])\s$")


class Role(Enum):
    """What a number does in its sentence, as far as that decides what it is compared with."""

    VALUE = auto()
    RANGE = auto()  # one end of it: "250–300", "between 180 and 325"
    BOUND = auto()  # "more than 100"
    TERM = auto()  # of a sum that is written out: its sign is that of the sum
    COUNT = auto()  # "170 of 180", "18 subjects"
    NAME = auto()  # "subject 308", "day 9"


@dataclass(frozen=True)
class Number:
    """One number as written."""

    text: str  # with its unit, for quoting
    value: float  # with its sign, in its own unit
    step: float  # of the last digit that counts: 251 → 1, 10.5 → 0.1, 1400 → 100
    digits: int  # that count, without leading zeros and the zeros that fill up a whole number
    unit: Unit
    direction: int  # −1 or 1 where the sign is written or said in words beside it, else 0
    role: Role
    sentence: str  # around it
    about: bool = False  # "about", "roughly"
    other: float | None = None  # 10,467 is also 10.467

    @property
    def whole(self) -> bool:
        """Written without decimals."""
        return self.step >= 1


def numbers(text: str, vocabulary: Vocabulary) -> tuple[Number, ...]:
    """The numbers of a Markdown text, in order; of a long one, those of its beginning.

    Args:
        text: as a person wrote it.
        vocabulary: the units and words of the course.
    """
    shown = plain(text)
    found = list(_tokens(shown, vocabulary))
    roles = _roles(shown, found, vocabulary)
    units = _units(shown, found)
    return tuple(
        _number(shown, one, role, unit, found[place - 1].end if place else 0)
        for place, (one, role, unit) in enumerate(zip(found, roles, units, strict=True))
    )


@dataclass(frozen=True)
class _Token:
    """A number before its context is known."""

    start: int
    end: int  # after the unit
    sign: str
    value: float
    step: float
    digits: int
    unit: Unit
    other: float | None
    gap: str  # the text since the number before, without the sign; as far as it matters


def _tokens(text: str, vocabulary: Vocabulary) -> Iterator[_Token]:
    end = count = 0
    for token in _TOKEN.finditer(text):
        written = token[0]
        if len(written) > _LONGEST:
            continue
        unit, after = vocabulary.unit_at(text, token.end())
        read = None if not unit.name and _AFTER.match(text, token.end()) else _parse(written)
        if read is None:
            continue
        gap = text[max(end, token.start() - 60) : token.start()]
        sign = _SIGN.search(gap)
        mark = (sign[1] or sign[2]) if sign and (gap.strip() != (sign[1] or sign[2]) or not count) else ""
        between = gap.rstrip().removesuffix(mark) if mark else gap
        start = token.start() - (len(gap) - len(between)) if mark else token.start()
        yield _Token(start, after, mark, *read[:3], unit, read[3], between)
        end = after
        count += 1
        if count >= MAX_NUMBERS:
            return


def _parse(token: str) -> tuple[float, float, int, float | None] | None:
    """Value, step, digits and the other reading of a token; ``None`` where it is no number."""
    mantissa, _, power = token.replace("−", "-").lower().partition("e")
    mantissa = f"0{mantissa}" if mantissa.startswith(".") else mantissa
    other: float | None = None
    if _SPACED.fullmatch(mantissa):
        mantissa = re.sub(r"[\u00a0\u202f\u2009]", "", mantissa)
    elif _THOUSANDS.fullmatch(mantissa):
        other = float(mantissa.replace(",", ".")) if mantissa.count(",") == 1 and "." not in mantissa else None
        mantissa = mantissa.replace(",", "")
    elif _DOTTED.fullmatch(mantissa):
        mantissa = mantissa.replace(".", "").replace(",", ".")
    elif not _DECIMAL.fullmatch(mantissa):
        return None
    mantissa = mantissa.replace(",", ".")
    whole, _, decimals = mantissa.partition(".")
    size = 10.0 ** int(power or 0)
    if decimals:
        return float(mantissa) * size, 10.0 ** -len(decimals) * size, len((whole + decimals).lstrip("0")), other
    significant = whole.strip("0")
    filled = len(whole) - len(whole.rstrip("0")) if significant else 0
    return float(whole) * size, 10.0**filled * size, len(significant), other


def _roles(text: str, found: list[_Token], vocabulary: Vocabulary) -> list[Role]:
    roles = [_role_alone(text, one, vocabulary) for one in found]
    for place in range(1, len(found)):
        first, second = found[place - 1], found[place]
        match context.connection(text[max(0, first.start - 30) : first.start], second.gap):
            case context.Connection.RANGE:
                roles[place - 1] = roles[place] = Role.RANGE
            case context.Connection.DASH:
                written_out = first.value >= second.value or "=" in text[second.end : second.end + 20]
                roles[place] = Role.TERM if written_out else Role.RANGE
                roles[place - 1] = roles[place - 1] if written_out else Role.RANGE
            case context.Connection.TERM:
                roles[place] = Role.TERM
            case context.Connection.SHARE if not first.unit.name:
                roles[place - 1] = roles[place] = Role.COUNT
            case context.Connection.LIST if roles[place - 1] is Role.NAME and not second.unit.name:
                roles[place] = Role.NAME
    return roles


def _role_alone(text: str, one: _Token, vocabulary: Vocabulary) -> Role:
    words = context.words_before(one.gap)
    whole = one.step >= 1
    if whole and not one.unit.name and words[-1:] and words[-1] in vocabulary.named:
        return Role.NAME
    if whole and not one.unit.name and vocabulary.counted_pattern.match(text[one.end : one.end + 40]):
        return Role.COUNT
    return Role.BOUND if context.bounds(one.gap, words) else Role.VALUE


def _units(text: str, found: list[_Token]) -> list[Unit]:
    """In "323.59 and 248.11 ms" the unit belongs to both."""
    units = [one.unit for one in found]
    for place in range(len(found) - 1, 0, -1):
        first, second = found[place - 1], found[place]
        if not units[place - 1].name and units[place].name:
            connection = context.connection(text[max(0, first.start - 30) : first.start], second.gap)
            if connection is not None and _shared(connection, second, units[place]):
                units[place - 1] = units[place]
    return units


def _shared(connection: context.Connection, second: _Token, unit: Unit) -> bool:
    """Whether the unit of the second of two numbers is that of the first too."""
    if connection is context.Connection.LIST and second.gap.strip() == ",":
        return not second.unit.name  # "21.76, 2.26 and 6.11 ms", but not "p = 0.01, 10 ms"
    equation = connection in (context.Connection.TERM, context.Connection.DASH) or "=" in second.gap
    return not (equation and unit.rate_of)  # "251.4 + 10.5 ms per day · x"


def _number(text: str, one: _Token, role: Role, unit: Unit, previous: int) -> Number:
    before = context.clause(text[max(previous, one.start - 80) : one.start])
    said, phrase = context.direction(before, text[one.end : one.end + 40])
    written = {"": 0, "+": 1}.get(one.sign, -1)
    value = -one.value if written < 0 else one.value
    if role in (Role.TERM, Role.RANGE) or (said and written):
        said = written = 0  # a sign that belongs to the sum, or one that is said twice
    inherited = f" {unit.name}" if unit != one.unit else ""
    shown = f"{phrase.lead}{text[one.start : one.end]}{inherited}{phrase.tail}"
    number = Number(
        text=" ".join(shown.replace("`", "").split()),
        value=value,
        step=one.step,
        digits=one.digits,
        unit=unit,
        direction=written or said,
        role=role,
        sentence=context.sentence(text, one.start, one.end),
        about=context.approximate(before),
        other=one.other,
    )
    return replace(number, value=abs(value)) if role is Role.TERM else number

"""The words around a number that make it a range or a bound, connect it with another, or give it a direction."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from enum import Enum, auto

UP = frozenset(
    "increase increases increased increasing rise rises rose rising grow grows grew growing above slower higher longer "
    "greater larger more positive slow slows slowed slowing gain gains climbs later".split()
)
DOWN = frozenset(
    "decrease decreases decreased decreasing drop drops dropped dropping fall falls fell falling below faster lower "
    "shorter smaller less negative decline declines declined reduce reduces reduced shrink shrinks quicker "
    "earlier".split()
)
NEGATIONS = frozenset("not no never without neither nor none cannot hardly".split())
_DISTANCE = frozenset(
    "differ differs differed difference differences deviate deviates deviation deviations distance gap apart between "
    "spread away magnitude absolute off standard range".split()
)
_APPROXIMATE = frozenset("about roughly approximately approx around circa ca some nearly almost only just to".split())
_LIMITS = frozenset("over above under below than least most exceed exceeds exceeding beyond".split())
_WORD = re.compile(r"[a-z]+(?:['’]t)?")
_CLAUSE = re.compile(r"[.;:!?()\[\]|,](?=\s|$)|[()\[\]|;:]|\n\s*\n|`")
_STOP = re.compile(r"[.;:!?](?=\s)|\n\s*\n")
_OR_SO = r"(?:about|roughly|approximately|around|nearly|almost|some|~|≈)?\s?"
_TO = re.compile(rf"\s?(?:–|—|-|−|\.{{2,3}}|…|\s?(?:to|until|up\sto|through)\s)\s?{_OR_SO}", re.IGNORECASE)
_AND = re.compile(rf"\s?and\s{_OR_SO}", re.IGNORECASE)
_DASH = re.compile(r"\s(?:-|−)\s?")
_TERM = re.compile(r"\s?\+\s?")
_SHARE = re.compile(r"\s?(?:of|out of|/)\s?(?:the\s|all\s|a total of\s)?", re.IGNORECASE)
_LIST = re.compile(
    rf"\s?(?:,|&|/|=|,?\s?(?:and|or)\s|(?:against|vs\.?|versus|compared\s(?:to|with))\s)\s?{_OR_SO}", re.IGNORECASE
)


class Connection(Enum):
    """How a number is connected with the one before it."""

    RANGE = auto()
    DASH = auto()  # a range or a difference
    TERM = auto()
    SHARE = auto()
    LIST = auto()


@dataclass(frozen=True)
class QuotedWords:
    """The words around a number that belong to a quotation of it."""

    lead: str = ""
    tail: str = ""


def connection(before_first: str, gap: str) -> Connection | None:
    """How two numbers are connected.

    Args:
        before_first: the text before the first of them.
        gap: what stands between them, the sign of the second aside.
    """
    if len(gap) > 40:
        return None
    if _DASH.fullmatch(gap):
        return Connection.DASH
    if _TO.fullmatch(gap) or (_AND.fullmatch(gap) and "between" in before_first.lower()):
        return Connection.RANGE
    if _TERM.fullmatch(gap):
        return Connection.TERM
    if _SHARE.fullmatch(gap):
        return Connection.SHARE
    return Connection.LIST if _LIST.fullmatch(gap) else None


def words_before(gap: str) -> list[str]:
    """The words of the clause before a number, lower case."""
    return _WORD.findall(clause(gap).lower())[-8:]


def clause(before: str) -> str:
    """The end of ``before`` that belongs to the same clause as what follows."""
    return _CLAUSE.split(before)[-1]


def approximate(before: str) -> bool:
    """Whether a number after this text is only about right."""
    words = _WORD.findall(before.lower())[-2:]
    return before.rstrip()[-1:] in ("~", "≈") or any(word in _APPROXIMATE - {"only", "just", "to"} for word in words)


def bounds(before: str, words: list[str]) -> bool:
    """Whether a number is a limit rather than a value: "well over 100", "> 0.05"."""
    exact = [word for word in words if word not in _APPROXIMATE]
    return before.rstrip()[-1:] in ("<", ">", "≤", "≥") or bool(exact and exact[-1] in _LIMITS)


def direction(before: str, after: str) -> tuple[int, QuotedWords]:
    """The direction that words right beside a number give it, 0 where none or both do; and these words.

    Args:
        before: the clause up to the number.
        after: what follows its unit.
    """
    words = list(_WORD.finditer(before.lower()))[-6:]
    kept = [word for word in words if word[0] not in _APPROXIMATE]
    lead = [word for word in kept[-4:] if word[0] in UP | DOWN] if _leads(kept) else []
    behind = _WORD.match(after.lower(), len(after) - len(after.lstrip()))
    tail = behind[0] if behind and behind[0] in UP | DOWN else ""
    told = {1 if word in UP else -1 for word in [*(word[0] for word in lead), *([tail] if tail else [])]}
    if len(told) != 1 or any(word[0] in NEGATIONS or word[0].endswith(("'t", "’t")) for word in words):
        return 0, QuotedWords()
    return told.pop(), QuotedWords(before[lead[0].start() :] if lead else "", f" {tail}" if tail else "")


def _leads(words: list[re.Match[str]]) -> bool:
    """Whether the last words before a number lead to it: "decreases by", "a drop of", "negative correlation of"."""
    return bool(words) and (words[-1][0] in ("by", "of", "is", "was") or words[-1][0] in ("negative", "positive"))


def sentence(text: str, start: int, end: int) -> str:
    """The sentence around a number, as far as it is near, in lower case."""
    before = _STOP.split(text[max(0, start - 240) : start])[-1]
    after = _STOP.split(text[end : end + 160], maxsplit=1)[0]
    return f"{before}{text[start:end]}{after}".lower()


def is_distance(text: str) -> bool:
    """Whether a sentence speaks of how far apart things are, so that its numbers need no sign."""
    return has_any(text, _DISTANCE)


def says_down(text: str) -> bool:
    """Whether a sentence says anywhere that something is less."""
    return has_any(text, DOWN)


def has_any(text: str, words: Container[str]) -> bool:
    """Whether a sentence in lower case has one of these words."""
    return any(word in words for word in _WORD.findall(text))

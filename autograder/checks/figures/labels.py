"""Axis labels, title, legend and the equation in a figure: each asked piece is worth an equal share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.checks.describe import is_placeholder, mentions, numbers_in, quoted, says_one_of
from autograder.checks.figures.lines import Pair
from autograder.checks.figures.panels import panels
from autograder.checks.outcome import AuthorError, Verdict
from autograder.checks.tolerance import Tolerance
from autograder.values.views import Figure

_EQUATION = Tolerance(relative=1e-3)

Requirement = bool | str | Sequence[str]  # whether a piece is asked for, or words of which it must contain one


Words = str | Sequence[str]


@dataclass(frozen=True)
class Pieces:
    """What a figure should be labeled with.

    Raises:
        AuthorError: if no piece is asked for.
    """

    x: Requirement = True
    y: Requirement = True
    title: Requirement = False
    legend: bool | int = False  # how many entries at least
    equation: bool | Sequence[Sequence[Pair]] = False  # for each equation the pairs that are right in it
    shown: tuple[Words, Words] = ((), ())  # words for what the x axis and the y axis show

    def __post_init__(self) -> None:
        if not any((self.x, self.y, self.title, self.legend, self.equation)):
            pieces = ("x", "y", "title", "legend", "equation")
            remedy = f"Ask for one of {', '.join(pieces)}."
            raise AuthorError("labels() needs at least one piece to look for.", expected=pieces, remedy=remedy)


def judge_labels(figure: Figure, asked: Pieces) -> Verdict:
    """Judge one figure by the pieces asked for, each worth an equal share; a blank to be filled in is not a label.

    Args:
        figure: as it was recorded; labels of any panel and of the whole figure count.
        asked: the pieces.
    """
    found = _found(figure)
    lacking: list[str] = []
    wanted = 0
    for name, piece in (("x label", asked.x), ("y label", asked.y), ("title", asked.title)):
        if piece:
            wanted += 1
            lacking += _lacking(name, found[name], piece) or _exchanged(name, found[name], asked.shown)
    if asked.legend:
        wanted += 1
        lacking += _lacking_legend(figure, int(asked.legend))
    if asked.equation:
        wanted += 1
        lacking += _lacking_equation(figure, asked.equation)
    got = ", ".join(f"{name} {quoted(texts[0])}" for name, texts in found.items() if texts)
    hint = f"Still to do: {'; '.join(lacking)}." if lacking else ""
    return Verdict((wanted - len(lacking)) / wanted, got or "no labels", hint, "labels" if lacking else "")


def _found(figure: Figure) -> Mapping[str, list[str]]:
    shown = list(panels(figure))
    return {
        "x label": _said([axes.xlabel for axes in shown] + [figure.xlabel]),
        "y label": _said([axes.ylabel for axes in shown] + [figure.ylabel]),
        "title": _said([axes.title for axes in shown] + [figure.title]),
    }


def _said(texts: list[str]) -> list[str]:
    return [text for text in texts if not is_placeholder(text)]


def _lacking(name: str, texts: list[str], piece: Requirement) -> list[str]:
    if not texts:
        return [f"a {name}" if not name.startswith("x") else f"an {name}"]
    words = () if isinstance(piece, bool) else (piece,) if isinstance(piece, str) else tuple(piece)
    if words and not any(says_one_of(text, words) for text in texts):
        return [f"the {name} should say what is shown ({quoted(texts[0])} does not)"]
    return []


def _exchanged(name: str, texts: list[str], shown: tuple[Words, Words]) -> list[str]:
    """The complaint about a label that names what the other axis shows, and not what its own does."""
    if name not in ("x label", "y label"):
        return []
    own, other = shown if name.startswith("x") else shown[::-1]
    if says_one_of(texts[0], _words(other)) and not says_one_of(texts[0], _words(own)):
        return [f"the {name} names what the other axis shows ({quoted(texts[0])})"]
    return []


def _words(words: Words) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def _lacking_legend(figure: Figure, entries: int) -> list[str]:
    legends = [axes.legend for axes in panels(figure) if axes.legend is not None]
    if not any(_said(list(legend)) for legend in legends):
        return ["a legend whose entries have names"]
    named = {text for legend in legends for text in _said(list(legend))}  # each panel may name its own lines
    most = max(len(_said(list(legend))) for legend in legends)
    return [] if max(most, len(named)) >= entries else ["a legend entry for each line"]


def _lacking_equation(figure: Figure, equation: bool | Sequence[Sequence[Pair]]) -> list[str]:
    texts = [text for axes in panels(figure) for text in (*axes.texts, axes.title, *(axes.legend or ()))] + [
        figure.title
    ]
    if isinstance(equation, bool):
        return [] if any(len(numbers_in(text)) >= 2 for text in texts) else ["the equation of the line as text"]
    lost = sum(not any(_states(text, pair) for text in texts for pair in pairs) for pairs in equation)
    if not lost:
        return []
    return ["the equation of the line as text, with its intercept and slope" if len(equation) == 1 else "the equations"]


def _states(text: str, pair: Pair) -> bool:
    return all(mentions(text, value, _EQUATION) for value in pair)

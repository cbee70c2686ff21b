"""Axis labels, title, legend and the equation in a figure: each asked piece is worth an equal share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.checks.describe import quoted
from autograder.checks.errors import AuthorError
from autograder.checks.pictures import panels
from autograder.checks.straight_lines import Pair
from autograder.checks.text import is_placeholder, mentions, numbers_in, says_one_of
from autograder.checks.tolerance import Tolerance
from autograder.checks.verdict import Verdict
from autograder.views import Figure

_EQUATION = Tolerance(relative=1e-3)

Asked = bool | str | Sequence[str]  # whether a piece is asked for, or words of which it must contain one


@dataclass(frozen=True)
class Pieces:
    """What a figure should be labelled with."""

    x: Asked = True
    y: Asked = True
    title: Asked = False
    legend: bool | int = False  # how many entries at least
    equation: bool | Sequence[Sequence[Pair]] = False  # for each equation the pairs that are right in it

    def __post_init__(self) -> None:
        if not any((self.x, self.y, self.title, self.legend, self.equation)):
            raise AuthorError("labels() needs at least one piece to look for")


def judge_labels(figure: Figure, asked: Pieces) -> Verdict:
    """Judge one figure by the pieces asked for; a blank to be filled in is not a label."""
    found = _found(figure)
    lacking: list[str] = []
    wanted = 0
    for name, piece in (("x label", asked.x), ("y label", asked.y), ("title", asked.title)):
        if piece:
            wanted += 1
            lacking += _lacking(name, found[name], piece)
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


def _lacking(name: str, texts: list[str], piece: Asked) -> list[str]:
    if not texts:
        return [f"a {name}" if not name.startswith("x") else f"an {name}"]
    words = () if isinstance(piece, bool) else (piece,) if isinstance(piece, str) else tuple(piece)
    if words and not any(says_one_of(text, words) for text in texts):
        return [f"the {name} should say what is shown ({quoted(texts[0])} does not)"]
    return []


def _lacking_legend(figure: Figure, entries: int) -> list[str]:
    legends = [axes.legend for axes in panels(figure) if axes.legend is not None]
    if not any(_said(list(legend)) for legend in legends):
        return ["a legend whose entries have names"]
    most = max(len(_said(list(legend))) for legend in legends)
    return [] if most >= entries else ["a legend entry for each line"]


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

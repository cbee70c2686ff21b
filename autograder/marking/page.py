"""The written answers of a class as one HTML page for TAs: no scripts, nothing to load, all of it made harmless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.marking.answers import Mark, Written, WrittenPart
from autograder.pages.html import preformatted, shortened
from autograder.pages.markdown import as_html
from autograder.pages.render import Markup, number, render
from autograder.pages.time import page_in_time
from autograder.written.groups import Group

_MAX_TEXT = 3_000_000  # characters of all answers of a page; of what comes after, the beginning is shown
_BEGINNING = 300  # characters
_SECONDS = 120.0  # of processor time, for the answers of a whole class
_MOST_COMMENTS = 30
_MAX_COMMENT = 80  # characters of a TA's comment that are shown


@dataclass(frozen=True)
class Forms:
    """What makes the page one to mark in; see :mod:`autograder.marking.desk`.

    Attributes:
        action: address that the forms are sent to.
        id_of: gives a name to a group.
        ready: the group whose field is ready to be typed into.
        said: what became of the last one.
    """

    action: str
    id_of: Callable[[WrittenPart, Group], str]
    ready: str
    said: str


def page(written: Written, marker: str = "", forms: Forms | None = None) -> str:
    """The page for TAs: each part with question, marking scheme and groups of answers.

    Args:
        written: the answers.
        marker: the TA whose answers these are, where they were shared out.
        forms: where marks can be given in the page; names of students are folded then.
    """
    return page_in_time(
        lambda: render(
            "written",
            title=f"Written answers of {written.assignment}{f' for {marker}' if marker else ''}",
            sheet=f"{written.assignment}{f'.{marker}' if marker else ''}.csv",
            apply=f"autograder written {written.assignment} --apply{f' --marker {marker}' if marker else ''}",
            parts=written.parts,
            ungraded=len(written.ungraded),
            text=_Budget().text,
            marks=_marks,
            remarks_of=_remarks,
            forms=forms,
            points_of=_points,
            comments_of=_comments,
        ),
        seconds=_SECONDS,
    )


class _Budget:
    """How many characters of answers the page may still show in full."""

    def __init__(self) -> None:
        self._left = _MAX_TEXT

    def text(self, text: str, attachments: Mapping[str, Mapping[str, Any]]) -> Markup:
        self._left -= len(text)
        if self._left < 0:
            return Markup(preformatted(shortened(text, _BEGINNING)))
        return Markup(as_html(text, attachments))


def _remarks(part: WrittenPart, group: Group) -> dict[str, list[str]]:
    """Remark → students; equal answers need not have the same, because the students' own results may differ."""
    found: dict[str, list[str]] = {}
    for student in group.students:
        for sentence in part.remarks.get(student, ()):
            found.setdefault(sentence, []).append(student)
    return found


def _points(part: WrittenPart, group: Group) -> str:
    """The points of a group whose students all have the same."""
    found = {part.marked.get(student, Mark()).points for student in group.students}
    (points,) = found if len(found) == 1 else (None,)
    return "" if points is None else number(points)


def _comments(part: WrittenPart) -> list[str]:
    """The comments that were given in a part, the commonest first, to be given again."""
    given = Counter(mark.comment for mark in part.marked.values() if mark.comment)
    return [comment for comment, _ in given.most_common(_MOST_COMMENTS)]


def _marks(part: WrittenPart, group: Group) -> str:
    """The marks given so far, with how many students have them where it is not all."""
    marks: dict[Mark, int] = {}
    for student in group.students:
        mark = part.marked.get(student, Mark())
        if mark.points is not None:
            marks[mark] = marks.get(mark, 0) + 1
    if not marks:
        return "" if group.blank else "not marked yet"
    return f"marked: {'; '.join(_mark(mark, times, len(group.answers)) for mark, times in marks.items())}"


def _mark(mark: Mark, times: int, students: int) -> str:
    points = number(mark.points or 0.0)
    comment = f" “{mark.comment[:_MAX_COMMENT]}”" if mark.comment else ""
    return f"{points}{comment}{f' ({times} of them)' if times < students else ''}"

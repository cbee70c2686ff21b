"""The written answers of a class as one HTML page for TAs: no scripts, nothing to load, all of it made harmless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from autograder.marking.answers import Written, WrittenPart
from autograder.marking.given import Mark
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
class Sent:
    """What a form has sent, and what became of it.

    Attributes:
        group: that was to be marked.
        points: as they were typed.
        comment: for the students.
        said: what was marked.
        problem: why nothing was marked; what was typed stays in the fields then.
    """

    group: str
    points: str
    comment: str
    said: str = ""
    problem: str = ""

    def done(self, said: str) -> Sent:
        """The same, after it was marked."""
        return replace(self, said=said)

    def refused(self, problem: str) -> Sent:
        """The same, where nothing was marked."""
        return replace(self, problem=problem)


@dataclass(frozen=True)
class Forms:
    """What makes the page one to mark in; see :mod:`autograder.marking.desk`.

    Attributes:
        action: address that the forms are sent to.
        id_of: gives a name to a group.
        seen_of: says which marks of a group are shown.
        next: the next group without points; empty where there is none.
        ready: the group whose field is ready to be typed into; empty where the page opens at its top.
        sent: what was sent last.
    """

    action: str
    id_of: Callable[[WrittenPart, Group], str]
    seen_of: Callable[[WrittenPart, Group], str]
    next: str
    ready: str
    sent: Sent | None

    def refused(self, name: str) -> Sent | None:
        """What was sent for a group, where that could not be given."""
        return self.sent if self.sent is not None and self.sent.problem and self.sent.group == name else None

    @property
    def lost(self) -> Sent | None:
        """What was sent for a group that is on the page no more."""
        return self.sent if self.sent is not None and self.sent.problem and self.ready != self.sent.group else None


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
            assignment=written.assignment,
            here=_here(written, forms),
            points_of=_points,
            comments_of=_comments,
            comment_of=comment_of,
        ),
        seconds=_SECONDS,
    )


def _here(written: Written, forms: Forms | None) -> str:
    """Where the cursor is: "q5c, group 1, 25 students"; empty where the page opens at its top."""
    for part in written.parts if forms and forms.ready else ():
        for place, group in enumerate(part.groups, 1):
            if forms and forms.id_of(part, group) == forms.ready:
                students = len(group.students)
                return f"{part.name}, group {place}, {students} student{'' if students == 1 else 's'}"
    return ""


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


def comment_of(part: WrittenPart, group: Group) -> str:
    """The comment of a group whose students all have the same."""
    found = {part.marked.get(student, Mark()).comment for student in group.students}
    return found.pop() if len(found) == 1 else ""


def _comments(part: WrittenPart) -> list[str]:
    """The comments that were given in a part, the commonest first, to be given again."""
    given = Counter(mark.comment for mark in part.marked.values() if mark.comment)
    return [comment for comment, _ in given.most_common(_MOST_COMMENTS)]


def _marks(part: WrittenPart, group: Group) -> str:
    """The marks given so far, with how many students have them where it is not all."""
    marks = Counter(part.marked.get(student, Mark()) for student in group.students)
    said = [
        f"{about}: {'; '.join(_mark(mark, times, len(group.answers)) for mark, times in found.items())}"
        for about, found in (
            ("marked", {mark: times for mark, times in marks.items() if mark.stands}),
            ("not marked again; before it changed", {mark: times for mark, times in marks.items() if mark.outdated}),
        )
        if found
    ]
    return "; ".join(said) or ("" if group.blank else "not marked yet")


def _mark(mark: Mark, times: int, students: int) -> str:
    points = number(mark.points or 0.0)
    comment = f" “{mark.comment[:_MAX_COMMENT]}”" if mark.comment else ""
    return f"{points}{comment}{f' ({times} of them)' if times < students else ''}"

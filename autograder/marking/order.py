"""In which order answers are marked, and by whom.

Marks depend on what was marked before, so that no student should always come first: each part is shuffled, for each TA
in another way. The place of an answer comes from its text and a seed of assignment, part and TA, which is why a TA who
comes back finds the order of before, with late answers in between.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.course.results.marks import MarkOrigin
from autograder.marking.answers import Written, WrittenPart
from autograder.marking.marks import PlannedMark
from autograder.written.groups import Group, normalized

Shares = Mapping[str, Mapping[str, str]]  # part → student → who marks it


def shuffled(written: Written, marker: str) -> Written:
    """The answers in the order in which a TA marks them; who did not answer stays last.

    Args:
        written: in any order.
        marker: the TA's name, by which the order is drawn: the same each time.
    """
    seeds = [f"{written.assignment}\n{part.name}\n{marker}" for part in written.parts]
    parts = [
        replace(part, groups=tuple(sorted(part.groups, key=lambda group: (group.blank, _place(group, seed)))))
        for part, seed in zip(written.parts, seeds, strict=True)
    ]
    return replace(written, parts=tuple(parts))


def shared_out(written: Written, markers: Sequence[str], before: Shares) -> dict[str, dict[str, str]]:
    """Who marks which answer: equal answers go to one TA, and each part is spread over all of them.

    Args:
        written: the answers.
        markers: names of the TAs.
        before: what was shared out already; it stays as it is, where the TA is still among them.
    """
    return {part.name: _shares_of(part, markers, before.get(part.name, {})) for part in written.parts}


def only_of(written: Written, marker: str, shares: Shares) -> Written:
    """The answers that a TA marks; a group stays where the TA marks any student of it.

    Args:
        written: all answers.
        marker: the TA's name.
        shares: who marks which; see :func:`shared_out`.
    """
    parts = [
        replace(
            part,
            groups=tuple(
                group
                for group in part.groups
                if marker in {shares.get(part.name, {}).get(who) for who in group.students}
            ),
        )
        for part in written.parts
    ]
    return replace(written, parts=tuple(parts))


def origins(given: Iterable[PlannedMark], lines: Iterable[tuple[int, str]], marker: str) -> list[MarkOrigin]:
    """Where the marks of a sheet come from; those of students who did not answer are left out, as nobody judged them.

    Args:
        given: the marks.
        lines: line and part of every row of the sheet.
        marker: whose sheet it is.
    """
    places: dict[int, int] = {}
    counts: dict[str, int] = {}
    for line, part in lines:
        places[line] = counts.get(part, 0)
        counts[part] = places[line] + 1
    now = time.time()
    return [
        MarkOrigin(
            mark.part.notebook,
            mark.part.grade_id,
            mark.student,
            mark.points,
            marker,
            places[mark.line],
            now,
            mark.part.digests.get(mark.student, ""),
        )
        for mark in given
        if mark.student not in _blank(mark.part)
    ]


def _shares_of(part: WrittenPart, markers: Sequence[str], before: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    counts = dict.fromkeys(markers, 0)
    new: list[Group] = []
    for group in part.groups:
        known = next((before[who] for who in group.students if before.get(who) in counts), None)
        if known is None:
            new.append(group)
            continue
        counts[known] += 1
        found |= dict.fromkeys(group.students, known)
    for group in sorted(new, key=lambda group: _place(group, part.name)):
        if group.blank:
            continue
        least = min(markers, key=lambda marker: (counts[marker], markers.index(marker)))
        counts[least] += 1
        found |= dict.fromkeys(group.students, least)
    return found


def _place(group: Group, seed: str) -> str:
    text = normalized(group.answers[0].text)
    return hashlib.sha256(f"{seed}\n{group.answers[0].attached}\n{text}".encode("utf-8", "replace")).hexdigest()


def _blank(part: WrittenPart) -> frozenset[str]:
    return frozenset(who for group in part.groups if group.blank for who in group.students)

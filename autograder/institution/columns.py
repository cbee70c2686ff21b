"""Which column of a sheet an assignment's points go to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import CourseError
from autograder.institution.sheet import Sheet

_BETWEEN = re.compile(r"[\s_-]+")


@dataclass(frozen=True)
class Wanted:
    """An assignment, and the column that is named for it.

    Attributes:
        assignment: by the gradebook's name.
        column: its heading, title or number in the other system; empty where the assignment's own name is meant.
    """

    assignment: str
    column: str = ""


def choose(sheet: Sheet, wanted: Wanted, choices: Mapping[int, Sequence[str]]) -> int:
    """The column that is wanted.

    Args:
        sheet: for messages.
        wanted: the assignment.
        choices: column → its names: the heading, the title, the number.

    Raises:
        CourseError: no column is called so, or two are; the message lists them.
    """
    name = wanted.column or wanted.assignment
    exact = [place for place, names in choices.items() if name in names]
    found = exact or [place for place, names in choices.items() if _plain(name) in map(_plain, names)]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"“{choices[place][0]}”" for place in (found or choices))
    if found:
        raise CourseError(
            f"{sheet.path} has {len(found)} columns that match {name!r}: {listed}.",
            [choices[place][0] for place in found],
            remedy=f"Name one by its number: {wanted.assignment}={choices[found[0]][-1]}",
        )
    example = f"{wanted.assignment}={next(iter(choices.values()))[-1]}" if choices else ""
    raise CourseError(
        f"{sheet.path} has no column for {name!r}. Its assignments: {listed or 'none'}.",
        wanted.assignment,
        [names[0] for names in choices.values()],
        f"Name the column by its title or number, for example {example}" if example else "",
    )


def _plain(name: str) -> str:
    return _BETWEEN.sub(" ", name).strip().casefold()

"""Whose answers these are, where each student analyzes data of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

from autograder.checks.check_list import CheckList
from autograder.checks.student import Judging, current, student
from autograder.checks.values.containers import as_number
from autograder.values.views import Missing

ENOUGH = 2  # wrong numbers that agree with those of one neighbor: a single one may agree by chance
MOST = 100  # neighbors whose answers are computed for one test cell
SECONDS = 6.0  # of processor time for all of them: a remark must not cost the test cell the time that it is judged in
_LONGEST = 128  # characters of an id, as in the gradebook; what else was entered is no text for the TA to read
_SAME = 1e-4  # relative; the spread of honest fits
_DIGITS = 4  # significant ones that a rounded number must have


class NeighborChecks(CheckList):
    """Remarks for the TA; they earn and cost no points, and no student reads them."""

    def whose(self, answers: Callable[..., Any], *, claims: str = "", most: int = MOST) -> None:
        """Look whether wrong numbers of this list are the right ones for somebody else's data.

        To be called after the checks. Where at least two numbers are wrong, the data of each neighbor are drawn (see
        the argument ``draw`` of ``student.data``) and the numbers compared; the TA is told whose they are.

        Args:
            answers: the tables that the test cell asked for → an object with the right numbers, as attributes that
                are called like the student's variables.
            claims: the student's variable in which they entered their id; that id is tried first.
            most: neighbors that are tried, as far as :data:`SECONDS` go.

        Example:
            >>> from types import SimpleNamespace
            >>> def own_rows(table, owner):
            ...     return table[table["day"] >= len(owner) % 3]
            >>> def answers(table):
            ...     return SimpleNamespace(mean=table["time"].mean(), spread=table["time"].std())
            >>> times = pd.DataFrame({"day": [0, 1, 2, 3], "time": [250.0, 262.0, 268.0, 284.5]})
            >>> with trying(
            ...     mean=271.5, spread=11.6512, data={"times.csv": times}, submitted_as="ben", others=["cleo", "eva"]
            ... ):
            ...     right = answers(student.data("times.csv", draw=own_rows))
            ...     checks = Checks()
            ...     checks.number("mean", right.mean)
            ...     checks.number("spread", right.spread)
            ...     checks.whose(answers)
            0 of 1 points
              ✗ `mean`: not right, 0 of 0.5 points
                  Found: 271.5
                  Hint: This is not the value that the data give.
              ✗ `spread`: not right, 0 of 0.5 points
                  Found: 11.6512
                  Hint: This is not the value that the data give.
            For the TA: Not right for the data of `ben`, but for those of `cleo`, who is in the class: `mean`, `spread`.
        """
        cell = current()
        wrong = dict(self._wrong_numbers(cell))
        if len(wrong) < ENOUGH:
            return
        entered, started = self._entered(claims), process_time()
        for other in dict.fromkeys([*filter(None, [entered]), *cell.submitter.others[:most]]):
            if process_time() - started > SECONDS:
                return
            theirs = answers(*cell.tables_of(other))
            same = [f"`{name}`" for name, value in wrong.items() if _agree(value, getattr(theirs, name, None))]
            if len(same) >= ENOUGH:
                known = "who is in the class" if other in cell.submitter.others else "the id that was entered"
                owner = f"those of `{other}`, {known}"
                cell.remarks.append(
                    f"Not right for the data of `{cell.submitter.id}`, but for {owner}: {', '.join(same)}."
                )
                return

    def _wrong_numbers(self, cell: Judging) -> Iterator[tuple[str, float]]:
        values = dict(cell.reads)
        for line in self._lines:
            value = _number(values.get(line.name))
            if line.verdict.share < 1 and value is not None:
                yield line.name, value

    def _entered(self, claims: str) -> str:
        value = student.value(claims) if claims else Missing("")
        entered = value.strip() if isinstance(value, str) else ""
        is_an_id = len(entered) <= _LONGEST and entered.isprintable() and "`" not in entered
        return entered if is_an_id and entered != student.id else ""


def _number(value: Any) -> float | None:
    found = as_number(value)
    return found if isinstance(found, float) and math.isfinite(found) else None


def _agree(value: float, want: Any) -> bool:
    """Whether two numbers are the same up to the spread of fits, or to the digits that one was rounded to."""
    number = _number(want)
    if not number:
        return False
    digits = len(repr(value).partition("e")[0].replace(".", "").strip("-0"))
    return abs(value - number) <= _SAME * abs(number) or value == float(f"{number:.{max(digits, _DIGITS)}g}")

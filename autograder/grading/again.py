"""What a second run, on other data, tells about the first: sentences for the TA, and never a point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from autograder.checks.outcome import Status
from autograder.grading.cells import CellGrade, NotebookRun

_SLOWER = 3.0  # times as long as on the published data
_SECONDS = 2.0  # and so much longer: less is chance
_NUMBERS = ("bool", "int", "float")


def hardcoded_answers(first: NotebookRun, second: NotebookRun) -> Mapping[str, str]:
    """What held on the published data and does not hold, or cannot be seen, on other data.

    Points come from the first run alone. A check that passes there and fails on other data, where the reference
    has moved, means that the answer did not move with it. A submission that knows which run it is in gains nothing
    by refusing the second one: that is a remark as well.

    Args:
        first: on the published data.
        second: of the same notebook on other data.

    Returns:
        ``grade_id`` → sentences for the TA.
    """
    again = {cell.grade_id: cell for cell in second.grades}
    found = {
        cell.grade_id: " ".join(_remarks(cell, again[cell.grade_id], second))
        for cell in first.grades
        if cell.points and cell.grade_id in again  # tests without `Checks` are run on the published data only
    }
    slower = second.seconds > _SLOWER * first.seconds + _SECONDS
    for grade_id in list(found)[:1] if slower else []:
        said = f"On another data set it took {second.seconds:.0f} s, on the published one {first.seconds:.0f} s."
        found[grade_id] = f"{found[grade_id]} {said}".strip()
    return {grade_id: said for grade_id, said in found.items() if said}


def not_judged_again(first: NotebookRun, why: str) -> Mapping[str, str]:
    """The same where there is no second run to look at: no test cell with points from checks was judged again.

    Args:
        first: on the published data.
        why: as the end of a sentence.
    """
    said = f"Could not be judged on another data set, while it could on the published one: {why}."
    return {cell.grade_id: said for cell in first.grades if cell.points and cell.verdict.checks}


def _remarks(first: CellGrade, second: CellGrade, run: NotebookRun) -> Iterator[str]:
    passed = _passed(first)
    why = second.part.ended or (run.ended.message if run.ended is not None and not second.points else "")
    if why or second.points is None:
        said = f", because that run ended: {why}" if why else ", while it could on the published one."
        yield f"Could not be judged on another data set ({', '.join(passed) or 'nothing was right'}){said}"
        return
    still = _passed(second)
    lost = [label for label in passed if label not in still]
    if lost:
        yield (
            "Does not follow the data: right on the published data, not right when the notebook is run on another "
            f"data set: {', '.join(lost)}."
        )
    other = [name for name, answer in first.part.answers.items() if _kind(answer) != _kind_of(name, second)]
    if other:
        yield f"On another data set these are not defined, or are something else: {', '.join(map(repr, other))}."


def _passed(cell: CellGrade) -> list[str]:
    return [check.label for check in cell.verdict.checks if check.status is Status.PASSED]


def _kind_of(name: str, cell: CellGrade) -> str:
    answer = cell.part.answers.get(name)
    return "nothing" if answer is None else _kind(answer)


def _kind(answer: Mapping[str, Any]) -> str:
    """What an answer of the sandbox holds, in a word."""
    if answer["kind"] != "value":
        return str(answer["kind"])
    value = answer.get("value")
    kind = value.get("t") if isinstance(value, dict) else type(value).__name__
    return "number" if kind in _NUMBERS else str(kind)

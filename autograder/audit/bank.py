"""The bank of answers: TOML files that an instructor writes, one folder for each assignment.

::

    [[answer]]
    name = "no constant"
    does = "leaves the column of ones out"
    code.q3a = '''
    model = sm.OLS(y, X).fit()
    '''
    earns.q3a = 0.25
    says.q3a = { slope = "no constant" }

``code`` holds what stands in a solution cell; in the others stands the instructor's solution. ``earns`` gives the
points of the test cells behind a solution cell where the answer does not deserve them all. ``says`` gives, by the
label of a check, the name of the mistake or a part of the hint that the student must read; ``message`` stands for
what a visible check says. ``one_id = true`` says of an answer that holds numbers or the id of one draw, where each
student has data of their own, that it is submitted under the example's id alone: under others, numbers agree by chance.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import BankError

BANKS = ("tests/answers", "answers")  # where a bank may lie in the course folder
KEYS = frozenset({"name", "does", "code", "earns", "says", "one_id"})


def find_bank(root: Path) -> Path | None:
    """The folder of a course's bank of answers, where it has one."""
    return next((root / name for name in BANKS if (root / name).is_dir()), None)


@dataclass(frozen=True)
class Answer:
    """One way to fill in a notebook, with the points and the hint that it should get."""

    name: str
    does: str  # what the student does or believes, in a line
    file: Path
    code: Mapping[str, str]  # grade_id of a solution cell → what stands in it
    earns: Mapping[str, float] = field(default_factory=dict)  # grade_id of a solution cell → points; missing: all
    says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # … → label of a check → mistake, or hint
    one_id: bool = False  # whether it holds what belongs to one draw of the data, so that no other id is tried

    @property
    def is_right(self) -> bool:
        """Whether it should earn all points."""
        return not self.earns

    @property
    def title(self) -> str:
        """The name of its file, and its own."""
        return f"{self.file.stem}: {self.name}"


def read_bank(folder: Path) -> tuple[Answer, ...]:
    """All answers of an assignment, in the order of files and lines; none where there is no folder.

    Raises:
        BankError: a file is no TOML, or an answer lacks something or holds something unknown.
    """
    answers: list[Answer] = []
    problems: list[BankError] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            answers += read_answers(file)
        except BankError as problem:
            problems.append(problem)
    refuse(problems)
    return tuple(answers)


def refuse(problems: Sequence[BankError]) -> None:
    """Say everything that is wrong with a bank at once, a line for each problem.

    Raises:
        BankError: there is something.
    """
    if problems:
        first, *others = problems
        if not others:
            raise first
        lines = "\n".join([f"{first.problem} {first.remedy}".strip(), *map(str, others)])
        raise BankError(first.file, first.name, lines, first.found, first.expected)


def read_answers(file: Path) -> list[Answer]:
    """The answers of one file.

    Raises:
        BankError: it is no TOML, or an answer lacks something or holds something unknown.
    """
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BankError(file, "", f"{problem}.", str(problem), "TOML in UTF-8", "Correct the file.") from None
    entries, unknown = content.get("answer", []), sorted(set(content) - {"answer"})
    if unknown:
        told = f"unknown tables {unknown}; answers begin with [[answer]]"
        raise BankError(file, "", told, sorted(content), "[[answer]]")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BankError(file, "", "`answer` is no list of tables; answers begin with [[answer]]", entries, "[[answer]]")
    answers: list[Answer] = []
    problems: list[BankError] = []
    for entry in entries:
        try:
            answers.append(_answer(file, entry))
        except BankError as problem:
            problems.append(problem)
    names = [answer.name for answer in answers]
    twice = sorted({name for name in names if names.count(name) > 1})
    refuse([*problems, *(_twice(file, name, names.count(name)) for name in twice)])
    return answers


def _twice(file: Path, name: str, times: int) -> BankError:
    return BankError(file, name, "there are several answers of this name.", times, 1, "Give each its own name.")


def _answer(file: Path, entry: dict[str, Any]) -> Answer:
    name = entry.get("name", "")
    if not isinstance(name, str) or not name:
        raise BankError(file, "", "an answer has no name.", name, "a text", 'Give it one: name = "…"')
    unknown = sorted(set(entry) - KEYS)
    if unknown:
        raise BankError(file, name, f"unknown keys {unknown}; there are {sorted(KEYS)}", unknown, sorted(KEYS))
    does, code, earns, says = (entry.get(key, {}) for key in ("does", "code", "earns", "says"))
    if not isinstance(does, str) or not does:
        raise BankError(file, name, "`does` is missing:", does, "a text", "say in a line what the student does")
    if not code or not isinstance(code, dict) or not _is_text(code, blank=True):
        remedy = "code.<cell> holds the text of a solution cell"
        raise BankError(file, name, "`code` is missing:", code, "a text for each cell", remedy)
    if not isinstance(earns, dict) or not all(type(points) in (int, float) for points in earns.values()):
        raise BankError(file, name, "`earns` holds points: earns.<cell> = 0.25", earns, "points for each cell")
    if not isinstance(says, dict) or not all(isinstance(labels, dict) and _is_text(labels) for labels in says.values()):
        holds = '`says` holds texts: says.<cell> = { label = "mistake or hint" }'
        raise BankError(file, name, holds, says, "texts by label for each cell")
    if earns and not any(says.values()):
        remedy = "which mistake should the student read about?"
        raise BankError(file, name, "a wrong answer needs `says`:", says, "texts by label for each cell", remedy)
    one_id = entry.get("one_id", False)
    if not isinstance(one_id, bool):
        raise BankError(file, name, "`one_id` is true or false", one_id, "true or false")
    return Answer(name, does, file, code, {part: float(points) for part, points in earns.items()}, says, one_id)


def _is_text(labels: Mapping[str, Any], *, blank: bool = False) -> bool:
    return all(isinstance(text, str) and (text or blank) for text in labels.values())

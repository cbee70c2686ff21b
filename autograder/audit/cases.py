"""What an audit submits: the solution, the blank notebook, and the answers of the bank in all circumstances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

import nbformat

from autograder.audit.bank import Answer, refuse
from autograder.course.release.generate import EXAMPLE, Rehearsal
from autograder.errors import BankError
from autograder.grading.task import Task
from autograder.template import Template, grade_id_of

IDS = ("ada", "b.1815", "c042", "Dora-7")  # further ids that are tried, unless a class is named
SOLUTION = "the solution"
BLANK = "the blank release"


class Vary(Enum):
    """Which answers are also tried in other circumstances."""

    NOTHING = "nothing"
    SOLUTION = "solution"
    RIGHT = "right"


@dataclass(frozen=True)
class AuditCase:
    """One notebook to be graded."""

    title: str
    answer: Answer | None  # None: the solution or the blank release
    variation: Variation
    task: Task

    @property
    def is_solution(self) -> bool:
        """Whether it is the solution, as it is graded."""
        return self.title == SOLUTION and self.variation is PLAIN

    @property
    def key(self) -> str:
        """Tells it from all other cases."""
        template = self.task.template
        return f"{template.assignment}/{template.notebook}/{self.title}/{self.variation.name}"


def parts_of(template: Template) -> dict[str, tuple[str, ...]]:
    """``grade_id`` of each solution cell with code → the test cells between it and the next one."""
    parts: dict[str, tuple[str, ...]] = {}
    current = ""
    for cell in template.cells:
        if cell.solution and cell.cell_type == "code":
            current = cell.grade_id
            parts[current] = ()
        elif cell.is_test and current:
            parts[current] = (*parts[current], cell.grade_id)
    return parts


def misfits(answer: Answer, template: Template) -> Iterator[BankError]:
    """What an answer of the bank says of cells that the notebook does not have, or of more points than a part is worth.

    Args:
        answer: of the bank.
        template: of the notebook.
    """
    parts, points = parts_of(template), {cell.grade_id: cell.points for cell in template.cells}
    for part in dict.fromkeys((*answer.code, *answer.earns, *answer.says)):
        if part not in parts:
            named = (
                f"{part!r} is no solution cell with code" if part in points else f"there is no solution cell {part!r}"
            )
            yield BankError(answer.file, answer.name, f"{named}; there are {list(parts)}", part, list(parts))
    for part, earned in answer.earns.items():
        max_points = sum(points[test] for test in parts.get(part, ()))
        if part in parts and not 0 <= earned <= max_points:
            problem = f"earns.{part} = {earned:g} is not between 0 and {max_points:g}"
            yield BankError(answer.file, answer.name, problem, earned, (0.0, max_points))


def cases(rehearsal: Rehearsal, answers: Sequence[Answer], vary: Vary, ids: Sequence[str] = IDS) -> Iterator[AuditCase]:
    """All cases of one notebook: first each answer as it is graded, then in changed circumstances.

    Args:
        rehearsal: the notebook as nbgrader releases it.
        answers: of the bank.
        vary: which answers are repeated in changed circumstances.
        ids: under which they are submitted too, wrong answers as well, where tests draw data by the id.

    Raises:
        BankError: an answer does not fit the notebook.
    """
    refuse([problem for one in answers for problem in misfits(one, rehearsal.template)])
    plain: list[tuple[str, Answer | None, Mapping[str, str]]] = [
        (SOLUTION, None, rehearsal.solutions),
        (BLANK, None, {}),
        *((one.title, one, {**rehearsal.solutions, **one.code}) for one in answers),
    ]
    for title, answer, code in plain:
        yield _case(rehearsal, title, answer, code, PLAIN)
    for title, answer, code in plain:
        if vary is Vary.RIGHT or (title == SOLUTION and vary is not Vary.NOTHING):
            named = ids if rehearsal.template.draws_by_id and not (answer and answer.one_id) else ()
            yield from (_case(rehearsal, title, answer, code, submitted_as(one)) for one in named)
        if _is_varied(title, answer, vary):
            others = (OTHER_DATA, *VARIATIONS) if rehearsal.task.second_files else VARIATIONS
            text = "\n".join(code.values())
            yield from (_case(rehearsal, title, answer, code, other) for other in others if other.matters(text))


def _is_varied(title: str, answer: Answer | None, vary: Vary) -> bool:
    if title == SOLUTION:
        return vary is not Vary.NOTHING
    return vary is Vary.RIGHT and answer is not None and answer.is_right


def _case(
    rehearsal: Rehearsal, title: str, answer: Answer | None, code: Mapping[str, str], variation: Variation
) -> AuditCase:
    student = variation.submitted_as or rehearsal.task.student
    code = {grade_id: _entered(source, student) for grade_id, source in code.items()}
    task = replace(rehearsal.task, student=student, content=filled_in(rehearsal.released, code, variation.before))
    if variation is OTHER_DATA:
        task = replace(task, files={**task.files, **task.second_files})
    return AuditCase(title, answer, variation, task)


def _entered(source: str, student: str) -> str:
    """An answer as a student with this id writes it."""
    return source.replace(f'"{EXAMPLE}"', f'"{student}"').replace(f"'{EXAMPLE}'", f"'{student}'")


def filled_in(released: bytes, code: Mapping[str, str], before: str = "") -> bytes:
    """The released notebook with answers filled in.

    Args:
        released: the file that students get.
        code: ``grade_id`` → source of a solution cell; other cells stay as they are.
        before: code of a cell that is added at the top, if any.
    """
    notebook = nbformat.reads(released.decode("utf-8"), as_version=4)
    for cell in notebook.cells:
        grade_id = grade_id_of(cell)
        cell.source = code.get(grade_id, cell.source)
    if before:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    return str(nbformat.writes(notebook)).encode("utf-8")


_SEED = "import random\nimport numpy\nrandom.seed({seed})\nnumpy.random.seed({seed})\n"
_OPTIMIZER = """\
import functools
from statsmodels.regression.mixed_linear_model import MixedLM
if "fit" in vars(MixedLM):
    MixedLM.fit = functools.partialmethod(MixedLM.fit, method={method!r})
"""
_THREADS = """\
import ctypes
with open("/proc/self/maps") as maps:
    libraries = {{line.split()[-1] for line in maps if "openblas" in line}}
for library in map(ctypes.CDLL, libraries):
    for name in ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads", "openblas_set_num_threads"):
        if hasattr(library, name):
            getattr(library, name)({number})
"""  # a sandbox is warmed up on one thread; more start in the session


@dataclass(frozen=True)
class Variation:
    """One circumstance of a run that should make no difference, such as a random seed."""

    name: str
    before: str = ""  # code that runs before the student's
    environment: Mapping[str, str] = field(default_factory=dict)  # variables of the process that runs it
    only: str = ""  # makes a difference only where this text stands in the code
    submitted_as: str = ""  # the student's id; empty: that of the example

    def matters(self, code: str) -> bool:
        """Whether this circumstance can affect the code at all."""
        return self.only.lower() in code.lower()


def submitted_as(student: str) -> Variation:
    """Submitted by somebody else, on whose data the same answer must get the same points and hints."""
    return Variation(f"submitted as {student}", submitted_as=student)


PLAIN = Variation("as it is graded")
OTHER_DATA = Variation("other data")  # those of the second run of each submission, where the course has some
VARIATIONS: tuple[Variation, ...] = (
    *(Variation(f"random seed {seed}", _SEED.format(seed=seed)) for seed in (1, 2)),
    *(Variation(f"hash seed {seed}", environment={"PYTHONHASHSEED": str(seed)}) for seed in (1, 2)),
    Variation("2 threads", _THREADS.format(number=2)),
    *(
        Variation(f"optimizer {method}", _OPTIMIZER.format(method=method), only="mixedlm")
        for method in ("bfgs", "lbfgs", "cg", "powell", "nm")
    ),
)

"""Points given beside points expected, and what differs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

_SAME = 1e-6  # points
_COLUMN = 18  # characters of a column of points, and of the names
_DESCRIPTION = 48  # characters that are needed to say what a student does


@dataclass(frozen=True)
class Cell:
    """One student's submission of one assignment.

    Attributes:
        given: part → automatic points in the gradebook; a part that the grader left open is missing.
        expected: part → points, for every part that is graded automatically.
        worth: part → points that can be had.
        late: the gradebook says that it came after the due date.
        expected_late: it did.
        feedback: a feedback page came back to the student.
    """

    student: str
    assignment: str
    given: Mapping[str, float]
    expected: Mapping[str, float]
    late: bool = False
    expected_late: bool = False
    feedback: bool = True
    worth: Mapping[str, float] = field(default_factory=dict)

    def differences(self) -> tuple[str, ...]:
        """One sentence per thing that is not as expected."""
        where = f"{self.student}, {self.assignment}"
        if not self.given and not self.feedback:
            return (f"{where}: not graded",)
        found = [
            f"{where}, {part}: {_points(self.given.get(part))} given, {_points(self.expected.get(part))} expected"
            for part in sorted({*self.given, *self.expected})
            if not _same(self.given.get(part), self.expected.get(part))
        ]
        if self.late != self.expected_late:
            found.append(f"{where}: {'late' if self.late else 'in time'} in the gradebook, not when it was handed in")
        if not self.feedback:
            found.append(f"{where}: no feedback page came back to the student")
        return tuple(found)

    def text(self) -> Text:
        """Such as "0.40 of 1.50 ✓"; where it is not as expected, what was."""
        text = Text(f"{_number(sum(self.given.values()))} of {_number(sum(self.worth.values()))}")
        as_expected = not self.differences()
        text.append(" ✓" if as_expected else f" ≠ {_number(sum(self.expected.values()))}")
        if self.late:
            text.append(" late", style="yellow")
        if not as_expected:
            text.stylize("bold red")
        return text


def differences(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Everything that differs, in the order of the table."""
    return tuple(difference for cell in cells for difference in cell.differences())


def render(students: Mapping[str, str], assignments: Sequence[str], cells: Iterable[Cell], width: int) -> Table:
    """The table of the class: a row per student, a column per assignment.

    Args:
        students: name → what this student does, in the order of the rows; said where there is room.
        assignments: names in the order of the columns.
        cells: what was handed in; anything else is shown as ``–``.
        width: of the output, in characters.
    """
    room = width >= _COLUMN * (len(assignments) + 1) + _DESCRIPTION
    by_place = {(cell.student, cell.assignment): cell for cell in cells}
    table = Table(title="Automatic points (✓ as expected, ≠ with what was expected; written answers wait for a TA)")
    table.add_column("student", no_wrap=True)
    for assignment in assignments:
        number, _, words = assignment.partition("-")  # words are cut where there is no room for them
        table.add_column(
            assignment.replace("-", " ") if width >= _COLUMN * (len(assignments) + 1) or not words else number
        )
    if room:
        table.add_column("what this student does")
    for student, does in students.items():
        row = [by_place.get((student, assignment)) for assignment in assignments]
        texts = [cell.text() if cell else Text("–", style="dim") for cell in row]
        table.add_row(student, *texts, *([does] if room else []))
    return table


def _same(given: float | None, expected: float | None) -> bool:
    if given is None or expected is None:
        return given is expected
    return abs(given - expected) <= _SAME


def _points(points: float | None) -> str:
    return "no points" if points is None else _number(points)


def _number(points: float) -> str:
    """At least two decimals, more only where they say something."""
    text = f"{points:.4f}".rstrip("0")
    return text + "0" * max(0, 2 - len(text.partition(".")[2]))

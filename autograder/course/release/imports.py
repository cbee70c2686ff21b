"""What the notebooks of a course import, by who may read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.template import Template, TemplateCell
from autograder.workers.packages import imports


@dataclass(frozen=True)
class Imports:
    """What notebooks import, by who may read it."""

    checks: frozenset[str] = frozenset()  # test cells with `Checks`
    plain: frozenset[str] = frozenset()  # other test cells
    shown: frozenset[str] = frozenset()  # packages that students meet outside of hidden tests, or need for a solution

    def __or__(self, other: Imports) -> Imports:
        return Imports(self.checks | other.checks, self.plain | other.plain, self.shown | other.shown)

    @classmethod
    def of(cls, cells: Iterable[TemplateCell]) -> Imports:
        """What the cells of a notebook import."""
        known = [cell for cell in cells if cell.cell_type == "code"]
        return cls(
            frozenset(cell.source for cell in known if cell.is_test and not cell.is_plain),
            frozenset(cell.source for cell in known if cell.is_plain),
            frozenset(
                name
                for cell in known
                if cell.is_plain or not cell.is_test
                for name in imports(cell.released if cell.is_test else cell.source)
            ),
        )


def blocked_cells(template: Template, hidden: Iterable[str]) -> Iterator[tuple[str, str]]:
    """``grade_id`` of each test cell without ``Checks`` that cannot run beside student code, and why."""
    for cell in template.cells:
        names = sorted(imports(cell.source).intersection(hidden)) if cell.is_plain else []
        if names:
            yield (
                cell.grade_id,
                f"it imports {', '.join(names)}, which student code must not read, and runs beside student code; name "
                "such packages in c.Autograder.student_packages, or use `Checks` in this cell",
            )

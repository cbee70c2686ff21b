"""What the notebooks of a course import, by who may read it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from autograder.template import Template, TemplateCell
from autograder.workers.packages import defined_names, imports, used_names

_WRITTEN = re.compile(r"^%%(?:writefile|file)[ \t]+(?:-a[ \t]+)?(\w+)\.py[ \t]*$", re.MULTILINE)


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
                for name in _met(cell.released if cell.is_test else cell.source)
            ),
        )


def _met(source: str) -> frozenset[str]:
    """What a cell imports, and the modules that it writes (``%%writefile tools.py``)."""
    return imports(source) | frozenset(_WRITTEN.findall(source))


def blocked_cells(template: Template, hidden: Iterable[str], beside: Iterable[str] = ()) -> Iterator[tuple[str, str]]:
    """``grade_id`` of each test cell without ``Checks`` that cannot run beside student code, and why.

    Args:
        template: of the notebook.
        hidden: packages that student code must not be able to read.
        beside: files of the assignment: students have these, and modules that the notebook itself writes.
    """
    sources = "\n".join(cell.source for cell in template.cells)
    own = {PurePath(name).parts[0].removesuffix(".py") for name in beside}
    unreadable = {name for name in hidden if name not in own and f"{name}.py" not in sources}
    missing: dict[str, str] = {}  # name → the cell that would have defined it
    for cell in template.cells:
        if cell.cell_type != "code":
            continue
        packages = sorted(imports(cell.source) & unreadable) if cell.is_plain else []
        lacking = sorted(used_names(cell.source) & set(missing)) if cell.is_plain else []
        if packages:
            yield (
                cell.grade_id,
                f"it imports {', '.join(packages)}, which student code must not read, and runs beside student code; "
                "name such packages in c.Autograder.student_packages, or use `Checks` in this cell",
            )
            missing |= dict.fromkeys(defined_names(cell.source, unreadable), cell.grade_id)
        elif lacking:
            name = lacking[0]
            yield cell.grade_id, f"it uses `{name}` of {missing[name]}, which cannot run beside student code"
            missing |= dict.fromkeys(defined_names(cell.source), cell.grade_id)
        else:
            for name in defined_names(cell.source):
                missing.pop(name, None)

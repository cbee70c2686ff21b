"""A graded notebook taken apart: what was asked, what was answered and what it earned, by part."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bs4 import BeautifulSoup, Tag
from markupsafe import Markup

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_POINTS = re.compile(r"[ \t]*\([^()]*\bpoints?\)$")
_LOST = ("autograder-failed", "autograder-partial")
_CLOSE = 1e-6  # points
NO_RESPONSE = "No response."  # the grader's comment on a cell that was left as it was released, as nbgrader's

NOTHING_READ = "Nothing of it could be graded."  # the grader's note on a file that is no notebook


@dataclass
class Part:
    """What is graded with one cell.

    Attributes:
        title: "5a · Fit the model", from the heading above it; its ``grade_id`` where there is none.
        cell: that is graded; ``None`` for what comes behind the last of them.
        task: texts and cells of the assignment above it.
        work: the student's cells above it.
    """

    title: str
    cell: Any = None
    task: list[Any] = field(default_factory=list)
    work: list[Any] = field(default_factory=list)

    @property
    def about(self) -> Any:
        """nbgrader's metadata of the graded cell, with points and comment."""
        return self.cell.metadata.nbgrader

    @property
    def is_test(self) -> bool:
        """Whether the part is judged automatically."""
        return self.cell is not None and self.cell.cell_type == "code" and not self.about.get("solution")

    @property
    def is_right(self) -> bool:
        """Whether the part has all its points."""
        return not self.about.get("unmarked") and _score(self) >= self.about.points - _CLOSE

    @property
    def lost(self) -> bool:
        """Whether the part has been marked and cost points."""
        return not self.about.get("unmarked") and not self.is_right

    @property
    def costs(self) -> list[Markup]:
        """The checks that cost points, as lines of HTML; what a part without a list of checks says instead."""
        soup = BeautifulSoup("\n".join(self._lists()), "html.parser")
        lines = [line for line in soup.find_all("li") if isinstance(line, Tag) and _is_lost(line)]
        if lines or soup.find("li"):
            return [Markup(str(line)) for line in lines]
        said = [part for part in soup.find_all("p")[1:] if isinstance(part, Tag)]
        for part in said:
            part.name = "li"
        return [Markup(str(part)) for part in said]

    @property
    def verdicts(self) -> list[Markup]:
        """The lists of checks; of those that cost points without what :attr:`costs` says of them already."""
        return [Markup(_without_what_costs(shown)) for shown in self._lists()]

    def _lists(self) -> list[str]:
        return [output.data["text/html"] for output in self.cell.get("outputs", ()) if _is_list(output)]


def parts_of(cells: Sequence[Any]) -> list[Part]:
    """The parts of a notebook whose cells are safe to show, in their order.

    Args:
        cells: of the notebook, as :class:`autograder.pages.notebook.StudentsNotebook` leaves them.
    """
    return list(_parts([cell for cell in cells if not cell.metadata.get("notes")]))


def unread_in(cells: Sequence[Any]) -> bool:
    """Whether the notes of the grader say that nothing of what was handed in could be read.

    Args:
        cells: of the notebook, as :class:`autograder.pages.notebook.StudentsNotebook` leaves them.
    """
    return any(cell.metadata.get("notes") and NOTHING_READ in cell.source for cell in cells)


def nothing_in(parts: Sequence[Part]) -> bool:
    """Whether all answers were left as they were released."""
    cells = [cell for part in parts for cell in [*part.work, *([part.cell] if part.cell else [])]]
    answers = [about for cell in cells if (about := cell.metadata.get("nbgrader") or {}).get("solution")]
    return bool(answers) and all(about.get("comment") == NO_RESPONSE for about in answers)


def _parts(cells: Sequence[Any]) -> Iterator[Part]:
    heading, part, used = "", Part(""), set[str]()
    for cell in cells:
        about = cell.metadata.get("nbgrader") or {}
        if _is_text(cell, about):
            heading = heading_of(cell) or heading
            part.task.append(cell)
        elif about.get("grade") or about.get("task"):
            part.cell, part.title = cell, _title(heading, about["grade_id"], used)
            yield part
            part = Part("")
        elif about.get("locked") and not about.get("solution"):
            part.task.append(cell)
        else:
            part.work.append(cell)
    if part.task or part.work:
        yield part


def heading_of(cell: Any) -> str:
    """The title of the part that begins with a cell, from its heading; empty where it begins none."""
    found = _HEADING.findall(cell.source) if _is_text(cell, cell.metadata.get("nbgrader") or {}) else []
    return _POINTS.sub("", found[0]) if found else ""


def _is_text(cell: Any, about: Mapping[str, Any]) -> bool:
    return cell.cell_type == "markdown" and not any(about.get(key) for key in ("grade", "task", "solution"))


def _title(heading: str, grade_id: str, used: set[str]) -> str:
    name = re.sub(r"[-_](tests?|checks?)$", "", grade_id)
    title = heading or name
    if title in used:
        title = f"{heading} ({name})" if heading else grade_id
    used.add(title)
    return title


def _score(part: Part) -> float:
    return float(part.about.get("score") or 0.0)


def _is_list(output: Any) -> bool:
    return output.output_type == "display_data" and "text/html" in output.data


def _without_what_costs(shown: str) -> str:
    """A list of checks in which those that cost points keep their names and points alone."""
    soup = BeautifulSoup(shown, "html.parser")
    for line in soup.find_all("li"):
        if isinstance(line, Tag) and _is_lost(line):
            for found in line.select(".autograder-found"):
                found.decompose()
            behind = False
            for child in list(line.children):
                behind = behind or (isinstance(child, Tag) and child.name == "br")
                if behind:
                    child.extract()
    return str(soup)


def _is_lost(line: Tag) -> bool:
    return any(name in _LOST for name in line.get_attribute_list("class"))

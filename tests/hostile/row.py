"""One hostile or broken hand-in: what it tries, how it is built, and what must hold."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

ASSIGNMENT = "03-ols"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
PARTS = {"q3a": 1.0, "q3b": 0.25, "q3c": 0.25}  # automatic points
ALL = tuple(PARTS)
FULL = sum(PARTS.values())
NOTHING = "You have not defined `model`"  # the verdict on 3a where nothing was answered
SOLVED = "`model`: right"  # and where it was solved
LIMITS = {  # of the whole class; an honest cell takes a quarter of a second, an honest notebook not one
    "cell_seconds": 1.5,
    "notebook_seconds": 5,
    "memory_mb": 400,
    "processes": 24,
    "file_mb": 8,
    "folder_mb": 12,
    "cell_output_kb": 512,
    "message_mb": 4,
    "value_seconds": 1,
}
TIME = f"longer than the limit of {LIMITS['cell_seconds']:g} seconds"
UNANSWERED = "# no answer"  # instead of the blanks to be filled in, which draw and raise

Document = dict[str, Any]  # a notebook as JSON


@dataclass(frozen=True)
class Target:
    """What an attacker knows about the machine: more than any student does."""

    course: Path
    outside: Path  # a folder beside the course folder
    port: int  # a server of this machine that answers with a canary
    release: Document
    answers: Mapping[str, str]  # the instructor's

    def fill(self, text: str, student: str) -> str:
        """Put what the attacker knows into the code; paths are spelled so that the code itself names none."""
        known = {"@COURSE@": self.course, "@OUTSIDE@": self.outside, "@PORT@": self.port, "@MARK@": mark(student)}
        for word, value in known.items():
            spelled = (
                f"bytes.fromhex('{str(value).encode().hex()}').decode()" if isinstance(value, Path) else str(value)
            )
            text = text.replace(word, spelled)
        return text


@dataclass(frozen=True)
class Row:
    """A hand-in of ``03-ols``.

    Attributes:
        name: a few words.
        tries: one sentence.
        code: part → code in its answer cell; "" is an added cell in front of everything, "end" one behind it.
        solves: parts that are solved honestly, as the instructor does; code of the same part goes in front of it.
        edit: changes the notebook's JSON before it is saved.
        content: what lies there instead of a notebook; a function that makes it, where it is large.
        files: what else lies in the folder.
        place: puts links, pipes and other things into the folder, which it gets.
        earns: automatic points, least and most.
        says: what the verdict must say, one of several texts parted by "|": the list of checks, the grader's notes, or
            the error that ended a cell.
        hides: what must be in none of the files made from it, besides the canaries of the whole class.
        computes: whether its own code computes the answers, so that they may show.
    """

    name: str
    tries: str
    _: KW_ONLY
    says: str
    code: Mapping[str, str] = field(default_factory=dict)
    solves: tuple[str, ...] = ()
    edit: Callable[[Document], None] | None = None
    content: bytes | Callable[[], bytes] | None = None
    files: Mapping[str | bytes, bytes] = field(default_factory=dict)
    place: Callable[[Path, Target], None] | None = None
    earns: float | tuple[float, float] = 0.0
    hides: tuple[str, ...] = ()
    computes: bool = False

    def __post_init__(self) -> None:
        if not all(self.says.split("|")):
            raise ValueError(f"{self.name}: an empty text is in every verdict")

    @property
    def least(self) -> float:
        """Points that it earns at least."""
        return self.earns if isinstance(self.earns, float) else self.earns[0]

    @property
    def most(self) -> float:
        """Points that it earns at most."""
        return self.earns if isinstance(self.earns, float) else self.earns[1]

    @property
    def has_odd_folder(self) -> bool:
        """Whether its folder holds anything but a notebook."""
        return bool(self.files) or self.place is not None or self.content == b""

    @property
    def exact(self) -> bool:
        """Whether it earns the same each time."""
        return isinstance(self.earns, float)

    def hand_in(self, student: str, folder: Path, target: Target) -> None:
        """Put everything into ``folder``."""
        folder.mkdir(parents=True)
        content = self.content() if callable(self.content) else self.content
        if content is None:
            content = self.notebook(student, target)
        if content:
            (folder / NOTEBOOK).write_bytes(content)
        for name, text in self.files.items():
            path = folder / (name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(target.fill(text.decode("latin-1"), student).encode("latin-1"))
        if self.place is not None:
            self.place(folder, target)

    def notebook(self, student: str, target: Target) -> bytes:
        """The notebook as this student saved it."""
        document = copy.deepcopy(target.release)
        for part in PARTS:
            code = target.fill(self.code.get(part, UNANSWERED), student)
            if part in self.solves:
                code += "\n" + target.answers[part]
            cell_of(document, part)["source"] = code.strip("\n")
        cells = document["cells"]
        for place, part in ((0, ""), (len(cells), "end")):
            if part in self.code:
                cells.insert(place, code_cell(target.fill(self.code[part], student).strip("\n")))
        if self.edit is not None:
            self.edit(document)
        return json.dumps(document).encode("ascii")


def mark(student: str) -> str:
    """A word that nobody else uses."""
    return f"mark-of-{student}"


def code_cell(source: str, **metadata: Any) -> Document:
    """A code cell."""
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "outputs": [],
        "execution_count": None,
        "id": "added",
    }


def cell_of(document: Document, grade_id: str) -> Document:
    """The cell with a ``grade_id``."""
    for cell in document["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return cell
    raise KeyError(grade_id)


def about(document: Document, grade_id: str) -> Document:
    """nbgrader's metadata of a cell."""
    return cell_of(document, grade_id)["metadata"]["nbgrader"]

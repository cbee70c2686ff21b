"""A notebook under another name than the assignment's: found by its cells, or named to whoever has to look."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autograder.course.submissions.submitted import SubmittedFolder
from autograder.deadline import bounded
from autograder.errors import UnreadableNotebook
from autograder.grading.restoring.intake import read_notebook
from autograder.grading.restoring.restore import restore
from autograder.grading.task import left_blank
from autograder.template import Template, grade_id_of

_MAX_NAMED = 5  # files in a message
_LOOK_SECONDS = 1.0  # of processor time, while the others of the class wait


@dataclass(frozen=True)
class Submitted:
    """What was found in place of a notebook, or with it."""

    content: bytes | None = None  # the notebook that counts
    note: str = ""  # where the content comes from, if not from the file that was asked for
    problem: str = ""  # why there is no content, for its author
    unclear: bool = False  # something else is there, which a person has to look at


def submitted_notebook(
    template: Template, folder: SubmittedFolder, notebooks: Collection[str], given: Collection[str] = ()
) -> Submitted:
    """The notebook that a student submitted for a template.

    The file of the right name counts. Where there is none, or a blank one, the only other notebook with this
    assignment's cells counts in its place; several, or files that are no such notebook, are left to a person.

    Args:
        template: of the notebook.
        folder: what was submitted.
        notebooks: file names of all notebooks of the assignment.
        given: names of the files that came with it, which are nobody's work.
    """
    problem, content = "", None
    try:
        content = folder.notebook(f"{template.notebook}.ipynb")
    except UnreadableNotebook as unreadable:
        problem = str(unreadable)
    others = folder.other_notebooks({*notebooks, *given})
    if content is not None and not others:
        return Submitted(content)
    if content is None and "was not handed in" not in problem:
        return Submitted(problem=problem)
    named = list(others or _files(folder, given))
    return bounded(
        "looking for the notebook",
        _LOOK_SECONDS,
        lambda: _chosen(template, content, problem, others, named),
        lambda _: Submitted(content, problem=_unclear(problem, named), unclear=content is None),
        kills=False,  # this process serves the whole class
    )


def _chosen(
    template: Template, content: bytes | None, problem: str, others: Mapping[str, bytes], named: list[str]
) -> Submitted:
    if content is not None and _has_answers(template, content) is not False:
        return Submitted(content)
    answered = {path: found for path, found in others.items() if _has_answers(template, found)}
    if len(set(answered.values())) == 1:
        path, found = next(iter(answered.items()))
        missing = "is as it was released" if content is not None else "was not handed in"
        return Submitted(found, f"`{path}` was graded, because `{template.notebook}.ipynb` {missing}.")
    if content is not None or not named:
        return Submitted(content, problem=problem)
    return Submitted(problem=_unclear(problem, list(answered) or named), unclear=True)


def _has_answers(template: Template, content: bytes) -> bool | None:
    """Whether a file is this notebook with something filled in; ``None`` where it is not this notebook at all."""
    try:
        cells = read_notebook(content).cells
    except UnreadableNotebook:
        return None
    known = template.by_id()
    claimed = {grade_id_of(cell) for cell in cells} & set(known)
    if len(claimed) < len(known) / 2:
        return None
    open_cells = {cell.grade_id for cell in template.cells if not cell.locked}
    return bool(open_cells - left_blank(restore(template, cells).notebook, template))


def _files(folder: SubmittedFolder, given: Collection[str]) -> Mapping[str, bytes]:
    """Files that may be work; data that came with the assignment are not."""
    shown = (".zip", ".gz", ".rar", ".7z", ".pdf", ".html", ".py", ".rmd", ".qmd", ".docx")
    found = folder.files()
    return {name: found[name] for name in found if name.lower().endswith(shown) and name not in given}


def _unclear(problem: str, names: list[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    shown = ", ".join(f"`{name}`" for name in names[:_MAX_NAMED])
    return f"{problem} In its place {'is' if len(names) == 1 else 'are'}: {shown}{more}. A person has to look."

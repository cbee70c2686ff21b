"""The folder the demo works in: a complete nbgrader course, made anew each time."""

import shutil
from collections.abc import Collection
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DEFAULT = REPOSITORY / "workspace"
_MARK = ".demo-workspace"
_COPIED = ("source", "variants")  # folders with a folder per assignment: notebooks, and the other data to try them on
_LEFT_OUT = shutil.ignore_patterns(".ipynb_checkpoints")

_OWN_SETTINGS = """
# The demo's own setting: nobody has to wait long for the endless loop in this assignment.
c.Autograder.assignment_limits = {"01-data-overview": {"cell_seconds": 10}}
"""


class NotAWorkspace(Exception):
    """The folder holds something that the demo did not make, so the demo does not delete it."""


def make(root: Path, assignments: Collection[str] | None = None) -> Path:
    """Make ``root`` an empty course with the repository's configuration, but for one limit, and all it grades by.

    Args:
        root: folder of the course; what an earlier demo left there is deleted.
        assignments: names of the assignments to copy; all of them by default.

    Raises:
        NotAWorkspace: ``root`` exists, is not empty and was not made by the demo.
    """
    clear(root)
    configuration = (REPOSITORY / "nbgrader_config.py").read_text(encoding="utf-8")
    (root / "nbgrader_config.py").write_text(configuration + _OWN_SETTINGS, encoding="utf-8")
    shutil.copy(REPOSITORY / "vocabulary.toml", root)
    for folder in _COPIED:
        for assignment in sorted((REPOSITORY / folder).glob("*/")):
            if assignments is None or assignment.name in assignments:
                shutil.copytree(assignment, root / folder / assignment.name, ignore=_LEFT_OUT)
    return root


def clear(root: Path) -> None:
    """Leave ``root`` as an empty folder that later demos may delete."""
    if root.exists() and not is_workspace(root) and (not root.is_dir() or any(root.iterdir())):
        raise NotAWorkspace(
            f"{root} is not empty and no workspace of the demo; name another folder, or delete it yourself"
        )
    if root.exists():
        shutil.rmtree(root)
    root.mkdir(parents=True)
    (root / _MARK).touch()


def is_workspace(root: Path) -> bool:
    """Whether the demo made this folder."""
    return (root / _MARK).is_file()

"""The files of the course folder: what lies beside a notebook, and writing what was graded."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from autograder.course.submissions.submitted import TIMESTAMP, SubmittedFolder
from autograder.pages.shows import SHOWN_FILES

RENAME = "Rename that folder."  # what to do about a pattern in its path


def pattern_in_path(path: str) -> str:
    """Why nbgrader finds nothing under a path; empty where it does. What to do is :data:`RENAME`.

    It looks for notebooks with :mod:`glob`, to which these characters are a pattern.

    Example:
        >>> pattern_in_path("/home/ann/statistics")
        ''
    """
    found = [character for character in "[*?" if character in path]
    if not found:
        return ""
    return f"nbgrader finds no notebook under {path!r}, because of {' and '.join(found)} in it."


def read_notebook_file(path: Path) -> bytes:
    """The content of a notebook in a folder of one's own; see :meth:`SubmittedFolder.notebook`."""
    return SubmittedFolder(path.parent).notebook(path.name)


def read_files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder of the course's own; see :meth:`SubmittedFolder.files`."""
    return SubmittedFolder(folder).files()


def has_older_pages(pages: Path, graded: Path, marked: float = 0.0) -> bool:
    """Whether a page of feedback was made before its notebook was graded as it is now, or got its latest mark.

    Args:
        pages: folder of the feedback.
        graded: folder of the graded notebooks.
        marked: when a person gave the latest mark, in seconds since 1970.
    """
    both = [(pages / f"{notebook.stem}.html", notebook) for notebook in graded.glob("*.ipynb")]
    times = [(page.stat().st_mtime_ns, notebook.stat().st_mtime_ns) for page, notebook in both if page.exists()]
    return any(page < max(notebook, int(marked * 1e9)) for page, notebook in times)


def outdate_pages(folder: Path) -> bool:
    """Have the pages in a folder count as older than anything else.

    Returns:
        Whether there are any.
    """
    pages = list(folder.glob("*.html"))
    for page in pages:
        os.utime(page, (0, 0))
    return bool(pages)


def extra_files(submitted: dict[str, bytes], own: Collection[str]) -> dict[str, bytes]:
    """The files of a submission that can lie beside the assignment's own: they replace none and are in no one's way.

    Args:
        submitted: the files of the submission by relative name.
        own: names of the assignment's own files and notebooks.
    """
    taken = {PurePosixPath(name) for name in own}
    above = {parent for path in taken for parent in path.parents}
    kept: dict[str, bytes] = {}
    for name, content in submitted.items():
        path = PurePosixPath(name)
        if path not in taken | above and not taken.intersection(path.parents):
            kept[name] = content
    return kept


def publishable_files(submitted: SubmittedFolder, own: Collection[str]) -> dict[str, bytes]:
    """The files of a submission that may lie beside its graded notebook, for whoever looks at it.

    Args:
        submitted: the folder.
        own: names of the notebooks and of the assignment's own files.
    """
    files = submitted.files()
    found = extra_files(files, (*own, TIMESTAMP)) | {name: files[name] for name in files if name == TIMESTAMP}
    shown = {name: content for name, content in found.items() if Path(name).suffix.lower() in SHOWN_FILES}
    if TIMESTAMP in shown and submitted.timestamp() is None:
        shown[TIMESTAMP] = b""  # nbgrader takes this for no timestamp, and stops at anything that is none
    return shown


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that a reader, or a run that is killed, sees either the old or the new content.

    Args:
        path: of the file; its folder is made where there is none.
        content: all of it.
        mode: the file's permissions.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a machine that loses power would otherwise leave an empty file
        Path(temporary).chmod(mode)
        os.replace(temporary, path)  # noqa: PTH105  unlike a move it never ends up inside a folder of that name
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def clear_but(folder: Path, names: Collection[str]) -> None:
    """Remove what an earlier grading left in ``folder``, except for the files called ``names``.

    Args:
        folder: need not be there. Links in it are removed, not followed.
        names: relative to it, sub folders with "/".
    """
    keep = {PurePosixPath(name) for name in names}
    above = {parent for path in keep for parent in path.parents}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        known = PurePosixPath(path.relative_to(folder))
        if known in keep and path.is_file() and not path.is_symlink():
            continue
        if known in above and path.is_dir() and not path.is_symlink():
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

"""The notebook's own file in its working folder, where Jupyter and nbgrader have it.

nbgrader's file holds the hidden tests while the student's code runs. This one is the restored notebook: what the
student wrote, in the cells as they were released, without outputs. It has no checksums either: those in the gradebook
are of cells with their hidden tests, so that they would tell whether a guess of a test is right.

Sessions have the file, and no test that runs on values does: it may run what it finds there, which is student code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import nbformat

from autograder.template import Template

NAMED = ".ipynb"  # by which code speaks of it


def own_file(notebook: nbformat.NotebookNode, template: Template, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Name and content of the file; nothing where neither a cell nor a module beside it speaks of such files.

    Args:
        notebook: restored, before it runs.
        template: of the notebook.
        files: that lie beside it.
    """
    said = [*(cell.source for cell in notebook.cells), *(cell.source for cell in template.cells)]
    modules = (content for name, content in files.items() if name.endswith(".py"))
    if not any(NAMED in text for text in said) and not any(NAMED.encode() in content for content in modules):
        return {}
    cells = [{**cell, "metadata": _without_checksum(cell.metadata)} for cell in notebook.cells]
    return {f"{template.notebook}.ipynb": f"{json.dumps({**notebook, 'cells': cells}, indent=1)}\n".encode()}


def _without_checksum(metadata: Mapping[str, object]) -> dict[str, object]:
    about = metadata.get("nbgrader")
    if not isinstance(about, Mapping):
        return dict(metadata)
    return {**metadata, "nbgrader": {key: value for key, value in about.items() if key != "checksum"}}

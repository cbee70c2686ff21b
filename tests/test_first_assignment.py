"""The tutorial: everything on the page, in order, in an empty folder."""

from __future__ import annotations

import re
import shlex
import subprocess
from contextlib import chdir
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.template import grade_id_of
from tests.course_folder import REPOSITORY, Course

PAGE = (REPOSITORY / "docs" / "first-assignment.md").read_text("utf-8")
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
NAME = "01-rain"
SOLVED = 'wet = table.loc[table[\\"rain_mm\\"] > 60, \\"rain_mm\\"].mean()'  # as it stands in the file


def shell(commands: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, str]:
    """In which folder lines of a shell end, and what they print; our commands and nbgrader's are called."""
    capsys.readouterr()
    for line in commands.splitlines():
        program, *arguments = shlex.split(line)
        if program == "cd":
            folder /= arguments[0]
        elif program == "autograder":
            with chdir(folder):
                assert main(arguments) == 0, line
        elif program == "nbgrader":
            Course(folder).nbgrader(*arguments)
        else:
            subprocess.run([program, *arguments], cwd=folder, check=True)
    return folder, capsys.readouterr().out


def test_the_tutorial_does_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, said = tmp_path, ""
    for language, title, text in BLOCK.findall(PAGE):
        notebook = folder / "source" / NAME / f"{NAME}.ipynb"
        if language == "sh":
            folder, printed = shell(text, folder, capsys)
            said += printed
        elif title.endswith(".csv"):
            (folder / title).write_text(text)
        elif title.endswith(".toml"):
            bank = folder / "answers" / NAME / title
            before = bank.read_text().partition('[[answer]]\nname = "bounds left out"')
            assert before[1]
            bank.write_text(before[0] + text)
        elif title:
            content = nbformat.read(notebook, as_version=4)
            (cell,) = [cell for cell in content.cells if grade_id_of(cell) == title]
            cell.source = text.rstrip("\n")
            nbformat.write(content, notebook)
        else:
            shown = [line.strip() for line in text.splitlines() if not line.endswith("─")]
            assert [line for line in shown if line not in said] == []
    assert "│ 0 │" in re.sub(r" +", " ", said)
    pages = {one: (folder / "feedback" / one / NAME / f"{NAME}.html").read_text("utf-8") for one in ("ada", "ben")}
    assert "Score: <strong>9" in pages["ada"]
    assert "Score: <strong>0" in pages["ben"]
    assert "<code>wet</code>" in pages["ada"]

    handed_in = folder / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    assert handed_in.read_text("utf-8").count(SOLVED) == 1
    handed_in.write_text(handed_in.read_text("utf-8").replace(SOLVED, 'wet = table[\\"rain_mm\\"].mean()'))
    _, said = shell(f"autograder grade {NAME}\nnbgrader generate_feedback {NAME}", folder, capsys)
    assert "The feedback of 1 student is from before (ada)." in said
    assert f"next: nbgrader generate_feedback {NAME}" in said
    page = (folder / "feedback" / "ada" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "This is the mean of all months." in page

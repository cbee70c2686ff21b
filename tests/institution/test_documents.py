"""What the page on grades says is what the commands have."""

from __future__ import annotations

import re
import shlex

import pytest

from autograder.cli import _parser
from autograder.institution.filling import Outcome
from autograder.institution.parts import COLUMNS
from tests.course_folder import REPOSITORY

PAGE = (REPOSITORY / "docs" / "grades-to-the-institution.md").read_text("utf-8")
COMMANDS = re.findall(r"^(?:\$ )?autograder (.+?)(?: +\||$)", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_page_is_one(command: str) -> None:
    _parser().parse_args(shlex.split(command, comments=True))


def test_every_outcome_and_every_column_is_explained() -> None:
    first_cells = " ".join(re.findall(r"^\| ([^|]+) \|", PAGE, re.MULTILINE))
    assert len(COMMANDS) > 10
    assert [name for name in COLUMNS if f"`{name}`" not in first_cells] == []
    assert [outcome.value for outcome in Outcome if outcome.value not in first_cells] == []

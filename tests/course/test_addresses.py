"""Addresses of gradebooks that cannot be opened: the error names the setting, and no password."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest

from autograder.course.course import Course
from autograder.course.results.table import read_other
from autograder.course.trouble import shown_address
from autograder.errors import CourseError

CONFIG = """
from autograder.plugins import configure
c = get_config()
c.CourseDirectory.course_id = "addresses"
c.CourseDirectory.db_url = {!r}
configure(c)
"""
ADDRESSES = {
    "no address": "gradebook.db",
    "another kind of database": "unknown://ada:secret@localhost/gradebook",
    "a database whose package is missing": "mysql+mysqldb://ada:secret@localhost/gradebook",
    "slashes forgotten": "postgresql:ada:secret@localhost/gradebook",
}


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_that_cannot_be_opened_names_the_setting(tmp_path: Path, address: str) -> None:
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(address))
    with chdir(tmp_path), pytest.raises(CourseError, match=r"db_url in nbgrader_config\.py") as told:
        Course.here().gradebook()
    assert "secret" not in f"{told.value} {told.value.found}"


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
def test_another_gradebook_that_cannot_be_opened_is_told(address: str) -> None:
    with pytest.raises(CourseError, match="cannot be read as a gradebook") as told:
        read_other(address)
    assert "secret" not in str(told.value)


def test_an_address_is_shown_as_it_is_but_for_the_password() -> None:
    assert shown_address("sqlite:////course/gradebook.db") == "sqlite:////course/gradebook.db"
    assert "s3cr3t" not in shown_address("postgresql+psycopg://host/marks?user=ada&password=s3cr3t&sslmode=require")
    assert shown_address("postgresql+psycopg://ada:s3cr3t@host/marks") == "postgresql+psycopg://ada:***@host/marks"

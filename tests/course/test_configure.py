"""One call configures a course: ``autograder.plugins.configure``."""

import re
from collections.abc import Callable
from pathlib import Path

import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from ngshare_exchange import configureExchange
from sqlalchemy import text
from traitlets.config import Config

from autograder.course.course import Course
from autograder.errors import CourseError
from autograder.plugins import configure


def _lines(config: Config) -> set[str]:
    return {f"c.{section}.{name}" for section, lines in config.items() for name in lines}


def test_its_docstring_lists_all_that_it_sets() -> None:
    c, with_ngshare = Config(), Config()
    configureExchange(with_ngshare)
    before = _lines(with_ngshare)
    configure(c)
    configure(with_ngshare)
    text = configure.__doc__ or ""
    listed = set(re.findall(r"``(c\.\w+\.\w+)``", text.split("It sets:")[1].split("It also")[0]))
    html = {f"c.HTMLExporter.{name}" for name in _PAGES if f"``{name}``" in text}
    assert listed | html == _lines(c) | (_lines(with_ngshare) - before)


_PAGES = ("preprocessors", "optimistic_validation", "filters", "extra_template_basedirs", "extra_template_paths")


def test_a_courses_own_lines_stay_and_lines_after_the_call_override() -> None:
    c = Config()
    c.HTMLExporter.exclude_input = True
    c.Autograder.limits = {"cell_seconds": 5}
    configure(c)
    c.GenerateFeedback.preprocessors = []
    assert c.HTMLExporter.exclude_input
    assert c.Autograder.limits == {"cell_seconds": 5}
    assert c.GenerateFeedback.preprocessors == []


def configured() -> None:
    configure(Config())


@pytest.mark.parametrize("begin", [configured, Course.here])
def test_a_new_gradebook_has_the_version_that_nbgraders_program_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begin: Callable[[], object]
) -> None:
    """Also of a course whose configuration is not ours, and where no program is found."""
    revisions = [path.read_text() for path in Path(nbgrader.api.__file__).parent.glob("alembic/versions/*.py")]
    own, former = (
        {found[1] for text in revisions if (found := re.search(rf"^{name} = '(\w+)'", text, re.MULTILINE))}
        for name in ("revision", "down_revision")
    )
    monkeypatch.setattr("nbgrader.api.get_alembic_version", lambda: pytest.fail("the program was asked for"))
    monkeypatch.chdir(tmp_path)
    begin()
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        assert {gradebook.db.execute(text("select version_num from alembic_version")).scalar()} == own - former


@pytest.mark.parametrize("name", ["statistics [2026]", "a*", "what?"])
def test_a_path_in_which_nbgrader_finds_nothing_is_refused_with_what_to_do(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text("from autograder.plugins import configure\nconfigure(get_config())\n")
    monkeypatch.chdir(folder)
    with pytest.raises(CourseError, match="Rename that folder"):
        Course.here()
    assert "nbgrader finds no notebook under" in caplog.text  # said by nbgrader's own commands as well

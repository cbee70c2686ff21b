"""What ``nbgrader_config.py`` sets for grading."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from ngshare_exchange import configureExchange
from traitlets.config import Config

from autograder.course.course import Course
from autograder.course.gradebook import in_python
from autograder.course.settings import Autograder
from autograder.errors import CourseError
from autograder.grading.task import Task
from autograder.plugins import configure
from autograder.sandbox import Limits
from autograder.template import Template


def settings(**lines: object) -> Autograder:
    return Autograder(config=Config(Autograder=Config(**lines)))


def test_limits_of_an_assignment_are_its_own_then_the_courses_then_the_defaults() -> None:
    found = settings(
        limits={"cell_seconds": 7, "processes": 9}, assignment_limits={"big": {"cell_seconds": 60, "memory_mb": 4096}}
    )
    big, small = found.limits_of("big"), found.limits_of("small")
    assert (big.cell_seconds, big.processes, big.memory_mb) == (60, 9, 4096)
    assert (small.cell_seconds, small.processes, small.memory_mb) == (7, 9, 2048)


def test_an_unknown_limit_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(CourseError, match=r"'cell_second'.*cell_seconds"):
        settings(limits={"cell_second": 7}).limits_of("any")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("c.Autograder.limits = {'cell_seconds': -1}", "limit cell_seconds must be a positive number, not -1"),
        ("c.Autograder.limits = {'memory_mb': '3'}", "limit memory_mb must be a positive whole number, not '3'"),
        ("c.Autograder.limits = 5", "The 'limits' trait of an Autograder instance expected a dict, not the int 5"),
        ("c.Autograder.assignment_limits = {'any': 5}", r"assignment_limits\['any'\] must give limits by name"),
        ("c.Autograder.isolation = 'nothing'", r"expected any of \['bubblewrap', 'none'\], not the str 'nothing'"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_told(
    lines: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{lines}\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CourseError, match=words):
        Course.here().settings.limits_of("any")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("nbgrader_config.py", "c = get_config()\nc.x = = 1\n", ", line 2, cannot be read, and .*SyntaxError: invalid"),
        ("nbgrader_config.py", "\n\nc = config()\n", ", line 3, cannot be read, and .*NameError: name 'config'"),
        ("nbgrader_config.py", "import os\n\nopen(os.sep)\n", ", line 3, cannot be read, and .*IsADirectoryError"),
        ("nbgrader_config.json", "{", " cannot be read, and nothing was done. JSONDecodeError"),
        ("nbgrader_config.py", "raise SystemExit(0)", "configuration of this course cannot be used"),
        (
            "nbgrader_config.py",
            "c = get_config()\nc.CourseDirectory.root = 5",
            "configuration of this course cannot be",
        ),
    ],
)
def test_a_configuration_that_cannot_be_read_is_not_passed_over(
    name: str, text: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, submissions would be graded with other limits, or without the course's folders."""
    (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    place = re.escape(str(tmp_path / name)) if "be read" in told else ""
    with pytest.raises(CourseError, match=f"{place}{told}"):
        Course.here()


@pytest.mark.parametrize(
    ("timeout", "cell", "notebook"),
    [(10, 10, 120), (60, 60, 240), (None, 120, 120), (-1, 120, 120), ("45", 45, 180)],
)
def test_nbgraders_own_limit_of_a_cell_counts_where_there_is_no_other(
    timeout: object, cell: float, notebook: float
) -> None:
    config = Config(Execute=Config(timeout=timeout))
    found = Autograder(config=config).limits_of("any")
    assert (found.cell_seconds, found.notebook_seconds) == (cell, notebook)
    config.Autograder = Config(limits={"cell_seconds": 7})
    assert Autograder(config=config).limits_of("any").cell_seconds == 7
    with pytest.raises(CourseError, match="number of seconds, got 'long'"):
        Autograder(config=Config(ExecutePreprocessor=Config(timeout="long"))).limits_of("any")


@pytest.mark.parametrize(
    ("former", "now"),
    [("limits", "is now +c.Autograder.limits"), ("tests_beside_the_student", "is needless now: remove it")],
)
def test_a_line_of_the_former_section_is_refused_and_told_what_to_do(former: str, now: str) -> None:
    with pytest.raises(CourseError, match=rf"c\.SandboxedExecute\.{former} +{now}"):
        Autograder(config=Config(SandboxedExecute=Config({former: {}})))


def test_lines_that_name_former_steps_are_refused() -> None:
    former = Config(Autograde=Config(sanitize_preprocessors=["autograder.plugins.preprocessors.RestoreCells"]))
    with pytest.raises(CourseError, match=r"c\.Autograde\.sanitize_preprocessors[\s\S]*configure\(c\)"):
        Autograder(config=former)
    Autograder(config=Config(Autograde=Config(autograde_preprocessors=["nbgrader.preprocessors.Execute"])))


def test_ngshares_own_collect_is_refused_whichever_way_it_is_named() -> None:
    """Called after ``configure(c)``, ``configureExchange(c)`` would collect names and sizes as they come."""
    for first, second in ((configure, configureExchange), (configureExchange, configure)):
        c = Config()
        first(c)
        second(c)
        if second is configure:
            assert c.ExchangeFactory.collect == "autograder.plugins.ngshare.NgshareCollect"
            assert c.ExchangeFactory.release_feedback == "autograder.plugins.ngshare.NgshareReleaseFeedback"
            assert c.Watch.source == "autograder.watch.ngshare.Ngshare"
            Autograder(config=c)
        else:
            with pytest.raises(CourseError, match=r"configureExchange\(c\) first, then configure\(c\)"):
                Autograder(config=c)


def test_isolation_is_switched_off_by_its_own_word_only() -> None:
    assert settings().isolated
    assert not settings(isolation="none").isolated


@pytest.mark.parametrize(
    ("spec", "refused"),
    [
        ({}, False),
        ({"name": "conda-env-x", "language": "python"}, False),
        ({"name": "python3"}, False),
        ({"name": "ir", "language": "R"}, True),
    ],
)
def test_a_notebook_in_another_language_is_refused_by_name(spec: dict[str, str], refused: bool) -> None:
    template = Template("ps1", "p1", (), spec)
    if not refused:
        assert in_python(template) is template
        return
    with pytest.raises(CourseError, match=r"ps1/p1\.ipynb is written in 'R' \(kernel 'ir'\).*stock nbgrader"):
        in_python(template)


@pytest.mark.parametrize("executes", [True, False])
def test_without_executing_every_test_waits_for_a_person(executes: bool) -> None:
    """`nbgrader autograde --no-execute`: nbgrader itself would take the outputs that a student saved for the tests'."""
    config = Config(Execute=Config(enabled=executes))
    task = Task("ada", b"{}", Template("ps1", "p1", ()), {}, {}, Limits())
    found = Course(None, SimpleNamespace(config=config))._unless_not_executed(task)
    assert found.unclear is not executes
    assert ("check this part by hand" in found.problem) is not executes
    assert found.content == b"{}"

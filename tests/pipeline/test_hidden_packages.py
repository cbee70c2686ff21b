"""Another course with solutions of another name: student code cannot read them, with either command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

import nbformat
import pytest

from autograder.cli import main
from autograder.course.release.imports import Imports, blocked_cells
from autograder.template import Delimiters, Template, TemplateCell
from autograder.workers.packages import hidden_packages, imports
from tests.course_folder import REPOSITORY, Course, filled
from tests.pipeline.test_own_delimiters import cell

CONFIG = """
c.Autograder.student_packages = ["clinic_tools"]
c.Autograder.hidden_packages = ["clinic_data"]
"""
PACKAGES = {
    "clinic_answers/__init__.py": "from clinic_core import HOURS",
    "clinic_core.py": "HOURS = 37.25",  # imported by the solutions, by no test
    "clinic_tools/__init__.py": "def double(x): return 2 * x",
    "clinic_data.py": "HOURS = 37.25",
    "clinic-1.0.dist-info/RECORD": "clinic_answers/__init__.py,,\nclinic_core.py,,\n",
}
TESTS = {
    "hours": "assert hours\n### BEGIN HIDDEN TESTS\nimport numpy, clinic_tools\nfrom clinic_answers import HOURS\n"
    "assert hours == HOURS\n### END HIDDEN TESTS",
    "later": "assert hours\n### BEGIN HIDDEN TESTS\nassert hours == 37.25\n### END HIDDEN TESTS",
}
# The solution does not pass it on copies of its values, where there is no kernel.
IN_THE_KERNEL = (
    "### BEGIN HIDDEN TESTS\nfrom clinic_answers import HOURS\nget_ipython()\n"
    "assert hours == HOURS\n### END HIDDEN TESTS"
)
# Names of a test that cannot run beside student code are not there for those behind it.
NEEDS = (
    "assert hours\n### BEGIN HIDDEN TESTS\nfrom clinic_answers import HOURS\ndef get_hours():\n    return HOURS\n"
    "assert hours == HOURS\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nget_ipython()\nassert hours == get_hours()\n### END HIDDEN TESTS",
    "### BEGIN HIDDEN TESTS\nassert hours == 37.25\n### END HIDDEN TESTS",
)
EVERYTHING = {**{name: (test,) for name, test in TESTS.items()}, "kernel": (IN_THE_KERNEL,), "needs": NEEDS}
HANDED_IN = {"kernel": ("honest", "file"), "needs": ("honest",)}  # by whom, where not by everybody
ATTEMPTS = {
    "honest": "import numpy, pandas, statsmodels.api, clinic_tools\nhours = clinic_tools.double(18.625)",
    "solutions": "import clinic_answers\nhours = clinic_answers.HOURS",
    "core": "from clinic_core import HOURS as hours",
    "data": "from clinic_data import HOURS as hours",
    "file": "import clinic_tools, pathlib\nfolder = pathlib.Path(clinic_tools.__file__).parents[1]\n"
    "hours = float((folder / 'clinic_core.py').read_text().split('=')[1])",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages, on the path of this process and of those that it starts."""
    folder = tmp_path_factory.mktemp("python") / "site-packages"
    for name, text in PACKAGES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@contextmanager
def installed(site: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(site)])
        patch.setenv("PYTHONPATH", str(site), prepend=":")
        yield


@pytest.fixture(scope="module")
def collected(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("clinic")
    (root / "nbgrader_config.py").write_text((REPOSITORY / "nbgrader_config.py").read_text() + CONFIG)
    made = Course(root)
    with installed(site):
        for name, tests in EVERYTHING.items():
            _generate(made, name, tests)
    return made


@pytest.fixture(scope="module")
def course(collected: Course, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Graded by `autograder grade`."""
    made = collected.copy(tmp_path_factory.mktemp("graded") / "course")
    with installed(site), chdir(made.root):
        assert main(["grade", *EVERYTHING]) == 0
    return made


def _generate(course: Course, name: str, tests: tuple[str, ...]) -> None:
    folder = course.root / "source" / name
    folder.mkdir(parents=True)
    cells = [
        cell("answer", "### BEGIN SOLUTION\nhours = 37.25\n### END SOLUTION", solution=True),
        *(cell(f"t{place or ''}", test, points=1) for place, test in enumerate(tests)),
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), folder / f"{name}.ipynb")
    course.nbgrader("generate_assignment", name)
    for student in HANDED_IN.get(name, ATTEMPTS):
        course.submit(student, name, filled(course.release(name), {"answer": ATTEMPTS[student]}))


@pytest.mark.parametrize("assignment", TESTS)
@pytest.mark.parametrize("student", ATTEMPTS)
def test_only_honest_work_earns_points(course: Course, student: str, assignment: str) -> None:
    """Also where another assignment's tests import the solutions."""
    answered = course.autograded(student, assignment).cells[0]
    assert course.points(student, assignment) == {"t": float(student == "honest")}, answered.outputs


@pytest.mark.parametrize("student", HANDED_IN["kernel"])
def test_what_even_the_solution_does_not_pass_on_values_waits_for_a_person(course: Course, student: str) -> None:
    assert course.points(student, "kernel") == {"t": None}


@pytest.mark.parametrize("student", ["solutions", "core", "file"])
def test_what_was_lost_on_values_alone_is_put_before_the_ta(course: Course, student: str) -> None:
    test = course.autograded(student, "hours").cells[-1]
    assert "Judged on copies of the student's values alone" in test.metadata.autograder.review


@pytest.mark.parametrize(
    ("assignment", "students"),
    {"hours": ["honest", "file"], "later": ["core", "data"], "kernel": ["honest"], "needs": ["honest"]}.items(),
)
def test_nbgraders_command_gives_the_same(
    course: Course, collected: Course, site: Path, tmp_path: Path, assignment: str, students: list[str]
) -> None:
    again = collected.copy(tmp_path / "course")
    with installed(site):
        for student in students:
            again.nbgrader("autograde", assignment, "--student", student)
            assert again.points(student, assignment) == course.points(student, assignment)
            assert again.autograded(student, assignment) == course.autograded(student, assignment)


def test_doctor_shows_what_is_hidden_and_tries_it(
    course: Course, site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    with chdir(course.root):
        main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert "✓ packages that student code must not read: autograder, clinic_answers, clinic_core, clinic_data" in lines
    assert "✓ cannot import or read what tests import: yes" in lines


def test_what_needs_a_test_that_cannot_run_beside_student_code_waits_for_a_person_too(course: Course) -> None:
    assert course.points("honest", "needs") == {"t": 1.0, "t1": None, "t2": 1.0}
    review = course.autograded("honest", "needs").cells[2].metadata.autograder.review
    assert review == "it uses `get_hours` of t, which cannot run beside student code"


BLOCKED: dict[str, tuple[list[str], dict[str, str]]] = {
    "what is defined behind the import": (
        ["a = 1\nimport answers\nb = answers.b", "assert a", "assert b"],
        {"t0": "it imports answers", "t2": "it uses `b` of t0"},
    ),
    "the module itself, under another name": (
        ["from answers import solve as f", "assert f(1)"],
        {"t0": "it imports answers", "t1": "it uses `f` of t0"},
    ),
    "handed on": (
        ["import answers", "c = answers.c", "assert c == 1"],
        {"t0": "it imports answers", "t1": "it uses `answers` of t0", "t2": "it uses `c` of t1"},
    ),
    "defined again": (["import answers\nx = 1", "x = 2\nassert x", "assert x"], {"t0": "it imports answers"}),
    "a local variable": (["import answers\ndef f():\n    y = 1", "assert y"], {"t0": "it imports answers"}),
    "a module that lies beside the notebook": (["import beside\nfrom folder.inner import x", "assert x"], {}),
    "a module that the notebook writes": (["open('made.py', 'w').write('x = 1')\nimport made"], {}),
}


@pytest.mark.parametrize(("tests", "blocked"), BLOCKED.values(), ids=BLOCKED)
def test_cells_that_cannot_run_beside_student_code(tests: list[str], blocked: dict[str, str]) -> None:
    cells = tuple(
        TemplateCell.of_source(cell(f"t{place}", source, points=1), Delimiters()) for place, source in enumerate(tests)
    )
    template = Template("a", "a", cells)
    found = dict(blocked_cells(template, ("answers", "beside", "folder", "made"), ("beside.py", "folder/inner.py")))
    assert {name: why.split(",")[0] for name, why in found.items()} == blocked


def test_a_module_that_a_solution_writes_is_one_that_students_meet() -> None:
    written = cell("q1", "%%writefile tools.py\nimport numpy\ndef f():\n    pass", solution=True)
    hidden = cell("t1", "### BEGIN HIDDEN TESTS\n%%writefile answers.py\n### END HIDDEN TESTS", points=1)
    cells = [TemplateCell.of_source(one, Delimiters()) for one in (written, hidden)]
    assert Imports.of(cells).shown == {"tools", "numpy"}


IMPORTS = {
    "import clinic.week1 as w, numpy": {"clinic", "numpy"},
    "from clinic.week1 import x": {"clinic"},
    "from . import x\nimport os, json": set(),
    "def f():\n    import clinic": {"clinic"},
    "x = __import__('clinic.week1')": {"clinic"},
    "import importlib\nx = importlib.import_module('clinic')": {"clinic"},
    "%matplotlib inline\nimport clinic\n  from tools import x": {"clinic", "tools"},
    "": set(),
}


@pytest.mark.parametrize(("source", "names"), IMPORTS.items(), ids=IMPORTS)
def test_imports_of_a_test(source: str, names: set[str]) -> None:
    assert imports(source) == names


def test_libraries_of_students_and_what_they_need_stay_readable() -> None:
    source = "import numpy, pandas, mpl_toolkits, dateutil, PIL, IPython, traitlets, seaborn, os, no_such_package"
    assert hidden_packages(frozenset({source})) == ("autograder", "no_such_package")
    assert hidden_packages(frozenset({source}), ("no_such_package",)) == ("autograder",)
    assert hidden_packages(frozenset({"import pytest, hypothesis, nbformat"})) == ("autograder",)
    assert hidden_packages(frozenset(), (), ("numpy.linalg",)) == ("autograder", "numpy.linalg")

"""A few students on real assignments, through exchange, grading and feedback."""

from pathlib import Path

import nbformat
import pytest

from demo.course import Course
from demo.run import Outcome
from demo.students.work import Student, When
from demo.table import differences
from tests.demo.small_class import MEMBERS, handing_in, run_class
from tests.golden import verdicts

OLS, MIXED = "03-ols", "05-mixed-model"
LATE = Student("late", "right, but late", {OLS: MEMBERS["perfect"].hands_in[OLS]}, When.LATE)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="module")
def outcome(root: Path) -> Outcome:
    students = [handing_in(name, OLS) for name in ("perfect", "no-constant", "copies-a-cell", "blank")]
    return run_class(root, [*students, LATE, handing_in("reads-hidden-files", MIXED)])


def test_everybody_gets_the_points_expected(outcome: Outcome) -> None:
    assert [failure.log.read_text() for failure in outcome.failures] == []
    assert differences(outcome.cells) == ()
    assert len(outcome.cells) == 6


def test_everybody_reads_what_is_kept(outcome: Outcome, root: Path) -> None:
    assert outcome.cells
    verdicts.assert_same("demo", verdicts.verdicts_of(root))


def test_only_the_late_one_is_late(outcome: Outcome, root: Path) -> None:
    assert outcome.assignments == (OLS, MIXED)
    assert Course(root).late(OLS) == {"late"}


def test_each_student_fetched_a_feedback_page_of_their_own(outcome: Outcome, root: Path) -> None:
    owners = [page.relative_to(root / "students").parts[0] for page in outcome.pages]
    assert sorted(owners) == sorted(cell.student for cell in outcome.cells)


@pytest.mark.parametrize("secret", ["HIDDEN TESTS", "MARK SCHEME", "lmmsolutions", "Marking scheme"])
def test_feedback_shows_the_points_and_nothing_that_is_hidden_from_students(outcome: Outcome, secret: str) -> None:
    for page in outcome.pages:
        text = page.read_text()
        assert "Score: " in text, page
        if "reads-hidden-files" not in str(page):  # whose own code speaks of these things
            assert secret not in text, page


def test_who_reads_hidden_files_sees_refusals_only(outcome: Outcome, root: Path) -> None:
    assert outcome.cells
    notebook = nbformat.read(root / "autograded" / "reads-hidden-files" / MIXED / f"{MIXED}.ipynb", as_version=4)
    shown = "\n".join(
        output.get("text", "") for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs
    )
    assert shown.count("->") > 20
    found = [line for line in shown.splitlines() if line.startswith(("READ", "GOT", "FRAME"))]
    # The student's own notebook lies in the working folder, as restored, without hidden tests: nothing else is found.
    assert found == [f"GOT shell b'../student/{MIXED}.ipynb\\n'"]

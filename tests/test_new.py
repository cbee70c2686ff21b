"""`autograder new` and `autograder student-config`: a course from nothing."""

from __future__ import annotations

import io
from contextlib import chdir
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from autograder.cli import main
from autograder.commands.new import second_data
from autograder.course.release.confirmable import Confirmable
from tests.course_folder import REPOSITORY, Course, answers_of, filled

NAME = "01-first"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("new") / "statistics"
    assert main(["new", "course", str(folder)]) == 0
    with chdir(folder):
        assert main(["new", "assignment", NAME]) == 0
        assert main(["new", "assignment", "02-own", "--data", str(REPOSITORY / "source/03-ols/sleepstudy.csv")]) == 0
    return Course(folder)


def test_an_assignment_audits_as_it_stands(course: Course, capfd: pytest.CaptureFixture[str]) -> None:
    with chdir(course.root):
        assert main(["audit", "02-own", "--vary", "nothing", "--pages", "../pages"]) == 0, capfd.readouterr().err


@pytest.mark.parametrize("vary", ["nothing", pytest.param("solution", marks=pytest.mark.slow)])
def test_an_assignment_about_columns_with_gaps_audits_as_it_stands(
    course: Course, tmp_path: Path, capfd: pytest.CaptureFixture[str], vary: str
) -> None:
    """Gaps in both columns, the largest response in a row that has no predictor."""
    rows = [f"{row},{'' if row % 5 == 0 else row * row},{'' if row % 7 == 6 else 9 * row % 31}" for row in range(21)]
    (tmp_path / "words.csv").write_text("\n".join(["who,words,age", *rows, ",900,", ""]))
    with chdir(course.root):
        data = ("--data", str(tmp_path / "words.csv"), "--columns", "words", "age")
        assert main(["new", "assignment", name := f"04-{vary}", *data]) == 0
        assert main(["audit", name, "--vary", vary, "--pages", "../pages"]) == 0, capfd.readouterr().err


def test_what_it_writes_goes_from_release_to_feedback(course: Course) -> None:
    assert "can be forged" not in course.nbgrader("generate_assignment", NAME)
    answers = {**answers_of(course.source(NAME)), "q8": "The size of a typical plant, not how much plants differ."}
    solved = filled(course.release(NAME), answers)
    course.submit("ada", NAME, solved)
    course.submit("bob", NAME, course.release(NAME))
    with chdir(course.root):
        assert main(["grade", NAME]) == 0
    course.nbgrader("generate_feedback", NAME)
    points = course.points("ada", NAME)
    assert {test: earned for test, earned in points.items() if earned is not None} == {
        **{f"q{part}-tests": worth for part, worth in enumerate((2, 1, 1, 2, 1, 1, 1), start=1)}
    }
    assert not any(course.points("bob", NAME).values())
    page = (course.root / "feedback" / "ada" / NAME / f"{NAME}.html").read_text("utf-8")
    assert "Found: 18.477778" in page


def test_generating_names_tests_that_could_be_forged(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Confirmable({"q7-tests": "the instructor's solution earns nothing", "q8-tests": ""})
    monkeypatch.setattr("autograder.plugins.forgeable.confirmable", lambda *_: found)
    said = course.nbgrader("generate_assignment", NAME, "--force")
    assert (
        f"{NAME}, q7-tests can be forged, as in stock nbgrader: the instructor's solution earns nothing. Write" in said
    )
    assert "q8-tests" not in said
    found = Confirmable(problem="The tests could not be rehearsed: no sandbox")
    assert "could not be rehearsed: no sandbox" in course.nbgrader("generate_assignment", NAME, "--force")


def test_students_get_no_solution_test_or_marking_scheme(course: Course) -> None:
    course.nbgrader("generate_assignment", NAME, "--force")
    text = nbformat.writes(course.release(NAME))
    assert [word for word in ("Checks(", "MARK SCHEME", "len(table)", "ddof=1") if word in text] == []


def test_nothing_that_is_there_is_overwritten(course: Course, capfd: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in course.root.rglob("*.toml")}
    with chdir(course.root):
        assert main(["new", "course", "."]) == 2
        assert "already nbgrader_config.py; nothing was written" in capfd.readouterr().err
        assert main(["new", "assignment", NAME]) == 2
    assert f"{NAME}.ipynb" in capfd.readouterr().err
    assert {path: path.read_bytes() for path in course.root.rglob("*.toml")} == before


TABLES = {
    "x.txt": ("a\n1\n", "is no CSV file"),
    "words.csv": ("a,b\n" + "u,v\n" * 9, "needs 5 rows and a column of numbers"),
    "short.csv": ("a\n1\n2\n3\n", "it has 3 rows and the columns 'a'"),
    "empty.csv": ("", "cannot be read as a CSV file"),
    "latin.csv": (b"gr\xf6\xdfe\n1\n", "cannot be read as a CSV file in UTF-8"),
    "gone.csv": (None, "cannot be read: No such file"),
}


@pytest.mark.parametrize(("file", "content", "says"), [(name, *row) for name, row in TABLES.items()], ids=TABLES)
def test_a_table_of_which_nothing_can_be_asked_is_refused(
    course: Course, tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str, content: str | bytes | None, says: str
) -> None:
    if content is not None:
        (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
    with chdir(course.root):
        assert main(["new", "assignment", "03", "--data", str(tmp_path / file)]) == 2
    assert says in " ".join(capfd.readouterr().err.split())
    assert not (course.root / "source" / "03").exists()


GROWTH = "plant,water,height,leaves,greenhouse,kind\n" + "".join(
    f"{row},{10 * row},{row / 8 if row % 4 else ''},{row * row},{row % 2},a\n" for row in range(1, 9)
)
COLUMNS = {
    "the row number and columns of which nothing can be asked are passed over": (
        GROWTH,
        [],
        "The parts ask for 'height' as response and 'water' as predictor. They leave out 2 rows in which 'height' is "
        "missing. Passed over: 'greenhouse' (it has only 2 different values), 'kind' (it holds no numbers), 'plant' "
        "(it numbers the rows). To choose others: --columns RESPONSE PREDICTOR.",
    ),
    "a column that is mostly missing is passed over": (
        "day,rain,snow\n1,2.5,\n2,3.5,\n3,1,\n4,7,1.5\n5,2,2.5\n",
        [],
        "The parts ask for 'rain' as response and 'day' as predictor. Passed over: 'snow' (3 of 5 values are missing).",
    ),
    "one column only": (
        "rain,kind\n2.5,a\n3.5,a\n1,b\n7,b\n2,b\n",
        [],
        "The parts ask for 'rain'. There are no parts 4 to 6 (a model, a figure, a choice), which ask for two columns. "
        "Passed over: 'kind' (it holds no numbers).",
    ),
    "columns that were chosen": (GROWTH, ["leaves", "plant"], "ask for 'leaves' as response and 'plant' as predictor."),
    "a row number where nothing else is left": (
        "day,rain\n1,2.5\n2,3.5\n3,1\n4,7\n5,2\n",
        [],
        "The parts ask for 'rain' as response and 'day' as predictor.",
    ),
    "a gap in what was chosen": (
        GROWTH,
        ["leaves", "height"],
        "The parts ask for 'leaves' as response and 'height' as predictor. They leave out 2 rows in which 'height' is",
    ),
    "hardly a row in which both are known": (
        "a,b\n1,\n2,\n3.5,\n4,4\n5,5.5\n6,6\n,7\n,8\n,9\n",
        ["a", "b"],
        "'a' and 'b' of growth.csv are known together in 3 rows only. Choose others that are known in 5 rows",
    ),
    "one column, known in hardly a row": (
        "a,b\n1,u\n2,u\n3.5,u\n,v\n,v\n,v\n",
        [],
        "'a' of growth.csv is known in 3 rows only.",
    ),
    "a column that is not there": (
        GROWTH,
        ["leafs", "water"],
        "'leafs' of growth.csv: there is no such column. They can ask for 'water', 'height', 'leaves', 'plant'. "
        "Did you mean 'leaves'?",
    ),
}


@pytest.mark.parametrize(("text", "chosen", "says"), COLUMNS.values(), ids=COLUMNS)
def test_it_says_which_columns_it_took_and_which_it_passed_over(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, chosen: list[str], says: str
) -> None:
    (tmp_path / "growth.csv").write_text(text)
    assert main(["new", "course", str(tmp_path / "plants")]) == 0
    with chdir(tmp_path / "plants"):
        columns = ["--columns", *chosen] if chosen else []
        assert main(["new", "assignment", NAME, "--data", "../growth.csv", *columns]) == (
            2 if "of growth" in says else 0
        )
    told = capfd.readouterr()
    assert says in " ".join((told.out + told.err).split())


@pytest.mark.parametrize("name", ["../x", "a+b", "-a", "", "a b"])
def test_a_name_that_nbgrader_cannot_use_is_refused(
    course: Course, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with chdir(course.root):
        assert main(["new", "assignment", "--", name]) == 2
    assert f"cannot be called {name!r}" in " ".join(capfd.readouterr().err.split())


def test_an_assignment_needs_a_course(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with chdir(tmp_path):
        assert main(["new", "assignment", NAME]) == 2
    assert "There is no course in" in capfd.readouterr().err


def test_the_second_run_lacks_a_tenth_of_the_rows() -> None:
    text = "id,text\n" + "".join(f'0{row},"two\nlines, {row}.50"\n' for row in range(20))
    rows = pd.read_csv(io.StringIO(second_data(text.encode()).decode()), dtype=str)
    assert len(rows) == 18
    assert rows["id"].tolist() == sorted(rows["id"], key=int)
    assert rows["text"].str.endswith(".50").all()


def test_students_get_the_names_and_places_and_nothing_else(
    course: Course, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = (course.root / "nbgrader_config.py").read_text("utf-8")
    (tmp_path / "nbgrader_config.py").write_text(
        config.replace('str(course / "exchange")', '"/srv/exchange"') + 'c.Exchange.timezone = "Europe/Vienna"\n'
    )
    with chdir(tmp_path):
        assert main(["student-config", "--output", "students.py"]) == 0
        assert main(["student-config", "--output", "students.py"]) == 2
        assert "students.py; nothing was written" in capfd.readouterr().err
        assert main(["student-config"]) == 0
        told = capfd.readouterr()
        assert told.out == Path("students.py").read_text("utf-8")
    assert [line for line in told.out.splitlines() if line.startswith("c.")] == [
        "c.CourseDirectory.course_id = 'statistics'",
        "c.Exchange.root = '/srv/exchange'",
        "c.Exchange.path_includes_course = False",
        "c.Exchange.timezone = 'Europe/Vienna'",
    ]
    assert "note:" not in told.err


def test_an_exchange_beside_the_solutions_is_pointed_out(course: Course, capfd: pytest.CaptureFixture[str]) -> None:
    with chdir(course.root):
        assert main(["student-config"]) == 0
    assert "lies in the course folder" in " ".join(capfd.readouterr().err.split())

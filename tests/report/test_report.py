"""The report on a class of which everything is known: made up in the gradebook, and one that is graded and marked."""

from __future__ import annotations

import csv
import io
import json
from contextlib import chdir, redirect_stdout
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.api import Gradebook
from playwright.sync_api import Browser

from autograder import cli
from autograder.course.results.table import read_other
from autograder.errors import CourseError
from autograder.grading.evidence import Part
from autograder.grading.record import CellRecord, CheckRecord, SubmissionRecord
from benchmarks.report import large, simulated
from benchmarks.report.simulated import CODE, COPYING, SEVERITY, Truth
from tests.pages.conftest import Visit, Visitor

STUDENTS = 30


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of 30 with two assignments that was never graded, and one of a year before."""
    root = tmp_path_factory.mktemp("made")
    large.make(root / "now", 30, 2)
    large.make(root / "before", 25, 2, seed=5)
    return root / "now"


@pytest.fixture(scope="module")
def numbers(made: Path) -> dict:
    return reported(made, "--against", "../before/gradebook.db", "--csv", "out")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth, dict]:
    """A class of 40 that hands in, is graded, marked and reported."""
    root = tmp_path_factory.mktemp("simulated") / "course"
    found = simulated.simulate(root, STUDENTS, (CODE,))
    return root, found, reported(root)


def reported(root: Path, *arguments: str) -> dict:
    """What the command writes to standard output, which is nothing else."""
    with redirect_stdout(io.StringIO()) as out:
        assert autograder(root, "report", "--json", *arguments) == 0
    return json.loads(out.getvalue())


def autograder(root: Path, *arguments: str) -> int:
    with chdir(root):
        return cli.main(arguments)


def test_page_json_and_tables_say_the_same(made: Path, numbers: dict) -> None:
    assert numbers["assignments"] == ["01-made-up", "02-made-up"]
    page = (made / "report" / "report.html").read_text()
    tables = {path.name: list(csv.DictReader(io.StringIO(path.read_text()))) for path in (made / "out").iterdir()}
    first = numbers["beliefs"][0]
    (row,) = [row for row in tables["checks.csv"] if (row["assignment"], row["part"]) == ("01-made-up", "q1")][:1]
    assert [row["check"], row["right"], row["wrong"]] == [first["label"], str(first["right"]), str(first["wrong"])]
    assert f"{first['right']} of 30 right" in page
    mean, before = (numbers["scores"][0][name]["mean"] for name in ("shares", "before"))
    whole = tables["scores.csv"][0]
    assert [float(whole["mean"]), float(whole["mean before"])] == pytest.approx([mean, before])
    assert f"{100 * mean:.0f} %" in page
    assert numbers["scores"][0]["before"]["students"] == 25
    alpha = numbers["questions"][1]["reliability"]["alpha"]
    assert float(tables["reliability.csv"][1]["alpha"]) == pytest.approx(alpha)
    assert (
        f"Cronbach's alpha {alpha:.2f}".replace("'", "&#39;") in page.replace("alpha's", "")
        or f"alpha {alpha:.2f}" in page
    )
    assert {row["marker"] for row in tables["severity.csv"]} == set(large.SEVERITY)
    assert [p["no_feedback"] for p in numbers["progress"]] == [30, 30]


def test_one_assignment_and_wrong_names(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert autograder(made, "report", "02-made-up", "--page", "two.html") == 0
    page = (made / "two.html").read_text()
    assert "<title>Report on 02-made-up</title>" in page
    assert "01-made-up" not in page
    assert autograder(made, "report", "03-ols") == 2
    assert "no assignment '03-ols' (it knows: 01-made-up, 02-made-up)" in capsys.readouterr().err.replace("\n", " ")
    assert autograder(made, "report", "--against", "nowhere.db") == 2
    assert "There is no gradebook" in capsys.readouterr().err


def test_another_gradebook_is_read_and_left_as_it_is(made: Path, tmp_path: Path) -> None:
    other = made.parent / "before" / "gradebook.db"
    before = other.read_bytes()
    assert len(read_other(other).students) == 25
    assert other.read_bytes() == before
    (tmp_path / "text.db").write_text("no database")
    with pytest.raises(CourseError, match="cannot be read as a gradebook"):
        read_other(tmp_path / "text.db")


@pytest.mark.parametrize("students", [0, 1])
def test_a_class_of_which_there_is_nothing_to_say_yet(students: int, tmp_path: Path) -> None:
    large.make(tmp_path, students, 1)
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("02-planned")
        gradebook.add_student("late")
    for path in (tmp_path / ".autograder").rglob("*.jsonl"):
        path.unlink()
    report = reported(tmp_path, "--csv", "out")
    assert (report["assignments"], report["beliefs"], report["alike"]) == (["01-made-up"], [], [])
    assert (report["variance"], report["marking"], report["drift"]) == (None, None, None)
    assert report["progress"][0]["submitted"] == students
    page = (tmp_path / "report" / "report.html").read_text()
    assert f"Only {students} student" in page
    assert "Nothing is kept of any answer yet" in page


def test_what_students_wrote_is_no_markup(made: Path) -> None:
    folder = made / ".autograder" / "01-made-up" / "01-made-up"
    path = folder / "student0003.jsonl"
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\ud800"
    check = CheckRecord(evil, 0.0, 1.0, evil, evil, evil, evil)
    record = SubmissionRecord("print", "code", {"q1-tests": CellRecord("", 0.0, (check,), Part())}, {"q1": evil})
    kept = path.read_bytes()
    path.write_bytes(record.to_bytes())
    folder.joinpath("student0004.jsonl").write_bytes(b"{}\n")
    assert autograder(made, "report", "--page", "evil.html", "--json", "--csv", "evil") == 0
    page = (made / "evil.html").read_bytes().decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "1 submission is of an earlier version" in page
    path.write_bytes(kept)


def test_known_misconceptions_are_on_the_page(truth: tuple[Path, Truth, dict]) -> None:
    _, known, report = truth
    found = {(one["part"], one["label"]): one for one in report["beliefs"] if one["assignment"] == CODE}
    bars = {bar["name"]: bar["students"] for bar in found["q3a", "`slope`"]["misconceptions"]}
    held = list(known.mistakes.values())
    assert bars == {
        "no constant": held.count("no constant"),
        "response and predictor exchanged": held.count("response and predictor exchanged"),
        "intercept and slope exchanged": held.count("parameters exchanged"),
    }
    unknown = {one["found"]: one["students"] for one in found["q3a", "`slope`"]["unrecognized"]}
    assert unknown == {"73.27": held.count(simulated.WITHOUT_ROW), "8.505": 2}
    rows = [one["row"] for one in found["q3a", "`slope`"]["unrecognized"]]
    assert "quantity='slope'" in rows[0]
    assert "lambda data: 73.27" in rows[0]


def test_copied_answers_and_equal_numbers_are_on_the_page(truth: tuple[Path, Truth, dict]) -> None:
    _, known, report = truth
    pairs = {tuple(pair["students"]) for pair in report["alike"] if pair["part"] == COPYING}
    one, other, third = sorted(known.copied)
    assert pairs == {(one, other), (one, third), (other, third)}
    same_code = [tuple(pair["students"]) for pair in report["alike"] if pair["part"] == "q3a"]
    assert tuple(sorted(known.same_number)) in same_code
    assert all(known.mistakes[first] == known.mistakes[second] for first, second in same_code)  # the bank's own text
    first, *others = (row["students"] for row in report["numbers"])
    assert first == sorted(known.same_number)
    assert {known.mistakes[student] for students in others for student in students} <= {simulated.WITHOUT_ROW}


def test_severity_and_progress_of_the_markers_are_on_the_page(truth: tuple[Path, Truth, dict]) -> None:
    _, _, report = truth
    severities = {one["marker"]: one for one in report["marking"]["severities"]}
    assert list(severities) == ["anna", "ben", "carla"]
    for marker, severity in SEVERITY.items():
        assert severities[marker]["effect"] == pytest.approx(severity, abs=0.06), marker
    assert report["drift"]["change"] < 0
    assert sum(marker["marked"] for one in report["progress"] for marker in one["markers"]) == report["drift"]["marks"]
    assert all(marker["left"] == 0 for one in report["progress"] for marker in one["markers"])


@pytest.fixture(scope="module")
def opened(chromium: Browser, truth: tuple[Path, Truth, dict]) -> Visit:
    html = (truth[0] / "report" / "report.html").read_text()
    return Visitor(chromium, without_policy=True).visit(html)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_page_is_accessible_fits_and_asks_for_nothing(opened: Visit, width: int, dark: bool) -> None:
    page = opened.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert opened.did() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found] == []

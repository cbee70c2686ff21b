"""`autograder audit` in a course folder: what it finds, writes and returns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from autograder.audit.cases import Vary
from autograder.audit.report import Report, audit
from autograder.cli import main
from autograder.course.course import Course
from tests.audit.small_course import ASSIGNMENTS, SOUND, make


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = make(tmp_path_factory.mktemp("small"))
    with chdir(root):
        yield root


@pytest.fixture(scope="module")
def reports(course: Path) -> dict[str, Report]:
    """Those in which chance plays a part, and one in which it plays none, are tried under other circumstances."""
    varied = (SOUND, "seeds", "hash")
    others = [name for name in ASSIGNMENTS if name not in varied]
    found = [
        report
        for names, vary in ((list(varied), Vary.SOLUTION), (others, Vary.NOTHING))
        for report in audit(Course.here(), names, course / "answers", vary=vary, workers=1)
    ]
    return {report.assignment: report for report in found}


FAULTS = {
    SOUND: None,
    "credits": "the credits add up to 0.5, but the cell is worth 1 points",
    "solution": "the solution: q1-tests earns 0 of 1",
    "leak": "answers: sum: q1-tests, `mean`: shows a reference value: It is 4.12.",
    "raises": "could not be judged: KeyError",
    "generous": "answers: sum: q1 earns 1, not 0",
}


@pytest.mark.parametrize(("name", "fault"), FAULTS.items(), ids=FAULTS.keys())
def test_what_does_not_hold_is_found(reports: dict[str, Report], name: str, fault: str | None) -> None:
    faults = reports[name].faults
    assert faults == () if fault is None else any(fault in one for one in faults), faults


def test_every_misconception_that_nobody_can_meet_is_found(reports: dict[str, Report]) -> None:
    begins = [
        "q1-tests, `mean`: mistake 'no such column' of 'mean' raised KeyError: 'y', in line 8 of the test cell",
        "q1-tests, `mean`: mistake 'as text' of 'mean' raised ValueError: could not convert string to float: 'x'",
        "q1-tests, `mean`: mistake 'no kind' of 'mean' names the kind 'swaped', which this check does not have",
    ]
    assert [fault[: len(begin)] for fault, begin in zip(reports["dead"].faults, begins, strict=True)] == begins


def test_all_right_answers_are_judged_whatever_else_is_wrong(reports: dict[str, Report]) -> None:
    assert {name: len(report.rows) for name, report in reports.items()} == dict.fromkeys(ASSIGNMENTS, 4)


@pytest.mark.parametrize(("name", "circumstance"), [("seeds", "random seed"), ("hash", "hash seed")])
def test_chance_in_a_solution_is_found(reports: dict[str, Report], name: str, circumstance: str) -> None:
    assert any(change.circumstance.startswith(circumstance) for change in reports[name].changes)


def test_circumstances_make_no_difference_to_a_sound_assignment(reports: dict[str, Report]) -> None:
    assert reports[SOUND].changes == ()
    assert reports[SOUND].tried == ("random seed 1", "random seed 2", "hash seed 1", "hash seed 2", "2 threads")


def test_the_course_is_left_as_it_was(course: Path, reports: dict[str, Report]) -> None:
    assert reports
    assert sorted(path.name for path in course.iterdir()) == ["answers", "nbgrader_config.py", "source"]


def test_the_command_writes_a_page_and_succeeds_where_everything_holds(
    course: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", SOUND, "--vary", "nothing", "--workers", "1", "--pages", "pages"]) == 0
    assert "No problems found" in (course / "pages" / f"{SOUND}.html").read_text(encoding="utf-8")
    assert SOUND in capfd.readouterr().out


def test_the_command_fails_where_something_does_not_hold(
    course: Path, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("autograder.audit.report.audit", lambda *_, **__: (reports[SOUND], reports["solution"]))
    assert main(["audit", "--pages", "pages"]) == 3
    assert "1 problem found" in (course / "pages" / "solution.html").read_text(encoding="utf-8")
    assert "the solution: q1-tests earns 0 of 1" in " ".join(capfd.readouterr().out.split())


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    {
        "no such assignment": (["no-such"], 2, "There is no assignment 'no-such'"),
        "a slip in the bank": ([SOUND, "--answers", "broken"], 3, "unknown keys ['points']"),
        "no file of ids": ([SOUND, "--ids", "none.txt"], 2, "none.txt cannot be read: No such file or directory."),
        "a file without ids": ([SOUND, "--ids", "empty.txt"], 2, "empty.txt names no student"),
    }.values(),
)
def test_what_cannot_be_audited_is_an_error_with_a_reason(
    course: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], status: int, says: str
) -> None:
    broken = course / "broken" / SOUND
    broken.mkdir(parents=True, exist_ok=True)
    (broken / "a.toml").write_text("[[answer]]\nname = 'a'\ndoes = 'b'\ncode.q1 = 'x'\npoints = 1\n")
    (course / "empty.txt").write_text("\n")
    assert main(["audit", *arguments]) == status
    assert says in " ".join(capfd.readouterr().err.split())


def test_ids_are_read_as_programs_for_tables_save_them(
    course: Path, reports: dict[str, Report], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(
        "autograder.audit.report.audit", lambda *_, ids, **__: asked.append(list(ids)) or (reports[SOUND],)
    )
    (course / "ids.csv").write_bytes("\ufeffada\r\nbob \r\n\r\nada\r\n".encode())
    assert main(["audit", SOUND, "--ids", "ids.csv", "--pages", "pages"]) == 0
    assert asked == [["ada", "bob"]]
    assert "No test draws data by the id, so that the ids of --ids were not tried." in capfd.readouterr().out


def test_an_assignment_that_cannot_be_generated_says_why(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = make(tmp_path / "broken course")
    notebook = root / "source" / SOUND / f"{SOUND}.ipynb"
    notebook.write_text(notebook.read_text().replace("### END SOLUTION", ""))
    with chdir(root):
        assert main(["audit", SOUND]) == 3
    assert "cannot be generated" in capfd.readouterr().err


def test_a_course_without_a_bank_is_audited_all_the_same(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    root = make(tmp_path / "no bank")
    (root / "answers").rename(root / "elsewhere")
    with chdir(root):
        assert main(["audit", SOUND, "--vary", "nothing"]) == 0
        told = " ".join(capfd.readouterr().out.split())
        assert "sound: only the solution and the blank release were judged." in told
        assert "answers/sound/*.toml would also prove" in told
        assert "each of 1 checks can fail" in told
        assert "There is no bank of answers" in Path("audit", f"{SOUND}.html").read_text("utf-8")
        assert main(["audit", "raises", "--vary", "nothing"]) == 3
    told = " ".join(capfd.readouterr().out.split())
    assert told.count("could not be judged") == 1
    assert "KeyError: 'y', in line 6: checks.number(" in told
    assert "credit=1) (every answer)" in told

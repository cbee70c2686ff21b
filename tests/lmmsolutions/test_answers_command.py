"""``lmmsolutions <assignment>``: what a teaching assistant reads."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from lmmsolutions.__main__ import main
from lmmsolutions.core.results import stated
from lmmsolutions.lessons.assignments import ASSIGNMENTS
from lmmsolutions.lessons.data_overview import DataOverview
from lmmsolutions.lessons.mixed_model import MixedModel
from lmmsolutions.lessons.ols import Ols
from lmmsolutions.lessons.subject_comparisons import SubjectComparison
from lmmsolutions.lessons.subject_fits import SubjectFits

pytestmark = pytest.mark.filterwarnings("error")


def test_without_a_name_the_assignments_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ASSIGNMENTS)


ANSWERS = {
    "01-data-overview": ["(180, 3)", "194.3322", "466.3535"],
    "02-correlation": ["0.5352302", "Spearman for Pearson", "0.5228139"],
    "03-ols": ["251.4051", "10.46729", "ms per day", "no constant", "50.16283"],
    "04-subject-fits": ["21.7647", "2.261785", "290.104127"],
    "05-mixed-model": ["1378.179", "960.4566", "ms²", "-77.849554", "ML for REML", "1296.87", "variance ratio"],
    "06-subject-comparisons": ["248.1108", "323.5878", "fixed intercept forgotten", "-3.294273"],
    "07-clusters": ["-10.38577", "-23.6847", "0.611852", "15.38462", "unpaired means", "-4.227649"],
    "08-athletes": ["-0.07267366", "3.2303e-30", "score²", "0.866116", "printed standard error", "0.01075919"],
    "09-schools": ["2.873843", "0.7203396", "-13.51375", "-10.84708", "no shrinkage"],
    "10-clinics": ["-3.338815", "2.706547e-85", "0.01120264", "1.082275", "coefficient of the share", "14.67981"],
    "11-random-slopes": ["612.0899", "0.06555132", "430.659991", "correlation of the estimates", "-0.1375534"],
    "12-model-comparison": ["1906.293", "42.1393", "3.961195e-10", "-458.097", "0.3293453", "not doubled", "21.06965"],
    "14-checking-planning": ["1.852428", "-22.36902", "11.252481", "335", "5.179256", "one-sided", "slope_without"],
    "13-nested": ["22.61019", "0.6608684", "5.427866e-11", "203.6811", "-9.449864", "labels crossed", "20 groups"],
    "15-exam": ["458", "17.5294", "8.95342", "-25.77973", "2.876187e-31", "no slope of its own"],
}


# With answers of every form that is printed in its own way; the others repeat it.
SHOWN = ("01-data-overview", "03-ols", "04-subject-fits", "05-mixed-model", "07-clusters", "11-random-slopes")


@pytest.mark.parametrize(
    "name", [name if name in SHOWN else pytest.param(name, marks=pytest.mark.slow) for name in ASSIGNMENTS]
)
def test_answers_and_mistakes_are_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name]) == 0
    printed = capsys.readouterr().out
    assert [part for part in ANSWERS[name] if part not in printed] == []
    quantities = {row.quantity for row in ASSIGNMENTS[name].mistakes}
    assert all(quantity in printed for quantity in quantities)


def test_a_comparison_of_models_is_printed_row_by_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = "12-model-comparison"
    monkeypatch.setattr("lmmsolutions.__main__.ASSIGNMENTS", {lesson: replace(ASSIGNMENTS[lesson], mistakes=())})
    assert main([lesson]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["of", "log_likelihood", "n_parameters", "aic", "bic"] in lines
    assert [line[:2] for line in lines if line[:1] in (["ols"], ["slopes"])] == [
        ["ols", "-950.1465"],
        ["slopes", "-875.9697"],
    ]


def test_other_data(tmp_path: Path, sleepstudy: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.csv"
    sleepstudy.assign(Reaction=sleepstudy["Reaction"] + 100).to_csv(file, index=False)
    assert main(["03-ols", "--data", str(file)]) == 0
    assert "351.4051" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file"),
        ("a,b\n1,2\n", "lacks the column(s) Reaction, Days, Subject; it has a, b"),
        ("", "is not a CSV table"),
        ("Reaction,Days,Subject\n250,0,308\n,1,308\n", "missing or infinite values in Reaction"),
    ],
    ids=["no file", "other columns", "empty", "missing values"],
)
def test_errors_say_what_is_wrong(
    content: str | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "data.csv"
    if content is not None:
        file.write_text(content)
    assert main(["05-mixed-model", "--data", str(file)]) == 1
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


def test_lessons_with_two_files_take_two(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = []
    for name, table in zip(("schools", "few"), ASSIGNMENTS["09-schools"].tables(), strict=True):
        table.assign(score=table["score"] + 100).to_csv(tmp_path / f"{name}.csv", index=False)
        files.append(str(tmp_path / f"{name}.csv"))
    assert main(["09-schools", "--data", *files]) == 0
    assert "147.6481" in capsys.readouterr().out
    assert main(["09-schools", "--data", files[0]]) == 1
    assert "want a file for each of schools.csv, schools_few.csv, got 1" in capsys.readouterr().err


def test_an_unknown_assignment_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["07"])
    assert caught.value.code == 2
    assert "05-mixed-model" in capsys.readouterr().err


def test_the_module_runs_as_a_program() -> None:
    command = [sys.executable, "-W", "error", "-m", "lmmsolutions", "05-mixed-model"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert finished.stderr == ""
    assert "fixed_intercept" in finished.stdout


@pytest.mark.parametrize("result", [DataOverview, Ols, SubjectFits, MixedModel, SubjectComparison])
def test_fields_of_results_state_meaning_and_unit(result: type) -> None:
    fields = stated(result)
    assert len(fields) >= 5
    assert all(means.meaning for means in fields.values())
    assert any(means.unit for means in fields.values())


def test_a_reader_that_has_read_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "lmmsolutions", "01-data-overview"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)

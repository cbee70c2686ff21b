"""The other data sets: as the command writes them, and as the screening wants them."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lmmsolutions.core.data import load
from lmmsolutions.variants import CRITERIA, WITH_FAULTS, Criterion, Found, NoVariant, Variant, draw, search
from lmmsolutions.variants import __main__ as command
from lmmsolutions.variants.candidate import ASSIGNMENTS, SAME_ANSWERS, Candidate, published
from lmmsolutions.variants.criteria import find
from lmmsolutions.variants.lessons import LESSONS
from tests.course_folder import REPOSITORY

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.slow]

FOLDER = REPOSITORY / "variants"


@pytest.fixture(scope="module")
def found() -> Found:
    return search()


@pytest.fixture(scope="module")
def committed() -> Candidate:
    """What the files of the course hold, without the seed that they came from."""
    complete, faulty = (pd.read_csv(FOLDER / name / "sleepstudy.csv") for name in ("03-ols", WITH_FAULTS))
    return Candidate(Variant(0, complete, faulty))


def test_the_course_holds_what_the_command_writes(found: Found) -> None:
    written = command.files(found)
    held = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in FOLDER.rglob("*") if path.is_file()}
    assert sorted(held) == sorted(written)
    stale = [name for name in written if held[name] != written[name]]
    assert stale == [], "run `python -m lmmsolutions.variants`"


def test_every_assignment_has_a_file_and_only_cleaning_has_its_own() -> None:
    files = {name: (FOLDER / name / "sleepstudy.csv").read_bytes() for name in ASSIGNMENTS}
    assert set(ASSIGNMENTS) <= {path.name for path in (REPOSITORY / "source").iterdir()}
    common = {content for name, content in files.items() if name != WITH_FAULTS}
    assert len(common) == 1
    assert files[WITH_FAULTS] not in common


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_the_files_meet_the_criterion(criterion: Criterion, committed: Candidate) -> None:
    finding = find(criterion, committed)
    assert finding.passed, finding.measured
    assert finding.measured


def test_names_of_criteria_are_unique() -> None:
    assert len({criterion.name for criterion in CRITERIA}) == len(CRITERIA)


def test_the_form_of_the_files_is_that_of_the_published_one() -> None:
    source = (REPOSITORY / "source/03-ols/sleepstudy.csv").read_bytes()
    there = pd.read_csv(io.BytesIO(source), dtype=str)
    here = pd.read_csv(FOLDER / "03-ols/sleepstudy.csv", dtype=str)
    assert here.columns.equals(there.columns)
    pd.testing.assert_frame_equal(here[["Days", "Subject"]], there[["Days", "Subject"]])
    assert here["Reaction"].str.fullmatch(r"\d{3}\.\d{1,4}").all()
    with_gaps = pd.read_csv(FOLDER / WITH_FAULTS / "sleepstudy.csv", dtype=str)
    assert with_gaps["Subject"].dropna().str.fullmatch(r"\d{3}|0").all()
    assert len(with_gaps) == len(there)


def test_reading_a_file_gives_the_table_that_was_screened(found: Found) -> None:
    for name in ASSIGNMENTS:
        read = pd.read_csv(io.BytesIO(found.variant.content(name)))
        pd.testing.assert_frame_equal(read, found.variant.of(name), check_exact=True)


@pytest.mark.parametrize("name", SAME_ANSWERS)
def test_answers_that_are_said_to_stay_do_stay(name: str, committed: Candidate) -> None:
    pairs = [
        (getattr(published().solutions[key], name), getattr(committed.solutions[key], name))
        for key in ASSIGNMENTS
        if hasattr(committed.solutions[key], name)
    ]
    assert pairs
    assert all(there == here for there, here in pairs)


def test_a_seed_gives_the_same_data_each_time_and_another_seed_others() -> None:
    one, again, other = draw(7), draw(7), draw(8)
    pd.testing.assert_frame_equal(one.complete, again.complete, check_exact=True)
    pd.testing.assert_frame_equal(one.faulty, again.faulty, check_exact=True)
    assert not (one.complete["Reaction"] == other.complete["Reaction"]).any()


def test_drawing_leaves_the_published_data_alone() -> None:
    variant = draw(1)
    variant.complete.loc[0, "Reaction"] = 0.0
    variant = draw(1)
    table = variant.of("03-ols")
    table["Reaction"] = 0.0
    assert variant.complete["Reaction"].min() > 0
    assert load("sleepstudy")["Reaction"].iloc[0] == 249.56


def test_subjects_resemble_the_published_ones_and_differ_among_seeds() -> None:
    known = load("sleepstudy").groupby("Subject")["Reaction"].mean()
    drawn = [draw(seed).complete.groupby("Subject")["Reaction"].mean() for seed in range(1, 31)]
    alike = [known.corr(means) for means in drawn]
    assert 0.6 < np.mean(alike) < 0.95
    among = [one.corr(other) for one, other in pairwise(drawn)]
    assert np.mean(among) < np.mean(alike)


def test_the_search_takes_the_first_that_passes_and_says_why_not_the_others(found: Found) -> None:
    assert [item.seed for item in found.rejected] == list(range(1, found.variant.seed))
    assert all(finding.passed for finding in found.findings)
    assert [finding.name for finding in found.findings] == [criterion.name for criterion in CRITERIA]
    for item in found.rejected:
        assert not item.finding.passed
        assert str(item).startswith(f"seed {item.seed}: {item.finding.name}: {item.finding.measured} (want: ")
    assert sum(found.reasons().values()) == len(found.rejected)


def test_the_report_holds_seed_and_measurements(found: Found) -> None:
    report = command.report(found)
    assert f"Seed {found.variant.seed}, the first" in report
    rows = [line for line in report.splitlines() if line.startswith("| ")]
    first = report.partition("### ")[0]
    assert len([line for line in first.splitlines() if line.startswith("| ")]) == len(CRITERIA) + 1
    assert all(f"### {name}" in report for name in LESSONS)
    assert all(row.count("|") == 4 for row in rows)


def test_the_command_writes_and_prints(
    found: Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "search", lambda: found)
    assert command.main(["--folder", str(tmp_path / "other")]) == 0
    files = {path.relative_to(tmp_path / "other").as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert files == set(command.files(found))
    assert (tmp_path / "other/02-correlation/sleepstudy.csv").read_bytes() == found.variant.content(WITH_FAULTS)
    assert "| criterion | wanted | measured |" in capsys.readouterr().out


def test_the_command_fails_where_no_seed_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_passes() -> Found:
        raise NoVariant("none of 3 data sets meets every criterion")

    monkeypatch.setattr(command, "search", none_passes)
    assert command.main(["--folder", str(tmp_path / "other")]) == 1
    assert "none of 3 data sets" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_a_search_without_success_counts_the_reasons(found: Found) -> None:
    seeds = [item.seed for item in found.rejected]
    with pytest.raises(
        NoVariant, match=f"none of {len(seeds)} data sets meets every criterion; rejected by "
    ) as caught:
        search(seeds)
    assert all(f"{name}: {number}" in str(caught.value) for name, number in found.reasons().items())

"""The order in which answers are marked, and who marks them."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from autograder.course.results.marks import MarkJournal, MarkOrigin
from autograder.marking.answers import Written, WrittenPart
from autograder.marking.given import Mark
from autograder.marking.marks import PlannedMark
from autograder.marking.order import only_of, origins, shared_out, shuffled
from autograder.marking.sheet import sheet
from autograder.written.groups import Group, WrittenAnswer

TAS = ("anna", "ben", "carla")


def answers(count: int, first: int = 0, name: str = "q1") -> Written:
    """Each student has an answer of her own; the last group did not answer."""
    students = [f"s{number:03}" for number in range(first, first + count)]
    groups = [Group((WrittenAnswer(who, f"My answer is {who}."),)) for who in students]
    blank = Group((WrittenAnswer("zoe", ""),), blank=True)
    part = WrittenPart(name, "01", name, 1.0, "", "", (*groups, blank), {}, {}, {})
    return Written("01", (part,), ())


def order(written: Written) -> list[str]:
    return [group.students[0] for group in written.parts[0].groups]


def test_it_is_random_stable_and_another_one_for_each_ta_and_part() -> None:
    ours = order(shuffled(answers(40), "anna"))
    assert ours == order(shuffled(answers(40), "anna"))
    assert sorted(ours[:-1]) == order(answers(40))[:-1] != ours[:-1]
    assert ours != order(shuffled(answers(40), "ben"))
    assert ours != order(shuffled(answers(40, name="q2"), "anna"))
    assert ours[-1] == "zoe"


def test_late_answers_leave_the_others_in_their_order() -> None:
    late = order(shuffled(answers(60), "anna"))
    assert [who for who in late if who < "s040" or who == "zoe"] == order(shuffled(answers(40), "anna"))
    assert late[40:-1] != order(answers(60))[40:-1]


def test_answers_are_shared_out_evenly_and_stay_where_they_are() -> None:
    shares = shared_out(answers(40), TAS, {})
    assert sorted(list(shares["q1"].values()).count(ta) for ta in TAS) == [13, 13, 14]
    assert "zoe" not in shares["q1"]
    later = shared_out(answers(60), TAS, shares)
    assert later["q1"].items() >= shares["q1"].items()
    assert [list(later["q1"].values()).count(ta) for ta in TAS] == [20, 20, 20]
    without = shared_out(answers(60), TAS[:2], later)
    assert set(without["q1"].values()) == {"anna", "ben"}
    assert all(without["q1"][who] == ta for who, ta in later["q1"].items() if ta != "carla")
    own = only_of(answers(60), "anna", later)
    assert {who for group in own.parts[0].groups for who in group.students} == {
        who for who, ta in later["q1"].items() if ta == "anna"
    }


def test_what_is_marked_is_counted_in_ones_own_share() -> None:
    written = answers(4)
    (part,) = written.parts
    written = replace(written, parts=(replace(part, marked={who: Mark(0.5) for who in ("s000", "s001", "s003")}),))
    shares = {"q1": {"s000": "anna", "s001": "ben", "s002": "anna", "s003": "ben"}}
    assert [only_of(written, ta, shares).parts[0].counts.marked for ta in ("anna", "ben")] == [1, 2]


def test_a_sheet_shows_what_is_marked_so_that_nobody_marks_it_again() -> None:
    part = replace(answers(2).parts[0], marked={"s000": Mark(0.5, "Which unit?")})
    found = list(csv.DictReader(io.StringIO(sheet(Written("01", (part,), ())).decode("utf-8-sig"))))
    assert [(row["students"], row["marked so far"], row["points"]) for row in found] == [
        ("s000", "0.5 (Which unit?)", ""),
        ("s001", "", ""),
        ("zoe", "", ""),
    ]


def test_the_place_of_a_mark_is_that_of_its_row_among_those_of_the_part() -> None:
    part = answers(3).parts[0]
    given = [PlannedMark(part, who, 0.5, "", line) for who, line in (("s000", 7), ("s002", 5), ("zoe", 8))]
    rows = [(3, "another part"), (5, "q1"), (7, "q1"), (8, "q1")]
    found = [(origin.student, origin.position, origin.marker) for origin in origins(given, rows, "anna")]
    assert found == [("s000", 1, "anna"), ("s002", 0, "anna")]  # of who did not answer nobody has judged anything


def test_a_mark_belongs_to_who_changed_it_last(tmp_path: Path) -> None:
    journal = MarkJournal(tmp_path, "01")
    first = MarkOrigin("01", "q1", "ada", 0.5, "anna", 3, 1.0)
    journal.add([first])
    journal.add([first._replace(marker="ben", time=2.0)])  # the same points: it is still Anna's
    assert journal.read() == {("01", "q1", "ada"): first}
    changed = first._replace(points=0.75, marker="ben", time=3.0)
    journal.add([changed])
    with journal.path.open("a") as file:
        file.write("{half a line")
    assert journal.read() == {("01", "q1", "ada"): changed}

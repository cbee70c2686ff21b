"""What is handed in is graded once, whatever comes between, and nobody waits for somebody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.course.course import Course
from autograder.watch import status
from autograder.watch.folder import ExchangeFolder
from autograder.watch.jobs import HEAVY_SECONDS, MOST_ATTEMPTS, next_turn
from autograder.watch.journal import Row, State
from autograder.watch.source import Arrived
from autograder.workers.engines import grade_here
from tests.watch.conftest import Running
from tests.watch.the_course import NAME, RIGHT, START, TEST, WRONG, Watched

Make = Callable[..., Watched]
Run = Callable[[Watched], Running]


def test_a_student_fetches_what_the_instructors_commands_would_give(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    right, wrong = course.hand_in("ada", RIGHT), course.hand_in("bob", WRONG)
    running.done()
    assert (course.earned("ada"), course.earned("bob")) == (1.0, 0.0)
    pages = {student: course.root / "feedback" / student / NAME / f"{NAME}.html" for student in ("ada", "bob")}
    released = {"ada": course.fetched(right), "bob": course.fetched(wrong)}
    assert {student: path.read_text() for student, path in pages.items()} == released
    course.nbgrader("generate_feedback", NAME, "--force")
    assert {student: path.read_text() for student, path in pages.items()} == released
    assert "1 of 1 points" in released["ada"]
    assert "not marked yet" in released["ada"]
    assert course.points("ada", NAME)["q2"] is None  # a person's


def test_who_renamed_the_notebook_finds_the_feedback_under_its_name(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    secret = course.hand_in("ada", name="mean-final")
    running.done()
    page = course.fetched(secret, "mean-final")
    assert "mean-final.ipynb</code> was graded, because <code>mean.ipynb</code> was not handed in." in page


def test_fifty_submissions_of_one_student_are_one(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    flood = [course.hand_in("ada", WRONG) for _ in range(49)] + [course.hand_in("ada", RIGHT)]
    other = course.hand_in("bob")
    running.done()
    assert running.states()[-2:] == [("ada", "done", "all"), ("bob", "done", "all")]
    assert {state for _, state, _ in running.states()[:-2]} == {"skipped"}
    assert all("a later one, of 2026-05-01 10:00" in why for _, _, why in running.states()[:-2])
    assert course.earned("ada") == 1.0
    assert [secret for secret in flood if course.fetched(secret)] == flood[-1:]
    assert course.fetched(other)
    assert {name: number for name, (number, _) in running.journal.used(running.time[0]).items()} == {"ada": 1, "bob": 1}


def test_what_was_graded_before_the_first_start_is_not_graded_again_and_comes_last(
    watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = watched()
    secrets = {student: course.hand_in(student) for student in ("ada", "bob")}
    course.nbgrader("collect", NAME)
    course.nbgrader("autograde", NAME)
    secrets["cleo"] = course.hand_in("cleo")
    graded: list[str] = []
    running = run(course)
    began: list[str] = []
    begin, submit = running.journal.begin, running.service._engine_().submit
    monkeypatch.setattr(running.journal, "begin", lambda key: (began.append(key.split("+")[0]), begin(key)))
    monkeypatch.setattr(
        running.service._engine_(),
        "submit",
        lambda _function, task: (graded.append(task.student), submit(grade_here, task))[1],
    )
    running.done()
    assert graded == ["cleo"]
    assert all(course.fetched(secret) for secret in secrets.values())
    assert running.said[0] == (
        "collected before: 2. What is graded is not graded again, only its feedback is made; "
        "what is handed in now comes first"
    )
    assert began[0] == "cleo"
    assert {f"graded before: {student}, {NAME}; feedback: all" for student in ("ada", "bob")} < set(running.said)
    assert status.read(running.journal, running.time[0])["graded"]["last_hour"]["number"] == 1


def test_turns() -> None:
    def rows(*names: str) -> list[Row]:
        return [Row(Arrived(f"{number}", name, NAME, START), START, State.WAITING) for number, name in enumerate(names)]

    def turn(used: dict[str, tuple[int, float]], free: int, running: tuple[tuple[str, str], ...] = ()) -> str | None:
        found = next_turn(rows("often", "heavy", "new"), running, used, free, 2)
        return found and found.arrived.student

    assert turn({}, 2) == "often"  # the oldest
    assert turn({"often": (3, 1.0)}, 2) == "heavy"
    assert turn({"often": (3, 1.0), "heavy": (1, HEAVY_SECONDS)}, 2) == "new"
    assert turn({"new": (9, 1.0), "often": (3, 1.0), "heavy": (1, HEAVY_SECONDS)}, 2) == "heavy"
    assert turn({"new": (9, 1.0), "often": (3, 1.0), "heavy": (1, HEAVY_SECONDS)}, 1) == "often"
    assert turn({}, 1, ((NAME, "often"),)) == "heavy"  # one of a student at a time
    assert turn({}, 1, tuple((NAME, name) for name in ("often", "heavy", "new"))) is None


def test_a_full_queue_says_so_and_loses_nothing(watched: Make, run: Run) -> None:
    course = watched("c.Watch.most_waiting = 1")
    running = run(course)
    secrets = [course.hand_in(student) for student in ("ada", "bob", "cleo")]
    running.service.turn(0)
    assert running.journal.facts()["full"]
    running.until(lambda: all(course.fetched(secret) for secret in secrets))
    running.done()
    assert [state for _, state, _ in running.states()] == ["done"] * 3


def test_what_is_still_being_written_waits(watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.watch.folder.SETTLE_SECONDS", 1e6)  # so that it is not left alone for that long
    course = watched()
    running = run(course)
    secret = course.hand_in("ada", finished=False)
    running.service.turn(0)
    assert running.states() == []
    next(course.inbound.iterdir()).chmod(0o777)
    running.until(lambda: course.fetched(secret))


def test_what_is_written_without_end_holds_up_nobody(watched: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many folders change all the time, and wherever they lie, the others are looked into in turn."""
    course = watched()
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("autograder.watch.folder._MOST_NEW", 2)
    for number in range(12):
        course.hand_in(f"eve{number}", finished=False)
    course.hand_in("ada")
    exchange = ExchangeFolder(Course.here())
    assert "ada" in {one.student for _ in range(8) for one in exchange.arrived((), [NAME])}


@pytest.mark.parametrize("owners", [1, 2])
def test_nobody_is_hidden_behind_many_names(watched: Make, monkeypatch: pytest.MonkeyPatch, owners: int) -> None:
    """Neither by one student's many submissions, nor by somebody who hands in under many names."""
    course = watched()
    monkeypatch.chdir(course.root)
    monkeypatch.setattr("autograder.watch.folder._MOST_NEW", 4)
    for number in range(40):
        course.hand_in("eve" if owners == 1 else f"eve{number}")
    course.hand_in("ada")
    if owners == 2:
        monkeypatch.setattr(ExchangeFolder, "_owner", lambda _, name: name.startswith("ada+"))
    exchange = ExchangeFolder(Course.here())
    assert "ada" in {one.student for one in exchange.arrived((), [NAME])}


def test_many_names_are_told(watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    course = watched()
    monkeypatch.setattr("autograder.watch.folder._MANY_NAMES", 3)
    running = run(course)
    for number in range(4):
        (course.inbound / f"nothing {number}").mkdir()
    secret = course.hand_in("ada")
    running.until(lambda: course.fetched(secret))
    said = f"{course.inbound} holds over 3 names"
    assert said in " ".join(running.said)
    running.until(lambda: said in status.read(running.journal, running.time[0])["warning"])
    assert any(said in one for one in status.lines(status.read(running.journal, running.time[0]), alive=True))


def test_a_name_is_read_once(watched: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a time takes up to a millisecond, and the exchange may hold any number of names."""
    course = watched()
    monkeypatch.chdir(course.root)
    read: list[str] = []
    monkeypatch.setattr("autograder.watch.folder.moment", read.append)
    for number in range(3):
        (course.inbound / f"eve+{NAME}+no time+{number}").mkdir()
    exchange = ExchangeFolder(Course.here())
    assert [list(exchange.arrived((), [NAME])) for _ in range(3)] == [[], [], []]
    assert read == ["no time"] * 3


def test_what_is_no_submission_costs_nobody_anything(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    for name in (
        f"x+{NAME}+no time+y",
        f"..+{NAME}+2026-05-01 10:00:00 UTC+y",
        "x+..+2026-05-01 10:00:00 UTC+y",
        "+",
        f"+{NAME}+2026-05-01 10:00:00 UTC+y",
    ):
        (course.inbound / name).mkdir()
    (course.inbound / f"link+{NAME}+2026-05-01 10:00:00 UTC+y").symlink_to(course.root)
    bytes_name = f"{course.inbound}/odd+{NAME}+2026-05-01 10:00:00 UTC+".encode() + b"\xff"
    Path(bytes_name.decode(errors="surrogateescape")).mkdir()
    secret = course.hand_in("ada")
    running.until(lambda: course.fetched(secret))
    assert running.states() == [("ada", "done", "all")]
    assert [path.name for path in (course.root / "submitted").iterdir()] == ["ada"]


def test_no_folder_is_in_the_way_of_the_page(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    made = f"{RIGHT}\nimport os\nos.mkdir('{NAME}.html')\nopen('{NAME}.html/y.txt', 'w').write('y')"
    secret = course.hand_in("eve", made, finished=False)
    (folder,) = course.inbound.iterdir()
    (folder / f"{NAME}.html").mkdir()
    (folder / f"{NAME}.html" / "x.txt").write_text("x")
    folder.chmod(0o777)
    running.until(lambda: course.fetched(secret))
    assert "1 of 1 points" in course.fetched(secret)


def test_what_was_handed_in_otherwise_and_later_is_not_replaced(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    course.submit("ada", NAME, course.release(NAME))
    (course.root / "submitted" / "ada" / NAME / "timestamp.txt").write_text("2026-05-02 10:00:00 UTC")
    course.hand_in("ada")
    running.done()
    assert running.states()[0][:2] == ("ada", "skipped")
    assert not (course.root / "submitted" / "ada" / NAME / "submission_secret.txt").exists()


def test_a_changed_test_is_graded_by(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    course.hand_in("ada", WRONG)
    running.done()
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_source_cell("q1-tests", NAME, NAME).source = TEST.replace("4", "5")
        gradebook.db.commit()
    course.hand_in("bob", WRONG)
    running.done()
    assert (course.earned("ada"), course.earned("bob")) == (0.0, 1.0)  # what is graded is `autograder regrade`'s
    assert f"{NAME} has changed in the gradebook" in running.said


def test_changed_code_or_configuration_starts_anew(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    running.service.turn(0)
    assert not running.service.restart
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\n")
    running.service._changes_at = 0.0
    running.service.turn(0)
    assert running.service.restart


def test_what_ends_the_service_again_and_again_is_put_aside(watched: Make, run: Run) -> None:
    course = watched()
    before = course.hand_in("ada")
    running = run(course)
    running.done()
    after = course.hand_in("ada")
    running.service._notice()
    (row,) = running.journal.waiting()
    for _ in range(MOST_ATTEMPTS):
        running.journal.begin(row.arrived.key)  # and the service ended
    running.done()
    assert running.states()[1] == ("ada", "failed", "the service ended 5 times while it graded this submission")
    assert "1 of 1 points" in course.fetched(before)
    assert course.fetched(after) == ""


def test_an_assignment_that_is_new_is_graded_from_its_first_submission_on(watched: Make, run: Run) -> None:
    course = watched()
    running = run(course)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_assignment(NAME).name = "not yet"
        gradebook.db.commit()
    running.service._changes_at = 0.0
    running.service.turn(0)
    secret = course.hand_in("ada")
    running.service.turn(0)
    assert running.states() == []
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}") as gradebook:
        gradebook.find_assignment("not yet").name = NAME
        gradebook.db.commit()
    running.service._changes_at = 0.0
    running.until(lambda: course.fetched(secret))


def test_what_the_grader_cannot_grade_is_left_to_a_person(
    watched: Make, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = watched()
    running = run(course)

    def broken(*_: object) -> None:
        raise ValueError("no page today")

    with monkeypatch.context() as patch:
        patch.setattr("autograder.plugins.feedback.FeedbackPages.page", broken)
        secret = course.hand_in("ada")
        running.done()
    assert running.states()[0][:2] == ("ada", "failed")
    assert running.journal.used(running.time[0])["ada"][1] > 0  # what it cost is the student's, as in others
    assert "A person will look at it" in course.fetched(secret)
    again = course.hand_in("ada")
    running.done()
    assert "1 of 1 points" in course.fetched(again)


def test_what_never_ends_holds_up_its_student_only(watched: Make, run: Run) -> None:
    longer = dict.fromkeys(("cell_seconds", "notebook_seconds", "cpu_seconds"), 3600)  # than everybody else takes
    course = watched(f"c.Autograder.limits = {longer}")
    running = run(course)
    course.hand_in("eve", "while True: pass")
    running.until(lambda: running.service._jobs.keys)
    honest = [course.hand_in(student) for student in ("ada", "bob", "cleo")]
    running.until(lambda: all(course.fetched(secret) for secret in honest))
    # Its process is ended with this test, so that it is the last one here.
    assert running.states()[0] == ("eve", "waiting", "")

"""Where this process did not run for a while, that time is nobody's: the clock, and the sessions that it bounds."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from autograder.deadline import OwnTime
from autograder.sandbox import Limits, Sandbox, Session, SessionEnded
from autograder.sandbox.inside import alarm, watchdog
from autograder.sandbox.requests import END_NOTICE_SECONDS

# what passed on the wall, what this process computed, what it meant to wait → seconds that count
COUNTED = {
    "computing": (2.0, 2.0, 0.0, 2.0),
    "waiting": (0.5, 0.0, 0.5, 0.5),
    "woken early": (0.125, 0.0, 0.5, 0.125),
    "stopped while it waited": (5.0, 0.0, 0.5, 0.5),
    "stopped between two waits": (5.0, 0.25, 0.0, 0.25),
    "stopped while it waited and computed": (9.0, 0.25, 0.5, 0.75),
}


@pytest.mark.parametrize("name", COUNTED)
def test_what_counts(name: str) -> None:
    passed, computed, meant, counts = COUNTED[name]
    wall, used = [100.0], [7.0]
    clock = OwnTime(lambda: wall[0], lambda: used[0])
    for number in (1, 2):
        clock.mean_to_wait(meant)
        wall[0] += passed
        used[0] += computed
        assert clock.tick() == number * counts


STOPPED = 1.5  # seconds, more than the limit


def stops_before(session: Session, call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process not run for a while before the how-manieth look at what the session sends."""
    poll, calls = session._poll, [0]

    def late(seconds: float) -> set[int]:
        calls[0] += 1
        if calls[0] == call:
            time.sleep(STOPPED)
        return poll(seconds)

    monkeypatch.setattr(session, "_poll", late)


@pytest.mark.parametrize("call", [1, 2])
def test_a_grader_that_did_not_run_takes_nobodys_time(
    light: Sandbox, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither before the request was sent, nor when the answer had come and could not be taken."""
    with light.session({}, Limits(cell_seconds=1, notebook_seconds=1)) as session:
        stops_before(session, call, monkeypatch)
        assert session.run("print('x')\n7", "c1").printed == "x\n"
        assert session.run("1 + 1", "c2").error is None
        monkeypatch.undo()
        with pytest.raises(SessionEnded) as ended:
            session.run("import time; time.sleep(600)", "c3")
        assert ended.value.reason == "time"


def test_what_was_granted_is_not_taken_from_the_notebook(light: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds in which others had the processor, as process 1 tells them."""
    with light.session({}, Limits(cell_seconds=1, notebook_seconds=3)) as session:
        used = session._used
        monkeypatch.setattr(session, "_used", lambda: {**used(), "starved": 2.0 + used()["starved"]})
        assert session.run("import time; time.sleep(2)", "c1").error is None
        assert session._seconds_left > 1.5


def test_what_an_ended_process_showed_is_read_however_late(light: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.sandbox.requests.LAST_WORDS_SECONDS", 0)
    with light.session({}) as session, pytest.raises(SessionEnded) as ended:
        session.run("import os, sys; sys.stdout.write('before'); os.write(2, b'last'); os._exit(0)", "c1")
    assert {output["name"]: output["text"] for output in ended.value.outputs} == {
        "stdout": "before",
        "stderr": "last",
    }


def test_process_one_may_be_late_to_say_how_a_process_ended(light: Sandbox) -> None:
    with light.session({}) as session:
        assert light.pid is not None
        os.kill(light.pid, signal.SIGSTOP)
        goes_on = threading.Timer(2 * END_NOTICE_SECONDS, os.kill, (light.pid, signal.SIGCONT))
        goes_on.start()
        with pytest.raises(SessionEnded) as ended:
            session.run("import os; os._exit(3)", "c1")
        goes_on.join()
    assert ended.value.reason == "exit"


def test_a_session_waits_for_the_processor_where_any_of_its_processes_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds of each process at each look; one that comes and goes was there for a while."""
    looks = [{"7000001": 1.0, "7000002": 0.5}, {"7000001": 1.0, "7000002": 2.5, "7000003": 0.25}, {"7000001": 1.5}, {}]
    now: dict[str, float] = {}
    monkeypatch.setattr(watchdog, "starved", lambda pid: now[pid])
    monkeypatch.setattr("autograder.sandbox.inside.watchdog.os.listdir", lambda _: ["1", "self", *now])
    watch = watchdog.Watch({"processes": 12, "cpu_seconds": 9, "memory_mb": 9}, [], 7000001)
    found = []
    for look in looks:
        now.clear()
        now.update(look)
        assert watch.look() is None
        found.append(watch.starved)
    assert found == [1.0, 3.0, 3.5, 3.5]


def test_student_code_is_not_interrupted_for_what_others_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """The alarm rings when nothing has been waited for since the last look."""
    waited = iter([5.0, 5.2, 5.2])
    monkeypatch.setattr(alarm, "starved", lambda: next(waited))

    def ring() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError), alarm.Alarm(0.05, ring):
        time.sleep(600)
    assert list(waited) == []
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)

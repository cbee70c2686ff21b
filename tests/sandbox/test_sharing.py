"""Sessions beside each other: none takes the processor from another, and none ends because another one is busy."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from autograder.sandbox import Limits, Sandbox, SessionEnded

BUSY = "import time\nends = time.process_time() + {seconds}\nwhile time.process_time() < ends: pass\ndone = True"
SPINNING = """
import os, time
for _ in range(56):
    if os.fork() == 0:
        os.setsid()
        while True: pass
while True: pass
"""
COMING_AND_GOING = """
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # their time is in nobody's account
while True:
    try:
        if os.fork() == 0:
            ends = time.monotonic() + 0.02
            while time.monotonic() < ends: pass
            os._exit(0)
    except OSError: pass
    time.sleep(0.001)
"""
NEIGHBOURS = {
    "spins in many processes": SPINNING,
    "spins in processes that come and go": COMING_AND_GOING,
    "forks": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "fills memory": "held = []\nwhile True:\n    held.append(bytearray(b'x' * 10_000_000))\n    held = held[-30:]",
    "fills folders": "while True: open('/tmp/large', 'wb').write(bytes(8_000_000))",
    "reads the machine's files": "import glob\nwhile True:\n"
    "    for path in glob.glob('/usr/lib/**/*.so*', recursive=True):\n"
    "        try: open(path, 'rb').read()\n        except OSError: pass",
}


@pytest.fixture(scope="module")
def one() -> Iterator[Sandbox]:
    with Sandbox(preload=()) as sandbox:
        sandbox.session({}).close()
        yield sandbox


@pytest.fixture(scope="module")
def other() -> Iterator[Sandbox]:
    with Sandbox(preload=()) as sandbox:
        sandbox.session({}).close()
        yield sandbox


def hostile(sandbox: Sandbox, code: str, ended: list[SessionEnded]) -> None:
    with sandbox.session({}, Limits(cell_seconds=2, memory_mb=1024, folder_mb=64)) as session:
        try:
            session.run(code, "hostile")
        except SessionEnded as problem:
            ended.append(problem)


@pytest.mark.slow  # it holds where the machine has a processor to share
@pytest.mark.parametrize("code", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_an_honest_session_beside_a_hostile_one(
    one: Sandbox, other: Sandbox, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It needs most of its limit for itself, so it would not end in time if it did not get its share."""
    ended: list[SessionEnded] = []
    with one.session({}, Limits(cell_seconds=1.2)) as session:
        # sessions are opened in main threads only; the hostile one is another program's, so to say
        monkeypatch.setattr(threading, "main_thread", threading.current_thread)
        monkeypatch.setattr("autograder.deadline.signal.setitimer", lambda *_: None)
        monkeypatch.setattr("autograder.deadline.signal.signal", lambda *_: None)
        beside = threading.Thread(target=hostile, args=(other, code, ended))
        beside.start()
        time.sleep(0.3)
        run = session.run(BUSY.format(seconds=0.8), "honest")
        assert run.error is None
        assert session.value("done") is True
        beside.join()
    assert ended


SHARES = {"half a processor": 0.5, "one processor": 1.0}


@pytest.mark.slow  # it holds where the machine has a processor to share
@pytest.mark.parametrize("share", SHARES.values(), ids=SHARES)
def test_what_many_processes_use_together(one: Sandbox, share: float) -> None:
    with one.session({}, Limits(processors=share)) as session:
        session.run(
            "import os, time\nfrom concurrent.futures import ThreadPoolExecutor\n"
            "children = []\n"
            "for _ in range(8):\n"
            "    child = os.fork()\n"
            "    if child == 0:\n"
            "        ends = time.monotonic() + 2\n"
            "        while time.monotonic() < ends: pass\n"
            "        os._exit(0)\n"
            "    children.append(child)\n"
            "started = time.monotonic()\n"
            "for child in children: os.waitpid(child, 0)\n"
            "wall = time.monotonic() - started\n"
            "used = os.times().children_user + os.times().children_system",
            "many",
        )
        used, wall = session.value("used"), session.value("wall")
    assert used <= share * wall * 1.3 + 0.5 + 0.1 * (os.cpu_count() or 1)


def test_one_process_never_rests(one: Sandbox) -> None:
    with one.session({}) as session:
        run = session.run("import time\n" + BUSY.format(seconds=1.0) + "\nprint(time.process_time())", "honest")
        assert run.error is None
        used = session._used()
        assert used["spent"] >= 0.9


def test_waiting_in_vain_is_told_from_working(one: Sandbox) -> None:
    for code, waited in (("import time; time.sleep(60)", True), ("while True: pass", False)):
        with one.session({}, Limits(cell_seconds=1)) as session, pytest.raises(SessionEnded) as ended:
            session.run(code, "c")
        assert (ended.value.reason, ended.value.waited) == ("time", waited)

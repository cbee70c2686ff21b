"""Passing a limit ends the session with a message that names the limit, its value and the cell."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from autograder.sandbox import Limits, Sandbox, Session, SessionEnded
from autograder.values.views import Missing
from tests.sandbox.conftest import DATA

SMALL = Limits(
    cell_seconds=120,  # what passes another limit has all the time that it needs, on any machine
    notebook_seconds=600,
    cpu_seconds=100,
    memory_mb=300,
    processes=12,
    file_mb=4,
    folder_mb=10,
    cell_output_kb=200,
    notebook_output_kb=300,
    message_mb=4,
    value_seconds=60,
)

# name: limits that differ, cell, reason, what the message names
PASSED: dict[str, tuple[dict[str, float], str, str, str]] = {
    "endless loop": ({"cell_seconds": 0.5}, "while True: pass", "time", "0.5 seconds"),
    "sleep": ({"cell_seconds": 1}, "import time; time.sleep(600)", "time", "1 seconds"),
    "nothing stops it": (
        {"cell_seconds": 0.5},
        "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "time",
        "0.5 seconds",
    ),
    "stopped": (
        {"cell_seconds": 1},
        "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
        "time",
        "1 seconds",
    ),
    "long computation in C": ({"cell_seconds": 0.5}, "sum(range(10**12))", "time", "0.5 seconds"),
    "processor": ({"cpu_seconds": 0.5}, "while True: pass", "cpu", "0.5 seconds"),
    "processor of children": (
        {"cpu_seconds": 0.5},
        "import subprocess as s, sys\nwhile True: s.run([sys.executable, '-S', '-c', 'for i in range(10**6): pass'])",
        "cpu",
        "0.5 seconds",
    ),
    "processor, alone": ({"cpu_seconds": 1}, "import resource\nwhile True: pass", "cpu", "1 seconds"),
    "memory of children": (
        {},
        "import os, time\nfor i in range(5):\n    if os.fork() == 0:\n"
        "        x = bytearray(100 << 20)\n        time.sleep(600)\ntime.sleep(600)",
        "memory",
        "300 MB",
    ),
    "memory of threads and mappings": (
        {"memory_mb": 200},
        "import mmap\nk = []\nwhile True:\n"
        "    m = mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
        "    m[:] = b'x' * (1 << 20)\n    k.append(m)\n",
        "memory",
        "200 MB",
    ),
    "fork bomb": ({}, "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "processes", "12"),
    "bomb of the shell": ({}, "!bomb() { bomb | bomb & }; bomb; sleep 600", "processes", "12"),
    "many children": (
        {},
        "import subprocess, time\np = [subprocess.Popen(['sleep', '600']) for _ in range(12)]\ntime.sleep(600)",
        "processes",
        "12",
    ),
    "large file": ({}, "f = open('big', 'wb')\nwhile True: f.write(bytes(1 << 20))", "file", "4 MB"),
    "sparse file": ({}, "open('big', 'wb').truncate(10**12)", "file", "4 MB"),
    "full folder": (
        {},
        "import time\nfor i in range(100):\n    open(f'f{i}', 'wb').write(bytes(1 << 20))\n",
        "folder",
        "10 MB",
    ),
    "full shared memory": (
        {},
        "import time\ntry:\n    for i in range(100): open(f'/dev/shm/{i}', 'wb').write(bytes(1 << 20))\n"
        "except OSError: time.sleep(600)",
        "folder",
        "10 MB",
    ),
    "many files": ({}, "for i in range(10**6): open(f'f{i}', 'w').close()", "files", "10,000"),
    "many folders": ({}, "import os\nfor i in range(10**6): os.mkdir(f'/tmp/{i}')", "files", "10,000"),
    "output": ({}, "while True: print('x' * 1000)", "output", "200 KB"),
    "output at once": ({}, "print('x' * 10**6)", "output", "200 KB"),
    "output as errors": ({}, "import sys\nwhile True: sys.stderr.write('x' * 1000)", "output", "200 KB"),
    "output of a child": ({}, "!yes", "output", "200 KB"),
    "output to the descriptor": ({}, "import os\nwhile True: os.write(1, b'x' * 1000)", "output", "200 KB"),
    "output as displays": ({}, "while True: display('x' * 100)", "output", "200 KB"),
    "output of a thread": (
        {},
        "import threading, time\ndef f():\n    while True: print('x' * 1000)\n"
        "threading.Thread(target=f).start(); time.sleep(600)",
        "output",
        "200 KB",
    ),
    "cleared output counts": (
        {},
        "from IPython.display import clear_output\nwhile True: print('x' * 1000); clear_output()",
        "output",
        "200 KB",
    ),
    "exit": ({}, "import os; os._exit(3)", "exit", "exit code 3"),
    "killed by itself": ({}, "import os; os.kill(os.getpid(), 9)", "killed", "Killed"),
    "crash": ({}, "import ctypes; ctypes.string_at(0)", "killed", "Segmentation fault"),
    "abort": ({}, "import os; os.abort()", "killed", "Aborted"),
}


@pytest.mark.parametrize("name", PASSED)
def test_passed(light: Sandbox, name: str) -> None:
    differing, cell, reason, named = PASSED[name]
    limits = replace(SMALL, **differing)
    with light.session(DATA, limits) as session:
        assert session.run("print('first')\nx = 1", "c1").printed == "first\n"
        with pytest.raises(SessionEnded) as ended:
            session.run(cell, "the cell")
        assert ended.value.reason == reason
        assert named in ended.value.message
        assert "'the cell'" in ended.value.message
        assert session.ended is ended.value
        with pytest.raises(SessionEnded):
            session.run("1", "c3")
        with pytest.raises(SessionEnded):
            session.value("x")
    the_next_one_is_clean(light)


def the_next_one_is_clean(light: Sandbox) -> None:
    with light.session(DATA) as session:
        look = "import os; left = [*os.listdir('.'), *os.listdir('/tmp'), *os.listdir('/dev/shm')]\n"
        run = session.run(look + "processes = [p for p in os.listdir('/proc') if p.isdigit()]\nprint(1)", "c1")
        assert (run.printed, run.error) == ("1\n", None)
        assert [name for name in session.value("left") if name != "matplotlib"] == ["sleepstudy.csv"]
        assert len(session.value("processes")) == 2
        assert session.value("x") == Missing("x")


def test_what_was_shown_is_kept(light: Sandbox) -> None:
    with light.session({}, replace(SMALL, cell_seconds=0.5)) as session:
        with pytest.raises(SessionEnded) as ended:
            session.run("print('before')\nprint('the loop')\nwhile True: pass", "c1")
        assert [output["text"] for output in ended.value.outputs] == ["before\nthe loop\n"]
    with light.session({}) as session:
        with pytest.raises(SessionEnded) as ended:
            session.run("print('before')\nimport os; os._exit(0)", "c1")
        assert [output["text"] for output in ended.value.outputs] == ["before\n"]


def test_time_of_the_notebook(light: Sandbox) -> None:
    with light.session({}, replace(SMALL, notebook_seconds=2)) as session:
        session.run("import time; time.sleep(0.4)", "c1")
        left = session._seconds_left
        assert left <= 1.6
        time.sleep(2)
        assert session._seconds_left == left  # the referee's time is not the student's
        with pytest.raises(SessionEnded, match="all cells together ran longer than the limit") as ended:
            session.run("time.sleep(600)", "c2")
        assert (ended.value.reason, ended.value.cell_id) == ("time", "c2")


def test_output_of_the_notebook(light: Sandbox) -> None:
    with light.session({}, SMALL) as session:
        session.run("print('x' * 150_000)", "c1")
        with pytest.raises(SessionEnded, match="the notebook showed more than the limit of 300 KB") as ended:
            session.run("print('x' * 190_000)", "c2")
        assert ended.value.reason == "output"


def test_large_output_of_one_piece_is_left_out(light: Sandbox) -> None:
    with light.session({}, replace(SMALL, message_mb=1, cell_output_kb=8192, notebook_output_kb=8192)) as session:
        run = session.run(
            "from IPython.display import HTML\ndisplay(HTML('x' * 2_000_000)); print('y' * 3_000_000)\n1", "c1"
        )
        assert "too large to be kept" in run.outputs[0]["text"]
        assert len(run.printed) == 3_000_001


def test_memory_of_one_process_is_an_error_of_the_cell(light: Sandbox) -> None:
    with light.session(DATA) as session:
        run = session.run("x = bytearray(5 << 30)", "c1")
        assert run.error == "MemoryError: "
        assert session.run("1", "c2").error is None


def ask_again_and_again(session: Session, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        session.value("x")
        time.sleep(0.1)


def test_memory_between_cells(light: Sandbox) -> None:
    hog = "import subprocess, sys\ncode = 'import time; time.sleep(0.1); x = bytearray(400 << 20); time.sleep(600)'\n"
    with light.session({}, replace(SMALL, memory_mb=320)) as session:
        session.run(hog + "for _ in range(2): subprocess.Popen([sys.executable, '-S', '-c', code])", "c1")
        with pytest.raises(SessionEnded) as ended:
            ask_again_and_again(session, seconds=300)  # a busy machine starts two processes late
        assert ended.value.reason == "memory"
    the_next_one_is_clean(light)


SLOW = {  # what a value does when it is asked for, or a function when it is called
    "property": (
        "def slow(self):\n    while True: pass\n"
        "value = np.polynomial.Polynomial([1])\ntype(value).coef = property(slow)"
    ),
    "length": "class S(list):\n    def __len__(self):\n        while True: pass\nvalue = S([1])",
}


@pytest.mark.parametrize("name", SLOW)
def test_slow_values_cost_themselves_only(light: Sandbox, name: str) -> None:
    with light.session({}, replace(SMALL, value_seconds=0.5)) as session:
        session.run("import numpy as np\n" + SLOW[name], "c1")
        session.value("value")
        assert session.run("1", "c2").error is None


def test_function_that_hangs(light: Sandbox) -> None:
    with light.session({}, replace(SMALL, value_seconds=0.5)) as session:
        session.run(
            "import time\ndef f():\n    while True: time.sleep(1)\n"
            "def g():\n    while True:\n        try: f()\n        except BaseException: pass",
            "c1",
        )
        with pytest.raises(Exception, match="TimeoutError: not done after"):
            session.value("f")()
        assert session.run("1", "c2").error is None
        with pytest.raises(SessionEnded, match="took longer than") as ended:
            session.value("g")()
        assert ended.value.reason == "time"


def test_honest_work_is_within_the_defaults(light: Sandbox) -> None:
    with light.session({}, Limits()) as session:
        run = session.run(
            "import numpy as np, multiprocessing as m\na = np.random.rand(800, 800); b = np.linalg.svd(a @ a)[1]\n"
            "with m.Pool(8) as pool: r = pool.map(abs, range(-100, 0))\nopen('out.csv', 'w').write('x' * 10**6)",
            "c1",
        )
        assert run.error is None


def test_larger_folder_than_the_sandbox_was_started_with(light: Sandbox) -> None:
    with light.session({}, Limits(folder_mb=100)) as session:
        run = session.run("for i in range(3): open(f'f{i}', 'wb').write(bytes(28 << 20))", "c1")
        assert run.error is None


def test_files_that_do_not_fit(light: Sandbox) -> None:
    with pytest.raises(ValueError, match="pass a limit"):
        light.session({"big": bytes(6 << 20)}, replace(SMALL, file_mb=1, folder_mb=3, message_mb=16))
    the_next_one_is_clean(light)


def test_an_interrupted_cell_says_why(light: Sandbox) -> None:
    with light.session({}, Limits(cell_seconds=0.5)) as session:
        run = session.run("while True: pass", "q1", interrupted=True)
        assert run.error == "KeyboardInterrupt: this cell ran longer than its limit of time"
        assert session.run("x = 1", "q2").error is None

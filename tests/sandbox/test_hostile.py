"""What a hostile session does to the channel, to process 1 and to the grader; the next session is clean."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from autograder.sandbox import Limits, Sandbox, Session, SessionEnded
from autograder.sandbox.channel import wait_readable
from autograder.values.views import Missing, Opaque
from tests.sandbox.test_limits import SMALL, the_next_one_is_clean

DEADLINE = 120  # seconds, for what comes at once on a machine that has nothing else to do
WRITE = "import os, socket, struct, json, time\nout = socket.socket(fileno=3)\n"


def frame(message: object) -> bytes:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    return struct.pack(">I", len(body)) + body


NONSENSE: dict[str, bytes] = {
    "noise": b"\xff" * 1000,
    "text": b"GET / HTTP/1.0\r\n\r\n",
    "huge length": struct.pack(">I", 2**32 - 1) + b"x",
    "just too long": struct.pack(">I", (4 << 20) + 1) + b"x",
    "empty body": frame(b""),
    "not an object": frame([1]),
    "no kind": frame({}),
    "kind of another type": frame({"kind": 1}),
    "unknown kind": frame({"kind": "grade", "points": 10}),
    "NaN": frame(b'{"kind": "done", "error": NaN}'),
    "key twice": frame(b'{"kind": "done", "kind": "done"}'),
    "deep": frame(b'{"kind": "done", "figures": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "many": frame(b'{"kind": "done", "figures": [' + b"[]," * 1_000_000 + b"[]]}"),
    "not UTF-8": frame(b'{"kind": "stream", "name": "stdout", "text": "\xff"}'),
    "lone surrogate": frame(b'{"kind": "stream", "name": "stdout", "text": "\\ud800"}'),
    "other stream": frame({"kind": "stream", "name": "marks", "text": "10"}),
    "text that is none": frame({"kind": "stream", "name": "stdout", "text": 5}),
    "display without data": frame({"kind": "display_data"}),
    "picture that is none": frame({"kind": "display_data", "data": {"image/png": "<script>"}}),
    "error without traceback": frame({"kind": "error", "ename": "E", "evalue": "x"}),
    "figures that are none": frame({"kind": "done", "error": None, "figures": 5, "number": 2}),
    "figure without panels": frame({"kind": "done", "error": None, "figures": [{}], "number": 2}),
    "error that is no text": frame({"kind": "done", "error": {"a": 1}, "figures": [], "number": 2}),
    "large number": frame(b'{"kind": "done", "error": ' + b"9" * 5000 + b"}"),
    "answer to another question": frame({"kind": "value", "value": 1, "number": 2}),
    "answer to nothing that was asked": frame({"kind": "done", "error": None, "figures": [], "number": 3}),
    "number that is none": frame({"kind": "done", "error": None, "figures": [], "number": True}),
    "no number": frame({"kind": "done", "error": None, "figures": []}),
    "float out of range": frame(b'{"kind": "done", "error": 1e999}'),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_on_the_channel(light: Sandbox, name: str) -> None:
    with light.session({"nonsense": NONSENSE[name]}, SMALL) as session:
        with pytest.raises(SessionEnded) as ended:
            session.run(WRITE + "out.sendall(open('nonsense', 'rb').read()); time.sleep(600)", "c1")
        assert ended.value.reason == "protocol"
        assert session.ended is ended.value
    the_next_one_is_clean(light)


# name: cell, reason
CUT: dict[str, tuple[str, str]] = {
    "half a frame, then silence": ("out.sendall(struct.pack('>I', 100) + b'{'); time.sleep(600)", "time"),
    "half a frame, then gone": ("out.sendall(struct.pack('>I', 100) + b'{'); os._exit(0)", "exit"),
    "channel closed": ("out.close(); time.sleep(600)", "protocol"),
    "channel kept open by a daemon": ("os.fork() and os._exit(0)\ntime.sleep(600)", "exit"),
    "a copy of the channel kept open": ("if os.fork() == 0: time.sleep(600)\nos._exit(5)", "exit"),
    "standard output closed": ("os.close(1); os.close(2); os._exit(0)", "exit"),
    "reads the grader's requests": ("out.shutdown(socket.SHUT_RD); os._exit(0)", "exit"),
    "slowly, byte by byte": (
        "data = struct.pack('>I', 10**6)\nfor byte in data + b'x' * 10**6: out.send(bytes([byte])); time.sleep(0.01)",
        "time",
    ),
}


@pytest.mark.parametrize("name", CUT)
def test_cut(light: Sandbox, name: str) -> None:
    cell, reason = CUT[name]
    limits = Limits(cell_seconds=1) if reason == "time" else SMALL
    with light.session({}, limits) as session, pytest.raises(SessionEnded) as ended:
        session.run(WRITE + cell, "c1")
    assert ended.value.reason == reason
    the_next_one_is_clean(light)


NEXT = 3  # after the files and one cell
# Once the cell's own answer is sent, and before the next request comes.
LATER = """
import sys, threading
def later():
    while sys._current_frames()[threading.main_thread().ident].f_code.co_name != "_read": time.sleep(0.001)
    out.sendall(open("answer", "rb").read())
threading.Thread(target=later).start()
"""
VALUES: dict[str, object] = {  # answers to a request for a value that are frames, but no values
    "unknown kind": {"t": "mark", "v": 10},
    "class by name": {"t": "record", "type": 5, "fields": []},
    "wrong shape": {"t": "array", "dtype": "<f8", "shape": [10**9], "data": ""},
    "object dtype": {"t": "array", "dtype": "|O", "shape": [1], "data": "AAAAAAAAAAA="},
    "nothing": {},
}


@pytest.mark.parametrize("name", VALUES)
def test_malformed_values_are_opaque(light: Sandbox, name: str) -> None:
    answer = frame({"kind": "value", "value": VALUES[name], "number": NEXT})
    with light.session({"answer": answer}, SMALL) as session:
        run_until_it_has_spoken(session)
        got = session.value("never")
        assert isinstance(got, Opaque)
        assert "malformed" in got.reason


def run_until_it_has_spoken(session: Session) -> None:
    session.run(WRITE + LATER, "c1")
    assert session._channel._received or wait_readable(session._channel.sock, time.monotonic() + DEADLINE)


def test_a_forged_answer_is_at_most_a_value(light: Sandbox) -> None:
    """Code of a student may answer for itself, but what it says is data for the checks, like any other value."""
    record = {"t": "record", "type": "Passed", "fields": [["points", 10]]}
    answer = frame({"kind": "value", "value": record, "number": NEXT})
    with light.session({"answer": answer}, SMALL) as session:
        run_until_it_has_spoken(session)
        assert session.value("never").type_name == "Passed"


def test_fork_that_comes_back_does_not_speak(light: Sandbox) -> None:
    with light.session({}, SMALL) as session:
        for number in range(3):
            run = session.run("import os\nwho = os.fork() == 0\nprint('child' if who else 'parent')", f"c{number}")
            assert "parent" in run.printed
        assert session.value("who") is False


ON_PROCESS_ONE = {
    "signals": "import os\nfor n in range(1, 65):\n    try: os.kill(1, n)\n    except OSError: pass",
    "signals to all": "import os\ntry: os.kill(-1, 9)\nexcept ProcessLookupError: pass",
    "limits": "import ctypes\nfor r in range(16): ctypes.CDLL(None).prlimit(1, r, bytes(16), None)",
    "priority": "import os\ntry: os.setpriority(os.PRIO_PROCESS, 1, 19)\nexcept OSError: pass",
    "processors": "import os\ntry: os.sched_setaffinity(1, {0})\nexcept OSError: pass",
    "memory": "try: open('/proc/1/mem', 'r+b').write(b'x')\nexcept OSError: pass",
    "reaping": (
        "import os\nfor _ in range(20):\n    if os.fork() == 0:\n        if os.fork() == 0: os._exit(0)\n"
        "        os._exit(0)\n    os.wait()"
    ),
    "process group": "import os\ntry: os.setpgid(1, os.getpgid(0))\nexcept OSError: pass",
}


@pytest.mark.parametrize("name", ON_PROCESS_ONE)
def test_process_one_is_immune(light: Sandbox, name: str) -> None:
    before = light._running
    with light.session({}) as session:
        assert session.run(ON_PROCESS_ONE[name], "c1").error is None
        assert session.run("1 + 1", "c2").error is None
    the_next_one_is_clean(light)
    assert light._running is before  # it was never restarted


STORM = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        while True:
            try:
                if os.fork() == 0: os.setsid()
                else: os._exit(0)
            except OSError: pass
"""


def test_processes_that_hand_on_are_all_ended(light: Sandbox) -> None:
    with light.session({}, Limits(processes=60)) as session, suppress(SessionEnded):  # where many are seen at once
        session.run(STORM, "c1")
        time.sleep(0.2)
    the_next_one_is_clean(light)


def test_process_one_killed_from_outside(light: Sandbox) -> None:
    with light.session({}) as session:
        os.kill(light.pid, signal.SIGKILL)
        with pytest.raises(SessionEnded) as ended:
            session.run("import time; time.sleep(600)", "c1")
        assert ended.value.reason == "killed"
    the_next_one_is_clean(light)


def test_process_one_killed_between_sessions(light: Sandbox) -> None:
    the_next_one_is_clean(light)
    os.kill(light.pid, signal.SIGKILL)
    the_next_one_is_clean(light)


def test_process_one_that_hangs_is_replaced(light: Sandbox) -> None:
    with light.session({}):
        before = light.pid
        os.kill(before, signal.SIGSTOP)  # closing the session would hang for ever
    the_next_one_is_clean(light)
    assert not Path(f"/proc/{before}").exists()


GRADER = """
import sys, time
from autograder.sandbox import Sandbox
box = Sandbox(preload=("numpy",))
session = box.session({})
print(box.pid, flush=True)
session.run("import time; time.sleep(600)", "c1")
"""


def test_a_killed_grader_leaves_no_process() -> None:
    grader = subprocess.Popen([sys.executable, "-c", GRADER], stdout=subprocess.PIPE, text=True)
    assert grader.stdout is not None
    pid = int(grader.stdout.readline())
    assert Path(f"/proc/{pid}").exists()
    grader.kill()
    grader.wait()
    grader.stdout.close()
    deadline = time.monotonic() + DEADLINE
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_other_instruction_sets_end_the_process(light: Sandbox) -> None:
    if os.uname().machine == "x86_64":
        with light.session({}) as session, pytest.raises(SessionEnded, match="Bad system call"):
            session.run("import ctypes\nctypes.CDLL(None).syscall(0x40000000 | 39)", "c1")  # getpid of the x32 ABI


def test_missing_after_everything(light: Sandbox) -> None:
    with light.session({}) as session:
        assert session.value("out") == Missing("out")

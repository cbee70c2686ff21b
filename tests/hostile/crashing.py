"""Crashing: the process, the channel, the sandbox's process 1, the grader."""

from __future__ import annotations

from tests.hostile.channel import ON_THE_CHANNEL
from tests.hostile.row import ALL, FULL, NOTHING, SOLVED, TIME, Row

SIGNALS = """
import os, signal
for pid in (1, os.getppid(), -1, 0, 2, 3):
    for number in range(1, 65):
        if pid in (0, os.getpid()) and number in (9, 19): continue
        try: signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError): pass
        try: os.kill(pid, number)
        except OSError: pass
"""

LIMITS = """
import ctypes, os, resource
libc = ctypes.CDLL(None)
for number in range(16):
    libc.prlimit(1, number, bytes(16), None); libc.prlimit(os.getppid(), number, bytes(16), None)
for act, *arguments in ((os.setpriority, 0, 1, 19), (os.sched_setaffinity, 1, {0}),
                        (os.sched_setscheduler, 1, 0, os.sched_param(0))):
    try: act(*arguments)
    except OSError: pass
"""

# The kernel looks at the limit of processor time when its clock ticks; without the last line some runs end before that.
OWN_LIMITS = """
import resource
for number in range(16):
    try: resource.setrlimit(number, (0, 0))
    except (OSError, ValueError): pass
while True: pass
"""

HELD_OPEN = """
import os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(1, 65):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        time.sleep(600)
    os._exit(0)
os._exit(0)
"""

NO_FILES = """
import os, shutil
os.mkdir("inner"); os.chdir("inner"); os.rmdir("../inner")
for folder in ("/home/student", "/tmp", "/dev/shm"):
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.isdir(path): shutil.rmtree(path)
        else: os.remove(path)
    os.chmod(folder, 0)
"""

NO_PYTHON = """
import builtins, gc, sys
get_ipython().user_ns.clear(); sys.modules.clear(); builtins.__dict__.clear()
"""

ODD_ERROR = """
class Odd(BaseException):
    __name__ = property(lambda self: 1 / 0)
    def __str__(self): raise Odd
    __repr__ = __str__
    def __getattribute__(self, name): raise Odd
Odd.__name__ = "<b>\\n\\x00" ; Odd.__module__ = 5
raise Odd
"""

ADDRESS = """
import pandas as pd
from collections import namedtuple
memory = {"data": (4096, False), "shape": (3,), "typestr": "<f8", "version": 3}
intercept = pd.Series([memory], index=["__array_interface__"])
slope = {"a": intercept, "b": [intercept]}
model = pd.DataFrame({"__array_interface__": [memory], "Reaction": [1.0]})
"""

NOT_JSON = """
for body in (b'{"kind": "done", "error": NaN}', b'{"kind": 1, "kind": "done"}'):
    channel.sendall(struct.pack(">I", len(body)) + body)
time.sleep(0.3)
"""

HUGE_SHAPE = """
x = {"t": "array", "dtype": "<f8", "shape": [1 << 40, -1], "data": "AAAA"}
say({"kind": "done", "error": None, "figures": [{"axes": [{"lines": [{"x": x, "y": x}]}]}], "number": asked()})
time.sleep(0.3)
"""

LATE = """
def late():
    for number in range(200):
        kind = ("done", "value", "missing", "raised")[number % 4]
        say({"kind": kind, "error": "x", "figures": [], "value": number, "number": number}); time.sleep(0.002)
threading.Thread(target=late).start()
"""


def sent(data: str) -> str:
    return ON_THE_CHANNEL + f"channel.sendall({data})\ntime.sleep(0.3)"


ENDED = "its process ended|its process was killed"
DISTURBED = "interfered with the connection"

ROWS = (
    Row(
        "exit",
        "Ends its own process at once.",
        code={"q3b": "import os; os._exit(0)"},
        solves=("q3a",),
        earns=1.0,
        says=ENDED,
    ),
    Row(
        "segmentation fault",
        "Reads address 0.",
        code={"q3b": "import ctypes; ctypes.string_at(0)"},
        solves=("q3a",),
        earns=1.0,
        says=ENDED,
    ),
    Row("abort", "Aborts, with a core dump if it may.", code={"q3a": "import os; os.abort()"}, says=ENDED),
    Row("kill", "Kills itself.", code={"q3a": "import os; os.kill(os.getpid(), 9)"}, says=ENDED),
    Row(
        "stop",
        "Stops itself, so that it neither runs nor ends.",
        code={"q3a": "import os; os.kill(os.getpid(), 19)"},
        says=TIME,
    ),
    Row(
        "exec",
        "Replaces its process by another program.",
        code={"q3a": "import os; os.execv('/bin/sh', ['sh', '-c', 'sleep 0.1'])"},
        says=ENDED,
    ),
    Row(
        "signals",
        "Every signal to process 1, to the parent and to all.",
        code={"q3a": SIGNALS},
        # The C library keeps signals 32 and 33 for itself, so that they cannot be ignored; who gets one ends.
        says=f"{ENDED}|Found: not defined",
    ),
    Row(
        "limits of others",
        "Limits, priority and processors of process 1 and of its parent.",
        code={"q3a": LIMITS},
        says="Found: not defined",
    ),
    Row("own limits", "All of its own limits down to nothing.", code={"q3a": OWN_LIMITS}, says=ENDED),
    Row("held open", "Ends, but leaves a process that keeps the channel open.", code={"q3a": HELD_OPEN}, says=ENDED),
    Row(
        "descriptors closed",
        "Closes every descriptor, the channel among them.",
        code={"q3a": "import os; os.closerange(0, 1024)"},
        says=f"{ENDED}|{DISTURBED}",
    ),
    Row(
        "channel replaced",
        "Puts something else in the channel's place.",
        code={"q3a": "import os, socket\na, b = socket.socketpair(); os.dup2(a.fileno(), 3); os.dup2(b.fileno(), 1)"},
        says=f"{ENDED}|{DISTURBED}|longer than",
    ),
    Row("no files", "Removes all files, its own folder, and all permissions.", code={"q3a": NO_FILES}, says=NOTHING),
    Row(
        "no Python",
        "Empties builtins and the list of modules.",
        code={"q3a": NO_PYTHON},
        says=f"{ENDED}|longer than|Error",
    ),
    Row(
        "addresses of memory",
        "Labels that NumPy takes for the protocol by which an array names its address, in the grader's own process.",
        code={"q3a": ADDRESS},
        says="an object of type unknown",
    ),
    Row(
        "odd error",
        "An exception that cannot be shown.",
        code={"q3a": ODD_ERROR},
        says=f"{ENDED}|cannot be shown|Error|Exception",
    ),
    Row(
        "leaves politely",
        "Calls `exit()` and `sys.exit()`, then goes on honestly.",
        code={"": "exit()", "q3a": "quit()", "end": "import sys; sys.exit(3)"},
        solves=ALL,
        earns=FULL,
        says=SOLVED,
    ),
    Row(
        "interrupts",
        "Raises KeyboardInterrupt, GeneratorExit and MemoryError.",
        code={"q3a": "raise KeyboardInterrupt", "q3b": "raise GeneratorExit", "q3c": "raise MemoryError('huge')"},
        says="KeyboardInterrupt",
    ),
    Row(
        "noise on the channel", "Bytes that are no message.", code={"q3a": sent("os.urandom(100_000)")}, says=DISTURBED
    ),
    Row(
        "length of 4 GB",
        "A message that claims to have four gigabytes.",
        code={"q3a": sent(r"b'\xff\xff\xff\xff' + b'x' * 1000")},
        says=DISTURBED,
    ),
    Row(
        "half a message",
        "A message that never ends.",
        code={"q3a": sent(r"b'\x00\x00\x10\x00{' + b' ' * 100") + "\ntime.sleep(60)"},
        says="longer than",
    ),
    Row(
        "NaN in a message",
        "JSON that is none: NaN, and a key twice.",
        code={"q3a": ON_THE_CHANNEL + NOT_JSON},
        says=DISTURBED,
    ),
    Row(
        "deep message",
        "A message nested a hundred thousand deep.",
        code={"q3a": sent("struct.pack('>I', 200_000) + b'[' * 100_000 + b']' * 100_000")},
        says=DISTURBED,
    ),
    Row(
        "huge shape",
        "An array of a few bytes and a shape of billions.",
        code={"q3c": ON_THE_CHANNEL + HUGE_SHAPE},
        says=DISTURBED,
    ),
    Row(
        "wrong answer",
        "The answer to another question.",
        code={"q3a": ON_THE_CHANNEL + "say({'kind': 'ready'}); say({'kind': 'missing'})"},
        says=DISTURBED,
    ),
    Row(
        "late answers",
        "Answers from a thread, long after the question, in any order.",
        code={"q3a": ON_THE_CHANNEL + LATE},
        says="interfered with the connection",
    ),
)

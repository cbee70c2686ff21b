"""Exhausting: time, memory, disk, processes and output of the machine and of the grader itself."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.channel import FORGED_FIGURE, ON_THE_CHANNEL
from tests.hostile.row import ALL, FULL, LIMITS, SOLVED, TIME, Document, Row, Target, code_cell

STUBBORN = """
import ctypes, signal, sys, threading, time
for number in range(1, 65):
    try: signal.signal(number, lambda *_: None)
    except (OSError, ValueError): pass
sys.unraisablehook = sys.excepthook = lambda *_: None
def stubborn():
    while True:
        try:
            while True: time.sleep(0.001)
        except BaseException: continue
for _ in range(4): threading.Thread(target=stubborn).start()
stubborn()
"""

IN_C = "import itertools; sum(itertools.repeat(0))"

MALLOC = """
import ctypes, mmap, os
libc = ctypes.CDLL(None); libc.malloc.restype = ctypes.c_void_p
held = []
while True:
    address = libc.malloc(50_000_000)
    if not address: raise MemoryError("malloc")
    ctypes.memset(address, 1, 50_000_000); held.append(address)
"""

IN_CHILDREN = """
import os, time
for _ in range(12):
    if os.fork() == 0:
        hoard = bytearray(60_000_000); time.sleep(600)
while True: pass  # where the processor is scarce, this one has to wait for it as the twelve have
"""

FORKS = """
import os
while True:
    try: os.fork()
    except OSError: pass
"""

FILES = """
import itertools
for number in itertools.count():
    try: open(f"{folder}/{{number}}", "wb").write(bytes({size}))
    except OSError as full:
        if {stop}: raise
"""

TRACEBACKS = """
class Long(Exception):
    def __str__(self): return "x" * 50_000_000
def deeper(n): return deeper(n - 1) if n else 1 / 0
try: deeper(900)
except ZeroDivisionError as cause: raise Long() from cause
"""

ENDLESS = """
import itertools
class Endless(list):
    def __iter__(self): return itertools.repeat(1)
    def __len__(self): return 1 << 60
class EndlessDict(dict):
    def items(self): return ((n, n) for n in itertools.count())
    __iter__ = keys = items
class Slow:
    def __array__(self, *_, **__):
        while True: pass
intercept = Endless([1.0, 2.0]); slope = itertools.count(); model = EndlessDict(a=1)
"""

ENDLESS_REPR = """
import time
class R:
    def __repr__(self): time.sleep(600)
    _repr_html_ = __repr__
R()
"""

DEEP = """
deep = []
for _ in range(200_000): deep = [deep]
ring = []; ring.append(ring)
intercept = deep; slope = ring; model = {"a": ring}
"""

LARGE = """
import numpy as np, pandas as pd
intercept = 1 << 3_000_000; slope = "9" * 20_000_000; model = pd.DataFrame(np.zeros((400_000, 6)))
"""

MANY_FIGURES = """
import matplotlib.pyplot as plt
for number in range(30):
    plt.figure()
    for line in range(40): plt.plot(range(2000))
"""

FORGED_CROWD = (
    FORGED_FIGURE
    + """
from inside.figures import recorder as figures
panel["lines"] = [{**line, "y": row(1e6 + number, 1e6)} for number in range(330)]
figures.Recorder.end_cell = lambda self: [figure] * 40
"""
)

FLOOD = (
    ON_THE_CHANNEL
    + """
body = json.dumps({"kind": "stream", "name": "stdout", "text": "", "more": [[]] * 700_000}).encode()
while True: channel.sendall(struct.pack(">I", len(body)) + body)
"""
)

# Twenty bytes each of which stands for rows that the host would have to make.
AMPLIFIED = """
from inside.encode import value as encoder
rows = {"t": "range", "start": 0, "stop": 50_000_000, "step": 1, "name": None}
frames = {"intercept": {"t": "multiindex", "levels": [rows] * 50},
          "slope": {"t": "frame", "columns": {**rows, "stop": 0}, "index": rows, "data": []},
          "model": {"t": "array", "dtype": "<f8", "shape": [0, 50_000_000, 50_000_000], "data": ""}}
intercept, slope, model = "intercept", "slope", "model"
encoder.Encoder.encode = lambda self, value: frames[value]
"""


# Numbers that pandas' hash, or Python's, cannot tell apart.
SAME_HASH = """
import base64, struct
from inside.encode import value as encoder
numbers = [high << 33 | (high ^ high << 11 ^ high << 22) & 0xFFFFFFFF for high in range(1, 150_001)]
def raw(numbers):
    data = base64.b64encode(struct.pack(f"<{len(numbers)}q", *numbers)).decode()
    return {"t": "array", "dtype": "<i8", "shape": [len(numbers)], "data": data}
index = {"t": "index", "values": raw(numbers), "name": None}
frames = {"intercept": {"t": "categorical", "codes": raw([0]), "categories": index, "ordered": False},
          "slope": {"t": "multiindex", "levels": [index, index]},
          "model": {"t": "dict", "v": [[{"t": "int", "v": f"{k * (2**61 - 1):x}"}, 0] for k in range(1, 50_001)]}}
intercept, slope, model = "intercept", "slope", "model"
encoder.Encoder.encode = lambda self, value: frames[value]
"""


# Each of the two has the notebook run once more; the third is read.
SLOW = """
import signal, time
from inside.encode import value as encoder
intercept = slope = "slow"; model = 1
own = encoder.Encoder.encode
def deaf(self, value):
    if value != "slow": return own(self, value)
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65)); time.sleep(600)
encoder.Encoder.encode = deaf
"""


def many_slow_cells(document: Document) -> None:
    seconds = LIMITS["cell_seconds"] * 0.75
    document["cells"] += [code_cell(f"import time; time.sleep({seconds})") for _ in range(30)]


def two_thousand_cells(document: Document) -> None:
    document["cells"] += [code_cell("0") for _ in range(1900)]


def sparse(name: str, size: int):
    """A file that is large without taking any room."""

    def place(folder: Path, target: Target) -> None:
        del target
        with (folder / name).open("wb") as file:
            file.truncate(size)

    return place


def crowd(folder: Path, target: Target) -> None:
    """More files than anybody needs."""
    del target
    for number in range(3000):
        (folder / f"{number}.csv").touch()


MEMORY = "more memory than the limit of|MemoryError|Unable to allocate|malloc"

ROWS = (
    Row("endless loop", "Runs for ever.", code={"q3a": "while True: pass"}, says=TIME),
    Row(
        "sleep",
        "Sleeps for ever, after the first part was solved.",
        code={"q3b": "import time; time.sleep(10 ** 6)"},
        solves=("q3a",),
        earns=1.0,
        says=TIME,
    ),
    Row(
        "catches everything",
        "Catches every exception and every signal, in five threads.",
        code={"q3a": STUBBORN},
        says=TIME,
    ),
    Row("busy in C", "Never comes back from C, where no Python signal handler runs.", code={"q3a": IN_C}, says=TIME),
    Row(
        "many slow cells",
        "Thirty added cells, each just below the limit of a cell.",
        edit=many_slow_cells,
        solves=ALL,
        earns=FULL,
        says=f"all cells together ran longer than the limit of {LIMITS['notebook_seconds']} seconds",
    ),
    Row(
        "2000 cells",
        "As many cells as are accepted.",
        edit=two_thousand_cells,
        solves=ALL,
        earns=(0.0, FULL),
        says=f"{SOLVED}|all cells together ran longer",
    ),
    Row(
        "bytearrays",
        "Memory, ten megabytes at a time.",
        code={"q3a": "hoard = []\nwhile True: hoard.append(bytearray(10_000_000))"},
        says=MEMORY,
    ),
    Row(
        "arrays",
        "One array larger than the machine.",
        code={"q3a": "import numpy\nnumpy.ones((10**6, 10**6))"},
        says=MEMORY,
    ),
    Row("malloc", "Memory behind Python's back.", code={"q3a": MALLOC}, says=MEMORY),
    Row("memory of children", "Memory shared out among twelve processes.", code={"q3a": IN_CHILDREN}, says=MEMORY),
    Row(
        "fork bomb",
        "Processes that start processes.",
        code={"q3a": FORKS},
        says="started more processes than|longer than",
    ),
    Row(
        "threads",
        "Threads without end.",
        code={"q3a": "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()"},
        says="can't start new thread|more memory|processes|longer than",
    ),
    Row(
        "working folder",
        "Fills the working folder.",
        code={"q3a": FILES.format(folder=".", size=2_000_000, stop=True)},
        says="filled a folder|No space|larger than",
    ),
    Row(
        "/dev/shm",
        "Fills shared memory.",
        code={"q3a": FILES.format(folder="/dev/shm", size=2_000_000, stop=True)},
        says="filled a folder|No space|larger than",
    ),
    Row(
        "one large file",
        "One file without end.",
        code={"q3a": "file = open('/tmp/large', 'wb')\nwhile True: file.write(bytes(1_000_000))"},
        says="larger than the limit|No space",
    ),
    Row(
        "small files",
        "Files without end, all of them empty.",
        code={"q3a": FILES.format(folder="/tmp", size=0, stop=False)},
        says="more files than the limit|longer than",
    ),
    Row(
        "print", "Output without end.", code={"q3a": "while True: print('x' * 1000)"}, says="showed more than the limit"
    ),
    Row(
        "descriptor 2",
        "Output without end, past Python, by a child.",
        code={"q3a": "import os, subprocess\nsubprocess.run('yes | head -c 1000000000 >&2', shell=True)"},
        says="showed more than the limit",
    ),
    Row(
        "pictures",
        "Displays without end, each of which is cleared again.",
        code={
            "q3a": "from IPython.display import Image, clear_output, display\n"
            "while True: display(Image(bytes(200_000), format='png')); clear_output()"
        },
        says="showed more than the limit",
    ),
    Row(
        "traceback",
        "A traceback of 900 frames with a message of 50 MB.",
        code={"q3a": TRACEBACKS},
        says="ran longer than the limit of|Long: xxx",
    ),
    Row(
        "endless repr",
        "A last expression whose text never ends.",
        code={"q3a": ENDLESS_REPR},
        says=TIME,
    ),
    Row("endless values", "Values without an end.", code={"q3a": ENDLESS}, says="holds several values"),
    Row(
        "deep values",
        "Lists in lists, 200,000 deep, and one that holds itself.",
        code={"q3a": DEEP},
        says="cannot be compared with the answer",
    ),
    Row(
        "large values",
        "A number of a million digits, a text of 20 MB, a table of 20 MB.",
        code={"q3a": LARGE},
        says="cannot be compared with the answer",
    ),
    Row(
        "slow values",
        "Values that take for ever to be read, by code that hears no alarm.",
        code={"q3a": SLOW},
        says=f"took longer than {LIMITS['value_seconds']} seconds",
    ),
    Row(
        "many figures",
        "Thirty figures with a thousand points in each of forty lines.",
        code={"q3c": MANY_FIGURES},
        says=f"{TIME}|showed more than the limit",  # which bound acts first is a matter of the machine's speed
    ),
    Row(
        "forged crowd",
        "Forty thousand lines in frames of its own, for the referee to compare.",
        code={"q3c": FORGED_CROWD},
        says="More than 100 lines in one figure",
    ),
    Row(
        "channel flood",
        "Messages of three megabytes on the channel, without an end.",
        code={"q3a": FLOOD},
        says="interfered with the connection|longer than|more memory|took more than the limit",
    ),
    Row(
        "amplified values",
        "Replies of a few bytes that stand for billions of rows on the host.",
        code={"q3a": AMPLIFIED},
        says="an object of type unknown",
    ),
    Row(
        "values of one hash",
        "Categories, levels and keys that were chosen to have one hash, so that decoding them never ends.",
        code={"q3a": SAME_HASH},
        says="cannot be compared",
    ),
    Row(
        "keys of one hash",
        "A dict whose keys have one hash, made by the student's own code.",
        code={"q3a": "intercept = slope = model = {k * (2**61 - 1): 1.0 for k in range(1, 8000)}"},
        says="cannot be compared",
    ),
    Row(
        "sparse file",
        "A file of ten gigabytes beside the notebook, none of which is written.",
        place=sparse("huge.csv", 10 << 30),
        solves=ALL,
        earns=FULL,
        says=SOLVED,
    ),
    Row("3000 files", "Three thousand files beside the notebook.", place=crowd, solves=ALL, earns=FULL, says=SOLVED),
)

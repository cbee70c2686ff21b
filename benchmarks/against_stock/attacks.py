"""The attacks: only such as do no harm to the machine, even where they succeed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.against_stock.assignment import NAME, NOTEBOOK

CALL = "attack_on_the_reader"
Document = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """One submission.

    Attributes:
        family: what kind of attack it is.
        tries: one short phrase.
        code: part → code; "first" and "last" are added cells.
        edit: changes the notebook before it is saved.
        content: what is handed in instead of a notebook.
        place: puts things into the folder, which it gets.
    """

    family: str
    tries: str
    code: Mapping[str, str] = field(default_factory=dict)
    edit: Callable[[Document], None] | None = None
    content: bytes | None = None
    place: Callable[[Path], None] | None = None


def _skip(document: Document) -> None:
    for cell in document["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]


def _deep(document: Document) -> None:
    deep: Any = 1
    for _ in range(450):
        deep = {"a": [deep]}
    document["metadata"]["deep"] = deep


def _surrogate(document: Document) -> None:
    document["cells"][0]["source"] = "total = '\ud800'"


def _link(name: str, where: str) -> Callable[[Path], None]:
    def place(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(where)

    return place


def _pipe(name: str) -> Callable[[Path], None]:
    def place(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return place


def _folder_for_data(folder: Path) -> None:
    (folder / "numbers.csv").mkdir()
    (folder / "numbers.csv" / "x.csv").write_text("1\n")


def _written(text: str) -> Callable[[Document], None]:
    def edit(document: Document) -> None:
        document["cells"][-1]["source"] = text

    return edit


def _sql(statement: str) -> str:
    return f"""
import sqlite3
try:
    with sqlite3.connect("../../../gradebook.db", timeout=5) as gradebook: gradebook.execute({statement!r})
except sqlite3.Error as problem: print(problem)
"""


LIAR = """
class Liar(float):
    def __sub__(self, other): return Liar(0)
    def __abs__(self): return 0.0
total = Liar(1)
def area(radius): return Liar(1)
"""

NO_ASSERTIONS = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Drop())
total = 0
def area(radius): return 0
"""

OTHERS = "(select id from submitted_assignment where student_id {} 'mmm-attacker')"
GRADES_OF = f"notebook_id in (select id from submitted_notebook where assignment_id in {OTHERS})"

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            try: open("../../../../outside/alive", "w").close()
            except OSError: pass
            time.sleep(0.2)
    os._exit(0)
"""

UNTIL_THE_END = """
while True:
    try:
        while True: pass
    except BaseException: pass
"""

SCRIPT = f"<script>{CALL}(1)</script><img src=x onerror={CALL}(2)>"

# Made once, and hashed again by whoever reads it: each key is compared with all those before.
ONE_HASH = "total = {number * ((1 << 61) - 1): 0 for number in range(1, 15_000)}"

# Left behind by a cell that has ended: what runs beside the next students, until the container ends or two minutes are
# over.
NEIGHBOR = """
import os, time
for number in range({processes}):
    if os.fork() == 0:
        os.setsid()
        end = time.time() + 120
        while time.time() < end:
            open("../../../../outside/alive", "w").close() if os.path.isdir("../../../../outside") else None
            {does}
        os._exit(0)
"""
BUSY = NEIGHBOR.format(processes=8, does="pass")
FORKING = NEIGHBOR.format(processes=8, does="os._exit(0) if os.fork() == 0 else os.wait()")
MEMORY = NEIGHBOR.format(processes=8, does="held = bytes(range(256)) * 1_000_000")  # 2 GB of 8 together
DISK = NEIGHBOR.format(processes=8, does="open(f'{number}.bin', 'wb').write(bytes(150_000_000))")  # of 1.2 GB together
PAGE_CACHE = NEIGHBOR.format(
    processes=4,
    does="f = open(f'{number}.bin', 'w+b'); f.write(bytes(150_000_000)); os.fsync(f.fileno()); "
    "os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED); f.seek(0); f.read()",
)

ATTACKS = (
    Attack("forging", "tags the tests `skip-execution`", edit=_skip),
    Attack("forging", "takes `assert` out of the tests (AST transformer)", code={"q1": NO_ASSERTIONS}),
    Attack(
        "forging",
        "swallows exceptions (`set_custom_exc`)",
        code={"first": "get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)\ntotal = area = 0"},
    ),
    Attack(
        "forging",
        "replaces `abs`",
        code={"first": "import builtins; builtins.abs = lambda x: 0\ntotal = 0\ndef area(radius): return 0"},
    ),
    Attack("forging", "answers with a number that lies", code={"q1": LIAR}),
    Attack("forging", "makes up the result that a later part rests on", code={"q1": "total = 0", "q4": "mean = 0"}),
    Attack(
        "forging",
        "writes points into the gradebook",
        code={"q1": _sql("update grade set extra_credit = 50 where " + GRADES_OF.format("="))},
    ),
    Attack("leaking", "prints the hidden tests", code={"last": "print(*In, sep='\\n')"}),
    Attack("leaking", "prints the environment", code={"q1": "import os; print(os.environ)"}),
    Attack(
        "reading", "prints the source notebook", code={"q1": f"print(open('../../../source/{NAME}/{NOTEBOOK}').read())"}
    ),
    Attack(
        "reading",
        "prints another submission",
        code={"q1": f"print(open('../../../submitted/aaa-honest/{NAME}/{NOTEBOOK}').read())"},
    ),
    Attack(
        "reading",
        "hands in a link to the gradebook, as `results.html`",
        place=_link("results.html", "../../../gradebook.db"),
    ),
    Attack("writing", "writes beside the course folder", code={"q1": "open('../../../../outside/owned', 'w').close()"}),
    Attack(
        "writing",
        "takes points from somebody else",
        code={"q1": _sql("update grade set manual_score = 0 where " + GRADES_OF.format("!="))},
    ),
    Attack(
        "writing",
        "empties the submission of the next student",
        code={"q1": f"open('../../../submitted/zzz-honest/{NAME}/{NOTEBOOK}', 'w').close()"},
    ),
    Attack("exhausting", "leaves a process behind", code={"q1": DAEMON}),
    Attack("exhausting", "never ends and catches interrupts", code={"q1": UNTIL_THE_END}),
    Attack("neighbor", "takes all processors with 8 processes", code={"q1": BUSY}),
    Attack("neighbor", "forks without end from 8 processes", code={"q1": FORKING}),
    Attack("neighbor", "fills 2 GB of memory from 8 processes", code={"q1": MEMORY}),
    Attack("neighbor", "fills 1.2 GB of disk", code={"q1": DISK}),
    Attack("neighbor", "reads and writes 600 MB past the page cache", code={"q1": PAGE_CACHE}),
    Attack("exhausting", "answers with 15,000 keys of one hash", code={"q1": ONE_HASH}),
    Attack("crashing", "ends its process", code={"q2": "import os; os._exit(1)"}),
    Attack("crashing", "kills its parent process", code={"q1": "import os; os.kill(os.getppid(), 9)"}),
    Attack("malforming", "an empty file", content=b""),
    Attack("malforming", "half a notebook", content=b'{"nbformat": 4, "cells": ['),
    Attack("malforming", "a notebook in UTF-16", content=json.dumps({"cells": []}).encode("utf-16")),
    Attack("malforming", "no notebook", place=lambda folder: (folder / NOTEBOOK).rename(folder / "other name.ipynb")),
    Attack("malforming", "metadata nested 900 deep", edit=_deep),
    Attack("malforming", "a lone surrogate", edit=_surrogate),
    Attack("malforming", "a named pipe for a notebook", place=_pipe(NOTEBOOK)),
    Attack("malforming", "a named pipe for a timestamp", place=_pipe("timestamp.txt")),
    Attack(
        "malforming",
        "a timestamp that is none",
        place=lambda folder: void((folder / "timestamp.txt").write_text("soon")),
    ),
    Attack("malforming", "a folder for the data file", place=_folder_for_data),
    Attack(
        "scripting",
        "a script in an output",
        code={"q1": f"from IPython.display import HTML, display\ndisplay(HTML({SCRIPT!r}))"},
    ),
    Attack("scripting", "a script in a written answer", edit=_written(SCRIPT)),
)


def void(_: object) -> None:
    """Forget a result."""

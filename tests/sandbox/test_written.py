"""Files that a notebook writes: which are kept, and what else student code may answer in their place."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from autograder.sandbox import Limits, Sandbox
from autograder.sandbox.outputs import WRITTEN_BYTES, WRITTEN_FILES, written_in

ENDINGS = frozenset({".txt", ".csv"})
WRITES = """
import os, pathlib
pathlib.Path("plot.txt").write_text("mine")
pathlib.Path("data.csv").write_text("changed")
pathlib.Path("page.html").write_text("<script>")
pathlib.Path(".hidden.txt").write_text("x")
pathlib.Path("link.txt").symlink_to("/etc/passwd")
os.mkfifo("pipe.txt")
pathlib.Path("sub").mkdir(); pathlib.Path("sub", "a b.csv").write_text("1")
pathlib.Path("big.txt").write_bytes(bytes(5 << 20))
os.chdir("/tmp")
"""


def test_what_was_written_is_kept_within_bounds(sandbox: Sandbox) -> None:
    with sandbox.session({"data.csv": b"x\n1\n"}, Limits()) as session:
        assert session.run(WRITES, "q1").error is None
        assert session.written(ENDINGS) == {"plot.txt": b"mine", "sub/a b.csv": b"1"}


HOSTILE = {
    "never answers": "import os\nos.walk = lambda *_: iter(int, 1)",
    "raises": "import os\ndef walk(*_): raise SystemExit\nos.walk = walk",
    "ends": "import os\nos.walk = lambda *_: os._exit(0)",
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_whoever_hinders_it_has_no_files(sandbox: Sandbox, code: str) -> None:
    with sandbox.session({}, Limits(value_seconds=1)) as session:
        session.run("open('a.txt', 'w').write('x')", "q1")
        session.run(code, "q2")
        assert session.written(ENDINGS) == {}


def files(**content: Any) -> dict[str, Any]:
    return {"value": {"t": "files", "files": content}}


def named(name: str, content: bytes = b"x") -> dict[str, Any]:
    return files(**{name: base64.b64encode(content).decode()})


ANSWERS: dict[str, Callable[[], dict[str, Any]]] = {
    "nothing": dict,
    "no files": lambda: {"value": {"files": []}},
    "an absolute name": lambda: named("/etc/x.txt"),
    "a name that leads out": lambda: named("../x.txt"),
    "a name that leads out later": lambda: named("a/../../x.txt"),
    "a hidden name": lambda: named(".x.txt"),
    "a name with a line": lambda: named("a\nb.txt"),
    "another ending": lambda: named("x.html"),
    "a file that was given": lambda: named("given.csv"),
    "below a file that was given": lambda: named("given.csv/x.txt"),
    "too deep": lambda: named("a/b/c/d/e.txt"),
    "no text": lambda: files(**{"x.txt": 3}),
    "no base64": lambda: files(**{"x.txt": "ä"}),
    "too large": lambda: named("x.txt", bytes(WRITTEN_BYTES + 1)),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_may_hold_anything(answer: Callable[[], dict[str, Any]]) -> None:
    assert written_in(answer(), ENDINGS, {"given.csv"}) == {}


def test_the_first_files_count() -> None:
    many = files(**{f"{number:03}.txt": "" for number in range(WRITTEN_FILES + 9)})
    assert len(written_in(many, ENDINGS, ())) == WRITTEN_FILES
    assert written_in(named("x.txt"), ENDINGS, ()) == {"x.txt": b"x"}

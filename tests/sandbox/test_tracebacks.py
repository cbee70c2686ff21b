"""A traceback is IPython's own, however little of the libraries' files is read for it."""

from __future__ import annotations

import pytest

from autograder.sandbox import Sandbox, Session

FRAME = "import pandas as pd\nframe = pd.DataFrame({'a': [1.5]})"
# The libraries as IPython finds them, which parse all files that a traceback comes through, and ask all modules.
AS_INSTALLED = """
import inspect, stack_data.core
stack_data.core.Source = stack_data.core.Source.__mro__[1]
stack_data.core._pygmented_with_ranges = stack_data.utils._pygmented_with_ranges
inspect.getmodule = inspect.getmodule.__wrapped__
"""
READ = "import linecache\nsorted(name.rpartition('/site/')[2] for name in linecache.cache if '/pandas/' in name)"
PANDAS = "pandas/core/"
MISTAKES = {  # name: cell, the error, what else its traceback shows
    "a column that is not there": ("frame['b']", "KeyError: 'b'", PANDAS),
    "an attribute that is not there": ("frame.b", "AttributeError: 'DataFrame' object has no attribute 'b'", PANDAS),
    "a group that is not there": ("frame.groupby('b')", "KeyError: 'b'", PANDAS),
    "a chain": (
        "try: frame['b']\nexcept KeyError as error: raise ValueError('no') from error",
        "ValueError: no",
        PANDAS,
    ),
    "again and again": ("def f(n): return f(n - 1) if n else frame['b']\nf(20)", "KeyError: 'b'", PANDAS),
    "a name that is not there": ("frame['a'] + nothing", "NameError: name 'nothing' is not defined", "mnothing\x1b["),
    "in the standard library": ("import json\njson.loads('{')", "JSONDecodeError: Expecting property", "decoder.py"),
    "in text that was run": ("exec('frame.a.b')", "AttributeError: 'Series' object has no attribute 'b'", PANDAS),
    "syntax": ("f(", "SyntaxError: incomplete input", "f("),
}


def traceback(session: Session, cell: str) -> list[str]:
    """What is shown of an error in the third cell of a notebook."""
    session.run(FRAME, "c1")
    session.run("1", "c2")
    return session.run(cell, "c3").outputs[-1]["traceback"]


@pytest.mark.parametrize("name", MISTAKES)
def test_traceback_is_ipythons_own(sandbox: Sandbox, name: str) -> None:
    cell, error, place = MISTAKES[name]
    with sandbox.session({}) as session:
        shown = traceback(session, cell)
    with sandbox.session({}) as session:
        session.run(FRAME, "c1")
        session.run(AS_INSTALLED, "c2")
        assert session.run(cell, "c3").outputs[-1]["traceback"] == shown
    assert error.partition(": ")[2] in shown[-1]
    assert place in "".join(shown)


def test_after_the_first_missing_column_its_files_are_read_for_all(sandbox: Sandbox) -> None:
    with sandbox.session({}) as session:
        before = traceback(session, "frame['b']")
    with sandbox.session({}) as session:
        assert "pandas/core/indexes/base.py" in session.run(READ, "c1").outputs[0]["data"]["text/plain"]
    with sandbox.session({}) as session:
        assert traceback(session, "frame['b']") == before


def test_what_is_read_ahead_leaves_no_error_behind(sandbox: Sandbox) -> None:
    with sandbox.session({}) as session:
        traceback(session, "frame['b']")
    with sandbox.session({}) as session:
        last = session.run("import sys\nprint(sys.last_value)", "c1")
    assert last.printed == "name 'undefined_name' is not defined\n", "the one that every sandbox warms up with"

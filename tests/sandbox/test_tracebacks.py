"""A traceback is IPython's own, however little of the libraries' files is read for it."""

from __future__ import annotations

import pytest

from autograder.sandbox import Sandbox, Session

FRAME = "import pandas as pd\nframe = pd.DataFrame({'a': [1.5]})"
# The library as IPython finds it, which parses all files that a traceback comes through.
AS_INSTALLED = "import stack_data.core\nstack_data.core.Source = stack_data.core.Source.__mro__[1]"
READ = "import linecache\nsorted(name.rpartition('/site/')[2] for name in linecache.cache if '/pandas/' in name)"
MISTAKES = {
    "a column that is not there": ("frame['b']", "KeyError: 'b'"),
    "an attribute that is not there": ("frame.b", "AttributeError: 'DataFrame' object has no attribute 'b'"),
    "a group that is not there": ("frame.groupby('b')", "KeyError: 'b'"),
    "a chain": ("try: frame['b']\nexcept KeyError as error: raise ValueError('no') from error", "ValueError: no"),
    "again and again": ("def f(n): return f(n - 1) if n else frame['b']\nf(20)", "KeyError: 'b'"),
}


def traceback(session: Session, cell: str) -> list[str]:
    """What is shown of an error in the third cell of a notebook."""
    session.run(FRAME, "c1")
    session.run("1", "c2")
    return session.run(cell, "c3").outputs[-1]["traceback"]


@pytest.mark.parametrize("name", MISTAKES)
def test_traceback_is_ipythons_own(sandbox: Sandbox, name: str) -> None:
    cell, error = MISTAKES[name]
    with sandbox.session({}) as session:
        shown = traceback(session, cell)
    with sandbox.session({}) as session:
        session.run(FRAME, "c1")
        session.run(AS_INSTALLED, "c2")
        assert session.run(cell, "c3").outputs[-1]["traceback"] == shown
    assert error.partition(": ")[2] in shown[-1]
    assert "pandas/core/" in "".join(shown)


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

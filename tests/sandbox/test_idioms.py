"""What honest cells do behaves as in Jupyter."""

from __future__ import annotations

import base64

import nbformat
import pytest

from autograder.sandbox import Session

# name: cells, then what the last of them shows: (kind, part of the text) pairs in order
SHOWN: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "last expression": (["1 + 1"], [("text/plain", "2")]),
    "semicolon": (["1 + 1;"], []),
    "assignment": (["x = 3"], []),
    "earlier cell": (["x = 3", "x * 2"], [("text/plain", "6")]),
    "underscore": (["6 * 7", "_"], [("text/plain", "42")]),
    "print": (["print('a'); print('b')"], [("stdout", "a\nb\n")]),
    "print and value": (["print('a')\n'b'"], [("stdout", "a\n"), ("text/plain", "'b'")]),
    "order": (
        ["from IPython.display import display\nprint('a'); display('b'); print('c')\n4"],
        [("stdout", "a"), ("text/plain", "'b'"), ("stdout", "c"), ("text/plain", "4")],
    ),
    "many turns": (
        ["import sys\nfor i in range(300): print(i, end=' ')\nprint('e', file=sys.stderr); print('last')"],
        [("stdout", "298 299 "), ("stderr", "e"), ("stdout", "last")],
    ),
    "stderr": (["import sys\nprint('oh', file=sys.stderr)"], [("stderr", "oh")]),
    "warning": (["import warnings\nwarnings.warn('careful')"], [("stderr", "UserWarning: careful")]),
    "table": (["import pandas as pd\npd.DataFrame({'a': [1]})"], [("text/html", "<table")]),
    "markdown": (["from IPython.display import Markdown\nMarkdown('**x**')"], [("text/markdown", "**x**")]),
    "latex": (["from IPython.display import Latex\nLatex('$x$')"], [("text/latex", "$x$")]),
    "json": (["from IPython.display import JSON\nJSON({'a': [1, float('inf')]})"], [("text/plain", "JSON")]),
    "script is dropped": (
        ["from IPython.display import Javascript\nJavascript('alert(1)')"],
        [("text/plain", "Javascript")],
    ),
    "html": (["from IPython.display import HTML\nHTML('<b>x</b>')"], [("text/html", "<b>x</b>")]),
    "rich repr of one's own": (
        ["class A:\n    def _repr_html_(self): return '<i>a</i>'\nA()"],
        [("text/html", "<i>a</i>")],
    ),
    "update a display": (
        ["from IPython.display import display\nh = display('a', display_id=True); h.update('b')"],
        [("text/plain", "'b'")],
    ),
    "clear output": (
        ["from IPython.display import clear_output\nprint('a'); clear_output(); print('b')"],
        [("stdout", "b")],
    ),
    "clear output later": (
        ["from IPython.display import clear_output\nprint('a'); clear_output(wait=True); print('b')"],
        [("stdout", "b")],
    ),
    **{
        f"a backend with windows: {name}": (
            [f"import matplotlib\nimport matplotlib.pyplot as plt\n{name}\nplt.plot([1, 2]); plt.show()"],
            [("image/png", "")],
        )
        for name in ("matplotlib.use('TkAgg')", "matplotlib.use('Qt5Agg', force=True)", "plt.switch_backend('GTK3Agg')")
    },
    "a style's name from before": (
        ["import matplotlib.pyplot as plt\nplt.style.use('seaborn-whitegrid')\nplt.plot([1, 2]); plt.show()"],
        [("image/png", "")],
    ),
    "unicode": (["print('β₀ ± 3 🙂')"], [("stdout", "β₀ ± 3 🙂")]),
    "lone surrogate": (["print('\\ud83d!')"], [("stdout", "\ufffd!")]),
    "time": (["%time x = 1"], [("stdout", "Wall time")]),
    "time of a cell": (["%%time\nx = 1\n7"], [("stdout", "Wall time"), ("text/plain", "7")]),
    "timeit": (["%timeit -n 1 -r 1 1 + 1"], [("stdout", "per loop")]),
    "inline": (["%matplotlib inline"], []),
    "other backend": (["%matplotlib qt"], []),
    "config": (["%config InlineBackend.figure_format = 'png'"], []),
    "capture": (["%%capture kept\nprint('a')", "kept.stdout"], [("text/plain", "'a\\n'")]),
    "shell": (["!echo from a shell"], [("stdout", "from a shell")]),
    "shell with a variable": (["x = 5", "!echo {x}"], [("stdout", "5")]),
    "shell into a variable": (["x = !echo a", "x[0]"], [("text/plain", "'a'")]),
    "bash": (["%%bash\necho from bash"], [("stdout", "from bash")]),
    "pwd": (["%pwd"], [("text/plain", "'/home/student'")]),
    "ls": (["%ls"], [("stdout", "sleepstudy.csv")]),
    "help()": (["help(len)"], [("stdout", "Return the number of items")]),
    "many threads": (
        [
            "import threading, time\nt = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(150)]\n"
            "for one in t: one.start()\nfor one in t: one.join()\nlen(t)"
        ],
        [("text/plain", "150")],
    ),
    "help": (["len?"], [("text/plain", "Return the number of items")]),
    "await": (
        ["import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return 8", "await f()"],
        [("text/plain", "8")],
    ),
    "asyncio run": (["import asyncio\nasync def f():\n    return 8\nasyncio.run(f())"], [("text/plain", "8")]),
    "descriptor": (["import os\nos.write(1, b'low') and None"], [("stdout", "low")]),
    "subprocess": (
        ["import subprocess\nsubprocess.run(['echo', 'sub']).returncode"],
        [("stdout", "sub"), ("text/plain", "0")],
    ),
    "python as subprocess": (
        ["import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import numpy; print(numpy.ones(2))'])\n1"],
        [("stdout", "[1. 1.]"), ("text/plain", "1")],
    ),
    "stdout of subprocess": (
        ["import subprocess, sys\nsubprocess.run(['echo', 'sub'], stdout=sys.stdout)\n1"],
        [("stdout", "sub"), ("text/plain", "1")],
    ),
    "logging": (["import logging\nlogging.warning('hm')"], [("stderr", "WARNING:root:hm")]),
    "progress": (["import sys\nfor i in range(3): sys.stdout.write(f'\\r{i}')"], [("stdout", "\r0\r1\r2")]),
    "main": (["__name__"], [("text/plain", "'__main__'")]),
    "source of a function": (
        ["import inspect\ndef f(): return 1", "inspect.getsource(f)"],
        [("text/plain", "'def f(): return 1\\n'")],
    ),
    "copies by bytes": (
        ["import pickle\nclass A: x = 2", "pickle.loads(pickle.dumps(A())).x"],
        [("text/plain", "2")],
    ),
    "several processes": (
        [
            "from multiprocessing import Pool\ndef f(x): return x * x\nwith Pool(2) as p: r = p.map(f, [1, 2, 3])",
            "r",
        ],
        [("text/plain", "[1, 4, 9]")],
    ),
    "print in another process": (
        ["import multiprocessing as m\np = m.Process(target=print, args=('child',)); p.start(); p.join()"],
        [("stdout", "child")],
    ),
    "print in a thread": (
        ["import threading\nt = threading.Thread(target=print, args=('thread',)); t.start(); t.join()"],
        [("stdout", "thread")],
    ),
    "several threads": (
        ["from concurrent.futures import ThreadPoolExecutor as T\nwith T(4) as e: r = list(e.map(abs, [-1]))\nr"],
        [("text/plain", "[1]")],
    ),
    "forked copy": (
        ["import os\nif os.fork() == 0: x = 1\nelse: os.wait()", "'still here'"],
        [("text/plain", "'still here'")],
    ),
    "exit is refused": (["exit()"], [("stderr", "does not end")]),
    "quit is refused": (["quit"], [("text/plain", "does not end")]),
    "open": (["open('note.txt', 'w').write('x')", "open('note.txt').read()"], [("text/plain", "'x'")]),
    "temporary file": (
        ["import tempfile\nwith tempfile.TemporaryFile() as f: n = f.write(b'abc')\nn"],
        [("text/plain", "3")],
    ),
    "arguments": (["import sys, os\nsys.argv, os.environ['PWD']"], [("text/plain", "([''], '/home/student')")]),
    "home": (["import pathlib\nstr(pathlib.Path.home())"], [("text/plain", "'/home/student'")]),
    "data": (["import pandas as pd\npd.read_csv('sleepstudy.csv').shape"], [("text/plain", "(60, 3)")]),
    "module of one's own": (
        ["%%writefile mine.py\nvalue = 11", "import mine\nmine.value"],
        [("text/plain", "11")],
    ),
    "run a script": (["%%writefile s.py\nprint('script')", "%run s.py"], [("stdout", "script")]),
    "seeded": (["import numpy as np\nnp.random.seed(1)\nround(float(np.random.rand()), 4)"], [("text/plain", "0.417")]),
    "summary": (
        [
            "import pandas as pd, statsmodels.formula.api as smf\nd = pd.read_csv('sleepstudy.csv')\n"
            "m = smf.ols('Reaction ~ Days', d).fit()",
            "m.summary()",
        ],
        [("text/html", "OLS Regression Results")],
    ),
    "mixed model": (
        [
            "import pandas as pd, statsmodels.formula.api as smf\nd = pd.read_csv('sleepstudy.csv')\n"
            "m = smf.mixedlm('Reaction ~ Days', d, groups=d['Subject']).fit()",
            "print(m.summary())",
        ],
        [("stdout", "Mixed Linear Model Regression Results")],
    ),
    "seaborn": (["import seaborn as sns\nsns.__name__"], [("text/plain", "'seaborn'")]),
}


@pytest.mark.parametrize("name", SHOWN)
def test_shown(session: Session, name: str) -> None:
    cells, wanted = SHOWN[name]
    for number, cell in enumerate(cells):
        run = session.run(cell, f"c{number}")
        assert run.error is None, run
    shown = [output for output in run.outputs if "FutureWarning" not in output.get("text", "")]
    assert len(shown) == len(wanted), run.outputs
    for output, (kind, text) in zip(shown, wanted, strict=True):
        assert text in (output["text"] if output.get("name") == kind else output["data"][kind])
    validate(run.outputs)


def validate(outputs: tuple[dict, ...]) -> None:
    cell = nbformat.v4.new_code_cell("", outputs=[nbformat.from_dict(output) for output in outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


# name: cell → (start of the error, part of the traceback)
ERRORS = {
    "name": ("undefined", "NameError: name 'undefined' is not defined"),
    "syntax": ("x = = 1", "SyntaxError: invalid syntax"),
    "blank": ("slope = ____", "NameError: name '____' is not defined"),
    "in a function": ("def f(): return 1 / 0\nf()", "ZeroDivisionError: division by zero"),
    "chained": ("try: 1/0\nexcept ZeroDivisionError: [][0]", "IndexError: list index out of range"),
    "in a library": ("import pandas as pd\npd.read_csv('none.csv')", "FileNotFoundError: [Errno 2]"),
    "assertion": ("assert 1 == 2, 'no'", "AssertionError: no"),
    "sys.exit": ("import sys\nsys.exit(0)", "SystemExit: 0"),
    "interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt:"),
    "input": ("input('name? ')", "EOFError: input() has no one"),
    "getpass": ("import getpass\ngetpass.getpass()", "EOFError: input() has no one"),
    "too deep": ("def f(): return f()\nf()", "RecursionError: maximum recursion"),
    "a group": ("raise ExceptionGroup('g', [ValueError(1)])", "ExceptionGroup: g (1 sub-exception)"),
    "raises in its text": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
        "E: <the exception cannot be shown>",
    ),
    "large array": ("import numpy as np\nnp.ones((50_000, 50_000))", "MemoryError: Unable to allocate"),
    "unknown magic": ("%nonsense", "UsageError: Line magic function"),
    "no network": (
        "import urllib.request\nurllib.request.urlopen('http://example.org')",
        "URLError: <urlopen error",
    ),
}


@pytest.mark.parametrize("traced", [True, False])
@pytest.mark.parametrize("name", ERRORS)
def test_errors(session: Session, name: str, traced: bool) -> None:
    cell, wanted = ERRORS[name]
    run = session.run(cell, "c1", traced=traced)
    assert (run.error or "").startswith(wanted), run
    validate(run.outputs)
    text = "\n".join(str(output) for output in run.outputs)
    assert "/opt/sandbox" not in text
    assert any(output["output_type"] == "error" or output.get("name") == "stderr" for output in run.outputs)
    assert session.run("1 + 1", "c2").error is None


def test_a_traceback_is_laid_out_where_somebody_reads_it(session: Session) -> None:
    cell = "def f():\n    return 1 / 0\nf()"
    read, unread = (session.run(cell, "c1", traced=traced).outputs[0] for traced in (True, False))
    assert len(read["traceback"]) > 2
    assert "ZeroDivisionError" in read["traceback"][-1]
    assert unread == {**read, "traceback": []}
    assert len(session.run(cell, "c1").outputs[0]["traceback"]) == len(read["traceback"])


def test_reading_a_notebook_compiles_no_grammar_until_an_address_is_looked_at(session: Session) -> None:
    session.run("import sys, nbformat, jsonschema\nbefore = 'lark' in sys.modules", "c1")
    cell = "checked = [jsonschema.FormatChecker().conforms(one, 'iri') for one in ('http://example.org/ä', '::')]"
    run = session.run(f"{cell}\nfrom rfc3987_syntax import is_valid_syntax_iri, utils", "c2")
    assert run.error is None
    assert session.value("before") is False
    assert session.value("checked") == [True, False]


def test_picture_is_shown_in_place(session: Session) -> None:
    run = session.run("import matplotlib.pyplot as plt\nprint('a'); plt.plot([1, 2]); plt.show(); print('b')", "c1")
    kinds = [output.get("name") or sorted(output["data"]) for output in run.outputs]
    assert kinds == ["stdout", ["image/png", "text/plain"], "stdout"]
    assert base64.b64decode(run.outputs[1]["data"]["image/png"]).startswith(b"\x89PNG")


def test_execution_counts_start_at_one(session: Session) -> None:
    counts = [session.run("1", f"c{number}").outputs[0]["execution_count"] for number in range(3)]
    assert counts == [1, 2, 3]


def test_printed_is_standard_output_only(session: Session) -> None:
    run = session.run("import sys\nprint('a'); print('b', file=sys.stderr); print('c')\n'd'", "c1")
    assert run.printed == "a\nc\n"


def test_same_random_numbers_in_every_session(sandbox, light, session: Session) -> None:
    cell = "import random, numpy as np\nrandom.random(), np.random.rand()"
    first = session.run(cell, "c1").outputs
    session.close()
    for box in (sandbox, light):
        with box.session({}) as other:
            assert other.run(cell, "c1").outputs == first


def test_text_that_comes_after_the_poll(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a cell wrote is its own, also where the answer was read after a poll that had not seen the text yet."""
    poll = session._poll
    monkeypatch.setattr(session, "_poll", lambda seconds: poll(seconds) - set(session._pipes))
    run = session.run("import os\nos.write(1, b'low') and os.write(2, b'er') and None", "c1")
    assert [(output["name"], output["text"]) for output in run.outputs] == [("stdout", "low"), ("stderr", "er")]

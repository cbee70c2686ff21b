"""Leaking: hidden tests, references and the environment into something that the student gets to read."""

from __future__ import annotations

from tests.hostile.channel import ON_THE_CHANNEL
from tests.hostile.row import NOTHING, Row

WALK = """
import gc, sys
gc.unfreeze()
seen, found = set(), []
def walk(one, depth):
    if id(one) in seen or depth > 4 or len(seen) > 300_000: return
    seen.add(id(one))
    if isinstance(one, (str, bytes)):
        text = one if isinstance(one, str) else one.decode("latin-1")
        if any(word in text for word in ("HIDDEN", "lmmsolutions", "checks.", "reference")): found.append(text[:200])
        return
    for other in gc.get_referents(one): walk(other, depth + 1)
for one in gc.get_objects(): walk(one, 0)
print(len(seen), *sorted(set(found))[:300], sep="\\n")
"""

FRAMES = """
import inspect, sys, threading, traceback
for frame in [*sys._current_frames().values(), *(info.frame for info in inspect.stack())]:
    while frame is not None:
        print(frame.f_code.co_filename, frame.f_code.co_name, sorted(frame.f_locals)[:30], str(frame.f_locals)[:1500])
        frame = frame.f_back
print(sys.argv, sys.orig_argv, sys.path, sys.flags)
"""

EVERYTHING_IN_PROC = """
import os
for pid in ["self", *filter(str.isdigit, os.listdir("/proc"))]:
    for name in "environ cmdline maps mountinfo mounts status stat cgroup auxv limits root cwd exe".split():
        for act in (lambda path: open(path, errors="replace").read(3000), os.readlink, os.listdir):
            try: print(pid, name, act(f"/proc/{pid}/{name}"))
            except OSError as refused: print(pid, name, refused.strerror)
"""

MODULES = """
import importlib, os, pkgutil, sys
for name in ("lmmsolutions", "lmmsolutions.lessons", "autograder", "autograder.grading", "nbgrader"):
    try: print(name, importlib.import_module(name).__file__)
    except Exception as refused: print(name, type(refused).__name__)
for folder, inner, files in os.walk("/"):
    if folder == "/": inner[:] = sorted({*inner} - {"proc"}, key={"usr", "sys"}.__contains__)  # the largest come last
    for name in (*inner, *files):
        if "lmm" in name.lower() or "autograder" in name.lower() or name.endswith(".ipynb"):
            path = os.path.join(folder, name)
            try: print(path, os.listdir(path) if os.path.isdir(path) else open(path, errors="replace").read(500))
            except OSError as refused: print(path, refused.strerror)
"""

WATCHED = """
import sys, traceback
class Watched:
    def __getattribute__(self, name): traceback.print_stack(); return object.__getattribute__(self, name)
    def __array__(self, *_, **__): traceback.print_stack(); raise ValueError(str(sys._getframe(1).f_locals)[:2000])
    __float__ = __len__ = __iter__ = __repr__ = __str__ = __reduce_ex__ = __array__
intercept = slope = model = Watched()
def tell(frame, event, arg):
    if "inside" in frame.f_code.co_filename: print(event, frame.f_code, str(frame.f_locals)[:300])
sys.settrace(tell); sys.setprofile(lambda frame, event, arg: None)
"""

ODD = """
import numpy as np, pandas as pd, types
index = pd.MultiIndex.from_product([["a", None], [1, 1.5]])
twice = pd.MultiIndex.from_tuples([("a", "a"), ("a", "a")])
intercept = pd.DataFrame([[1, "x"], [None, b"y"]], columns=twice, index=[np.nan, np.nan])
slope = pd.Series(pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3, 4]), index=index, name=("a", ("b",)))
model = pd.DataFrame({1: pd.Categorical(["x", "y"]), "1": pd.to_datetime(["1700-01-01", None]), None: [1j, np.inf]})
"""

ODD_MODEL = """
import numpy as np, statsmodels.api as sm
model = sm.OLS(np.r_[np.inf, np.nan, np.zeros(178)], np.full((180, 3), 1e308)).fit()
intercept = np.array(float("nan")); slope = np.ma.masked
"""

LISTENS = (
    ON_THE_CHANNEL
    + """
def listen():
    while True: print(channel.recv(1 << 16, socket.MSG_PEEK), flush=True); time.sleep(0.0001)
threading.Thread(target=listen, daemon=True).start()
"""
)

TEMPLATES = r"""
intercept = '`{reference}` {{ resources }} {% include "/etc/passwd" %} ${HOME} <b>'; slope = "\x1b[31m\x00"
"""

DEBUGGED = """
%pdb on
%xmode Verbose
import faulthandler, sys
sys.excepthook = lambda *a: print(a)
faulthandler.dump_traceback(all_threads=True)
"""

ROWS = (
    Row(
        "memory walk",
        "Every object that Python knows, and what it refers to, searched for tests and references.",
        code={"end": WALK},
        hides=("ols.solve(student",),
        says=NOTHING,
    ),
    Row("frames", "Local variables of all frames of all threads.", code={"q3a": FRAMES}, says=NOTHING),
    Row(
        "environment",
        "Environment variables, its own and process 1's.",
        code={
            "q3a": "import os, subprocess\nprint(os.environ)\nprint(open('/proc/self/environ').read())\n"
            "print(subprocess.run('env; set; ps aux; id; mount; cat /proc/1/environ', shell=True, capture_output=True))"
        },
        says=NOTHING,
    ),
    Row(
        "all of /proc", "Everything that /proc tells about any process.", code={"q3a": EVERYTHING_IN_PROC}, says=NOTHING
    ),
    Row(
        "modules",
        "The reference solutions and the grader, by import and by searching all folders.",
        code={"q3a": MODULES},
        hides=("def solve", "ReferenceModel"),
        says=f"{NOTHING}|longer than the limit",
    ),
    Row(
        "history",
        "What ran after the answers: IPython's inputs and outputs, read at the very end.",
        code={"end": "print(In, Out, globals().keys(), get_ipython().history_manager.input_hist_raw)\n%history -g -o"},
        says=NOTHING,
    ),
    Row(
        "watched values",
        "Values that print who looks at them, and what that one knows.",
        code={"q3a": WATCHED},
        says="an object of type Watched",
    ),
    Row(
        "grader's questions",
        "The host's requests, read off the channel before they are answered.",
        code={"q3a": LISTENS},
        says=NOTHING,
    ),
    Row(
        "odd tables",
        "Values that a check trips over, so that its traceback tells about the test.",
        code={"q3a": ODD},
        says="holds several values",
    ),
    Row(
        "odd model",
        "A fitted model of infinities, missing values and numbers out of range.",
        code={"q3a": ODD_MODEL},
        says="is not a number (NaN)",
    ),
    Row(
        "odd names",
        "A text full of markup, templates and paths, to come back in the list of checks.",
        code={"q3a": TEMPLATES},
        says="is a text, not a number",
    ),
    Row(
        "error with a plan",
        "An exception whose text asks for what a template or a format would fill in.",
        code={"q3a": "raise ValueError('{self.__init__.__globals__} %(asctime)s {{ config }} {0.__class__}')"},
        says="ValueError",
    ),
    Row("debugger", "A debugger on the tests, and a handler for every exception.", code={"": DEBUGGED}, says=NOTHING),
)

"""Students who try to get marks, or other people's files, without knowing an answer: they earn nothing."""

from demo.students import edits
from demo.students.work import Student, Work, code

_ALWAYS_EQUAL = code("""
    class Right(float):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __lt__(self, other): return True
        def __le__(self, other): return True
        def __gt__(self, other): return True
        def __ge__(self, other): return True
        def __sub__(self, other): return 0.0
        def __rsub__(self, other): return 0.0
        def __abs__(self): return 0.0
        def __hash__(self): return 0
        def __getattr__(self, name): return self
        def __getitem__(self, key): return self
        def __call__(self, *args, **kwargs): return self
        def __array__(self, dtype=None, copy=None):
            import numpy
            return numpy.zeros(())

    model = intercept = slope = Right(1.0)
    """)

_PATCHED_TESTING = code("""
    import builtins
    import math

    import numpy as np
    import numpy.testing

    np.allclose = np.isclose = math.isclose = lambda *args, **kwargs: True
    for name in dir(numpy.testing):
        if name.startswith("assert"):
            setattr(numpy.testing, name, lambda *args, **kwargs: None)
    builtins.abs = lambda value: 0
    builtins.isinstance = lambda value, kind: True
    builtins.AssertionError = type("AssertionError", (Exception,), {})
    """)

_TRANSFORMED_INPUT = code("""
    def only_full_marks(lines):
        return ["0.25\\n"] if any("tests" in line for line in lines) else lines

    shell = get_ipython()
    shell.input_transformers_cleanup.append(only_full_marks)
    shell.events.register("post_run_cell", lambda result: setattr(result, "result", 0.25))
    shell.run_cell_async = shell.run_cell = lambda *args, **kwargs: 0.25
    """)

_FALSE_MODULES = code("""
    import sys
    import types

    class Checks:
        def __init__(self, points, **kwargs): self.points = points
        def __getattr__(self, name): return lambda *args, **kwargs: None
        def score(self): return float(self.points)

    for name in ("autograder", "lmmsolutions", "lmmsolutions.lessons.data_overview"):
        sys.modules[name] = types.ModuleType(name)
    sys.modules["autograder"].Checks = Checks
    sys.modules["autograder"].student = Checks(0)
    first_rows = data_shape = sleep_study_data = Checks(1)
    """)

_FORGED_MESSAGES = code("""
    import json
    import os
    import sys

    full = {"points": 0.5, "score": 0.5, "earned": 0.5, "status": "passed", "value": 0.5, "grade_id": "q1c-tests"}
    for where in (sys.stdout, sys.stderr, sys.__stdout__):
        print(json.dumps(full), file=where, flush=True)
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, json.dumps(full).encode() + b"\\n")
        except OSError:
            pass
    display({"text/plain": "0.5"}, raw=True)
    0.5
    """)

_GUESSED_NAMES = code("""
    points = score = credit = earned = 0.5
    checks = reference = None
    raise SystemExit(0)
    """)

_LOOKING_AROUND = code("""
    import glob
    import os
    from pathlib import Path

    loot = {}

    def look(path):
        try:
            loot[str(path)] = Path(path).read_bytes()
            print("READ", path, len(loot[str(path)]), loot[str(path)][:200])
        except OSError as refusal:
            print(path, "->", refusal)

    above = [Path.cwd(), *Path.cwd().parents, Path("/proc/1/cwd"), Path("/proc/1/root"), Path("/proc/self/root")]
    for folder in above:
        look(folder / "gradebook.db")
        look(folder / "nbgrader_config.py")
        look(folder / "source" / "05-mixed-model" / "05-mixed-model.ipynb")
        look(folder / "submitted" / "perfect" / "05-mixed-model" / "05-mixed-model.ipynb")
    others = set(glob.glob("/proc/[0-9]*/environ")) - {f"/proc/{os.getpid()}/environ"}
    for path in ["/proc/1/mem", "/etc/shadow", *others]:
        look(path)
    for pattern in ("/*", "/home/*", "/tmp/*", "/*/gradebook.db", "/*/*/mixed_model.py", "../*/*/*.ipynb"):
        print(pattern, glob.glob(pattern)[:20])
    print(sorted(os.environ))
    mixed_results = None
    """)

_TAKING_THE_SOLUTION = code("""
    import gc
    import importlib
    import subprocess
    import sys
    import urllib.request

    def take(kind, action):
        try:
            print("GOT", kind, str(action())[:500])
        except BaseException as refusal:
            print(kind, "->", type(refusal).__name__, refusal)

    def solve_with_theirs():
        solution = importlib.import_module("lmmsolutions.lessons.mixed_model").solve(sleep_study_data)
        for name in ("fixed_intercept", "fixed_slope", "group_variance", "residual_variance", "random_effects"):
            globals()[name] = getattr(solution, name)
        return solution

    take("reference", solve_with_theirs)
    take("grader", lambda: importlib.import_module("autograder"))
    take("modules", lambda: [name for name in sys.modules if "lmmsolutions" in name or "autograder" in name][0])
    take("objects", lambda: [thing for thing in gc.get_objects() if "Checks" in type(thing).__name__][0])
    take("shell", lambda: subprocess.check_output(["grep", "-rl", "HIDDEN TESTS", ".."], timeout=5))
    take("network", lambda: urllib.request.urlopen("http://127.0.0.1:8888/api/contents", timeout=2).read())
    """)

_FROM_FRAMES = code("""
    import inspect
    import sys

    frame = sys._getframe()
    while frame is not None:
        for name, value in {**frame.f_globals, **frame.f_locals}.items():
            if any(word in name.lower() for word in ("reference", "hidden", "checks", "points", "answer")):
                print("FRAME", name, repr(value)[:200])
        frame = frame.f_back
    random_effects = globals().get("reference", None)
    """)

STUDENTS = (
    Student(
        "forges-marks",
        "tags and edits test cells, patches the comparison, forges outputs and messages",
        {
            "01-data-overview": (
                Work(
                    answers={"q1a": _FALSE_MODULES, "q1b": _GUESSED_NAMES, "q1c": _FORGED_MESSAGES},
                    edits=(
                        edits.tag("q1a-tests", "skip-execution"),
                        edits.forge_output("q1a-tests", 0.5),
                        edits.replace_test("q1b-tests", "0.5"),
                        edits.set_nbgrader("q1b-tests", {"points": 50, "locked": False}),
                        edits.delete_cell("q1c-tests"),
                        edits.set_nbgrader("q1c", {"grade": True, "points": 10, "grade_id": "q1c-tests"}),
                    ),
                ),
            ),
            "03-ols": (
                Work(
                    # The last one makes the interpreter unusable, so it comes last.
                    answers={"q3a": _ALWAYS_EQUAL, "q3b": _TRANSFORMED_INPUT, "q3c": _PATCHED_TESTING},
                    edits=(edits.add_cell("q3a-tests", "score = points = 1.0\nscore"),),
                ),
            ),
        },
    ),
    Student(
        "reads-hidden-files",
        "looks for solutions, tests, the gradebook and other people's work",
        {"05-mixed-model": (Work(answers={"q5a": _LOOKING_AROUND, "q5b": _TAKING_THE_SOLUTION, "q5c": _FROM_FRAMES}),)},
    ),
)

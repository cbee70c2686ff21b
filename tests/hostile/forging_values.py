"""Forging with code: values, figures and messages that say they are right."""

from __future__ import annotations

from tests.hostile.channel import EARLY, FORGED_FIGURE, ON_THE_CHANNEL, SPEAKS, TALKS_OF_POINTS, taken_over
from tests.hostile.row import NOTHING, Row

LIAR = """
class Liar(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __abs__(self): return 0.0
    def __sub__(self, other): return Liar(0)
    __rsub__ = __mul__ = __rmul__ = __truediv__ = __add__ = __radd__ = __sub__
    def __float__(self): return 200.5
    def __bool__(self): return True
    def __hash__(self): return 0
    def __round__(self, *_): return 0
    def __array__(self, *_, **__): raise SystemExit
    def __reduce__(self): import os; return (os.system, ("touch forged",))
intercept = Liar(1); slope = Liar(2); model = Liar(3)
"""

PRETENDER = """
import statsmodels.regression.linear_model as lm

class Anything:
    def __getattr__(self, name): return self
    def __call__(self, *args, **kwargs): return self
    def __getitem__(self, key): return self
    def __iter__(self): return iter([self])
    def __len__(self): return 1
    def __eq__(self, other): return True
    def __contains__(self, other): return True

class Pretender(Anything):
    __class__ = lm.RegressionResultsWrapper

model = Pretender()
intercept = type("float", (), {"__class__": float, "__float__": lambda self: 200.5, "__module__": "builtins"})()
slope = Anything()
"""

CHANGING = """
import itertools
turn = itertools.count()

class Changing(dict):
    def __getitem__(self, name):
        if name in ("intercept", "slope", "model"):
            return [200.5, 0.0, "x", None, True, float("nan"), [1], {}][next(turn) % 8]
        return dict.__getitem__(self, name)
    def __contains__(self, name): return True

get_ipython().user_ns = Changing(get_ipython().user_ns)
"""

NO_ASSERTIONS = """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node): return None
    def visit_Module(self, node): return ast.parse("1.0")
get_ipython().ast_transformers.append(Drop())
"""

OTHER_SOURCES = """
get_ipython().input_transformers_cleanup.append(lambda lines: ["1.0\\n"])
get_ipython().events.register("pre_run_cell", lambda *_: None)
"""

BUILTINS = """
import builtins
intercept = slope = model = 1
for name in ("abs", "round", "all", "any", "sorted", "divmod"): setattr(builtins, name, lambda *a, **k: True)
builtins.AssertionError = type("Never", (Exception,), {})
"""

NUMPY = """
import numpy as np, numpy.testing
yes = lambda *a, **k: True
for name in dir(numpy.testing):
    if name.startswith("assert"): setattr(numpy.testing, name, yes)
np.isclose = np.allclose = np.array_equal = np.equal = yes
intercept = np.float64(1); slope = np.float64(2)
"""

STATSMODELS = """
import numpy as np, statsmodels.api as sm
from statsmodels.regression import linear_model as lm
model = sm.OLS(np.arange(180.0), np.ones((180, 2))).fit()
lm.RegressionResults.params = property(lambda self: np.array([200.0, 5.0]))
lm.RegressionResults.fittedvalues = property(lambda self: self.model.endog)
intercept, slope = model.params
"""

MATPLOTLIB = """
import matplotlib.pyplot as plt, matplotlib.lines as lines
class Yes(str):
    __eq__ = __contains__ = lambda self, other: True
    __hash__ = str.__hash__
    def __len__(self): return 10**9
lines.Line2D.get_label = lambda self: Yes("308")
for n in range(18): plt.plot([0, 9], [n, n])
plt.show()
"""

RECORDER = """
import sys
sys.modules["inside.figures.recorder"].Recorder.end_cell = lambda self: [figure] * 40
"""

DASHES = """
import matplotlib.pyplot as plt, numpy as np
for height in np.arange(200, 400, 0.7): plt.plot([4.5, 4.5001], [height, height])
plt.show()
"""

ALL_LINES = """
panel["points"] = []
figures = [{**figure, "axes": [{**panel, "lines": [{**line, "y": row(left, right)} for right in range(300, 400, 3)]}]}
           for left in range(220, 300, 2)]
import sys
sys.modules["inside.figures.recorder"].Recorder.end_cell = lambda self: figures
"""

RIGHT_VALUES = """
import numpy as np
right = np.polyfit(sleep_study_data.Days, sleep_study_data.Reaction, 1)
"""

MANY_NUMBERS = """
import numpy as np
intercept = np.arange(200, 300, 0.01); slope = list(np.arange(0, 20, 0.001))
"""

PRINTED = """
import numpy as np
print(*np.round(np.arange(200, 300, 0.01), 2)); print(*np.arange(0, 20, 0.001))
"""

TEXTS = """
intercept = "__import__('os').system('touch forged')"; slope = "{self.want}"; model = "%s" * 5
"""

NAMES_OF_TESTS = """
class Checks:
    def __init__(self, *a, **k): pass
    def __getattr__(self, name): return lambda *a, **k: 1.0
student = reference = checks = Checks(); ols = Checks; data = None
intercept = slope = model = Checks
"""

ROWS = (
    Row(
        "consistent inventions",
        "Made-up estimates, and the line that follows from them.",
        code={
            "q3a": "intercept = slope = 0.0",
            "q3b": "import matplotlib.pyplot as plt\nplt.plot([0, 9], [0, 0])",
        },
        says="The line is not the one",
    ),
    Row("AST transformer", "Takes every `assert` out of what runs after it.", code={"": NO_ASSERTIONS}, says=NOTHING),
    Row(
        "input transformer",
        "Replaces the source of every later cell by full points.",
        code={"": OTHER_SOURCES},
        says=NOTHING,
    ),
    Row(
        "patched builtins",
        "Comparisons that say yes: `abs`, `round`, `all`, `any`, and an AssertionError that nobody raises.",
        code={"q3a": BUILTINS},
        says="This is not a fitted model",
    ),
    Row(
        "patched numpy",
        "`numpy.isclose` and all of `numpy.testing` agree with everything.",
        code={"q3a": NUMPY},
        says="This is not the value that the data give",
    ),
    Row(
        "patched statsmodels",
        "A fitted model of the right class with made-up numbers.",
        code={"q3a": STATSMODELS},
        says="its values were changed",
    ),
    Row(
        "patched matplotlib",
        "Labels of a subclass of `str` that contains every other.",
        code={"q3c": MATPLOTLIB},
        says="None of the lines asked for was found",
    ),
    Row(
        "liar",
        "A float that equals everything, whose difference to anything is 0, and that unpickles to a command.",
        code={"q3a": LIAR},
        says="This is not the value that the data give",
    ),
    Row(
        "pretender",
        "Objects whose `__class__` is another's and that have every attribute.",
        code={"q3a": PRETENDER},
        says="an object of type Pretender",
    ),
    Row(
        "changing answers",
        "A namespace that answers differently each time it is asked.",
        code={"q3a": CHANGING},
        says="This is not a fitted model",
    ),
    Row(
        "fake values",
        "Replies before the grader asks, which say that a check has passed.",
        code={"q3a": EARLY},
        says="interfered with the connection",
    ),
    Row(
        "fake end of a cell",
        "A reply that the cell is done, with figures that were never drawn, before the real one.",
        code={
            "q3c": ON_THE_CHANNEL
            + FORGED_FIGURE
            + "say({'kind': 'done', 'error': None, 'figures': [figure], 'number': asked()})"
        },
        says="There is no line in the figure",
    ),
    Row(
        "speaks the protocol",
        "A cell that never ends and answers all of the grader's later questions by itself.",
        code={"q3a": SPEAKS},
        says="a result of type Passed",
    ),
    Row(
        "fake points",
        "Messages to the host that speak of points and checks.",
        code={"q3a": TALKS_OF_POINTS},
        says="interfered with the connection",
    ),
    Row(
        "encoder taken over",
        "The sandbox's own encoder replaced: every name has a value that claims to be right.",
        code={"q3a": taken_over("{}")},
        says="a result of type Passed",
    ),
    Row(
        "encoder, right values",
        "The encoder replaced by one that sends the right numbers: worth what numbers are worth.",
        code={"q3a": RIGHT_VALUES + taken_over("{'intercept': float(right[1]), 'slope': float(right[0])}")},
        earns=0.5,
        computes=True,
        says="`intercept`: right",
    ),
    Row(
        "recorder taken over",
        "The recorder of figures replaced by one that reports figures at will.",
        code={"q3b": FORGED_FIGURE + RECORDER},
        says="None of the points drawn is a point of the data",
    ),
    Row(
        "carpet of dashes",
        "Hundreds of dashes, one of which lies on each subject's line, whatever its slope.",
        code={"q3c": DASHES},
        says="More than 100 lines in one figure",
    ),
    Row(
        "carpet of lines",
        "More than a thousand lines in forty figures, one of which is close to the right one.",
        code={"q3b": FORGED_FIGURE + ALL_LINES},
        earns=(0.0, 0.05),  # a line may be the right one by chance
        says="The line is not the one that belongs to the data",
    ),
    Row(
        "not numbers",
        "NaN, infinity and a complex number where numbers are compared.",
        code={"q3a": "model = float('nan'); intercept = float('inf'); slope = complex(10.467, 0)"},
        says="complex number",
    ),
    Row("true", "`True` everywhere.", code={"q3a": "model = intercept = slope = True"}, says="not a number"),
    Row(
        "all numbers",
        "Thousands of numbers under one name, one of which may be right.",
        code={"q3a": MANY_NUMBERS},
        says="several values",
    ),
    Row(
        "all numbers printed",
        "Every number on paper, none in a variable.",
        code={"q3a": PRINTED},
        says="You printed the right number",
    ),
    Row(
        "answers as text",
        "Texts that somebody may evaluate, format or fill in.",
        code={"q3a": TEXTS},
        says="is a text, not a number",
    ),
    Row(
        "names of the tests",
        "Objects under the names that the tests use themselves.",
        code={"q3a": NAMES_OF_TESTS},
        says="This is not a fitted model",
    ),
)

"""Whoever makes earlier results up, consistently, earns nothing for what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

from autograder.checks.student import Submitter
from autograder.grading.cells import NotebookRun, grade
from autograder.grading.restoring.restore import restore
from autograder.sandbox import Limits, Sandbox
from autograder.template import Template, TemplateCell
from tests.course_folder import REPOSITORY, answers_of, in_time

TABLE = "sleep_study_data = pd.DataFrame({'Reaction': [1.0, 2.0, 4.0], 'Days': [0, 1, 2], 'Subject': [308, 309, 310]})"
INVENTED = {
    "a record in place of a model": (
        "05-mixed-model",
        {
            "q5a": """
from collections import namedtuple
Fit = namedtuple("MixedLMResults", "fe_params params cov_re scale random_effects llf method converged")
fixed = pd.Series([1.0, 1.0], index=["Intercept", "Days"])
subjects = sleep_study_data["Subject"].unique()
effects = {s: pd.Series([1.0], index=["Group"]) for s in subjects}
mixed_results = Fit(fixed, fixed, pd.DataFrame([[1.0]]), 1.0, effects, -1.0, "REML", True)
""",
            "q5b": "fixed_intercept = fixed_slope = group_variance = residual_variance = 1.0",
            "q5c": "random_effects = effects",
        },
    ),
    "a model of invented data": (
        "05-mixed-model",
        {
            "q5a": """
import numpy as np, statsmodels.formula.api as smf
made = pd.DataFrame({"Reaction": np.arange(180) % 7 * 1.7 + 0.3, "Days": np.arange(180) % 10,
                     "Subject": sleep_study_data["Subject"].iloc[:180].to_numpy()})
mixed_results = smf.mixedlm("Reaction ~ Days", made, groups=made["Subject"]).fit()
""",
            "q5b": "fixed_intercept, fixed_slope = mixed_results.fe_params\n"
            "group_variance, residual_variance = mixed_results.cov_re.iloc[0, 0], mixed_results.scale",
            "q5c": "random_effects = mixed_results.random_effects",
        },
    ),
    "two rows in place of the table": (
        "02-correlation",
        {
            "q2a": TABLE,
            "q2b": "import matplotlib.pyplot as plt\nplt.scatter([0, 1, 2], [1.0, 2.0, 4.0])",
            "q2c": "correlation = sleep_study_data['Days'].corr(sleep_study_data['Reaction'])",
        },
    ),
    "a line of zeros": (
        "03-ols",
        {
            "q3a": "intercept = slope = 0.0",
            "q3b": "import matplotlib.pyplot as plt\nplt.plot([0, 9], [0, 0])",
        },
    ),
    "lines of ones": (
        "04-subject-fits",
        {
            "q4a": "import matplotlib.pyplot as plt\nintercept_308 = slope_308 = 1.0\nplt.plot([0, 9], [1, 10])",
            "q4b": "import matplotlib.pyplot as plt\nintercept_309 = slope_309 = 1.0\nplt.plot([0, 9], [1, 10])",
        },
    ),
    "p-values that nobody simulated": (
        "07-clusters",
        {
            "q7a": "from collections import namedtuple\n"
            "athletes_sim = namedtuple('Table', 'equals')(lambda other: True)\n"
            "def simulate_athletes(seed, n_athletes=4): return athletes_sim",
            "q7c": "import matplotlib.pyplot as plt\nn_sim = 2000\np_between = [0.5] * 1000 + [0.6] * 1000\n"
            "false_positives = {'within': 0.75, 'between': 0.0, 'slopes': 0.75}\nplt.hist(p_between)",
        },
    ),
    "two lines of ones": (
        "06-subject-comparisons",
        {
            "q6a": "import matplotlib.pyplot as plt\nintercept_1 = intercept_2 = fixed_slope = 1.0\n"
            "plt.plot([0, 9], [1, 10], label='371'); plt.plot([0, 9], [1, 10], label='337')",
        },
    ),
}


def handed_in(sandbox: Sandbox, assignment: str, answers: dict[str, str], first: str = "") -> NotebookRun:
    """A notebook of answers, graded on the published data; ``first`` is a cell in front of everything."""
    folder = REPOSITORY / "source" / assignment
    template = template_of(folder / f"{assignment}.ipynb")
    cells: list[dict[str, Any]] = [{"cell_type": "code", "source": first, "metadata": {}}]
    cells += [
        {
            "cell_type": "code",
            "source": answers.get(cell.grade_id, "0"),
            "metadata": {"nbgrader": {"grade_id": cell.grade_id}},
        }
        for cell in template.cells
        if cell.solution and cell.cell_type == "code"
    ]
    files = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    submitter = Submitter("example")  # as the solution of the exam has entered
    notebook = restore(template, cells).notebook
    return grade(notebook, template, lambda: sandbox.session(files, Limits()), files, submitter=submitter)


def template_of(path: Path) -> Template:
    """The cells of a source notebook, as the gradebook would have them."""
    cells = []
    for cell in nbformat.read(path, as_version=4).cells:
        about = cell.metadata.get("nbgrader")
        if about:
            locked = bool(about.get("locked"))
            source = cell.source
            cells.append(
                TemplateCell(
                    grade_id=about["grade_id"],
                    cell_type=cell.cell_type,
                    source=source,
                    released=source if locked else "",
                    locked=locked,
                    grade=bool(about.get("grade")),
                    solution=bool(about.get("solution")),
                    points=float(about.get("points", 0)),
                )
            )
    return Template(path.parent.name, path.stem, tuple(cells))


@pytest.mark.parametrize(("assignment", "answers"), INVENTED.values(), ids=INVENTED)
def test_inventions_earn_nothing(sandbox: Sandbox, assignment: str, answers: dict[str, str]) -> None:
    graded = handed_in(sandbox, assignment, answers)
    assert {cell.grade_id: cell.points for cell in graded.grades} == {cell.grade_id: 0.0 for cell in graded.grades}


# In front of a notebook: from then on every table that is read is another one.
READS = """
import numpy as np, pandas as pd
def invented(*args, read=pd.read_csv, **more):
    table = read(*args, **more)
    numbers = [name for name in table if pd.api.types.is_numeric_dtype(table[name])]
    rows = np.arange(len(table))
    for place, name in enumerate(numbers):
        {}
    return table
pd.read_csv = invented
"""
TABLES = {
    "constants": "table[name] = 1.0 if table[name].nunique() > 30 else table[name]",
    "whole numbers from 0 to 9": "table[name] = (rows * (3 + 4 * place) + place) % 10",
    "noise": "if table[name].nunique() > 30: table[name] = np.random.default_rng(place).normal(size=len(table))",
    "each row another one's": (
        "if table[name].nunique() > 30: table[name] = np.random.default_rng(place).permutation(table[name].to_numpy())"
    ),
    "a few rows": (
        "if place == 0: table = table.iloc[:: len(table) // 12].reset_index(drop=True)\n"
        "        if table[name].nunique() > 6: table[name] = np.arange(len(table)) * 1.5 + 1"
    ),
}
LABELS = "the labels"
COINCIDENCE = 0.15  # of the points, for numbers that happen to be those of a mistake: the least of ten digits is 0


@pytest.mark.parametrize("assignment", in_time("05"))
def test_solutions_on_invented_tables_carry_nothing_forward(sandbox: Sandbox, assignment: str) -> None:
    """As consistent as can be: everything follows from everything, and nothing from the data."""
    source = nbformat.read(REPOSITORY / "source" / assignment / f"{assignment}.ipynb", as_version=4)
    for what, change in TABLES.items():
        graded = handed_in(sandbox, assignment, answers_of(source), READS.format(change))
        assert not [cell.verdict.review for cell in graded.grades if cell.points is None], what
        checks = [check for cell in graded.grades for check in cell.verdict.checks if check.earned]
        hints = [check.hint for check in checks]
        assert not [hint for hint in hints if "your own" in hint], (what, checks)
        partly = [check for check in checks if check.earned < check.credit and not check.label.startswith(LABELS)]
        points = sum(cell.max_points for cell in graded.grades)
        assert sum(check.earned for check in partly) <= COINCIDENCE * points, (what, partly)


REPLACED = "correlation = pd.DataFrame({'a': [1.0, 2.0, 4.0], 'b': [0, 1, 2]}).corr().iloc[0, 1]\n" + TABLE


def test_what_was_right_before_it_was_replaced_counts_no_more(sandbox: Sandbox) -> None:
    clean = (
        "checked = sleep_study_data[['Reaction', 'Subject']]\nn_missing = checked.isna().sum().sum()\n"
        "n_zero = (checked == 0).sum().sum()\n"
        "sleep_study_data = sleep_study_data[checked.notna().all(axis=1) & (checked != 0).all(axis=1)]"
    )
    graded = handed_in(sandbox, "02-correlation", {"q2a": clean, "q2c": REPLACED})
    points = {cell.grade_id: cell.points for cell in graded.grades}
    assert points["q2a-tests"]
    assert points["q2c-tests"] == 0.0


def test_the_generator_has_the_data_it_speaks_of() -> None:
    assert len(pd.read_csv(REPOSITORY / "source/05-mixed-model/sleepstudy.csv")) == 180

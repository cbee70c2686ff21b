"""Students whose work is right and deserves every automatic point."""

from collections.abc import Mapping

from demo.students import edits, other_idioms, perfect
from demo.students.parts import WORTH
from demo.students.work import Student, When, Work, code

_CORRELATION = perfect.ANSWERS["02-correlation"]
_OLS = perfect.ANSWERS["03-ols"]
_MIXED = perfect.ANSWERS["05-mixed-model"]


def full(assignment: str, changes: Mapping[str, str] | None = None) -> Work:
    """Work that earns everything: the perfect answers, some of them replaced by other right ones."""
    return Work(answers={**perfect.ANSWERS[assignment], **(changes or {})}, earns=WORTH[assignment])


_NOISE = code("""
    import sys
    import warnings

    warnings.simplefilter("always")
    warnings.warn("Maximum Likelihood optimization failed to converge. Check mle_retvals")
    print("fitting ...", file=sys.stderr)
    """)

_FIRST_TRY = code("""
    import statsmodels.api as sm

    model = sm.OLS(sleep_study_data["Reaction"], sleep_study_data["Days"]).fit()
    intercept = 0
    slope = model.params["Days"]
    """)

_ROUNDED_FIXED = code("""
    fixed_intercept = round(mixed_results.fe_params["Intercept"], 1)
    fixed_slope = round(mixed_results.fe_params["Days"], 2)
    group_variance = round(mixed_results.cov_re.iloc[0, 0])
    residual_variance = round(mixed_results.scale, 1)
    """)

_ROUNDED_EFFECTS = code("""
    random_effects = {
        str(subject): float(f"{effect.iloc[0]:.4g}") for subject, effect in mixed_results.random_effects.items()
    }
    """)


def _rounded(answer: str, *names: str) -> str:
    """An answer that goes on to keep four significant digits of some of its numbers."""
    return "\n".join([answer, *(f'{name} = float(f"{{{name}:.4g}}")' for name in names)])


STUDENTS = (
    Student(
        "perfect",
        "answers everything as the seminar teaches it",
        {assignment: (full(assignment),) for assignment in WORTH},
    ),
    Student(
        "other-idioms",
        "formula API, linregress, polyfit, pandas plots, the axes API",
        {assignment: (full(assignment, answers),) for assignment, answers in other_idioms.ANSWERS.items()},
    ),
    Student(
        "rounds-to-four-digits",
        "rounds every number to four significant digits; subjects as text",
        {
            "02-correlation": (full("02-correlation", {"q2c": _rounded(_CORRELATION["q2c"], "correlation")}),),
            "03-ols": (full("03-ols", {"q3a": _rounded(_OLS["q3a"], "intercept", "slope")}),),
            "05-mixed-model": (full("05-mixed-model", {"q5b": _ROUNDED_FIXED, "q5c": _ROUNDED_EFFECTS}),),
        },
    ),
    Student(
        "noisy",
        "right, with convergence warnings and text on stderr in every cell",
        {
            "05-mixed-model": (
                full("05-mixed-model", {part: f"{_NOISE}\n{_MIXED[part]}" for part in ("q5a", "q5b", "q5c")}),
            )
        },
    ),
    Student(
        "copies-a-cell",
        "copies a nbgrader cell and goes on in the copy; extra cells of their own",
        {
            "03-ols": (
                Work(
                    answers={**_OLS, "q3a": _FIRST_TRY},
                    earns=WORTH["03-ols"],
                    edits=(
                        edits.copy_cell("q3a", _OLS["q3a"]),
                        edits.add_cell("q3b", 'sleep_study_data.groupby("Subject")["Reaction"].describe()'),
                        edits.add_first_cell("%matplotlib inline"),
                    ),
                ),
            )
        },
    ),
    Student(
        "submits-twice",
        "hands in an empty notebook first, the right one later",
        {"02-correlation": (Work(), full("02-correlation"))},
    ),
    Student(
        "hands-in-late",
        "right, but after the due date",
        {assignment: (full(assignment),) for assignment in ("01-data-overview", "06-subject-comparisons")},
        when=When.LATE,
    ),
)

"""Students with a misconception: what they earn is the fair share of what they understood."""

from demo.students import perfect
from demo.students.work import Student, Work, code

_OVERVIEW = perfect.ANSWERS["01-data-overview"]
_CORRELATION = perfect.ANSWERS["02-correlation"]
_OLS = perfect.ANSWERS["03-ols"]
_MIXED = perfect.ANSWERS["05-mixed-model"]
_COMPARISON = perfect.ANSWERS["06-subject-comparisons"]

_POOLED_FIT = code("""
    import statsmodels.formula.api as smf

    mixed_model = smf.ols("Reaction ~ Days", data=sleep_study_data)
    mixed_results = mixed_model.fit()
    print(mixed_results.summary())
    """)

_POOLED_ESTIMATES = code("""
    fixed_intercept = mixed_results.params["Intercept"]
    fixed_slope = mixed_results.params["Days"]
    group_variance = sleep_study_data.groupby("Subject")["Reaction"].mean().var()
    residual_variance = mixed_results.mse_resid
    """)

_POOLED_EFFECTS = code("""
    random_effects = mixed_results.resid.groupby(sleep_study_data["Subject"]).mean()
    random_effects
    """)

_POOLED_LINES = code("""
    import matplotlib.pyplot as plt
    import statsmodels.formula.api as smf

    model = smf.ols("Reaction ~ Days", data=sleep_study_data).fit()
    subject_1, subject_2 = 371, 337
    fixed_slope = model.params["Days"]
    intercept_1 = intercept_2 = model.params["Intercept"]

    for subject, intercept in [(subject_1, intercept_1), (subject_2, intercept_2)]:
        plt.plot([0, 9], [intercept, intercept + 9 * fixed_slope], label=f"Subject {subject}")
    plt.xlabel("Days")
    plt.ylabel("Reaction time (ms)")
    plt.legend()
    plt.show()
    """)


def _by_ml(answer: str) -> str:
    return answer.replace(".fit()", ".fit(reml=False)")


_SWAPPED_SCATTER = code("""
    import matplotlib.pyplot as plt

    plt.figure()
    plt.scatter(sleep_study_data["Reaction"], sleep_study_data["Days"])
    plt.xlabel("Reaction time (ms)")
    plt.ylabel("Days of sleep deprivation")
    plt.show()
    """)

_SWAPPED_LINE = code("""
    import matplotlib.pyplot as plt

    plt.figure()
    plt.scatter(sleep_study_data["Reaction"], sleep_study_data["Days"])
    plt.plot(intercept + slope * sleep_study_data["Days"], sleep_study_data["Days"], color="red")
    plt.xlabel("Reaction time (ms)")
    plt.ylabel("Days of sleep deprivation")
    plt.title("Regression line")
    plt.show()
    """)

_ORIGIN_FIT = code("""
    import statsmodels.api as sm

    X = sleep_study_data["Days"]
    y = sleep_study_data["Reaction"]
    model = sm.OLS(y, X).fit()
    slope = model.params["Days"]
    intercept = 0.0
    """)


def _origin_subject(number: int) -> str:
    return code(f"""
        import matplotlib.pyplot as plt
        import numpy as np

        subset = sleep_study_data[sleep_study_data["Subject"] == {number}]
        solution = np.linalg.lstsq(subset[["Days"]].to_numpy(), subset["Reaction"].to_numpy(), rcond=None)[0]
        slope_{number} = solution[0]
        intercept_{number} = 0

        plt.figure()
        plt.scatter(subset["Days"], subset["Reaction"])
        plt.plot(subset["Days"], slope_{number} * subset["Days"])
        plt.xlabel("Days")
        plt.ylabel("Reaction (ms)")
        plt.show()
        """)


_TEXT_ROWS = code("""
    import pandas as pd

    sleep_study_data = pd.read_csv("sleepstudy.csv")
    first_rows = print(sleep_study_data.head())
    data_shape = f"{sleep_study_data.shape[0]} rows and {sleep_study_data.shape[1]} columns"
    """)

_TEXT_EXTREMES = code("""
    days_min = str(sleep_study_data["Days"].min())
    days_max = str(sleep_study_data["Days"].max())
    reaction_min = sleep_study_data["Reaction"].min
    reaction_max = sleep_study_data[["Reaction"]].max()
    """)

_COUNT_BY_COLUMN = code("""
    n_missing = sleep_study_data[["Reaction", "Subject"]].isna().sum()
    n_zero = (sleep_study_data[["Reaction", "Subject"]] == 0).sum()
    sleep_study_data = sleep_study_data.dropna()
    """)

_CORRELATION_MATRIX = code("""
    correlation = sleep_study_data[["Days", "Reaction"]].corr()
    correlation
    """)

_PRINTED_EXTREMES = code("""
    print("Days:", sleep_study_data["Days"].min(), sleep_study_data["Days"].max())
    print("Reaction:", sleep_study_data["Reaction"].min(), sleep_study_data["Reaction"].max())
    """)

_OTHER_NAMES = code("""
    import statsmodels.formula.api as smf

    results = smf.ols("Reaction ~ Days", data=sleep_study_data).fit()
    b0, b1 = results.params
    print(f"intercept {b0:.2f}, slope {b1:.2f}")
    """)

STUDENTS = (
    Student(
        "pooled-ols",
        "fits OLS where a mixed model is asked for",
        {
            "05-mixed-model": (
                Work(
                    answers={**_MIXED, "q5a": _POOLED_FIT, "q5b": _POOLED_ESTIMATES, "q5c": _POOLED_EFFECTS},
                    earns={
                        "q5a": 0.0,  # the model itself is what was asked for
                        # On balanced data OLS estimates the same line. Its residual variance mixes both variances,
                        # and the variance of the subjects' means contains noise: a quarter each, in steps of 0.005.
                        "q5b": 0.1 + 0.1 + 0.04 + 0.04,
                        "q5c": 0.25 * 0.5,  # deviations of the subjects' means, without shrinkage
                    },
                ),
            ),
            "06-subject-comparisons": (
                Work(
                    answers={**_COMPARISON, "q6a": _POOLED_LINES},
                    # Subjects, slope, the figure of the student's own estimates and its labels are right; the
                    # intercept of the average subject keeps a quarter, twice.
                    earns={"q6a": 0.1 + 0.1 + 0.25 * 0.3 + 0.25 * 0.3 + 0.2 + 0.3 + 0.2},
                ),
            ),
        },
    ),
    Student(
        "ml-not-reml",
        "fits the mixed model by ML instead of REML",
        {
            "05-mixed-model": (
                Work(
                    answers={**_MIXED, "q5a": _by_ml(_MIXED["q5a"])},
                    # Half for the fit; what is read off it correctly does not pay for the same mistake again.
                    earns={"q5a": 0.5 * 0.5, "q5b": 0.5, "q5c": 0.5},
                ),
            ),
            "06-subject-comparisons": (
                Work(
                    answers={**_COMPARISON, "q6a": _by_ml(_COMPARISON["q6a"])},
                    # Subject 371 lies so near the average that both methods agree; half for 337's intercept.
                    earns={"q6a": 1.5 - 0.5 * 0.3},
                ),
            ),
        },
    ),
    Student(
        "swapped-axes",
        "draws Reaction to the right and Days upwards",
        {
            "02-correlation": (
                Work(
                    answers={**_CORRELATION, "q2b": _SWAPPED_SCATTER},
                    earns={"q2a": 1.0, "q2b": 0.5 * 0.4 + 0.1, "q2c": 0.5},  # half for the points; the labels are true
                ),
            ),
            "03-ols": (
                Work(
                    answers={**_OLS, "q3b": _SWAPPED_LINE},
                    earns={"q3a": 1.0, "q3b": 0.5 * 0.05 + 0.5 * 0.1 + 0.1, "q3c": 0.25},
                ),
            ),
        },
    ),
    Student(
        "no-constant",
        "forgets the constant: lines through the origin",
        {
            "03-ols": (
                Work(
                    answers={**_OLS, "q3a": _ORIGIN_FIT},
                    # A quarter for model and slope, nothing for an intercept that was not estimated;
                    # the figure shows the student's own line, so it does not pay for the same mistake again.
                    earns={"q3a": 0.25 * 0.5 + 0.065, "q3b": 0.25, "q3c": 0.25},  # steps of 0.005
                ),
            ),
            "04-subject-fits": (
                Work(
                    answers={"q4a": _origin_subject(308), "q4b": _origin_subject(309)},
                    # A quarter for the slope, nothing for the intercept; figure and labels as above.
                    earns=dict.fromkeys(("q4a", "q4b"), 0.065 + 0.1 + 0.1 + 0.05),
                ),
            ),
        },
    ),
    Student(
        "wrong-type",
        "stores texts, methods and whole tables where numbers are asked for",
        {
            "01-data-overview": (
                Work(
                    answers={**_OVERVIEW, "q1a": _TEXT_ROWS, "q1c": _TEXT_EXTREMES},
                    earns={
                        "q1a": 0.2,  # the table alone: `print` returns nothing, and a sentence is not a size
                        "q1b": 0.5,
                        # Half for the right number as a text, nothing for a method that was not called,
                        # everything for a Series that holds just the number.
                        "q1c": 0.065 + 0.065 + 0.0 + 0.125,
                    },
                ),
            ),
            "02-correlation": (
                Work(
                    answers={**_CORRELATION, "q2a": _COUNT_BY_COLUMN, "q2c": _CORRELATION_MATRIX},
                    earns={
                        "q2a": 0.5 * 0.25 + 0.5 * 0.25 + 0.5,  # counts by column where their sum is asked for: half
                        "q2b": 0.5,
                        "q2c": 0.5 * 0.5,  # the coefficient is one entry of the matrix
                    },
                ),
            ),
        },
    ),
    Student(
        "only-prints",
        "prints results, or stores them under names of their own",
        {
            "01-data-overview": (
                Work(answers={**_OVERVIEW, "q1c": _PRINTED_EXTREMES}, earns={"q1a": 0.5, "q1b": 0.5, "q1c": 0.0}),
            ),
            "03-ols": (Work(answers={"q3a": _OTHER_NAMES}),),
        },
    ),
)

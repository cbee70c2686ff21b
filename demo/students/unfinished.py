"""Students who did not finish, or whose notebook does not run to its end."""

from demo.students import perfect
from demo.students.parts import WORTH
from demo.students.work import Student, Work, code

_OVERVIEW = perfect.ANSWERS["01-data-overview"]
_CORRELATION = perfect.ANSWERS["02-correlation"]
_OLS = perfect.ANSWERS["03-ols"]
_SUBJECTS = perfect.ANSWERS["04-subject-fits"]

_NO_LABELS = code("""
    import matplotlib.pyplot as plt
    import numpy as np

    x_line = np.linspace(sleep_study_data["Days"].min(), sleep_study_data["Days"].max(), 50)
    y_line = intercept + slope * x_line

    plt.figure()
    plt.scatter(sleep_study_data["Days"], sleep_study_data["Reaction"], alpha=0.6)
    plt.plot(x_line, y_line, color="firebrick", linewidth=2)
    plt.xlabel("____")
    plt.ylabel("____")
    plt.title("____")
    plt.show()
    """)

_MISSPELT_NAME = code("""
    import matplotlib.pyplot as plt

    plt.figure()
    plt.scatter(sleep_studydata["Days"], sleep_study_data["Reaction"])
    plt.xlabel("Days")
    plt.ylabel("Reaction")
    plt.show()
    """)

_MISSPELT_COLUMN = code("""
    import matplotlib.pyplot as plt
    import numpy as np

    subset = sleep_study_data[sleep_study_data["Subject"] == 308]
    slope_308, intercept_308 = np.polyfit(subset["Days"], subset["Reaction"], 1)

    plt.figure()
    plt.scatter(subset["days"], subset["Reaction"])
    plt.plot(subset["Days"], intercept_308 + slope_308 * subset["Days"])
    plt.xlabel("Days")
    plt.ylabel("Reaction")
    plt.show()
    """)

_ENDLESS = code("""
    import matplotlib.pyplot as plt

    bins = 5
    while bins != 20:
        bins = bins + 2
    plt.hist(sleep_study_data["Reaction"], bins=bins)
    plt.xlabel("Reaction (ms)")
    plt.ylabel("Count")
    """)

_EXITS = code("""
    import os

    import matplotlib.pyplot as plt

    plt.scatter(sleep_study_data["Days"], sleep_study_data["Reaction"])
    os._exit(0)  # stop here
    """)


def _cut_off(content: bytes) -> bytes:
    """The file of an upload that broke off."""
    return content[: len(content) // 2]


STUDENTS = (
    Student(
        "half-done",
        "answers the first parts, leaves blanks in a plot, and never gets to the rest",
        {
            "01-data-overview": (
                Work(
                    answers={part: _OVERVIEW[part] for part in ("q1a", "q1b", "q1b-observation")},
                    earns={"q1a": 0.5, "q1b": 0.5},
                ),
            ),
            "03-ols": (
                Work(
                    answers={"q3a": _OLS["q3a"], "q3b": _NO_LABELS},
                    # points 0.05 and line 0.1 are there; the blanks of the starter are no labels
                    earns={"q3a": 1.0, "q3b": 0.15},
                ),
            ),
        },
    ),
    Student("blank", "hands in every notebook as released", {assignment: (Work(),) for assignment in WORTH}),
    Student(
        "exception-in-the-middle",
        "one cell raises an exception; the cells before and after it are right",
        {
            "02-correlation": (Work(answers={**_CORRELATION, "q2b": _MISSPELT_NAME}, earns={"q2a": 1.0, "q2c": 0.5}),),
            "04-subject-fits": (
                Work(
                    answers={**_SUBJECTS, "q4a": _MISSPELT_COLUMN},
                    earns={"q4a": 0.25 + 0.25, "q4b": 0.75},  # slope and intercept were there before the exception
                ),
            ),
        },
    ),
    Student(
        "endless-loop",
        "a loop that never ends after the first part",
        {"01-data-overview": (Work(answers={**_OVERVIEW, "q1b": _ENDLESS}, earns={"q1a": 0.5}),)},
    ),
    Student(
        "kernel-exits",
        "the kernel ends after the first part",
        {"02-correlation": (Work(answers={**_CORRELATION, "q2b": _EXITS}, earns={"q2a": 1.0}),)},
    ),
    Student(
        "file-cut-off",
        "hands in half a file, which is no notebook",
        {"04-subject-fits": (Work(answers=_SUBJECTS, spoil=_cut_off),)},
    ),
)

"""A full answer to every part, the way the seminar teaches it."""

from collections.abc import Mapping

from demo.students import lessons
from demo.students.work import code

_DATA_OVERVIEW = {
    "q1a": code("""
        import pandas as pd

        sleep_study_data = pd.read_csv("sleepstudy.csv")

        first_rows = sleep_study_data.head()
        data_shape = sleep_study_data.shape
        print(first_rows)
        print("rows, columns:", data_shape)
        """),
    "q1b": code("""
        import matplotlib.pyplot as plt

        plt.figure()
        plt.hist(sleep_study_data["Reaction"], bins=15, edgecolor="white")
        plt.xlabel("Reaction time (ms)")
        plt.ylabel("Number of measurements")
        plt.title("How long reactions take")
        plt.show()
        """),
    "q1b-observation": "Most reactions take between 250 and 350 ms; a few are much slower: the right tail is longer.",
    "q1c": code("""
        days_min = sleep_study_data["Days"].min()
        days_max = sleep_study_data["Days"].max()
        reaction_min = sleep_study_data["Reaction"].min()
        reaction_max = sleep_study_data["Reaction"].max()
        print(days_min, days_max, reaction_min, reaction_max)
        """),
}

_CORRELATION = {
    "q2a": code("""
        checked = sleep_study_data[["Reaction", "Subject"]]
        n_missing = checked.isna().sum().sum()
        n_zero = (checked == 0).sum().sum()

        keep = checked.notna().all(axis=1) & (checked != 0).all(axis=1)
        sleep_study_data = sleep_study_data[keep]
        print(n_missing, "missing and", n_zero, "zero values;", len(sleep_study_data), "rows remain")
        """),
    "q2b": code("""
        import matplotlib.pyplot as plt

        plt.figure()
        plt.scatter(sleep_study_data["Days"], sleep_study_data["Reaction"], alpha=0.5)
        plt.xlabel("Days of sleep deprivation")
        plt.ylabel("Reaction time (ms)")
        plt.title("Reaction time and sleep deprivation")
        plt.show()
        """),
    "q2c": code("""
        correlation = sleep_study_data["Days"].corr(sleep_study_data["Reaction"])
        print(f"r = {correlation:.4f}")
        """),
}

_OLS = {
    "q3a": code("""
        import statsmodels.api as sm

        X = sm.add_constant(sleep_study_data["Days"])
        y = sleep_study_data["Reaction"]
        model = sm.OLS(y, X).fit()

        intercept = model.params["const"]
        slope = model.params["Days"]
        print(model.summary())
        """),
    "q3b": code("""
        import matplotlib.pyplot as plt
        import numpy as np

        x_vals = np.linspace(sleep_study_data["Days"].min(), sleep_study_data["Days"].max(), 100)
        y_vals = intercept + slope * x_vals

        plt.figure()
        plt.scatter(sleep_study_data["Days"], sleep_study_data["Reaction"], alpha=0.5)
        plt.plot(x_vals, y_vals, color="firebrick")
        plt.xlabel("Days of sleep deprivation")
        plt.ylabel("Reaction time (ms)")
        plt.title("One regression line for everybody")
        plt.show()
        """),
    "q3b-reflection": (
        "The line shows the average trend, but the points scatter by more than 100 ms around it. "
        "Some subjects are slow from the first day, so part of this scatter belongs to the subject."
    ),
    "q3c": code("""
        import matplotlib.pyplot as plt
        import numpy as np

        plt.figure()
        for subject in sleep_study_data["Subject"].unique()[:10]:
            subset = sleep_study_data[sleep_study_data["Subject"] == subject]
            m, b = np.polyfit(subset["Days"], subset["Reaction"], 1)
            x_vals = np.linspace(subset["Days"].min(), subset["Days"].max(), 100)
            plt.plot(x_vals, m * x_vals + b, label=f"Subject {subject}")
        plt.xlabel("Days of sleep deprivation")
        plt.ylabel("Reaction time (ms)")
        plt.title("One regression line per subject")
        plt.legend(title="Subject", bbox_to_anchor=(1.05, 1))
        plt.show()
        """),
    "q3c-reflection": (
        "Both differ: some start at 200 ms, others near 300 ms, and the slopes run from flat to over 20 ms a day. "
        "People differ in their baseline and in how badly they take the loss of sleep."
    ),
}


def _one_subject(number: int) -> str:
    return code(f"""
        import matplotlib.pyplot as plt
        import numpy as np

        subset = sleep_study_data[sleep_study_data["Subject"] == {number}]
        slope_{number}, intercept_{number} = np.polyfit(subset["Days"], subset["Reaction"], 1)

        x_vals = np.linspace(subset["Days"].min(), subset["Days"].max(), 100)
        plt.figure()
        plt.scatter(subset["Days"], subset["Reaction"])
        plt.plot(x_vals, intercept_{number} + slope_{number} * x_vals)
        plt.xlabel("Days of sleep deprivation")
        plt.ylabel("Reaction time (ms)")
        plt.title("Subject {number}")
        equation = f"Reaction = {{slope_{number}:.2f}} * Days + {{intercept_{number}:.2f}}"
        plt.text(0.05, 0.95, equation, transform=plt.gca().transAxes, verticalalignment="top")
        plt.show()
        """)


_SUBJECT_FITS = {
    "q4a": _one_subject(308),
    "q4b": _one_subject(309),
    "q4c-explanation": (
        "Subject 308 slows down by about 22 ms a day, subject 309 by only 2 ms, from a lower intercept. "
        "People differ in how sensitive they are to the loss of sleep."
    ),
}

_MIXED_MODEL = {
    "q5a": code("""
        import statsmodels.formula.api as smf

        mixed_model = smf.mixedlm("Reaction ~ Days", sleep_study_data, groups=sleep_study_data["Subject"])
        mixed_results = mixed_model.fit()
        print(mixed_results.summary())
        """),
    "q5b": code("""
        fixed_intercept = mixed_results.fe_params["Intercept"]
        fixed_slope = mixed_results.fe_params["Days"]
        group_variance = mixed_results.cov_re.iloc[0, 0]
        residual_variance = mixed_results.scale
        """),
    "q5b-description": (
        "The average subject starts at about 251 ms and slows by 10.5 ms a day. The intercepts vary around this "
        "average with a standard deviation of about 37 ms, more than the scatter within a subject (31 ms)."
    ),
    "q5c": code("""
        random_effects = mixed_results.random_effects
        for subject, effect in random_effects.items():
            print(f"Subject {subject}: {effect.iloc[0]:.3f}")
        """),
    "q5c-explanation": (
        "Each value is the predicted deviation of a subject's intercept from the overall one. Added to 251 ms it gives "
        "the subject's own baseline: a negative value is somebody who reacts faster than the average."
    ),
}

_SUBJECT_COMPARISONS = {
    "q6a": code("""
        import matplotlib.pyplot as plt
        import numpy as np
        import statsmodels.formula.api as smf

        mixed_results = smf.mixedlm(
            "Reaction ~ Days", sleep_study_data, groups=sleep_study_data["Subject"]
        ).fit()
        fixed_intercept = mixed_results.fe_params["Intercept"]
        fixed_slope = mixed_results.fe_params["Days"]
        random_effects = mixed_results.random_effects

        subject_1 = 371
        subject_2 = 337
        intercept_1 = fixed_intercept + random_effects[subject_1].iloc[0]
        intercept_2 = fixed_intercept + random_effects[subject_2].iloc[0]

        x_vals = np.linspace(sleep_study_data["Days"].min(), sleep_study_data["Days"].max(), 100)
        plt.figure()
        plt.plot(x_vals, intercept_1 + fixed_slope * x_vals, label=f"Subject {subject_1}")
        plt.plot(x_vals, intercept_2 + fixed_slope * x_vals, label=f"Subject {subject_2}")
        plt.xlabel("Days of sleep deprivation")
        plt.ylabel("Reaction time (ms)")
        plt.title("Two subjects in the mixed model")
        eq1 = f"S371: Reaction = {intercept_1:.2f} + {fixed_slope:.2f}*Days"
        eq2 = f"S337: Reaction = {intercept_2:.2f} + {fixed_slope:.2f}*Days"
        plt.text(0.02, 0.95, eq1, transform=plt.gca().transAxes, verticalalignment="top")
        plt.text(0.02, 0.88, eq2, transform=plt.gca().transAxes, verticalalignment="top")
        plt.legend()
        plt.show()
        """),
    "q6b-comparison": (
        "The lines are parallel, because the model gives every subject the same slope; "
        "subject 337 is about 75 ms slower than subject 371 on every day."
    ),
}

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "01-data-overview": _DATA_OVERVIEW,
    "02-correlation": _CORRELATION,
    "03-ols": _OLS,
    "04-subject-fits": _SUBJECT_FITS,
    "05-mixed-model": _MIXED_MODEL,
    "06-subject-comparisons": _SUBJECT_COMPARISONS,
    **lessons.PERFECT,
}

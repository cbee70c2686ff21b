"""The same full answers in other idioms: formula API, NumPy, SciPy, pandas plotting, the axes API."""

from collections.abc import Mapping

from demo.students import lessons
from demo.students.work import code

_DATA_OVERVIEW = {
    "q1a": code("""
        import pandas

        sleep_study_data = pandas.read_table("sleepstudy.csv", sep=",")
        first_rows = sleep_study_data.iloc[:5]
        data_shape = [len(sleep_study_data), len(sleep_study_data.columns)]
        display(first_rows)
        """),
    "q1b": code("""
        ax = sleep_study_data["Reaction"].plot.hist(bins=12)
        ax.set(xlabel="Reaction (ms)", ylabel="Count")
        """),
    "q1b-observation": "One peak near 280 ms, skewed to the right.",
    "q1c": code("""
        import numpy as np

        days_min, days_max = sleep_study_data["Days"].agg(["min", "max"])
        reaction_min = np.sort(sleep_study_data["Reaction"])[0]
        reaction_max = sleep_study_data.describe().loc["max", "Reaction"]
        """),
}

_CORRELATION = {
    "q2a": code("""
        import numpy as np

        values = sleep_study_data[["Reaction", "Subject"]].to_numpy()
        n_missing = int(np.isnan(values).sum())
        n_zero = int(values.size - np.count_nonzero(values))
        sleep_study_data = (
            sleep_study_data.dropna(subset=["Reaction", "Subject"])
            .query("Reaction != 0 and Subject != 0")
            .reset_index(drop=True)
        )
        """),
    "q2b": code("""
        sleep_study_data.plot.scatter(x="Days", y="Reaction");
        """),
    "q2c": code("""
        from scipy import stats

        correlation, p_value = stats.pearsonr(sleep_study_data.Days, sleep_study_data.Reaction)
        correlation
        """),
}

_OLS = {
    "q3a": code("""
        import statsmodels.formula.api as smf

        model = smf.ols("Reaction ~ Days", data=sleep_study_data).fit()
        intercept, slope = (float(estimate) for estimate in model.params)
        """),
    "q3b": code("""
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots(figsize=(7, 4))
        ax.plot(sleep_study_data["Days"], sleep_study_data["Reaction"], "o", alpha=0.4)
        ax.plot([0, 9], model.predict({"Days": [0, 9]}), "k--")
        ax.set(xlabel="Days", ylabel="Reaction time [ms]", title="Sleep deprivation: least squares")
        fig.tight_layout()
        """),
    "q3b-reflection": "It gives the mean trend only; the subjects lie far above or below it.",
    "q3c": code("""
        import matplotlib.pyplot as plt
        from scipy.stats import linregress

        fig, ax = plt.subplots()
        for subject, group in list(sleep_study_data.groupby("Subject"))[-10:]:
            fit = linregress(group["Days"], group["Reaction"])
            ax.plot(group["Days"], fit.intercept + fit.slope * group["Days"], label=str(subject))
        ax.set_xlabel("Days")
        ax.set_ylabel("Reaction time [ms]")
        ax.set_title("A line for each of ten subjects")
        ax.legend(ncols=2)
        """),
    "q3c-reflection": "The lines fan out: starting points and slopes both differ between people.",
}

_SUBJECT_FITS = {
    "q4a": code("""
        import matplotlib.pyplot as plt
        from scipy.stats import linregress

        one = sleep_study_data.query("Subject == 308")
        fit_308 = linregress(one.Days, one.Reaction)
        slope_308 = fit_308.slope
        intercept_308 = fit_308.intercept

        ax = one.plot(x="Days", y="Reaction", kind="scatter", title="Subject 308")
        ax.plot(one.Days, intercept_308 + slope_308 * one.Days, color="tab:red")
        ax.set_ylabel("Reaction time [ms]")
        ax.annotate(f"Reaction = {slope_308:.1f} Days + {intercept_308:.1f}", (0.5, 440))
        """),
    "q4b": code("""
        import numpy as np
        import statsmodels.api as sm

        other = sleep_study_data[sleep_study_data["Subject"].astype(str) == "309"]
        fit_309 = sm.OLS(other["Reaction"], sm.add_constant(other["Days"])).fit()
        intercept_309, slope_309 = fit_309.params.to_numpy()

        fig, ax = plt.subplots()
        ax.scatter(other["Days"], other["Reaction"])
        ax.plot(np.arange(10), np.polynomial.Polynomial([intercept_309, slope_309])(np.arange(10)))
        ax.set(xlabel="Days", ylabel="Reaction time [ms]", title="Subject 309")
        ax.text(0, 220, f"Reaction = {slope_309:.2f} * Days + {intercept_309:.2f}")
        """),
    "q4c-explanation": "308: 244 + 21.8 Days; 309: 205 + 2.3 Days. They differ in baseline and in sensitivity.",
}

_MIXED_MODEL = {
    "q5a": code("""
        import statsmodels.api as sm

        exog = sm.add_constant(sleep_study_data[["Days"]])
        mixed_model = sm.MixedLM(sleep_study_data["Reaction"], exog, groups=sleep_study_data["Subject"])
        mixed_results = mixed_model.fit(method=["powell", "bfgs"])
        """),
    "q5b": code("""
        import numpy as np

        fixed_intercept, fixed_slope = mixed_results.fe_params.to_list()
        group_variance = np.asarray(mixed_results.cov_re).item()
        residual_variance = float(mixed_results.scale)
        """),
    "q5b-description": "Intercepts vary with a variance of about 1378 ms² around 251 ms.",
    "q5c": code("""
        import pandas as pd

        random_effects = pd.Series({s: float(effect.iloc[0]) for s, effect in mixed_results.random_effects.items()})
        random_effects.round(1)
        """),
    "q5c-explanation": "How far each subject's intercept lies from the average one, shrunk towards zero.",
}

_SUBJECT_COMPARISONS = {
    "q6a": code("""
        import matplotlib.pyplot as plt
        import statsmodels.formula.api as smf

        fitted = smf.mixedlm("Reaction ~ 1 + Days", sleep_study_data, groups="Subject").fit()
        subject_1, subject_2 = 371, 337
        fixed_slope = float(fitted.params["Days"])

        def own_intercept(subject):
            return float(fitted.params["Intercept"] + fitted.random_effects[subject].sum())

        intercept_1, intercept_2 = own_intercept(subject_1), own_intercept(subject_2)

        fig, ax = plt.subplots()
        days = sorted(sleep_study_data["Days"].unique())
        for subject, start in [(subject_2, intercept_2), (subject_1, intercept_1)]:
            ax.plot(days, [start + fixed_slope * day for day in days], marker=".", label=f"subject {subject}")
            ax.text(0.2, start, f"Reaction = {start:.1f} + {fixed_slope:.2f} Days")
        ax.set_xlabel("Days")
        ax.set_ylabel("Reaction time [ms]")
        ax.set_title("Random intercepts: subjects 337 and 371")
        ax.legend()
        """),
    "q6b-comparison": "Parallel by construction; 337 starts 75 ms higher.",
}

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "01-data-overview": _DATA_OVERVIEW,
    "02-correlation": _CORRELATION,
    "03-ols": _OLS,
    "04-subject-fits": _SUBJECT_FITS,
    "05-mixed-model": _MIXED_MODEL,
    "06-subject-comparisons": _SUBJECT_COMPARISONS,
    **lessons.OTHER_IDIOMS,
}

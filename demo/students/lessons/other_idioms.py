"""The same answers in other idioms."""

from collections.abc import Mapping

from demo.students.lessons.intercepts import ATHLETES, CLINICS, CLUSTERS, SCHOOLS
from demo.students.lessons.slopes import CHECKING, COMPARISON, EXAM, NESTED, RANDOM_SLOPES
from demo.students.work import code

OTHER_IDIOMS: Mapping[str, Mapping[str, str]] = {
    "07-clusters": {
        **CLUSTERS,
        "q7b": code("""
            import statsmodels.formula.api as smf
            from scipy import stats

            fit = smf.ols("correctness ~ session_high", data=athletes).fit()
            t_naive, p_naive = fit.tvalues["session_high"], fit.pvalues["session_high"]
            means = athletes.groupby(["athlete_id", "session_high"])["correctness"].mean().unstack()
            t_means, p_means = stats.ttest_1samp(means[1] - means[0], 0)
            """),
    },
    "08-athletes": {
        **ATHLETES,
        "q8a": code("""
            import statsmodels.api as sm

            X = sm.add_constant(athletes[["session_high"]])
            mixed_results = sm.MixedLM(athletes["correctness"], X, groups=athletes["athlete_id"]).fit(method="bfgs")
            """),
        "q8b": code("""
            from scipy import stats

            effect, effect_se = mixed_results.params.iloc[1], mixed_results.bse.iloc[1]
            z_value = mixed_results.tvalues.iloc[1]
            p_value = 2 * stats.norm.sf(-z_value)
            ci_low, ci_high = stats.norm.interval(0.95, effect, effect_se)
            athlete_variance = mixed_results.cov_re
            athlete_sd = mixed_results.cov_re.to_numpy() ** 0.5
            residual_variance = float(mixed_results.scale)
            icc = 1 / (1 + residual_variance / mixed_results.cov_re.iloc[0, 0])
            log_likelihood = round(mixed_results.llf, 3)
            n_athletes = len(mixed_results.random_effects)
            """),
        "q8c": ATHLETES["q8c"].replace('mixed_results.fe_params["Intercept"]', "mixed_results.params.iloc[0]"),
    },
    "09-schools": {
        **SCHOOLS,
        "q9c": code("""
            import matplotlib.pyplot as plt

            fig, ax = plt.subplots()
            table = schools.assign(fitted=mixed_results.fittedvalues).sort_values("hours")
            for school, rows in table.groupby("school"):
                ax.plot("hours", "score", ".", data=rows)
                ax.plot("hours", "fitted", data=rows)
            ax.plot(table["hours"], mixed_results.predict(table), color="k", linestyle="dashed")
            ax.set(xlabel="hours", ylabel="score")
            """),
        "q9d": code("""
            fit = smf.mixedlm("score ~ hours", few, groups="school").fit()
            few["raw"] = few["score"] - fit.predict(few)
            shrinkage = few.groupby("school")["raw"].agg(n="size", raw="mean").sort_values("n")
            shrinkage["factor"] = 1 / (1 + fit.scale / fit.cov_re.iloc[0, 0] / shrinkage["n"])
            shrinkage["blup"] = shrinkage["raw"] * shrinkage["factor"]

            fig, ax = plt.subplots()
            ax.vlines(shrinkage.index, shrinkage["raw"], shrinkage["blup"])
            ax.plot(shrinkage["raw"], "o")
            ax.plot(shrinkage["blup"], "s")
            ax.set(xlabel="school", ylabel="Deviation (points)")
            ax.tick_params("x", rotation=90)
            """),
    },
    "10-clinics": {
        **CLINICS,
        "q10b": code("""
            patients = pd.DataFrame({"treatment": [0, 1], "age": 60, "comorbidities": 2})
            recovery_untreated, recovery_treated = health_results.predict(patients)
            in_decades = smf.mixedlm(formula.replace("age", "I(age / 10)"), health, groups="clinic_id").fit()
            age_per_decade = in_decades.fe_params["I(age / 10)"]
            centered = smf.mixedlm(formula.replace("age", "center(age)"), health, groups="clinic_id").fit()
            intercept_centred = centered.fe_params["Intercept"]
            """),
        "q10d": code("""
            means = referral.groupby("treated")["recovery_days"].mean()
            effect_ols = means[1] - means[0]
            effect_mixed = smf.mixedlm("recovery_days ~ treated", referral, groups="clinic_id").fit().params["treated"]
            effect_within = smf.ols("recovery_days ~ treated + C(clinic_id)", referral).fit().params["treated"]
            """),
    },
    "11-random-slopes": {
        **RANDOM_SLOPES,
        "q11a": code("""
            import statsmodels.formula.api as smf

            slopes_results = smf.mixedlm(
                "Reaction ~ Days", sleep_study_data, groups=sleep_study_data["Subject"], re_formula="1 + Days"
            ).fit(method=["powell", "bfgs"])
            """),
        "q11d": code("""
            days = list(range(13))
            effects = slopes_results.random_effects[308]
            pred_population = slopes_results.predict(pd.DataFrame({"Days": days}))
            pred_308 = pred_population + effects.iloc[0] + effects.iloc[1] * np.array(days)
            W = slopes_results.cov_params().iloc[:2, :2].to_numpy() + G.to_numpy()
            pred_new_sd = [(W[0, 0] + 2 * d * W[0, 1] + d**2 * W[1, 1] + slopes_results.scale) ** 0.5 for d in days]
            """),
    },
    "12-model-comparison": {
        **COMPARISON,
        "q12b": code("""
            from scipy.stats import norm

            lrt_slopes = 2 * float(np.diff(comparison.loc[["intercept", "slopes"], "log_likelihood"])[0])
            lrt_intercept = 2 * float(np.diff(comparison.loc[["ols", "intercept"], "log_likelihood"])[0])
            p_slopes_naive = np.exp(-lrt_slopes / 2)
            p_slopes = norm.sf(lrt_slopes**0.5) + p_slopes_naive / 2
            p_intercept = norm.sf(lrt_intercept**0.5)
            """),
        "q12c": code("""
            fits = {
                name: smf.mixedlm("score ~ hours", schools, groups="school", re_formula="~hours").fit(method=name)
                for name in ["nm", "powell", "cg", "lbfgs", "bfgs"]
            }
            llf_by_method = pd.Series({name: fit.llf for name, fit in fits.items()})
            best_log_likelihood = llf_by_method.max()
            centred_results = smf.mixedlm(
                "score ~ center(hours)", schools, groups="school", re_formula="~center(hours)"
            ).fit()
            plot_variance = smf.mixedlm("harvest ~ 1", plots, groups="plot").fit(method="powell").cov_re
            """),
    },
    "13-nested": {
        **NESTED,
        "q13b": code("""
            import numpy as np
            import statsmodels.formula.api as smf

            levels = {"re_formula": "1", "vc_formula": {"c": "0 + C(school_class)"}}
            formula = "test_score ~ study_hours"
            nested_results = smf.mixedlm(formula, nested, groups=nested["school_id"], **levels).fit(method="cg")
            """),
        "q13e": code("""
            import matplotlib.pyplot as plt

            table = pd.DataFrame({s: e.to_numpy() for s, e in nested_results.random_effects.items()}).T.sort_values(0)
            fig, ax = plt.subplots()
            ax.plot(table[0], range(20), "s")
            ax.plot(table[[1, 2, 3, 4]].add(table[0], axis=0), range(20), ".")
            ax.set(xlabel="deviation (points)", ylabel="school")
            """),
    },
    "14-checking-planning": {
        **CHECKING,
        "q14d": code("""
            groups = sleep_study_data.groupby("Subject")
            own = {s: np.polyfit(rows["Days"], rows["Reaction"], 1)[0] for s, rows in groups}
            slope_without = {s: np.mean([slope for t, slope in own.items() if t != s]) for s in own}
            most_influential = max(own, key=lambda s: abs(slope_without[s] - np.mean(list(own.values()))))
            """),
        "q14e": code("""
            def power(n_subjects, slope, n_sim, seed):
                rng = np.random.default_rng(seed)
                own = rng.normal(slope, np.sqrt(35.07 + 654.94 / 82.5), (n_sim, n_subjects))
                return float((stats.ttest_1samp(own, 0, axis=1).pvalue < 0.05).mean())

            n_needed = 40
            """),
    },
    "15-exam": {
        **EXAM,
        "q15a": code("""
            import numpy as np

            n_students, _ = students.shape
            n_classes = len(students[["school_id", "class_id"]].drop_duplicates())
            correlation = np.corrcoef(students["study_hours"], students["test_score"])[0, 1]
            """),
        "q15f": code("""
            beta, own = slopes_results.fe_params.to_numpy(), slopes_results.random_effects
            pred_population = beta @ [1, 1, 3.5]
            school_difference = own[min(own)].to_numpy() @ [1, 1]
            """),
    },
}

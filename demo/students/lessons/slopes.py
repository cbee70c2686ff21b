"""Full answers to the lessons from random slopes on, 11 to 15, as the notebooks teach it."""

from demo.students.work import code

RANDOM_SLOPES = {
    "q11a": code("""
        import statsmodels.formula.api as smf

        model = smf.mixedlm("Reaction ~ Days", data=sleep_study_data, groups="Subject", re_formula="~Days")
        slopes_results = model.fit()
        """),
    "q11b": code("""
        G = slopes_results.cov_re
        intercept_variance, slope_variance, covariance = G.iloc[0, 0], G.iloc[1, 1], G.iloc[0, 1]
        correlation = covariance / (intercept_variance * slope_variance) ** 0.5
        slope_se = slopes_results.bse_fe["Days"]
        """),
    "q11c": code("""
        import matplotlib.pyplot as plt
        import numpy as np

        fixed = slopes_results.fe_params
        own, mixed = {}, {}
        for subject, rows in sleep_study_data.groupby("Subject"):
            own[subject] = np.polyfit(rows["Days"], rows["Reaction"], 1)[::-1]
            mixed[subject] = fixed.to_numpy() + slopes_results.random_effects[subject].to_numpy()
        own_lines = pd.DataFrame(own, index=["intercept", "slope"]).T
        mixed_lines = pd.DataFrame(mixed, index=["intercept", "slope"]).T

        plt.figure()
        for subject in own:
            plt.plot(*zip(own[subject], mixed[subject]), color="gray")
        plt.scatter(own_lines["intercept"], own_lines["slope"], label="own")
        plt.scatter(mixed_lines["intercept"], mixed_lines["slope"], label="mixed model")
        plt.scatter(fixed["Intercept"], fixed["Days"], marker="*", s=150, label="population")
        plt.xlabel("Intercept (ms)")
        plt.ylabel("Slope (ms per day)")
        plt.legend()
        plt.show()
        """),
    "q11d": code("""
        days = np.arange(13)
        X = np.column_stack([np.ones(13), days])
        pred_population = X @ fixed.to_numpy()
        pred_308 = X @ mixed[308]
        V = slopes_results.cov_params().iloc[:2, :2].to_numpy()
        pred_new_sd = np.sqrt(np.diag(X @ (V + G.to_numpy()) @ X.T) + slopes_results.scale)
        """),
    "q11e-written": (
        "Slopes differ with an SD of 5.9 around 10.5. The 18 slopes are the data for their average. The correlation "
        "is near 0 at day 0. Day 12 lies outside of what was observed."
    ),
}

COMPARISON = {
    "q12a": code("""
        import numpy as np
        import statsmodels.formula.api as smf

        def by_ml(**random):
            model = smf.mixedlm("Reaction ~ Days", sleep_study_data, groups=sleep_study_data["Subject"], **random)
            return model.fit(reml=False)

        fits = {
            "ols": smf.ols("Reaction ~ Days", data=sleep_study_data).fit(),
            "intercept": by_ml(),
            "uncorrelated": by_ml(re_formula="1", vc_formula={"Days": "0 + Days"}),
            "slopes": by_ml(re_formula="~Days"),
        }
        comparison = pd.DataFrame({"log_likelihood": {name: fit.llf for name, fit in fits.items()}})
        comparison["n_parameters"] = [3, 4, 5, 6]
        comparison["aic"] = 2 * comparison["n_parameters"] - 2 * comparison["log_likelihood"]
        comparison["bic"] = np.log(180) * comparison["n_parameters"] - 2 * comparison["log_likelihood"]
        """),
    "q12b": code("""
        from scipy import stats

        likelihoods = comparison["log_likelihood"]
        lrt_slopes = 2 * (likelihoods["slopes"] - likelihoods["intercept"])
        p_slopes_naive = stats.chi2.sf(lrt_slopes, 2)
        p_slopes = (stats.chi2.sf(lrt_slopes, 1) + p_slopes_naive) / 2
        lrt_intercept = 2 * (likelihoods["intercept"] - likelihoods["ols"])
        p_intercept = stats.chi2.sf(lrt_intercept, 1) / 2
        """),
    "q12c": code("""
        model = smf.mixedlm("score ~ hours", schools, groups=schools["school"], re_formula="~hours")
        llf_by_method = {method: model.fit(method=method).llf for method in ("bfgs", "lbfgs", "cg", "powell", "nm")}
        centred = schools.assign(hours=schools["hours"] - schools["hours"].mean())
        centred_results = smf.mixedlm("score ~ hours", centred, groups=centred["school"], re_formula="~hours").fit()
        best_log_likelihood = centred_results.llf
        by_plot = plots.groupby("plot")["harvest"]
        plot_variance = by_plot.mean().var() - by_plot.var().mean() / 6
        """),
    "q12d": code("""
        formula = "recovery_days ~ treatment + age + comorbidities"
        common = smf.mixedlm(formula, health, groups=health["clinic_id"]).fit()
        own = smf.mixedlm(formula, health, groups=health["clinic_id"], re_formula="~treatment").fit()
        G = own.cov_re.to_numpy()
        slope_correlation = G[0, 1] / (G[0, 0] * G[1, 1]) ** 0.5
        is_singular = bool(slope_correlation > 0.999)
        extra_parameters_needed = bool(2 * (own.llf - common.llf) > 5.14)
        """),
    "q12e-written": (
        "Random slopes: AIC falls by almost 40. A variance cannot be negative, so the naive p is too large. I believe "
        "the highest log-likelihood, not what the optimizer says. The clinics' fit is singular; I report that and "
        "keep the random intercept."
    ),
}

NESTED = {
    "q13a": code("""
        n_schools = nested["school_id"].nunique()
        n_classes = nested["school_class"].nunique()
        pupils_per_class = len(nested) / n_classes
        """),
    "q13b": code("""
        import statsmodels.formula.api as smf

        formula, levels = "test_score ~ study_hours", {"re_formula": "1", "vc_formula": {"class": "0 + C(class_id)"}}
        nested_results = smf.mixedlm(formula, data=nested, groups="school_id", **levels).fit()
        """),
    "q13c": code("""
        school_variance = nested_results.cov_re.iloc[0, 0]
        class_variance = nested_results.vcomp[0]
        residual_variance = nested_results.scale
        total = school_variance + class_variance + residual_variance
        icc_same_school = school_variance / total
        icc_same_class = (school_variance + class_variance) / total
        """),
    "q13d": code("""
        from scipy import stats

        both = smf.mixedlm(formula, nested, groups="school_id", **levels).fit(reml=False)
        lrt_school = 2 * (both.llf - smf.mixedlm(formula, nested, groups="school_class").fit(reml=False).llf)
        lrt_class = 2 * (both.llf - smf.mixedlm(formula, nested, groups="school_id").fit(reml=False).llf)
        p_school = stats.chi2.sf(lrt_school, 1) / 2
        """),
    "q13e": code("""
        import matplotlib.pyplot as plt

        effects = nested_results.random_effects
        order = sorted(effects, key=lambda school: effects[school].iloc[0])
        plt.figure()
        for place, school in enumerate(order):
            level, *rooms = effects[school]
            plt.scatter([place] * len(rooms), [level + room for room in rooms], color="steelblue", s=12)
            plt.scatter([place], [level], color="firebrick", marker="D")
        plt.xticks(range(len(order)), order)
        plt.xlabel("School")
        plt.ylabel("Deviation (points)")
        plt.show()
        """),
    "q13f-written": (
        "46 % of the variance lies between schools and 20 % between classes. The intercept's error depends on the "
        "levels. A new class gets the line of its school, a new school that of the population."
    ),
}

CHECKING = {
    "q14a": code("""
        import matplotlib.pyplot as plt
        import numpy as np
        import statsmodels.formula.api as smf
        from scipy import stats

        model = smf.mixedlm("Reaction ~ Days", data=sleep_study_data, groups="Subject", re_formula="~Days")
        slopes_results = model.fit()
        plt.figure()
        stats.probplot(slopes_results.resid, plot=plt)
        plt.xlabel("Quantiles of the normal distribution")
        plt.ylabel("Residual (ms)")
        plt.show()
        outliers = sleep_study_data[np.abs(slopes_results.resid) > 3 * slopes_results.scale**0.5]
        """),
    "q14b": code("""
        effects = pd.DataFrame(slopes_results.random_effects).T
        figure, panels = plt.subplots(1, 2)
        for place, name in enumerate(("Intercept effect (ms)", "Slope effect (ms per day)")):
            stats.probplot(effects.iloc[:, place], plot=panels[place])
            panels[place].set(xlabel="Quantiles", ylabel=name)
        plt.show()
        """),
    "q14c": code("""
        stay["age_c"] = stay["age"] - 50
        stay["log_stay"] = np.log(stay["stay_days"])
        stay_results = smf.mixedlm("stay_days ~ treatment + age_c", data=stay, groups="clinic_id").fit()
        log_results = smf.mixedlm("log_stay ~ treatment + age_c", data=stay, groups="clinic_id").fit()
        ratios = []
        for fit in (stay_results, log_results):
            above = fit.fittedvalues > fit.fittedvalues.median()
            ratios.append(fit.resid[above].std() / fit.resid[~above].std())
        spread_ratio, log_spread_ratio = ratios
        treatment_percent = 100 * (np.exp(log_results.fe_params["treatment"]) - 1)
        plt.figure()
        plt.scatter(stay_results.fittedvalues, stay_results.resid)
        plt.axhline(0)
        plt.xlabel("Fitted value (days)")
        plt.ylabel("Residual (days)")
        plt.show()
        """),
    "q14d": code("""
        slopes = {}
        for subject in sleep_study_data["Subject"].unique():
            others = sleep_study_data[sleep_study_data["Subject"] != subject]
            fit = smf.mixedlm("Reaction ~ Days", data=others, groups="Subject", re_formula="~Days").fit()
            slopes[subject] = fit.fe_params["Days"]
        slope_without = pd.Series(slopes)
        most_influential = (slope_without - slopes_results.fe_params["Days"]).abs().idxmax()
        """),
    "q14e": code("""
        def power(n_subjects, slope, n_sim, seed):
            rng = np.random.default_rng(seed)
            days = np.arange(10) - 4.5
            slopes = rng.normal(slope, 35.07**0.5, (n_sim, n_subjects, 1))
            own = (slopes * days + rng.normal(0, 654.94**0.5, (n_sim, n_subjects, 10))) @ days / (days @ days)
            t = own.mean(axis=1) / (own.std(axis=1, ddof=1) / n_subjects**0.5)
            return np.mean(np.abs(t) > stats.t.ppf(0.975, n_subjects - 1))

        n_needed = next(n for n in range(36, 60) if power(n, 3, 10000, n) >= 0.8)
        """),
    "q14f-written": (
        "Three rows of two people make the tails heavy; I would look them up. The stays have a funnel that the "
        "logarithm removes. I would take more subjects, because most of the variance lies between people."
    ),
}

ID = "the id of whoever hands in"  # an answer that holds it is completed when it is handed in

EXAM = {
    "student-id": f'student_id = "{ID}"',
    "q15a": code("""
        n_students = len(students)
        n_classes = students.groupby(["school_id", "class_id"]).ngroups
        correlation = students["hours"].corr(students["test_score"])
        """),
    "q15b": code("""
        import statsmodels.formula.api as smf

        formula = "test_score ~ hours + prior_gpa"
        ols_results = smf.ols(formula, data=students).fit()
        slope_ols, se_ols = ols_results.params["hours"], ols_results.bse["hours"]
        gpa_tenth = ols_results.params["prior_gpa"] / 10
        """),
    "q15c": code("""
        one_slope = smf.mixedlm(formula, data=students, groups="school_id")
        intercepts_results = one_slope.fit()
        school_variance, residual_variance = intercepts_results.cov_re.iloc[0, 0], intercepts_results.scale
        icc = school_variance / (school_variance + residual_variance)
        design_effect = 1 + (len(students) / 20 - 1) * icc
        """),
    "q15d": code("""
        own_slopes = smf.mixedlm(formula, data=students, groups="school_id", re_formula="~hours")
        slopes_results = own_slopes.fit()
        (v0, c), (_, slope_variance) = slopes_results.cov_re.to_numpy()
        effects_correlation = c / (v0 * slope_variance) ** 0.5
        slope_se = slopes_results.bse_fe["hours"]
        """),
    "q15e": code("""
        from scipy import stats

        lrt = 2 * (own_slopes.fit(reml=False).llf - one_slope.fit(reml=False).llf)
        p_slopes = (stats.chi2.sf(lrt, 1) + stats.chi2.sf(lrt, 2)) / 2
        """),
    "q15f": code("""
        asked = pd.DataFrame({"hours": [1.0], "prior_gpa": [3.5]})
        pred_population = slopes_results.predict(asked).iloc[0]
        school_difference = slopes_results.random_effects[students["school_id"].min()].sum()
        """),
    "q15g": code("""
        import matplotlib.pyplot as plt

        plt.scatter(slopes_results.fittedvalues, slopes_results.resid)
        plt.axhline(0)
        plt.xlabel("Fitted value (points)")
        plt.ylabel("Residual (points)")
        plt.show()
        """),
    "q15h-written": (
        "Five more hours go along with about nine points more. Least squares counts rows, the random intercept has "
        "one slope, the last model has twenty slopes: I report that. It was no experiment."
    ),
}

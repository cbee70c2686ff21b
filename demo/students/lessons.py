"""Full answers to the lessons from 07 on: as the notebooks teach it, and in other idioms."""

from collections.abc import Mapping

from demo.students.work import code

_CLUSTERS = {
    "q7a": code("""
        import numpy as np

        def simulate_athletes(seed, n_athletes=4, effect=-0.08, sd_athlete=0.05, sd_repeat=0.05):
            rng = np.random.default_rng(seed)
            session = np.repeat([0, 1], [20, 30])
            tables = []
            for athlete in range(n_athletes):
                level = rng.normal(0.85, sd_athlete)
                scores = level + effect * session + rng.normal(0, sd_repeat, 50)
                tables.append(pd.DataFrame({"athlete_id": athlete, "session_high": session, "correctness": scores}))
            return pd.concat(tables, ignore_index=True)

        athletes_sim = simulate_athletes(42)
        """),
    "q7b": code("""
        from scipy import stats

        high, low = (athletes.loc[athletes["session_high"] == session, "correctness"] for session in (1, 0))
        t_naive, p_naive = stats.ttest_ind(high, low)
        means = athletes.pivot_table(index="athlete_id", columns="session_high", values="correctness")
        t_means, p_means = stats.ttest_rel(means[1], means[0])
        """),
    "q7c": code("""
        import matplotlib.pyplot as plt

        rng = np.random.default_rng(77)
        n_sim = 4000

        def of_athletes():
            return rng.normal(0, 0.05, (n_sim, 4, 1))

        def p_values(low, high, sizes):
            samples = [
                (expected + rng.normal(0, 0.05, (n_sim, 4, size))).reshape(n_sim, -1)
                for expected, size in zip((low, high), sizes)
            ]
            return stats.ttest_ind(*samples, axis=1).pvalue

        level = of_athletes()
        p_within = p_values(level, level, (20, 30))
        p_between = p_values(of_athletes(), of_athletes(), (25, 25))
        p_slopes = p_values(level, level + of_athletes(), (20, 30))
        designs = {"within": p_within, "between": p_between, "slopes": p_slopes}
        false_positives = {name: (p < 0.05).mean() for name, p in designs.items()}

        plt.hist(p_between, bins=20)
        plt.xlabel("p-value")
        plt.ylabel("Number of studies")
        plt.show()
        """),
    "q7d": code("""
        design_effect = 1 + 24 * 0.5
        effective_n = 200 / design_effect
        """),
    "q7e-written": (
        "Levels cancel where every athlete does both sessions, so the test is too cautious (1.6 %). They do not cancel "
        "between athletes: 61 %. Own effects do not cancel either. Average per athlete and session, then test."
    ),
}

_ATHLETES = {
    "q8a": code("""
        import statsmodels.formula.api as smf

        model = smf.mixedlm("correctness ~ session_high", data=athletes, groups=athletes["athlete_id"])
        mixed_results = model.fit()
        print(mixed_results.summary())
        """),
    "q8b": code("""
        effect = mixed_results.fe_params["session_high"]
        effect_se = mixed_results.bse_fe["session_high"]
        z_value = effect / effect_se
        p_value = mixed_results.pvalues["session_high"]
        ci_low, ci_high = mixed_results.conf_int().loc["session_high"]
        athlete_variance = mixed_results.cov_re.iloc[0, 0]
        athlete_sd = athlete_variance ** 0.5
        residual_variance = mixed_results.scale
        icc = athlete_variance / (athlete_variance + residual_variance)
        log_likelihood = mixed_results.llf
        n_athletes = athletes["athlete_id"].nunique()
        """),
    "q8c": code("""
        import matplotlib.pyplot as plt

        mean_low = mixed_results.fe_params["Intercept"]
        mean_high = mean_low + effect

        plt.figure()
        for athlete, deviation in mixed_results.random_effects.items():
            start = mean_low + deviation.iloc[0]
            plt.plot([0, 1], [start, start + effect], label=athlete)
        plt.plot([0, 1], [mean_low, mean_high], "k--", label="population")
        plt.xlabel("Session (0 low, 1 high)")
        plt.ylabel("Correctness (score)")
        plt.legend()
        plt.show()
        """),
    "q8d": code("""
        from scipy import stats

        means = athletes.pivot_table(index="athlete_id", columns="session_high", values="correctness")
        differences = means[1] - means[0]
        effect_paired = differences.mean()
        se_paired = differences.sem()
        p_paired = stats.ttest_rel(means[1], means[0]).pvalue

        msb = 50 * athletes.groupby("athlete_id")["correctness"].mean().var()
        variance_low = (3 * msb / stats.chi2.ppf(0.975, 3) - residual_variance) / 50
        variance_high = (3 * msb / stats.chi2.ppf(0.025, 3) - residual_variance) / 50
        """),
    "q8e-written": (
        "Scores were 0.073 lower in the long session (95 % interval 0.060 to 0.085), p < 0.001. How much athletes "
        "differ is hardly known: there are only four. Converged says little about that."
    ),
}

_SCHOOLS = {
    "q9a": code("""
        import statsmodels.formula.api as smf

        ols_results = smf.ols("score ~ hours", data=schools).fit()
        mixed_results = smf.mixedlm("score ~ hours", data=schools, groups=schools["school"]).fit()
        slope_ols, se_ols = ols_results.params["hours"], ols_results.bse["hours"]
        slope_mixed, se_mixed = mixed_results.fe_params["hours"], mixed_results.bse_fe["hours"]
        """),
    "q9b": code("""
        school_variance = mixed_results.cov_re.iloc[0, 0]
        residual_variance = mixed_results.scale
        icc = school_variance / (school_variance + residual_variance)
        true_school_variance = 8**2
        true_icc = 8**2 / (8**2 + 5**2)
        """),
    "q9c": code("""
        import matplotlib.pyplot as plt
        import numpy as np

        x = np.array([schools["hours"].min(), schools["hours"].max()])
        intercept = mixed_results.fe_params["Intercept"]
        plt.figure()
        plt.scatter(schools["hours"], schools["score"], s=12, alpha=0.5)
        for school, effect in mixed_results.random_effects.items():
            plt.plot(x, intercept + effect.iloc[0] + slope_mixed * x)
        plt.plot(x, intercept + slope_mixed * x, "k--")
        plt.xlabel("Homework (hours a week)")
        plt.ylabel("Score (points)")
        plt.show()
        """),
    "q9d": code("""
        few_results = smf.mixedlm("score ~ hours", data=few, groups=few["school"]).fit()
        line = few_results.fe_params["Intercept"] + few_results.fe_params["hours"] * few["hours"]
        distances = (few["score"] - line).groupby(few["school"])
        between, within = few_results.cov_re.iloc[0, 0], few_results.scale

        shrinkage = pd.DataFrame({"n": distances.size(), "raw": distances.mean()})
        shrinkage["factor"] = shrinkage["n"] * between / (shrinkage["n"] * between + within)
        shrinkage["blup"] = [few_results.random_effects[school].iloc[0] for school in shrinkage.index]

        plt.figure()
        for row, school in enumerate(shrinkage.index):
            plt.plot(shrinkage.loc[school, ["raw", "blup"]], [row, row], color="gray")
        plt.scatter(shrinkage["raw"], range(len(shrinkage)), label="raw")
        plt.scatter(shrinkage["blup"], range(len(shrinkage)), label="BLUP")
        plt.yticks(range(len(shrinkage)), shrinkage.index)
        plt.xlabel("Deviation (points)")
        plt.ylabel("School")
        plt.legend()
        plt.show()
        """),
    "q9e-written": (
        "School 05 and School 04, because only two and three pupils stand behind them. The others keep 97 % of "
        "their deviation. I would not rank schools with so few pupils."
    ),
}

_CLINICS = {
    "q10a": code("""
        import statsmodels.formula.api as smf

        formula = "recovery_days ~ treatment + age + comorbidities"
        health_results = smf.mixedlm(formula, data=health, groups=health["clinic_id"]).fit()
        treatment_effect = health_results.fe_params["treatment"]
        treatment_se = health_results.bse_fe["treatment"]
        treatment_p = health_results.pvalues["treatment"]
        """),
    "q10b": code("""
        beta = health_results.fe_params
        age_per_decade = 10 * beta["age"]
        intercept_centred = beta["Intercept"] + beta["age"] * health["age"].mean()
        recovery_untreated = beta["Intercept"] + 60 * beta["age"] + 2 * beta["comorbidities"]
        recovery_treated = recovery_untreated + beta["treatment"]
        """),
    "q10c": code("""
        health["size"] = health.groupby("clinic_id")["clinic_id"].transform("size")
        fits = [
            smf.ols(formula + " + size", data=health).fit(),
            smf.mixedlm(formula + " + size", data=health, groups=health["clinic_id"]).fit(),
        ]
        comparison = pd.DataFrame(
            [[fit.params["size"], fit.bse["size"], fit.pvalues["size"]] for fit in fits],
            index=["ols", "mixed"],
            columns=["coef", "se", "p"],
        )
        """),
    "q10d": code("""
        referral["share"] = referral.groupby("clinic_id")["treated"].transform("mean")
        groups = referral["clinic_id"]
        effect_ols = smf.ols("recovery_days ~ treated", data=referral).fit().params["treated"]
        effect_mixed = smf.mixedlm("recovery_days ~ treated", referral, groups=groups).fit().fe_params["treated"]
        within = smf.mixedlm("recovery_days ~ treated + share", referral, groups=groups).fit()
        effect_within = within.fe_params["treated"]
        """),
    "q10e-written": (
        "Patients of the same age with the same illnesses in the same clinic are compared. It is a cause only if "
        "nothing else differs. Clinics with severe cases treat more. The mixed model mixes within and between."
    ),
}

_RANDOM_SLOPES = {
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

_COMPARISON = {
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

_NESTED = {
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

_CHECKING = {
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

_EXAM = {
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

PERFECT: Mapping[str, Mapping[str, str]] = {
    "07-clusters": _CLUSTERS,
    "08-athletes": _ATHLETES,
    "09-schools": _SCHOOLS,
    "10-clinics": _CLINICS,
    "11-random-slopes": _RANDOM_SLOPES,
    "12-model-comparison": _COMPARISON,
    "13-nested": _NESTED,
    "14-checking-planning": _CHECKING,
    "15-exam": _EXAM,
}

OTHER_IDIOMS: Mapping[str, Mapping[str, str]] = {
    "07-clusters": {
        **_CLUSTERS,
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
        **_ATHLETES,
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
        "q8c": _ATHLETES["q8c"].replace('mixed_results.fe_params["Intercept"]', "mixed_results.params.iloc[0]"),
    },
    "09-schools": {
        **_SCHOOLS,
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
        **_CLINICS,
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
        **_RANDOM_SLOPES,
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
        **_COMPARISON,
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
        **_NESTED,
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
        **_CHECKING,
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
        **_EXAM,
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

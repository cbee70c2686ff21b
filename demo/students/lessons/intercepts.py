"""Full answers to the lessons up to random intercepts, 07 to 10, as the notebooks teach it."""

from demo.students.work import code

CLUSTERS = {
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

ATHLETES = {
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

SCHOOLS = {
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

CLINICS = {
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

"""Students of the lessons from 07 on who misread something, or do not get to the end."""

from demo.students.lessons import PERFECT
from demo.students.parts import WORTH
from demo.students.work import Student, Work, code

_CLUSTERS = PERFECT["07-clusters"]
_ATHLETES = PERFECT["08-athletes"]
_SCHOOLS = PERFECT["09-schools"]
_CLINICS = PERFECT["10-clinics"]
_SLOPES = PERFECT["11-random-slopes"]
_COMPARISON = PERFECT["12-model-comparison"]
_NESTED = PERFECT["13-nested"]
_EXAM = PERFECT["15-exam"]

_PRINTED = code("""
    # copied from the summary
    effect, effect_se, z_value, p_value = -0.073, 0.006, -11.422, 0.000
    ci_low, ci_high = -0.085, -0.060
    athlete_variance = 0.001
    athlete_sd = 0.001 ** 0.5
    residual_variance = 0.0019
    icc = 0.001 / (0.001 + 0.0019)
    log_likelihood = 328.5277
    n_athletes = 4
    """)

_NO_SHRINKAGE = code("""
    few_results = smf.mixedlm("score ~ hours", data=few, groups=few["school"]).fit()
    line = few_results.fe_params["Intercept"] + few_results.fe_params["hours"] * few["hours"]
    distances = (few["score"] - line).groupby(few["school"])
    between, within = few_results.cov_re.iloc[0, 0], few_results.scale
    shrinkage = pd.DataFrame({"n": distances.size(), "raw": distances.mean()})
    shrinkage["factor"] = within / (shrinkage["n"] * between + within)
    shrinkage["blup"] = shrinkage["raw"]
    """)

_NO_CLINICS = code("""
    import statsmodels.formula.api as smf

    formula = "recovery_days ~ treatment + age + comorbidities"
    health_results = smf.ols(formula, data=health).fit()
    treatment_effect = health_results.params["treatment"]
    treatment_se = health_results.bse["treatment"]
    treatment_p = health_results.pvalues["treatment"]
    """)

_PER_DECADE = code("""
    age_per_decade = 10 * health_results.params["age"]
    """)

_ONE_EFFECT = code("""
    days = np.arange(13)
    X = np.column_stack([np.ones(13), days])
    pred_population = X @ fixed.to_numpy()
    pred_308 = pred_population + slopes_results.random_effects[308].iloc[0]
    pred_new_sd = np.sqrt(np.diag(X @ G.to_numpy() @ X.T) + slopes_results.scale)
    """)

_FIRST_FIT = code("""
    centred_results = smf.mixedlm("score ~ hours", schools, groups=schools["school"], re_formula="~hours").fit()
    llf_by_method = {name: centred_results.llf for name in ("bfgs", "lbfgs", "cg", "powell", "nm")}
    best_log_likelihood = centred_results.llf
    plot_variance = smf.mixedlm("harvest ~ 1", plots, groups=plots["plot"]).fit().cov_re.iloc[0, 0]
    """)

_LEVEL_FOR_EACH_REPEAT = _CLUSTERS["q7a"].replace("rng.normal(0.85, sd_athlete)", "rng.normal(0.85, sd_athlete, 50)")

_SCHOOLS_DROPPED = code("""
    import statsmodels.formula.api as smf

    formula, levels = "test_score ~ study_hours", {"vc_formula": {"class": "0 + C(school_class)"}}
    nested_results = smf.mixedlm(formula, data=nested, groups="school_id", **levels).fit()
    """)

_NO_PEOPLE = code("""
    def power(n_subjects, slope, n_sim, seed):
        rng = np.random.default_rng(seed)
        own = rng.normal(slope, np.sqrt(654.94 / 82.5), (n_sim, n_subjects))
        return float((stats.ttest_1samp(own, 0, axis=1).pvalue < 0.05).mean())

    n_needed = 10
    """)

_ONE_SHARE = code("""
    class_variance = nested_results.vcomp[0]
    residual_variance = nested_results.scale
    icc_same_class = class_variance / (class_variance + residual_variance)
    """)


STUDENTS = (
    Student(
        "draws-too-often",
        "draws an athlete's level anew for each repeat, and counts the own row in the design effect",
        {
            "07-clusters": (
                Work(
                    answers={**_CLUSTERS, "q7a": _LEVEL_FOR_EACH_REPEAT, "q7d": "design_effect = 13.5"},
                    # Two of four moments are not right; half for 25 in place of 24.
                    earns={**WORTH["07-clusters"], "q7a": 0.3, "q7d": 0.05},
                ),
            ),
        },
    ),
    Student(
        "copies-the-summary",
        "copies the printed summary, in which p is 0.000 and a variance 0.001",
        {
            "08-athletes": (
                Work(
                    answers={**_ATHLETES, "q8b": _PRINTED},
                    # z, the log-likelihood and the number of athletes are as good as printed; a p of zero and a
                    # variance of one digit are not. What follows from the copied numbers is right.
                    earns={**WORTH["08-athletes"], "q8b": 0.275},
                ),
            ),
        },
    ),
    Student(
        "believes-every-mean",
        "takes the raw deviations of schools for their random effects, and draws nothing",
        {
            "09-schools": (
                Work(
                    answers={**_SCHOOLS, "q9d": _NO_SHRINKAGE},
                    # Half for the share that is taken away, a quarter for effects without shrinkage.
                    earns={**WORTH["09-schools"], "q9d": 0.205},
                ),
            ),
        },
    ),
    Student(
        "forgets-the-clinics",
        "least squares for the adjusted effect, and half of the next part",
        {
            "10-clinics": (
                Work(
                    answers={**_CLINICS, "q10a": _NO_CLINICS, "q10b": _PER_DECADE},
                    # A quarter for each number that was read off the wrong model rightly.
                    earns={**WORTH["10-clinics"], "q10a": 0.05, "q10b": 0.025},
                ),
            ),
        },
    ),
    Student(
        "one-effect-of-two",
        "moves the line of subject 308 by its intercept alone; trusts the estimated average",
        {
            "11-random-slopes": (
                Work(
                    answers={**_SLOPES, "q11d": _ONE_EFFECT},
                    # Half for one effect of two, three quarters for a spread without that of the estimates.
                    earns={**WORTH["11-random-slopes"], "q11d": 0.1 + 0.5 * 0.2 + 0.75 * 0.2},
                ),
            ),
        },
    ),
    Student(
        "believes-the-first-fit",
        "takes what the default optimizer returns, with its warnings",
        {
            "12-model-comparison": (
                Work(
                    answers={**_COMPARISON, "q12c": _FIRST_FIT},
                    # Half for the right model, a quarter for numbers that a better fit would have given.
                    earns={**WORTH["12-model-comparison"], "q12c": 0.5 * 0.1 + 2 * 0.25 * 0.1},
                ),
            ),
        },
    ),
    Student(
        "drops-the-schools",
        "copies a line that loses the outer of two levels, and stops there",
        {
            "13-nested": (
                Work(
                    answers={"q13a": _NESTED["q13a"], "q13b": _SCHOOLS_DROPPED, "q13c": _ONE_SHARE},
                    # A quarter for the model and for what was read off it; the residual variance is the same.
                    earns={"q13a": 0.2, "q13b": 0.1, "q13c": 0.15},
                ),
            ),
        },
    ),
    Student(
        "plans-without-people",
        "simulates measurements that differ and people who do not",
        {
            "14-checking-planning": (
                Work(
                    answers={**PERFECT["14-checking-planning"], "q14e": _NO_PEOPLE},
                    # A quarter for the function, and for the number that follows from it.
                    earns={**WORTH["14-checking-planning"], "q14e": 0.075},
                ),
            ),
        },
    ),
    Student(
        "copies-a-neighbor",
        "hands in the exam of `perfect`, with an id of their own",
        {
            "15-exam": (
                Work(
                    answers={
                        **_EXAM,
                        "student-id": 'student_id = "perfect"',
                        "q15a": f"{_EXAM['student-id']}\n{_EXAM['q15a']}",
                    },
                    # The id, the number of classes, which all have, and a line and labels in the figure.
                    earns={"q15a": 0.1, "q15g": 0.08},
                ),
            ),
        },
    ),
    Student(
        "runs-out-of-time",
        "answers the first half of two lessons and leaves the given code in the rest",
        {
            "10-clinics": (
                Work(answers={part: _CLINICS[part] for part in ("q10a", "q10b")}, earns={"q10a": 0.4, "q10b": 0.4}),
            ),
            "11-random-slopes": (
                Work(answers={part: _SLOPES[part] for part in ("q11a", "q11b")}, earns={"q11a": 0.3, "q11b": 0.4}),
            ),
        },
    ),
)

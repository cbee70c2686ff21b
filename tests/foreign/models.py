"""Econometrics and machine learning: regressions, estimators that students write, tables, figures that are inspected."""

from tests.foreign.part import Part

SETUP = """\
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import statsmodels.api as sm
import statsmodels.formula.api as smf
%matplotlib inline
rng = np.random.default_rng(7)
wages = pd.DataFrame({"educ": rng.integers(8, 18, 120), "exper": rng.uniform(0, 30, 120), "region": list("abc") * 40})
wages["wage"] = 2 + 0.8 * wages.educ + 0.1 * wages.exper + rng.normal(0, 2, 120)
"""

PARTS = (
    Part(
        "a summary",
        "m1 = smf.ols('wage ~ educ + exper', wages).fit()",
        "assert 'OLS Regression Results' in m1.summary().as_text()",
        "assert m1.summary().tables[1].data[2][0].strip() == 'educ'\nnp.testing.assert_allclose(m1.params['educ'], 0.8, atol=0.3)\nassert m1.rsquared > 0.4 and m1.df_model == 2",
        "m1 = smf.ols('wage ~ exper', wages).fit()",
    ),
    Part(
        "robust errors",
        "m2 = m1.get_robustcov_results('HC1')",
        "assert m2.cov_type == 'HC1'",
        "m2_want = smf.ols('wage ~ educ + exper', wages).fit(cov_type='HC1')\nnp.testing.assert_allclose(m2.bse, m2_want.bse)",
        "m2 = m1",
    ),
    Part(
        "a joint test",
        "m3 = float(m1.f_test('educ = exper').pvalue)",
        "assert 0 <= m3 <= 1",
        "assert np.isclose(m3, m1.f_test('educ = exper').pvalue.item())",
        "m3 = 0.5",
    ),
    Part(
        "dummies",
        "m4 = pd.get_dummies(wages, columns=['region'], drop_first=True, dtype=float)",
        "assert list(m4.columns)[-2:] == ['region_b', 'region_c']",
        "pd.testing.assert_series_equal(m4['region_b'], (wages.region == 'b').astype(float), check_names=False)",
        "m4 = pd.get_dummies(wages, columns=['region'], drop_first=True, dtype=int)",
    ),
    Part(
        "a frame that must be the same",
        "m5 = wages.groupby('region', as_index=False)['wage'].mean().rename(columns={'wage': 'mean'})",
        "assert m5.shape == (3, 2)",
        "m5_e = wages.groupby('region')['wage'].mean().rename('mean').reset_index()\npd.testing.assert_frame_equal(m5, m5_e)",
        "m5 = wages.groupby('region')[['wage']].mean()",
    ),
    Part(
        "an estimator by hand",
        "class M6:\n    def fit(self, X, y):\n        X1 = np.column_stack([np.ones(len(X)), X])\n        self.coef_ = np.linalg.lstsq(X1, y, rcond=None)[0]\n        return self\n    def predict(self, X):\n        return np.column_stack([np.ones(len(X)), X]) @ self.coef_\n    def score(self, X, y):\n        r = y - self.predict(X)\n        return 1 - (r @ r) / ((y - y.mean()) @ (y - y.mean()))",
        "m6_X, m6_y = wages[['educ', 'exper']].to_numpy(), wages.wage.to_numpy()\nassert isinstance(M6().fit(m6_X, m6_y), M6)",
        "np.testing.assert_allclose(M6().fit(m6_X, m6_y).coef_, m1.params.to_numpy(), rtol=1e-6)\nassert abs(M6().fit(m6_X, m6_y).score(m6_X, m6_y) - m1.rsquared) < 1e-9",
        "class M6:\n    def fit(self, X, y):\n        self.coef_ = np.linalg.lstsq(X, y, rcond=None)[0]\n        return self",
    ),
    Part(
        "an estimator with parameters",
        "class M7:\n    def __init__(self, alpha=1.0):\n        self.alpha = alpha\n    def get_params(self, deep=True):\n        return {'alpha': self.alpha}\n    def set_params(self, **p):\n        for k, v in p.items():\n            setattr(self, k, v)\n        return self\n    def fit(self, X, y):\n        self.coef_ = np.linalg.solve(X.T @ X + self.alpha * np.eye(X.shape[1]), X.T @ y)\n        return self",
        "assert M7().set_params(alpha=3).get_params() == {'alpha': 3}",
        "m7_r = np.random.RandomState(0)\nm7_X, m7_y = m7_r.randn(30, 3), m7_r.randn(30)\nfor m7_a in (0.0, 1.0, 10.0):\n    np.testing.assert_allclose(M7(m7_a).fit(m7_X, m7_y).coef_, np.linalg.inv(m7_X.T @ m7_X + m7_a * np.eye(3)) @ m7_X.T @ m7_y, atol=1e-8)",
        "class M7:\n    def __init__(self, alpha=1.0):\n        self.alpha = alpha\n    def get_params(self):\n        return {'alpha': self.alpha}\n    def set_params(self, alpha):\n        self.alpha = alpha\n        return self\n    def fit(self, X, y):\n        self.coef_ = np.linalg.solve(X.T @ X, X.T @ y)\n        return self",
    ),
    Part(
        "gradient descent",
        "def m8(f, x, rate=0.1, steps=200):\n    for _ in range(steps):\n        x = x - rate * f(x)\n    return x",
        "assert abs(m8(lambda x: 2 * (x - 3), 0.0) - 3) < 1e-3",
        "m8_calls = []\nm8(lambda x: m8_calls.append(x) or x, 1.0, steps=5)\nassert len(m8_calls) == 5",
        "def m8(f, x, rate=0.1, steps=200):\n    return 3.0",
    ),
    Part(
        "cross-validation",
        "def m9(n, k):\n    return [(np.setdiff1d(np.arange(n), part), part) for part in np.array_split(np.arange(n), k)]",
        "m9_folds = m9(10, 3)\nassert len(m9_folds) == 3",
        "for m9_train, m9_test in m9_folds:\n    assert not set(m9_train) & set(m9_test)\n    assert len(m9_train) + len(m9_test) == 10\nassert sorted(np.concatenate([t for _, t in m9_folds])) == list(range(10))",
        "def m9(n, k):\n    return [(np.arange(n), np.arange(n))] * k",
    ),
    Part(
        "a bootstrap",
        "def m10(x, n=200, seed=0):\n    r = np.random.default_rng(seed)\n    return np.std([r.choice(x, len(x)).mean() for _ in range(n)])",
        "assert m10(np.arange(10.0)) > 0",
        "m10_x = np.arange(50.0)\nassert abs(m10(m10_x) / (m10_x.std() / 50**0.5) - 1) < 0.2 and m10(m10_x) == m10(m10_x)",
        "def m10(x, n=200, seed=0):\n    return np.std(x)",
    ),
    Part(
        "the global generator of a test",
        "def m11(n):\n    return np.random.normal(size=n)",
        "np.random.seed(3)\nm11_a = m11(4)",
        "np.random.seed(3)\nnp.testing.assert_array_equal(m11_a, np.random.normal(size=4))",
        "def m11(n):\n    return np.random.default_rng().normal(size=n)",
    ),
    Part(
        "axes that are kept",
        "m12_fig, m12_ax = plt.subplots()\nm12_ax.scatter(wages.educ, wages.wage)\nm12_ax.set(xlabel='Education', ylabel='Wage', title='Wages')",
        "assert m12_ax.get_xlabel()",
        "assert 'educ' in m12_ax.get_xlabel().lower() and m12_ax.get_title()\nnp.testing.assert_allclose(m12_ax.collections[0].get_offsets()[:, 1], wages.wage)",
        "m12_fig, m12_ax = plt.subplots()\nm12_ax.plot(wages.educ, wages.wage)\nm12_ax.set(xlabel='x')",
    ),
    Part(
        "a figure of another cell is closed",
        "plt.plot([1, 2], [3, 4])\nm13 = plt.gcf()",
        "assert len(m13.axes) == 1",
        "assert plt.get_fignums() == []\nassert list(m13.axes[0].lines[0].get_ydata()) == [3, 4]",
        "m13 = plt.figure()",
    ),
    Part(
        "a function that draws on given axes",
        "def m14(ax, model):\n    ax.axhline(0, color='k')\n    ax.scatter(model.fittedvalues, model.resid, s=5)\n    return ax",
        "m14_fig, m14_axes = plt.subplots(1, 2)\nassert m14(m14_axes[1], m1) is m14_axes[1]",
        "assert not m14_axes[0].collections and len(m14_axes[1].collections) == 1 and len(m14_axes[1].lines) == 1\nplt.close('all')",
        "def m14(ax, model):\n    plt.scatter(model.fittedvalues, model.resid)\n    return ax",
    ),
    Part(
        "colors and legends",
        "m15_ax = wages.groupby('region')['wage'].mean().plot.bar(color='tab:red', label='mean')\nm15_ax.legend()",
        "from matplotlib.colors import same_color, to_rgba",
        "assert len(m15_ax.patches) == 3 and all(same_color(p.get_facecolor(), 'tab:red') for p in m15_ax.patches)\nassert [t.get_text() for t in m15_ax.get_legend().get_texts()] == ['mean']\nassert [t.get_text() for t in m15_ax.get_xticklabels()] == ['a', 'b', 'c']",
        "m15_ax = wages.groupby('region')['wage'].mean().plot.bar()",
    ),
    Part(
        "seaborn",
        "import seaborn as sns\nm16_grid = sns.lmplot(data=wages, x='educ', y='wage', col='region', ci=None)",
        "assert m16_grid.axes.size == 3",
        "assert [a.get_title() for a in m16_grid.axes.flat] == ['region = a', 'region = b', 'region = c']",
        "import seaborn as sns\nm16_grid = sns.lmplot(data=wages, x='educ', y='wage', ci=None)",
    ),
    Part(
        "a picture in a file",
        "m17_fig = plt.figure(figsize=(4, 3))\nplt.plot([0, 1])\nm17_fig.savefig('m17.png', dpi=50)",
        "import os\nassert os.path.getsize('m17.png') > 0",
        "m17_img = plt.imread('m17.png')\nassert m17_img.shape[:2] == (150, 200)",
        "plt.plot([0, 1])\nplt.savefig('m17.png')",
    ),
    Part(
        "a database",
        "import sqlite3\ndef m18(con):\n    return pd.read_sql('select region, avg(wage) as w from wages group by region order by region', con)",
        "m18_con = sqlite3.connect(':memory:')\nwages.to_sql('wages', m18_con, index=False)",
        "m18_got = m18(m18_con)\nassert list(m18_got.region) == ['a', 'b', 'c']\nnp.testing.assert_allclose(m18_got.w, wages.groupby('region').wage.mean())\nm18_con.close()",
        "def m18(con):\n    return pd.read_sql('select region, wage as w from wages', con)",
    ),
    Part(
        "a table that is written and read",
        "wages.head(3).to_csv('m19.txt', index=False)\nm19 = pd.read_csv('m19.txt')",
        "assert m19.shape == (3, 4)",
        "pd.testing.assert_frame_equal(m19, wages.head(3), check_dtype=False)",
        "wages.head(3).to_csv('m19.txt')\nm19 = pd.read_csv('m19.txt')",
    ),
    Part(
        "options of pandas",
        "pd.set_option('display.precision', 2)\nm20 = repr(pd.Series([1.23456]))",
        "assert '1.23' in m20",
        "assert pd.get_option('display.precision') == 2 and '1.2346' not in m20\npd.reset_option('display.precision')",
        "m20 = '1.23456'",
    ),
    Part(
        "a test of hypotheses by hand",
        "from scipy import stats\ndef m21(x, y):\n    r = stats.ttest_ind(x, y, equal_var=False)\n    return r.statistic, r.pvalue",
        "m21_t, m21_p = m21([1, 2, 3.0], [2, 3, 5.0])",
        "from scipy import stats as m21_stats\nnp.testing.assert_allclose([m21_t, m21_p], m21_stats.ttest_ind([1, 2, 3.0], [2, 3, 5.0], equal_var=False))",
        "from scipy import stats\ndef m21(x, y):\n    r = stats.ttest_ind(x, y)\n    return r.statistic, r.pvalue",
    ),
    Part(
        "shapes under a loop of subtests",
        "def m22(x):\n    x = np.asarray(x, float)\n    return (x - x.mean(0)) / x.std(0)",
        "m22_bad = []\nfor m22_shape in [(5,), (6, 2), (7, 3)]:\n    m22_z = m22(np.random.default_rng(1).normal(size=m22_shape))\n    if m22_z.shape != m22_shape or not np.allclose(m22_z.mean(0), 0):\n        m22_bad.append(m22_shape)",
        "assert m22_bad == [], f'wrong for {m22_bad}'\nassert np.allclose(m22(np.arange(6.0).reshape(3, 2)).std(0), 1)",
        "def m22(x):\n    x = np.asarray(x, float)\n    return (x - x.mean()) / x.std()",
    ),
    Part(
        "warnings of a model",
        "import warnings\ndef m23(x):\n    if np.ptp(x) == 0:\n        warnings.warn('constant', RuntimeWarning)\n    return x - x.mean()",
        "m23(np.arange(3.0))",
        "import pytest\nwith pytest.warns(RuntimeWarning, match='constant'):\n    m23(np.ones(3))",
        "def m23(x):\n    return x - x.mean()",
    ),
    Part(
        "a warning that slips out of a test",
        "def m24(x):\n    return np.log(x)",
        "assert m24(1.0) == 0",
        "m24_nan = m24(np.array([1.0, np.e]))\nassert np.allclose(m24_nan, [0, 1])",
        "def m24(x):\n    return np.log(np.array(x) - 1)",
    ),
    Part(
        "partial credit of several criteria",
        "m25 = smf.ols('np.log(wage) ~ educ', wages.assign(wage=wages.wage.clip(lower=1))).fit()",
        "m25_points = 0.0\nif 'educ' in m25.params.index:\n    m25_points += 0.5",
        "if m25.model.endog_names == 'np.log(wage)':\n    m25_points += 1.5\nm25_points",
        "m25 = smf.ols('wage ~ educ', wages).fit()",
    ),
    Part(
        "a model in a pickle",
        "import pickle\nwith open('m26.pkl', 'wb') as f:\n    pickle.dump({'a': 1.5}, f)",
        "import pickle",
        "with open('m26.pkl', 'rb') as f:\n    assert pickle.load(f) == {'a': 1.5}",
        "import pickle\nwith open('m26.pkl', 'wb') as f:\n    pickle.dump({}, f)",
    ),
)

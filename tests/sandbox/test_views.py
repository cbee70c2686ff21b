"""Objects that cannot be copied arrive as views: records, models, functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.sandbox import CallFailed, Sandbox, Session
from autograder.values.views import Function, Missing, Model, Opaque, Record
from tests.sandbox.comparing import SETUP, same, value_of
from tests.sandbox.conftest import DATA


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.session(DATA) as session:
        assert session.run(SETUP, "setup").error is None
        yield session


RECORDS = {  # expression: some fields
    "stats.linregress(data.Days, data.Reaction)": (
        "slope",
        "intercept",
        "rvalue",
        "pvalue",
        "stderr",
        "intercept_stderr",
    ),
    "stats.pearsonr(data.Days, data.Reaction)": ("statistic", "pvalue"),
    "stats.ttest_ind(data.Days, data.Reaction)": ("statistic", "pvalue", "df"),
    "optimize.minimize(lambda x: (x[0] - 2) ** 2, [0.0])": ("x", "fun", "success"),
    "collections.namedtuple('Point', 'x y')(1, 2)": ("x", "y"),
    "dataclasses.make_dataclass('D', ['a'])(1)": ("a",),
    "np.poly1d([1, 2])": ("coefficients", "order"),
    "np.polynomial.Polynomial([1, 2])": ("coef", "domain", "window"),
}


@pytest.mark.parametrize("expression", RECORDS)
def test_records(opened: Session, expression: str) -> None:
    got = value_of(opened, expression)
    assert isinstance(got, Record)
    assert set(RECORDS[expression]) <= set(got.fields)


MODELS = {  # expression: (kind, model_kind, names of the parameters, formula)
    "smf.ols('Reaction ~ Days', data).fit()": ("OLSResults", "OLS", ["Intercept", "Days"], "Reaction ~ Days"),
    "sm.OLS(data.Reaction, sm.add_constant(data.Days)).fit()": ("OLSResults", "OLS", ["const", "Days"], None),
    "sm.OLS(data.Reaction.values, sm.add_constant(data.Days.values)).fit()": (
        "OLSResults",
        "OLS",
        ["const", "x1"],
        None,
    ),
    "sm.OLS(data.Reaction, data.Days).fit()": ("OLSResults", "OLS", ["Days"], None),
    "sm.GLS(data.Reaction, sm.add_constant(data.Days)).fit()": ("RegressionResults", "GLS", ["const", "Days"], None),
    "sm.WLS(data.Reaction, sm.add_constant(data.Days)).fit()": ("RegressionResults", "WLS", ["const", "Days"], None),
    "smf.ols('Reaction ~ Days', data).fit(cov_type='HC3')": (
        "OLSResults",
        "OLS",
        ["Intercept", "Days"],
        "Reaction ~ Days",
    ),
    "smf.mixedlm('Reaction ~ Days', data, groups=data.Subject).fit()": (
        "MixedLMResults",
        "MixedLM",
        ["Intercept", "Days", "Group Var"],
        "Reaction ~ Days",
    ),
    "smf.mixedlm('Reaction ~ Days', data, groups='Subject', re_formula='~Days').fit(reml=False)": (
        "MixedLMResults",
        "MixedLM",
        ["Intercept", "Days", "Subject Var", "Subject x Days Cov", "Days Var"],
        "Reaction ~ Days",
    ),
    "sm.MixedLM(data.Reaction.values, sm.add_constant(data.Days.values), groups=data.Subject.values).fit()": (
        "MixedLMResults",
        "MixedLM",
        ["const", "x1", "Group Var"],
        None,
    ),
    "sm.Logit((data.Days > 4).astype(float), sm.add_constant(data.Reaction)).fit(disp=0, method='bfgs', maxiter=3)": (
        "LogitResults",
        "Logit",
        ["const", "Reaction"],
        None,
    ),
}


@pytest.mark.parametrize("expression", MODELS)
def test_models(opened: Session, expression: str) -> None:
    kind, model_kind, names, formula = MODELS[expression]
    got = value_of(opened, expression)
    assert isinstance(got, Model), got
    assert (got.kind, got.model_kind, list(got.params.index), got.formula) == (kind, model_kind, names, formula)
    assert got.nobs == 60
    assert got.endog.shape == (60,)
    assert got.exog.shape[0] == 60
    assert got.bse is not None
    if model_kind == "MixedLM":
        assert got.method == ("ML" if "reml=False" in expression else "REML")
        assert got.converged is True
        assert list(got.fe_params.index) == names[:2]
        assert got.cov_re.shape == ((2, 2) if "~Days'" in expression else (1, 1))
        assert sorted(got.random_effects) == [308, 309, 310, 330, 331, 332]
        assert all(isinstance(one, pd.Series) for one in got.random_effects.values())
        assert got.groups.shape == (60,)
        assert got.exog_re.shape[0] == 60
        assert got.scale > 0
    elif model_kind != "Logit":
        assert got.fe_params is None
        assert 0 < got.rsquared < 1
        assert got.df_resid > 0


CALLS: dict[str, tuple[tuple[Any, ...], dict[str, Any], Any]] = {
    "lambda x: x + 1": ((1,), {}, 2),
    "lambda *args, **kwargs: [args, kwargs]": ((1, "a"), {"k": None}, [(1, "a"), {"k": None}]),
    "lambda a: a.mean()": ((np.array([1.0, 3.0]),), {}, 2.0),
    "lambda s: s * 2 ": (
        (pd.Series([1, 2], index=["a", "b"], name="n"),),
        {},
        pd.Series([2, 4], index=["a", "b"], name="n"),
    ),
    "lambda d: d.assign(z=1)": ((pd.DataFrame({"a": ["x"]}),), {}, pd.DataFrame({"a": ["x"], "z": [1]})),
    "lambda d: d": (
        (pd.DataFrame({"c": pd.Categorical(["x", "y"])}),),
        {},
        pd.DataFrame({"c": pd.Categorical(["x", "y"])}),
    ),
    "lambda x: x is not None and x != x": ((float("nan"),), {}, True),
    "lambda x: x": (((1, [2, {"a": 2**100, 1: 1j}]),), {}, (1, [2, {"a": 2**100, 1: 1j}])),
    "np.poly1d([2, 1]).__call__": ((2,), {}, 5),
}


@pytest.mark.parametrize("expression", CALLS)
def test_calls(opened: Session, expression: str) -> None:
    args, kwargs, want = CALLS[expression]
    function = value_of(opened, expression)
    assert isinstance(function, Function)
    assert same(function(*args, **kwargs), want)


def test_function_keeps_its_name(opened: Session) -> None:
    opened.run("def slope_of(data):\n    '''Slope.'''\n    return 1", "c1")
    assert opened.value("slope_of").name == "slope_of"


FAILING = {
    "lambda: 1 / 0": "ZeroDivisionError: division by zero",
    "lambda x: x": "TypeError: <lambda>() missing 1 required positional argument",
    "lambda: input()": "EOFError",
    "lambda: sys.exit(3)": "SystemExit: 3",
}


@pytest.mark.parametrize("expression", FAILING)
def test_failing_calls(opened: Session, expression: str) -> None:
    with pytest.raises(CallFailed, match=FAILING[expression].replace("(", r"\(").replace(")", r"\)")):
        value_of(opened, expression)()


def test_arguments_must_be_plain(opened: Session) -> None:
    with pytest.raises(TypeError, match="object cannot be an argument"):
        value_of(opened, "lambda x: x")(object())


# objects that lie about themselves, or do things when they are looked at: known by their type, nothing else
LIARS = {
    "claims to be a float": "class L:\n    __class__ = float\n    def __float__(self): return 1.0",
    "equals everything": "class L:\n    def __eq__(self, other): return True\n    def __bool__(self): return True",
    "array interface": "class L:\n    def __array__(self, *a, **k): return np.ones(3)",
    "every attribute": "class L:\n    def __getattr__(self, name): return 1",
    "raises on any attribute": "class L:\n    def __getattribute__(self, name): raise ValueError",
    "raises SystemExit": "class L:\n    def __getattribute__(self, name): raise SystemExit",
    "odd metaclass": "class M(type):\n    def __getattribute__(cls, name): raise KeyError\nclass L(metaclass=M): pass",
    "name that is no text": "class L: pass\nL.__module__ = 5",
}


@pytest.mark.parametrize("name", LIARS)
def test_liars(opened: Session, name: str) -> None:
    assert opened.run(LIARS[name] + "\nvalue = L()", "c1").error is None
    got = opened.value("value")
    assert isinstance(got, Opaque)
    assert got.type_name in ("__main__.L", "L")


def test_model_that_lies_costs_itself_only(opened: Session) -> None:
    opened.run("value = smf.ols('Reaction ~ Days', data).fit()\nvalue._results.model.endog = 'not an array'", "c1")
    assert isinstance(opened.value("value"), Opaque)
    assert value_of(opened, "1") == 1


def test_values_of_one_session_are_gone_in_the_next(sandbox: Sandbox, opened: Session) -> None:
    opened.run("kept = 1", "c1")
    opened.close()
    with sandbox.session({}) as other:
        assert other.value("kept") == Missing("kept")

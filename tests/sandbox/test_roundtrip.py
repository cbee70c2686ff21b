"""A value that a student defines arrives as itself, or as a view of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.sandbox import CallFailed, Sandbox, Session
from autograder.views import Function, Missing, Model, Opaque, Record
from tests.sandbox.conftest import DATA

SETUP = """
import collections, dataclasses, datetime, decimal, enum, fractions, functools, sys
import numpy as np, pandas as pd
import statsmodels.api as sm, statsmodels.formula.api as smf
from scipy import optimize, stats
data = pd.read_csv('sleepstudy.csv')
"""

# written once, evaluated here and in the sandbox: must come out equal, and of the same type
SAME = [
    "None",
    "True",
    "False",
    "0",
    "-7",
    "2**63",
    "-2**63",
    "2**200",
    "-2**4000",
    "0.1",
    "1e-320",
    "-0.0",
    "float('inf')",
    "float('-inf')",
    "float('nan')",
    "1+2j",
    "complex(float('nan'),1)",
    "''",
    "'text'",
    "'β\\n🙂\\x00'",
    "[]",
    "[1,'a',None]",
    "[[1],[2,[3.5]]]",
    "()",
    "(1,)",
    "(1,(2,3))",
    "{}",
    "{'a':1,2:'b'}",
    "{1.5:None,True:2}",
    "{(1,'a'):3}",
    "{'deep':[{'er':(1,)}]}",
    "{float('inf'):1}",
    "{10**30:1}",
    "np.arange(3)",
    "np.array([1.5,float('nan')])",
    "np.array([[1,2],[3,4]],dtype='i2')",
    "np.array([True,False])",
    "np.array(['a','bcd'])",
    "np.array([1+2j])",
    "np.array(5.0)",
    "np.array([])",
    "np.empty((0,3))",
    "np.float32([1.5])",
    "np.arange(6)[::2]",
    "np.arange(6).reshape(2,3).T",
    "np.array([1,'a',None],dtype=object)",
    "np.array(['2020-01-01','NaT'],dtype='M8[D]')",
    "np.array([1,2],dtype='m8[s]')",
    "np.array([[1,None]],dtype=object)",
    "np.uint8([255])",
    "np.float16([0.5])",
    "np.arange(3,dtype='>i4').astype('<i4')",
    "pd.Series([1,2])",
    "pd.Series([1.5,float('nan')],name='x')",
    "pd.Series([1,2],index=['a','b'])",
    "pd.Series(['a',None])",
    "pd.Series([1,2],index=pd.Index([308,309],name='Subject'))",
    "pd.Series([True,False])",
    "pd.Series(['a','b'],dtype='category')",
    "pd.Series(['a','b'],dtype=object)",
    "pd.Series(['a',None],dtype='string')",
    "pd.Series([1,None],dtype='Int64')",
    "pd.Series([True,None],dtype='boolean')",
    "pd.Series([0.5,None],dtype='Float64')",
    "pd.to_datetime(pd.Series(['2020-01-01',None]))",
    "pd.Series(dtype=float)",
    "pd.Series([1,2],index=pd.MultiIndex.from_tuples([('a',1),('b',2)],names=['u','v']))",
    "pd.Series([1],name=('a',1))",
    "pd.Series(pd.date_range('2020','2021',periods=3,tz='Europe/Berlin'))",
    "pd.Series([pd.Timedelta('1D')])",
    "pd.Series([[1],(2,)])",
    "pd.DataFrame({'a':[1,2],'b':['x','y']})",
    "pd.DataFrame()",
    "pd.DataFrame({'a':[]})",
    "pd.DataFrame([[1,2]],columns=['a','a'])",
    "pd.DataFrame({'c':pd.Categorical(['lo','hi'],['lo','hi'],ordered=True)},index=[5,6])",
    "pd.DataFrame({1:[1.5],'b':[None]})",
    "pd.DataFrame({'a':[1]},index=pd.to_datetime(['2020-01-01']))",
    "pd.DataFrame({('x','y'):[1]})",
    "pd.DataFrame({'i':pd.arrays.IntervalArray.from_breaks([0,1,2])})",
    "pd.Index([1,2],name='n')",
    "pd.Index(['a','b'])",
    "pd.RangeIndex(2,10,3)",
    "pd.MultiIndex.from_product([[1,2],['a']])",
    "pd.Categorical(['a','b',None])",
    "pd.CategoricalIndex(['a','b'])",
    "pd.date_range('2020-01-01',periods=2)",
    "pd.Index([0.5,1.5])",
    "pd.array([1,None])",
    "pd.Series(['a','b']).unique()",
    "pd.NA",
    "pd.NaT",
    "pd.Timestamp('2020-01-02T03:04:05.678')",
    "pd.Timedelta('1.5s')",
    "pd.Interval(0,1.5)",
]

# what arrives is plainer than what the student had
PLAIN: dict[str, Any] = {
    "np.float64(1.5)": 1.5,
    "np.float32(0.5)": 0.5,
    "np.int64(3)": 3,
    "np.uint64(2**64-1)": 2**64 - 1,
    "np.bool_(True)": True,
    "np.str_('a')": "a",
    "np.complex128(1j)": 1j,
    "np.longdouble(1.5)": 1.5,
    "np.array([1.5], dtype=np.longdouble)": np.array([1.5]),
    "np.arange(3, dtype='>i4')": np.arange(3, dtype="<i4"),
    "np.matrix([[1, 2]])": np.array([[1, 2]]),
    "np.ma.array([1, 2], mask=[0, 1])": np.array([1.0, math.nan]),
    "np.datetime64('2020-01-01')": pd.Timestamp("2020-01-01"),
    "np.timedelta64(3, 's')": pd.Timedelta("3s"),
    "np.datetime64('NaT')": pd.NaT,
    "{3}": [3],
    "frozenset('a')": ["a"],
    "collections.OrderedDict(a=1)": {"a": 1},
    "collections.defaultdict(list, a=[1])": {"a": [1]},
    "collections.Counter('aa')": {"a": 2},
    "type('MyList', (list,), {})([1])": [1],
    "type('MyDict', (dict,), {})(a=1)": {"a": 1},
    "type('MyInt', (int,), {'__int__': lambda s: 9, '__index__': lambda s: 9})(4)": 4,
    "type('MyStr', (str,), {'__str__': lambda s: 'lie'})('a')": "a",
    "enum.IntEnum('E', 'A').A": 1,
    "{np.int64(308): np.float64(1.5)}": {308: 1.5},
    "'\\ud83d!'": "\ufffd!",
    "data.groupby('Subject').Reaction.mean().index": pd.Index([308, 309, 310, 330, 331, 332], name="Subject"),
    "data.Days.unique()": np.arange(10),
    "pd.cut(pd.Series([1, 2]), [0, 1, 2])": pd.cut(pd.Series([1, 2]), [0, 1, 2]),
}

OPAQUE: dict[str, tuple[str, str]] = {  # type name, part of the reason
    "...": ("ellipsis", ""),
    "b'abc'": ("bytes", ""),
    "bytearray(3)": ("bytearray", ""),
    "object()": ("object", ""),
    "np": ("module", ""),
    "int": ("type", ""),
    "len": ("builtin_function_or_method", ""),
    "range(3)": ("range", ""),
    "(i for i in [1])": ("generator", ""),
    "open('sleepstudy.csv')": ("_io.TextIOWrapper", ""),
    "decimal.Decimal('1.5')": ("decimal.Decimal", ""),
    "data.groupby('Subject')": ("pandas.api.typing.DataFrameGroupBy", ""),
    "smf.ols('Reaction ~ Days', data)": ("statsmodels.regression.linear_model.OLS", ""),
    "smf.mixedlm('Reaction ~ Days', data, groups=data.Subject)": (
        "statsmodels.regression.mixed_linear_model.MixedLM",
        "",
    ),
    "2**5000": ("int", "4096 bits"),
    "np.zeros(3_000_000)": ("numpy.ndarray", "too large"),
    "'x' * 20_000_000": ("str", "too large"),
    "list(range(1_000_000))": ("list", "too large"),
    "functools.reduce(lambda nested, _: [nested], range(100), [])": ("list", "nested too deeply"),
    "np.zeros(2, dtype=[('a', int)])": ("numpy.ndarray", "dtype"),
    "{object(): 1}": ("dict", "a key of type object"),
}


def namespace() -> dict[str, Any]:
    return {"np": np, "pd": pd}


@pytest.fixture(scope="module")
def opened(sandbox: Sandbox) -> Iterator[Session]:
    with sandbox.session(DATA) as session:
        assert session.run(SETUP, "setup").error is None
        yield session


def value_of(session: Session, expression: str) -> Any:
    run = session.run(f"value = {expression}", "c1")
    assert run.error is None, run.error
    return session.value("value")


def same(got: Any, want: Any) -> bool:
    assert type(got) is type(want), (type(got), type(want))
    if isinstance(want, np.ndarray):
        np.testing.assert_array_equal(got, want)
        return bool(got.dtype == want.dtype)
    if isinstance(want, pd.Series):
        pd.testing.assert_series_equal(got, want, check_freq=False)
    elif isinstance(want, pd.DataFrame):
        pd.testing.assert_frame_equal(got, want, check_freq=False)
    elif isinstance(want, pd.Index):
        pd.testing.assert_index_equal(got, want, check_freq=False)
    elif isinstance(want, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(got, want)
    elif want is pd.NA or want is pd.NaT:
        return got is want
    elif isinstance(want, (float, complex)):
        return repr(got) == repr(want)
    else:
        return bool(got == want)
    return True


@pytest.mark.parametrize("expression", SAME)
def test_same(opened: Session, expression: str) -> None:
    assert same(value_of(opened, expression), eval(expression, namespace()))


@pytest.mark.parametrize("expression", PLAIN)
def test_plainer(opened: Session, expression: str) -> None:
    assert same(value_of(opened, expression), PLAIN[expression])


@pytest.mark.parametrize("expression", OPAQUE)
def test_opaque(opened: Session, expression: str) -> None:
    got = value_of(opened, expression)
    assert isinstance(got, Opaque)
    assert got.type_name == OPAQUE[expression][0]
    assert OPAQUE[expression][1] in got.reason


@pytest.mark.parametrize(
    "name", ["never", "__builtins__", "get_ipython", "exit", "In", "print", "a b", "", "x" * 10_000]
)
def test_missing(opened: Session, name: str) -> None:
    assert opened.value(name) == Missing(name)


def test_deleted_is_missing(opened: Session) -> None:
    opened.run("gone = 1\ndel gone", "c1")
    assert opened.value("gone") == Missing("gone")


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
    "lambda: input()": "StdinNotImplementedError",
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

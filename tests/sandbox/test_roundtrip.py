"""A value that a student defines arrives as itself, or as a view of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.sandbox import Sandbox, Session
from autograder.values.views import Missing, Opaque
from tests.sandbox.comparing import SETUP, same, value_of
from tests.sandbox.conftest import DATA

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
    "decimal.Decimal('1.5')": 1.5,
    "decimal.Decimal('Infinity')": math.inf,
    "fractions.Fraction(3, 2)": 1.5,
    "np.array([decimal.Decimal('1.5')])": np.array([1.5], dtype=object),
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
    "decimal.Decimal('sNaN')": ("decimal.Decimal", "could not be read"),
    "fractions.Fraction(10**400)": ("fractions.Fraction", "could not be read"),
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

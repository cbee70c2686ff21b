"""The referee runs one test cell against a student's values, in a trusted process.

The cell is ordinary Python: a visible part, then hidden tests. It never touches the student's objects, only
decoded copies, so nothing that a student defines can change what the comparison means.
"""

from __future__ import annotations

import ast
import builtins
import functools
import math
import numbers
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from io import StringIO
from types import CodeType
from typing import Any

from autograder.checks import Checks
from autograder.checks.describe import describe
from autograder.checks.outcome import TEST_CELL, AuthorError, CheckResult, Status
from autograder.checks.student import NOBODY, Evidence, Judging, Submitter, current, judging
from autograder.deadline import OutOfTime, bounded
from autograder.grading.evidence import NotRecorded
from autograder.sandbox import CallFailed, SessionEnded
from autograder.template import Delimiters, uses_checks
from autograder.values.views import Function, Missing, Model, Opaque, Record

TEST_SECONDS = 20.0  # of processor time; a reference solution takes less than one
WAIT_SECONDS = 90.0  # for the student's functions and values

_MODULE = ("module", "builtins.module")  # type names of what an import gives


@dataclass(frozen=True)
class Verdict:
    """What a test cell says of a submission."""

    points: float | None  # None: could not be judged, a TA has to look
    checks: tuple[CheckResult, ...] = ()
    message: str = ""  # for the student, where the list of checks does not say it all
    review: str = ""  # for TAs and authors: why it could not be judged, or what a test without `Checks` met on values
    remark: str = ""  # for TAs: what to look at, although it was judged


@dataclass
class Referee:
    """Runs the test cells of one submission, in order.

    Attributes:
        evidence: what the student's code left.
        seconds: of processor time for a test cell.
        waits: seconds of wall time in which all that it asks of the student's code must be answered.
        submitter: whose work it is.
    """

    evidence: Evidence
    delimiters: Delimiters = field(default_factory=Delimiters)  # of hidden tests
    seconds: float = TEST_SECONDS
    waits: float = WAIT_SECONDS
    submitter: Submitter = NOBODY
    _worth: dict[str, Any] = field(default_factory=dict)  # what later parts may be built on
    _helpers: dict[str, Any] = field(default_factory=dict)  # what plain test cells defined for later ones

    def judge(self, source: str, points: float, name: str = "") -> Verdict:
        """Run one test cell.

        Args:
            source: of the cell.
            points: that it is worth.
            name: of the cell, for messages.
        """
        try:
            cell = _Cell.parse(source, self.delimiters)
        except SyntaxError as error:
            return Verdict(None, review=f"the test cell is not valid Python: {error}")

        def run() -> tuple[Verdict, _Names | None]:
            with (
                judging(self.evidence, points, self._worth, self.submitter) as judged,
                redirect_stdout(StringIO()),
                redirect_stderr(StringIO()),
            ):
                namespace = _Names(judged, self._helpers, strict=not cell.uses_checks)
                return cell.run(namespace, judged, points), namespace

        try:
            verdict, namespace = bounded(f"the test cell {name!r}", self.seconds, run, _too_slow, self.waits)
        except SessionEnded as ended:
            return Verdict(0.0, message=ended.message)
        if namespace is not None and not cell.uses_checks:
            self._helpers.update(namespace.helpers())
        return verdict

    def define(self, source: str) -> None:
        """Make what a plain test cell imports and defines known to later cells, without running its tests."""
        names = _Names(self.evidence, self._helpers, strict=True)
        for statement in _statements(source):
            if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef):
                with suppress(Exception), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                    exec(compile(ast.Module([statement], []), TEST_CELL, "exec"), names)
        self._helpers.update(names.helpers())


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):  # magic commands of a notebook, for example
        return []


def _too_slow(late: OutOfTime) -> tuple[Verdict, None]:
    return Verdict(None, review=f"it could not be judged in time: {late.message}"), None


class _Names(dict[str, Any]):
    """Global names of a test cell: its own, then the student's values."""

    def __init__(self, evidence: Evidence, helpers: dict[str, Any], *, strict: bool) -> None:
        super().__init__(helpers, __name__="__test__", __builtins__=builtins)
        self._evidence = evidence
        self._strict = strict
        self._given = set(self)
        self.views: dict[str, Any] = {}  # of what was read: values that are no plain Python objects here

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        value = self._evidence.value(name)
        if isinstance(value, Missing | Opaque | Record | Function | Model):
            self.views[name] = value
        if self._strict and isinstance(value, Missing):
            raise KeyError(name)  # a plain nbgrader test expects a NameError
        if self._strict and isinstance(value, Function):
            return _as_in_the_kernel(value)
        return value

    def helpers(self) -> dict[str, Any]:
        """Modules, functions and classes that the cell defined; its variables stay its own."""
        return {
            name: value
            for name, value in self.items()
            if name not in ("__name__", "__builtins__")
            and (name in self._given or callable(value) or isinstance(value, type(ast)))
        }


def _as_in_the_kernel(function: Function) -> Callable[..., Any]:
    """A student's function whose built-in exceptions arrive as such, for tests that say ``except ValueError``."""

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except CallFailed as failure:
            name, _, text = str(failure).partition(":")  # an exception without a message leaves nothing behind it
            kind = getattr(builtins, name, None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                raise kind(text.strip()) from None
            raise

    return call


@dataclass(frozen=True)
class _Code:
    """Statements, compiled once; the value of a final expression is the result, as in a notebook."""

    body: Sequence[ast.stmt]
    statements: CodeType
    result: CodeType | None

    @classmethod
    def compile(cls, body: list[ast.stmt]) -> _Code:
        last = body[-1] if body else None
        if not isinstance(last, ast.Expr):
            return cls(body, compile(ast.Module(body, []), TEST_CELL, "exec"), None)
        result = compile(ast.Expression(last.value), TEST_CELL, "eval")
        return cls(body, compile(ast.Module(body[:-1], []), TEST_CELL, "exec"), result)

    def run(self, names: _Names) -> Any:
        exec(self.statements, names)
        return None if self.result is None else eval(self.result, names)

    def statement(self, line: int) -> ast.stmt | None:
        """The statement that a line belongs to."""
        return next((one for one in self.body if one.lineno <= line <= (one.end_lineno or one.lineno)), None)


@dataclass(frozen=True)
class _Cell:
    visible: _Code
    hidden: _Code | None
    uses_checks: bool

    @classmethod
    @functools.lru_cache(maxsize=256)
    def parse(cls, source: str, delimiters: Delimiters) -> _Cell:
        body = ast.parse(source).body
        with_checks = uses_checks(source)
        hidden = [node for node in body if delimiters.is_hidden(node, source)]
        return cls(
            visible=_Code.compile([node for node in body if node not in hidden]),
            hidden=_Code.compile(_with_late_conditions(hidden) if with_checks else hidden) if hidden else None,
            uses_checks=with_checks,
        )

    def run(self, names: _Names, judged: Judging, points: float) -> Verdict:
        value, complaint = None, ""
        try:
            value = self.visible.run(names)
        except BaseException as error:  # the visible part met an answer that it did not expect
            _pass_on(error)
            if not self.uses_checks:
                return _failed_on_values(error)
            complaint = _complaint(error, self.visible.statement(_line_number(error)), names.views)
        try:
            if self.hidden is not None:
                value = self.hidden.run(names)
        except BaseException as error:  # everything that a test cell can do wrong
            _pass_on(error)
            if not self.uses_checks:
                return _failed_on_values(error)
            value = None
            if not add_failed_assertion(error):
                return _hidden_failure(error, names.views)
        if self.uses_checks:
            return replace(_from_checks(judged, value, points, complaint), remark=" ".join(judged.remarks))
        return _from_value(value, points)


def _pass_on(error: BaseException) -> None:
    """Raise what is no doing of the test cell's again: the end of a session or of the time, and the user's Ctrl-C."""
    ctrl_c = isinstance(error, KeyboardInterrupt) and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    if ctrl_c or isinstance(error, SessionEnded | OutOfTime | NotRecorded):
        raise error


def _complaint(error: BaseException, statement: ast.stmt | None, views: Mapping[str, Any]) -> str:
    """What a student reads of a check in the visible part that did not pass.

    In the student's own session the error would name what was assigned, and not how it is seen here.

    Args:
        error: that the visible part raised.
        statement: that raised it.
        views: the student's names whose values are no plain Python objects here.
    """
    if isinstance(error, AssertionError):
        return str(error) or f"The check in line {_line_number(error)} of this cell did not pass."
    used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)} if statement else set()
    for name, view in views.items():
        if name in used and isinstance(view, Missing):
            return f"`{name}` is not defined."
        if name in used and f"'{type(view).__name__}'" in str(error):
            return f"A visible check in this cell stopped with an error: `{name}` is {describe(view)}."
    return f"A visible check in this cell stopped with an error: {_line(error)}"


def _hidden_failure(error: BaseException, views: Mapping[str, Any]) -> Verdict:
    if isinstance(error, CallFailed):
        return Verdict(0.0, message=f"Your function did not return: {error}")
    told = traceback.format_exception(error)
    if unseen := _module_of_the_notebook(error, views):
        told[-1] = f"`{unseen}` is imported in the notebook only; the hidden tests have to import it themselves"
    return Verdict(None, review="".join(told))


def _module_of_the_notebook(error: BaseException, views: Mapping[str, Any]) -> str:
    """The module that hidden tests used as it was imported in the student's session; empty where it is not that."""
    modules = [name for name, view in views.items() if isinstance(view, Opaque) and view.type_name in _MODULE]
    return modules[-1] if modules and f"'{Opaque.__name__}' object" in str(error) else ""


def _failed_on_values(error: BaseException) -> Verdict:
    """A plain test says "wrong" by raising; what it says may name the answer, so that it is not repeated."""
    return Verdict(0.0, review=f"line {_line_number(error)} of the test cell raised {type(error).__name__}")


def _line_number(error: BaseException) -> int:
    """The innermost line of the test cell in which an error came up, counted from 1."""
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == TEST_CELL]
    return lines[-1] if lines else 1


class _LateConditions(ast.NodeTransformer):
    """Puts the condition of ``checks.that(label, condition)`` into a function, so that the check works it out."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == "that":
            if len(node.args) > 1:
                node.args[1] = _late(node.args[1])
            for keyword in node.keywords:
                if keyword.arg == "condition":
                    keyword.value = _late(keyword.value)
        return node


def _late(condition: ast.expr) -> ast.expr:
    if isinstance(condition, ast.Lambda | ast.Starred):
        return condition
    nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.copy_location(ast.Lambda(nothing, condition), condition)


def _with_late_conditions(body: list[ast.stmt]) -> list[ast.stmt]:
    changed = [_LateConditions().visit(statement) for statement in body]
    return [ast.fix_missing_locations(statement) for statement in changed]


NO_MESSAGE = "A hidden condition of this part does not hold for your answer."
_COMPARING = ("numpy", "pandas", "unittest")  # their messages show the expected values


def add_failed_assertion(error: BaseException, file: str = TEST_CELL) -> bool:
    """Add a failed line for an ``assert`` of a test cell, worth what the checks before it leave.

    Args:
        error: what the test cell raised.
        file: of the test cell's code.

    Returns:
        Whether there was one: False if the error is another one, or an assertion of a reference solution's.
    """
    if not isinstance(error, AssertionError):
        return False
    innermost = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
    module = str(innermost.f_globals.get("__name__", "")).partition(".")[0]
    is_own = innermost.f_code.co_filename == file
    if not is_own and module not in _COMPARING:
        return False
    lists = current().lists
    (lists[-1] if lists else Checks()).fail("a condition of this part", (is_own and str(error)) or NO_MESSAGE)
    return True


def _from_checks(judged: Judging, value: Any, points: float, complaint: str) -> Verdict:
    """The verdict on the lists of checks that a cell made; ``value`` is that of its last expression."""
    if not judged.lists:
        return Verdict(None, message=complaint, review="the hidden tests made no `Checks`")
    try:
        checks = tuple(result for one in judged.lists for result in one.results)
        earned = math.fsum(one.score() for one in judged.lists)
    except AuthorError as error:
        return Verdict(None, message=complaint, review=str(error))
    whole = math.fsum(one.points for one in judged.lists)
    fits = abs(whole - points) < 1e-6 and 0 <= earned <= points + 1e-9
    if not fits or (isinstance(value, numbers.Number) and not _is_score(value, earned)):
        ended = f", the cell ended with {value!r}" if value is not None else ""
        return Verdict(
            None, checks, complaint, f"the checks earn {earned:g} of {whole:g}, the cell has {points:g} points{ended}"
        )
    if any(check.status is Status.UNSURE for check in checks):
        return Verdict(None, checks, complaint, "a check could not tell whether the answer is right")
    return Verdict(min(round(earned, 9), points), checks, complaint)


def _is_score(value: Any, earned: float) -> bool:
    return type(value) is float and abs(value - earned) < 1e-6


def _from_value(value: Any, points: float) -> Verdict:
    """nbgrader's own rule: a number from 0 to the maximum is partial credit, anything else that ran is full credit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Verdict(points)
    if 0 <= value <= points:
        return Verdict(float(value))
    return Verdict(None, review=f"the test cell ended with {value!r}, which is not between 0 and its {points:g} points")


def _line(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]

"""The referee runs one test cell against a student's values, in a trusted process.

The cell is ordinary Python: a visible part, then hidden tests. It never touches the student's objects, only
decoded copies, so nothing that a student defines can change what the comparison means.
"""

from __future__ import annotations

import ast
import builtins
import ctypes
import functools
import signal
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from types import CodeType, FrameType
from typing import Any

from autograder.checks.outcome import CheckResult, Status
from autograder.evidence import Evidence, judging
from autograder.sandbox import CallFailed, CellRun, SessionEnded
from autograder.template import BEGIN_HIDDEN
from autograder.views import Function, Missing

TEST_SECONDS = 60  # a reference solution takes less than one


@dataclass(frozen=True)
class Verdict:
    """What a test cell says of a submission."""

    points: float | None  # None: could not be judged, a TA has to look
    checks: tuple[CheckResult, ...] = ()
    message: str = ""  # for the student, where the list of checks does not say it all
    review: str = ""  # for TAs and authors: why it could not be judged


class TestTimeout(BaseException):
    """A test cell ran longer than a test may; the author's fault, not the student's.

    Not an ``Exception``, so that a test that catches those does not swallow it.
    """


@dataclass
class Referee:
    """Runs the test cells of one submission, in order."""

    evidence: Evidence
    seconds: int = TEST_SECONDS
    _helpers: dict[str, Any] = field(default_factory=dict)  # what plain test cells defined for later ones

    def judge(self, source: str, points: float) -> Verdict:
        """Run one test cell worth ``points``."""
        try:
            cell = _Cell.parse(source)
        except SyntaxError as error:
            return Verdict(None, review=f"the test cell is not valid Python: {error}")
        report = _Reported(self.evidence)
        namespace = _Names(report, self._helpers, strict=not cell.uses_checks)
        try:
            with judging(report), _time_limit(self.seconds), redirect_stdout(StringIO()), redirect_stderr(StringIO()):
                verdict = cell.run(namespace, report, points)
        except SessionEnded as ended:
            return Verdict(0.0, message=ended.message)
        except TestTimeout:
            return Verdict(None, review=f"the test cell ran longer than {self.seconds} s")
        if not cell.uses_checks:
            self._helpers.update(namespace.helpers())
        return verdict


class _Names(dict[str, Any]):
    """Global names of a test cell: its own, then the student's values."""

    def __init__(self, evidence: Evidence, helpers: dict[str, Any], *, strict: bool) -> None:
        super().__init__(helpers, __name__="__test__", __builtins__=builtins)
        self._evidence = evidence
        self._strict = strict
        self._given = set(self)

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        value = self._evidence.value(name)
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
            name, _, text = str(failure).partition(": ")
            kind = getattr(builtins, name, None)
            if isinstance(kind, type) and issubclass(kind, Exception):
                raise kind(text) from None
            raise

    return call


class _Reported:
    """The evidence, plus the list of checks that the cell hands over."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.checks: tuple[CheckResult, ...] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._evidence, name)

    def report(self, points: float, results: tuple[CheckResult, ...]) -> None:
        del points
        self.checks = (self.checks or ()) + results


@dataclass(frozen=True)
class _Code:
    """Statements, compiled once; the value of a final expression is the result, as in a notebook."""

    statements: CodeType
    result: CodeType | None

    @classmethod
    def compile(cls, body: list[ast.stmt]) -> _Code:
        last = body[-1] if body else None
        if not isinstance(last, ast.Expr):
            return cls(compile(ast.Module(body, []), "<test cell>", "exec"), None)
        result = compile(ast.Expression(last.value), "<test cell>", "eval")
        return cls(compile(ast.Module(body[:-1], []), "<test cell>", "exec"), result)

    def run(self, names: _Names) -> Any:
        exec(self.statements, names)
        return None if self.result is None else eval(self.result, names)


@dataclass(frozen=True)
class _Cell:
    visible: _Code
    hidden: _Code | None
    uses_checks: bool

    @classmethod
    @functools.lru_cache(maxsize=256)
    def parse(cls, source: str) -> _Cell:
        lines = source.split("\n")
        first_hidden = next((number for number, line in enumerate(lines, 1) if BEGIN_HIDDEN in line), len(lines) + 1)
        body = ast.parse(source).body
        imports = [node for node in ast.walk(ast.Module(body, [])) if isinstance(node, ast.ImportFrom)]
        hidden = [node for node in body if node.lineno >= first_hidden]
        return cls(
            visible=_Code.compile([node for node in body if node.lineno < first_hidden]),
            hidden=_Code.compile(hidden) if hidden else None,
            uses_checks=any(node.module == "autograder" for node in imports),
        )

    def run(self, names: _Names, report: _Reported, points: float) -> Verdict:
        value, complaint = None, ""
        try:
            value = self.visible.run(names)
        except (SessionEnded, TestTimeout):
            raise
        except AssertionError as error:
            complaint = str(error) or "A check that you can see in this cell did not pass."
        except Exception as error:  # the visible part met an answer that it did not expect
            complaint = f"A check that you can see in this cell could not be carried out on your answer: {_line(error)}"
        if complaint and not self.uses_checks:
            return Verdict(0.0, message=complaint)
        try:
            if self.hidden is not None:
                value = self.hidden.run(names)
        except (SessionEnded, TestTimeout):
            raise
        except Exception as error:  # everything that a test cell can do wrong
            return self._hidden_failure(error)
        if self.uses_checks:
            return self._from_checks(report, value, points, complaint)
        return _from_value(value, points)

    def _hidden_failure(self, error: Exception) -> Verdict:
        if isinstance(error, CallFailed):
            return Verdict(0.0, message=f"Your function did not return: {error}")
        if self.uses_checks:
            return Verdict(None, review="".join(traceback.format_exception(error)))
        # A plain nbgrader test says "wrong" by raising; what it says may name the answer, so it stays hidden.
        return Verdict(0.0, message="A hidden test did not pass.")

    def _from_checks(self, report: _Reported, value: Any, points: float, complaint: str) -> Verdict:
        checks = report.checks
        if checks is None:
            return Verdict(None, message=complaint, review="the hidden tests ended without `checks.score()`")
        earned = sum(check.earned for check in checks)
        if not (type(value) is float and abs(value - earned) < 1e-6 and 0 <= earned <= points + 1e-9):
            return Verdict(
                None, checks, complaint, f"the cell ended with {value!r}, its checks add up to {earned:g} of {points:g}"
            )
        if any(check.status is Status.UNSURE for check in checks):
            return Verdict(None, checks, complaint, "a check could not tell whether the answer is right")
        return Verdict(min(round(earned, 9), points), checks, complaint)


def _from_value(value: Any, points: float) -> Verdict:
    """nbgrader's own rule: a number from 0 to the maximum is partial credit, anything else that ran is full credit."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Verdict(points)
    if 0 <= value <= points:
        return Verdict(float(value))
    return Verdict(None, review=f"the test cell ended with {value!r}, which is not between 0 and its {points:g} points")


def from_outputs(run: CellRun, points: float) -> Verdict:
    """The verdict of a test that ran in the student's process, read off its outputs by nbgrader's rule."""
    if run.error is not None or any(output.get("name") == "stderr" for output in run.outputs):
        return Verdict(0.0, message="A test did not pass.")
    for output in run.outputs:
        if output["output_type"] == "execute_result":
            try:
                return _from_value(float(str(output["data"].get("text/plain"))), points)
            except ValueError:
                return Verdict(points)
    return Verdict(points)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        with _time_limit_of_a_thread(seconds):
            yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        raise TestTimeout

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


@contextmanager
def _time_limit_of_a_thread(seconds: int) -> Iterator[None]:
    """Signals reach the main thread only; another one (a Dask worker's) is interrupted between two bytecodes."""
    thread = ctypes.c_ulong(threading.get_ident())
    stop = threading.Timer(seconds, ctypes.pythonapi.PyThreadState_SetAsyncExc, (thread, ctypes.py_object(TestTimeout)))
    stop.daemon = True
    stop.start()
    try:
        yield
    finally:
        stop.cancel()

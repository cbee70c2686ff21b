"""Trying hidden tests while writing them: ``with autograder.trying(slope=50.2):``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from autograder.checks.outcome import AuthorError
from autograder.checks.student import Judging, Submitter, judging
from autograder.errors import did_you_mean
from autograder.grading.evidence import not_csv
from autograder.grading.referee import add_failed_assertion
from autograder.pages.checks import as_html, as_text
from autograder.sandbox import CallFailed
from autograder.sandbox.inside.encode.value import Encoder
from autograder.sandbox.inside.figures.describe import Budget, describe
from autograder.values.decode import decode
from autograder.values.figures import decode_figures
from autograder.values.views import Figure, Missing

Table = pd.DataFrame | str | PathLike[str]
_BYTES = 64 << 20  # of one value, as in a sandbox
_NUMBERS, _ARTISTS = 500_000, 10_000  # of all figures, as in a sandbox


@contextmanager
def trying(
    *,
    figures: Iterable[Any] = (),
    data: Mapping[str, Table] | None = None,
    printed: str = "",
    points: float | None = None,
    submitted_as: str = "",
    others: Iterable[str] = (),
    **values: Any,
) -> Iterator[Judging]:
    """Run hidden tests on answers that you give, and show what a student would see.

    Every value and figure goes the way that a student's goes, so that what is judged is what would be judged. Inside
    the block, ``student.value("slope")`` is the answer; the plain name ``slope``, which means it in a test cell, is
    your own session's variable here. A failing ``assert`` is shown as a failed check.

    Args:
        figures: matplotlib figures that the student drew.
        data: file name → table or path, for ``student.data``.
        printed: what the student's cells printed.
        submitted_as: the id under which the answers count as submitted, for ``student.id``.
        others: ids of the rest of the class, for ``checks.whose``.
        points: of the test cell; default: the sum of the credits, or 1 where a credit is left out.
        values: the student's variables.

    Raises:
        AuthorError: if the credits do not add up to ``points``, no ``Checks`` were made, or a condition cannot do
            without a value that was not given.

    Example:
        >>> with trying(slope=50.2):
        ...     checks = Checks()
        ...     checks.number("slope", 10.467286)
        0 of 1 points
          ✗ `slope`: not right, 0 of 1 points
              Found: 50.2
              Hint: This is not the value that the data give.
    """
    evidence = _Given(values, tuple(figures), data or {}, printed)
    file = sys._getframe(2).f_code.co_filename  # of the block; between it and this function is the context manager
    with judging(evidence, points, submitter=Submitter(submitted_as, tuple(others))) as cell:
        try:
            yield cell
        except AssertionError as error:
            if not add_failed_assertion(error, file):
                raise
        except TypeError as error:  # in a test cell, a condition is worked out inside its check
            if f"'{Missing.__name__}'" not in str(error):
                raise
            raise AuthorError(
                f"a value that was not given was computed with ({error}). In a test cell the check of it fails;",
                str(error),
                remedy="to see that here, make the condition a function: checks.that(label, lambda: …)",
            ) from error
        if not cell.lists:
            raise AuthorError(
                "nothing was tried: no `Checks` were made inside of `with trying(…)`.",
                expected="Checks",
                remedy="Make them there: checks = Checks()",
            )
        for checks in cell.lists:
            _show(checks.score(), checks.results)
        if cell.remarks:
            print(f"For the TA: {' '.join(cell.remarks)}")


@dataclass(frozen=True)
class _Given:
    """Evidence made of values that an author gives."""

    values: Mapping[str, Any]
    drawn: tuple[Any, ...]
    tables: Mapping[str, Table]
    output: str
    _functions: list[Any] = field(default_factory=list)

    def value(self, name: str) -> Any:
        """The value as it would arrive from a sandbox."""
        if name not in self.values:
            return Missing(name)
        return self._arrived(self.values[name])

    def _arrived(self, value: Any) -> Any:
        return decode(Encoder(self._functions, _BYTES).encode(value), call=self._call)

    def _call(self, function: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        try:
            return self._arrived(self._functions[function](*args, **kwargs))
        except Exception as error:
            raise CallFailed(f"{type(error).__name__}: {error}") from None

    def data(self, filename: str) -> pd.DataFrame:
        """A fresh copy of a table.

        Raises:
            AuthorError: no such file was given, or its path is wrong.
        """
        if filename not in self.tables:
            known = list(self.tables)
            raise AuthorError(
                f"no data file {filename!r} was given (given: {', '.join(known) or 'none'}).",
                filename,
                known,
                f"Give it: trying(data={{{filename!r}: table or path}}, …).{did_you_mean(str(filename), known)}",
            )
        table = self.tables[filename]
        return table.copy() if isinstance(table, pd.DataFrame) else _read(filename, table)

    def figures(self) -> tuple[Figure, ...]:
        """The figures as they would be recorded."""
        budget = Budget(_NUMBERS, _ARTISTS)
        described = [describe(getattr(figure, "figure", figure), budget) for figure in self.drawn]
        return decode_figures([one for one in described if one is not None])

    def stopped(self) -> str:
        """Nothing stops: the values are there."""
        return ""

    def printed(self) -> str:
        """What was printed."""
        return self.output


def _read(filename: str, place: str | PathLike[str]) -> pd.DataFrame:
    """The table at a path that an author gives.

    Raises:
        AuthorError: it cannot be read, or is no CSV.
    """
    try:
        return pd.read_csv(place)
    except ValueError as problem:  # no UTF-8, no table
        raise not_csv(filename, problem) from None
    except OSError as problem:
        path = Path(place)
        known = sorted(other.name for other in path.parent.glob("*.csv"))
        begins = "" if path.is_absolute() else f", which begins in {Path.cwd()}"
        raise AuthorError(
            f"the data file {filename!r} cannot be read from {str(place)!r}: {problem.strerror or problem}.",
            str(place),
            known,
            f"Correct the path{begins}.{did_you_mean(path.name, known)}",
        ) from None


def _show(points: float, results: Any) -> None:
    """Show a list of checks, as HTML in a notebook and as text elsewhere."""
    if _in_a_notebook():
        from IPython.display import HTML, display

        display(HTML(as_html(points, results)))
    else:
        print(as_text(points, results))


def _in_a_notebook() -> bool:
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")

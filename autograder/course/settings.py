"""What a course sets in ``nbgrader_config.py`` for grading: the section ``c.Autograder``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from traitlets import Dict, Enum, List, Unicode
from traitlets.config import Configurable

from autograder.errors import CourseError
from autograder.sandbox import Limits

_CELLS = 4  # of the longest that are allowed, a notebook may have; stock nbgrader has no limit for a notebook
_FORMER = "SandboxedExecute"  # the section in which these settings were
_STEPS = "autograder.plugins.preprocessors."
_NGSHARES = "ngshare_exchange.collect"  # ngshare's own way of collecting, which trusts every name and size
_GONE = {"tests_beside_the_student", "tests_in_student_process"}  # every test cell without `Checks` runs so now


class Autograder(Configurable):
    """The section ``c.Autograder``; each setting is one line, for example ``c.Autograder.second_data = "other"``."""

    limits = Dict(
        help="Limits of every submission by name, for example {'cell_seconds': 60}; see autograder.sandbox.Limits. "
        "nbgrader's own c.Execute.timeout is the limit of a cell where none is set here."
    ).tag(config=True)
    assignment_limits = Dict(
        help="Limits of single assignments, for example {'05-mixed-model': {'memory_mb': 4096}}."
    ).tag(config=True)
    unconfirmed = Enum(
        ("points", "none"),
        "points",
        help="What a test cell without `Checks` earns if it passes in the student's process but not on copies of its "
        "values: nbgrader's points, with a remark for the TA, or none until somebody has looked.",
    ).tag(config=True)
    isolation = Enum(
        ("bubblewrap", "none"),
        "bubblewrap",
        help="'none' runs student code with your rights: it can read solutions and change grades. A warning is "
        "printed on every run.",
    ).tag(config=True)
    second_data = Unicode(
        "variants",
        help="Folder in the course that holds, by assignment, other data files for a second run of each submission.",
    ).tag(config=True)
    vocabulary = Unicode(
        "vocabulary.toml",
        help="File in the course that gives the units and words of its subject, by which numbers of written answers "
        "are read; see autograder.written.vocabulary.",
    ).tag(config=True)
    hidden_packages: List[str] = List(
        help="Packages that student code must not be able to read, beyond those that tests import, for example "
        "['clinic_data', 'course.answers']; see autograder.workers.packages for the rule."
    ).tag(config=True)
    student_packages: List[str] = List(
        help="Packages that tests import and students may import too, for example ['course_tools']; the usual "
        "libraries (numpy, pandas, …: autograder.workers.packages.STUDENT_PACKAGES) need not be named."
    ).tag(config=True)
    no_second_run: List[str] = List(help="Assignments whose submissions are run once only.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        _refuse_former_lines(self.config)

    @property
    def isolated(self) -> bool:
        """Whether student code is isolated; only an explicit setting switches that off."""
        return bool(self.isolation != "none")

    def limits_of(self, assignment: str) -> Limits:
        """The limits in force for an assignment: its own, then the course's, then nbgrader's ``c.Execute.timeout``.

        Raises:
            CourseError: a configured limit does not exist, or has a value that it cannot have.
        """
        own = self.assignment_limits.get(assignment, {})
        if not isinstance(own, Mapping):
            raise CourseError(
                f"nbgrader_config.py: c.Autograder.assignment_limits[{assignment!r}] must give limits by name, for "
                f"example {{'memory_mb': 4096}}, not {own!r}.",
                own,
            )
        chosen = {**self._nbgraders(), **self.limits, **own}
        known = {field.name for field in fields(Limits)}
        unknown = sorted(set(chosen) - known)
        if unknown:
            raise CourseError(
                f"nbgrader_config.py sets unknown limits: {', '.join(map(repr, unknown))}. "
                f"There are: {', '.join(sorted(known))}.",
                unknown,
                sorted(known),
            )
        try:
            return Limits(**{**asdict(Limits()), **chosen})
        except ValueError as problem:
            raise CourseError(f"nbgrader_config.py: {problem}.", chosen) from None

    def _nbgraders(self) -> dict[str, float]:
        """nbgrader's own limit, ``c.Execute.timeout``: seconds for a cell; ``None`` or -1: no limit but a notebook's.

        Raises:
            CourseError: it is no number of seconds.
        """
        sections = [self.config[name] for name in ("Execute", "ExecutePreprocessor") if name in self.config]
        found = [section["timeout"] for section in sections if "timeout" in section]
        if not found:
            return {}
        try:
            seconds = -1 if found[0] is None else float(str(found[0]))
        except ValueError:
            raise CourseError(f"c.Execute.timeout must be a number of seconds, got {found[0]!r}.", found[0]) from None
        whole = Limits().notebook_seconds
        if seconds <= 0:
            return {"cell_seconds": whole}
        longer = max(whole, _CELLS * seconds) if seconds > Limits().cell_seconds else whole
        return {"cell_seconds": seconds, "notebook_seconds": longer, "cpu_seconds": longer}


def _refuse_former_lines(config: Any) -> None:
    """Settings that would be ignored in silence are refused, with the line that takes their place.

    Raises:
        CourseError: there are some.
    """
    former = config.get(_FORMER, {})
    if former:
        lines = [f"  c.{_FORMER}.{name}  {_now(name)}" for name in sorted(former)]
        message = [f"nbgrader_config.py has settings in the former section c.{_FORMER}:", *lines]
        raise CourseError("\n".join(message), sorted(former), remedy="\nChange these lines.")
    if _NGSHARES in str(config.get("ExchangeFactory", {}).get("collect", "")):
        raise CourseError(
            "nbgrader_config.py calls configureExchange(c) of ngshare after autograder.plugins.configure(c), so that "
            "submissions are collected without bounds.",
            _NGSHARES,
            remedy="\nCall configureExchange(c) first, then configure(c).",
        )
    steps = [name for name in ("sanitize_preprocessors", "autograde_preprocessors") if _STEPS in _text(config, name)]
    if steps:
        lines = [f"  c.Autograde.{name}  names steps that do not exist any more" for name in steps]
        how = "Remove the lines, and call autograder.plugins.configure(c), which sets all that is needed."
        message = ["nbgrader_config.py configures a former way of grading:", *lines]
        raise CourseError("\n".join(message), steps, remedy=f"\n{how}")


def _now(name: str) -> str:
    return "is needless now: remove it" if name in _GONE else f"is now  c.Autograder.{name}"


def _text(config: Any, name: str) -> str:
    return str(config.get("Autograde", {}).get(name, ""))

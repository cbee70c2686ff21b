"""The commands ``autograder new course`` and ``autograder new assignment``."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from autograder.commands import DONE, count
from autograder.errors import CourseError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

HELP = "begin a course, or an assignment that grades and audits as it stands"
EXAMPLES = (
    "autograder new course statistics                        the folder, with its configuration",
    "autograder new assignment 01-first                      with an example's data",
    "autograder new assignment 02-rain --data ~/rain.csv     with your own; --columns Y X chooses among them",
)
CONFIG = "nbgrader_config.py"
EXAMPLE = "plants.csv"  # the data of an assignment that brings none
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_LEAST_ROWS = 5
_FEW_VALUES = 2  # of which nothing is worth asking
_LEFT_OUT = 10  # of so many rows, the second run lacks one
_SEED = 1
_CELL = re.compile(r"^%% (?P<kind>\w+) (?P<name>\S+) ?(?P<points>\d*)\n", re.MULTILINE)


def NEEDS_COURSE(options: argparse.Namespace) -> bool:  # noqa: N802  see autograder.commands.Command
    """Whether something is added to a course."""
    return bool(options.what == "assignment")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    what = parser.add_subparsers(required=True, metavar="WHAT", dest="what")
    course = what.add_parser("course", help="a course folder", description="Begin a course in a folder.")
    course.add_argument("folder", type=Path, metavar="DIR")
    about = (
        "Begin an assignment: a notebook with one part of each kind, answers for the audit, and other data for the "
        "second run of each submission. Nothing that is there is overwritten."
    )
    assignment = what.add_parser("assignment", help="an assignment of this course", description=about)
    assignment.add_argument("name", metavar="NAME")
    assignment.add_argument(
        "--data", type=Path, metavar="FILE", help="a CSV file that students get (default: an example, plants.csv)"
    )
    assignment.add_argument(
        "--columns",
        nargs=2,
        metavar=("RESPONSE", "PREDICTOR"),
        help="two columns of numbers that the parts ask for; rows without a value of them are left out",
    )


def run(options: argparse.Namespace, console: Console) -> int:
    """Write what was asked for, and say what to do next."""
    written, then = _course(options.folder) if options.what == "course" else _assignment(options)
    for path in written:
        console.print(f"[green]+[/] {escape(str(path))}", highlight=False, soft_wrap=True)
    console.print(escape(then), highlight=False, soft_wrap=True)
    return DONE


def _course(folder: Path) -> tuple[list[Path], str]:
    course_id = folder.resolve().name
    if not _NAME.fullmatch(course_id):
        raise CourseError(_unfit("The course folder", course_id), course_id)
    config = _rendered("nbgrader_config.py.jinja", {"course_id": course_id})
    written = _write({folder / CONFIG: config.encode()})
    there = "" if folder.resolve() == Path.cwd() else f"cd {folder}; "
    return written, f"Next: {there}autograder new assignment 01-first"


def _assignment(options: argparse.Namespace) -> tuple[list[Path], str]:
    from autograder.audit.bank import BANKS, find_bank
    from autograder.course.course import Course

    name = options.name
    if not _NAME.fullmatch(name):
        raise CourseError(_unfit("An assignment", name), name)
    course = Course.here()
    file, content = _data(options.data)
    about = _About.of(name, file, content, options.columns)
    source = course.folder("source", ".", name)
    bank = (find_bank(course.root) or course.root / BANKS[-1]) / name
    text = _rendered("assignment.txt.jinja", {**vars(about), "delimiters": course.delimiters})
    files = {
        source / f"{name}.ipynb": _notebook(text),
        source / file: content,
        course.root / course.settings.second_data / name / file: second_data(content),
        bank / "answers.toml": _rendered("answers.toml.jinja", vars(about)).encode(),
    }
    written = [Path(path).relative_to(course.root) for path in _write(files)]
    return written, f"{about.columns}\nNext: autograder try {name} --part q1; autograder audit {name}"


def _unfit(what: str, name: str) -> str:
    return f"{what} cannot be called {name!r}: use letters, digits, '.', '-' and '_', and begin with a letter or digit."


def _write(files: Mapping[Path, bytes]) -> list[Path]:
    """Write new files, all or none.

    Raises:
        CourseError: one of them is there already, or its folder cannot be made.
    """
    from autograder.course.files import write_atomically

    there = [path for path in files if path.exists() or path.is_symlink()]
    if there:
        names = ", ".join(map(str, there))
        raise CourseError(f"There is already {names}; nothing was written.", there, remedy="Choose another name.")
    for path, content in files.items():
        try:
            write_atomically(path, content)
        except OSError as problem:
            raise CourseError(f"{path} cannot be written: {problem.strerror}.", str(path)) from None
    return list(files)


@dataclass(frozen=True)
class _About:
    """What the templates of an assignment need to know."""

    name: str
    file: str
    y: str  # a column of numbers
    x: str  # another one; empty where there is none
    known: str  # code behind the table that leaves out rows without a value of these; empty where none is missing
    columns: str  # which columns were taken and which were passed over, in sentences

    @classmethod
    def of(cls, name: str, file: str, content: bytes, chosen: Sequence[str] | None = None) -> _About:
        """Choose the columns that the parts ask for: first those that are measured rather than counted.

        Args:
            name: of the assignment.
            file: name of the data.
            content: of the file.
            chosen: response and predictor, where they are given.

        Raises:
            CourseError: there is no table with a column of numbers, or a column that was chosen is none.
        """
        columns = {str(label): column for label, column in _table(file, content).items()}
        rows = max(map(len, columns.values()), default=0)
        unfit = {label: why for label, column in columns.items() if (why := _unfit_for_numbers(column))}
        numbers = sorted((one for one in columns if one not in unfit), key=lambda one: _numbers_rows(columns[one]))
        if rows < _LEAST_ROWS or not numbers:
            raise CourseError(
                f"{file} needs {_LEAST_ROWS} rows and a column of numbers that differ and of which most are known; "
                f"it has {rows} rows and the columns {', '.join(map(repr, columns))}.",
                rows if rows < _LEAST_ROWS else unfit,
                _LEAST_ROWS if rows < _LEAST_ROWS else "a column of numbers",
                "Name another table (--data).",
            )
        for one in chosen or ():
            if one not in numbers:
                why = unfit.get(one, "there is no such column")
                raise CourseError(
                    f"The parts cannot ask for {one!r} of {file}: {why}.",
                    one,
                    numbers,
                    f"They can ask for {', '.join(map(repr, numbers))}.{did_you_mean(one, numbers)}",
                )
        y = chosen[0] if chosen else next((one for one in numbers if columns[one].dtype.kind == "f"), numbers[0])
        x = chosen[1] if chosen else next((one for one in numbers if one != y), "")
        others = {one: "it numbers the rows" for one in numbers if one not in (y, x) and _numbers_rows(columns[one])}
        asked = [one for one in (y, x) if one]
        gaps = [one for one in asked if columns[one].isna().any()]
        lost = sum(any(missing) for missing in zip(*(columns[one].isna() for one in asked), strict=True))
        if rows - lost < _LEAST_ROWS:
            both = f"{y!r} and {x!r} of {file} are known together" if x else f"{y!r} of {file} is known"
            raise CourseError(
                f"{both} in {count(rows - lost, 'row')} only.",
                rows - lost,
                _LEAST_ROWS,
                f"Choose others that are known in {_LEAST_ROWS} rows (--columns), or name another table (--data).",
            )
        known = f".dropna(subset={json.dumps(gaps, ensure_ascii=False)})" if gaps else ""
        return cls(name, file, y, x, known, _told(y, x, gaps, lost, {**unfit, **others}))


def _told(y: str, x: str, gaps: Sequence[str], lost: int, passed_over: Mapping[str, str]) -> str:
    said = [f"The parts ask for {y!r}" + (f" as response and {x!r} as predictor." if x else ".")]
    if gaps:
        without = " or ".join(map(repr, gaps))
        said.append(f"They leave out {count(lost, 'row')} in which {without} is missing.")
    if not x:
        said.append("There are no parts 4 to 6 (a model, a figure, a choice), which ask for two columns.")
    if passed_over:
        why = ", ".join(f"{one!r} ({reason})" for one, reason in passed_over.items())
        said.append(f"Passed over: {why}. To choose others: --columns RESPONSE PREDICTOR.")
    return " ".join(said)


def _unfit_for_numbers(column: pd.Series[Any]) -> str:
    """Why no part can ask for a column; empty where it can."""
    if column.dtype.kind not in "iuf":
        return "it holds no numbers"
    if (missing := int(column.isna().sum())) > len(column) / 2:
        return f"{missing} of {len(column)} values are missing"
    return "" if column.nunique() > _FEW_VALUES else f"it has only {count(column.nunique(), 'different value')}"


def _numbers_rows(column: pd.Series[Any]) -> bool:
    """Whether a column only counts the rows, up from any number."""
    return column.dtype.kind in "iu" and bool((column.diff().iloc[1:] == 1).all())


def _data(path: Path | None) -> tuple[str, bytes]:
    if path is None:
        return EXAMPLE, _template(EXAMPLE)
    if path.suffix.lower() != ".csv":
        raise CourseError(f"{path} is no CSV file.", str(path), ".csv", "Save the table as CSV, with commas.")
    try:
        return path.name, path.read_bytes()
    except OSError as problem:
        raise CourseError(f"{path} cannot be read: {problem.strerror}.", str(path)) from None


def _table(file: str, content: bytes) -> pd.DataFrame:
    import io

    import pandas as pd

    try:
        return pd.read_csv(io.BytesIO(content))
    except ValueError as problem:  # no UTF-8, no table
        raise CourseError(
            f"{file} cannot be read as a CSV file in UTF-8: {str(problem).strip().rstrip('.')}.",
            str(problem),
            "CSV in UTF-8",
            "Save the table as CSV in UTF-8, with commas.",
        ) from None


def second_data(content: bytes) -> bytes:
    """Other data of the same kind, by which a second run tells whether answers follow the data.

    A tenth of the rows, at least one, is left out, the same ones each time; the others stay as they are, in order.

    Args:
        content: of a CSV file with a heading.
    """
    import io

    import numpy as np
    import pandas as pd

    table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    count = max(1, len(table) // _LEFT_OUT)
    left_out = np.random.default_rng(_SEED).choice(len(table), size=count, replace=False)
    text: str = table.drop(index=left_out.tolist()).to_csv(index=False, lineterminator="\n")
    return text.encode()


def _template(name: str) -> bytes:
    return resources.files(__package__).joinpath("templates", name).read_bytes()


def _rendered(template: str, about: Mapping[str, Any]) -> str:
    import jinja2

    environment = jinja2.Environment(  # of Python, TOML and Markdown, no HTML
        undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    environment.filters["python"] = lambda text: json.dumps(text, ensure_ascii=False)
    return environment.from_string(_template(template).decode()).render(about)


def _notebook(text: str) -> bytes:
    """A notebook of cells that begin with ``%% KIND NAME POINTS``."""
    from nbformat import v4, writes

    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = v4.new_notebook(cells=list(_cells(text)), metadata={"kernelspec": spec})
    return f"{writes(notebook)}\n".encode()


def _cells(text: str) -> Iterator[Any]:
    from nbformat import v4

    begins = list(_CELL.finditer(text))
    for begin, end in zip(begins, [*(one.start() for one in begins[1:]), len(text)], strict=True):
        kind, name, points = begin["kind"], begin["name"], begin["points"]
        is_text = kind in ("text", "written")
        about: dict[str, Any] = {
            "grade_id": name,
            "grade": kind in ("tests", "written"),
            "solution": kind in ("answer", "written"),
            "locked": kind not in ("answer", "written"),
            "task": False,
            "schema_version": 3,
        }
        if points:
            about["points"] = int(points)
        make: Any = v4.new_markdown_cell if is_text else v4.new_code_cell
        source = text[begin.end() : end].strip("\n")
        yield make(source, id=name, metadata={} if name == "title" else {"nbgrader": about})

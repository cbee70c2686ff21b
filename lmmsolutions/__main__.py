"""``lmmsolutions 05-mixed-model``: the reference answers of an assignment, for teaching assistants."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lmmsolutions.core.data import DATASETS, Dataset, UnsuitableData, load
from lmmsolutions.core.fitting import MixedFitError
from lmmsolutions.core.results import FittedModel, stated
from lmmsolutions.lessons.assignments import ASSIGNMENTS, Assignment
from lmmsolutions.lessons.subject_fits import SubjectFit


def main(argv: Sequence[str] | None = None) -> int:
    """Print the answers of one assignment, or the list of assignments; the exit status is 0, or 1 after an error."""
    options = _parser().parse_args(argv)
    if options.assignment is None:
        _print(["Assignments:", *_table([(name, item.title) for name, item in ASSIGNMENTS.items()])])
        return 0
    try:
        _print(report(options.assignment, *_tables(ASSIGNMENTS[options.assignment], options.data, options.student)))
    except (OSError, ValueError, MixedFitError) as error:
        print(f"lmmsolutions: {error}", file=sys.stderr)
        return 1
    return 0


def report(name: str, *tables: pd.DataFrame) -> list[str]:
    """The lines that the command prints for one assignment.

    Args:
        name: of the assignment.
        tables: its data, in the order of ``Assignment.datasets``.

    Raises:
        UnsuitableData: the data lack something that the assignment needs.
        MixedFitError: the mixed model has no regular fit on the data.
    """
    assignment = ASSIGNMENTS[name]
    try:
        solution = assignment.solve(*tables)
    except KeyError as error:
        raise UnsuitableData(f"the data lack the column or the subject {error}") from error
    answers = [
        (field, _text(getattr(solution, field)), means.unit, means.meaning)
        for field, means in stated(type(solution)).items()
    ]
    order = list(dict.fromkeys(row.quantity for row in assignment.mistakes))
    rows = sorted(assignment.mistakes, key=lambda row: order.index(row.quantity))
    mistakes = [(row.quantity, row.name, _text(row.wrong(*tables)), f"{row.keeps:.0%}") for row in rows]
    return [
        f"{name}: {assignment.title} ({', '.join(f'{len(table)} rows' for table in tables)} of data)",
        "",
        *_table([("answer", "value", "unit", "meaning"), *answers]),
        *_details(solution),
        "",
        "Mistakes that are recognized, and the share of the credit that they keep:",
        *_table([("answer", "mistake", "value", "keeps"), *mistakes]),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lmmsolutions", description="Reference answers of the seminar, for TAs.")
    parser.add_argument("assignment", nargs="?", choices=ASSIGNMENTS, help="name of an assignment; none: list them")
    parser.add_argument(
        "--data", type=Path, metavar="FILE", nargs="+", help="other CSV files than the published ones, in their order"
    )
    parser.add_argument(
        "--student",
        metavar="ID",
        default="",
        help="whose data, where each student has their own (default: an example's)",
    )
    return parser


def _tables(assignment: Assignment, files: Sequence[Path] | None, student: str) -> tuple[pd.DataFrame, ...]:
    if files is None:
        return assignment.given(*map(load, assignment.datasets), student=student)
    if len(files) != len(assignment.datasets):
        wanted = ", ".join(DATASETS[name].file for name in assignment.datasets)
        raise UnsuitableData(f"want a file for each of {wanted}, got {len(files)}")
    tables = [_read(path, DATASETS[name]) for path, name in zip(files, assignment.datasets, strict=True)]
    return assignment.given(*tables, student=student)


def _read(path: Path, dataset: Dataset) -> pd.DataFrame:
    """A CSV file with the columns of a data set.

    Raises:
        OSError: the file cannot be read.
        UnsuitableData: it is no table, or a column is missing.
    """
    try:
        data = pd.read_csv(path)
    except (UnicodeDecodeError, ValueError) as error:  # pandas' own parser errors are ValueErrors
        raise UnsuitableData(f"{path} is not a CSV table: {error}") from error
    absent = [column for column in dataset.units if column not in data.columns]
    if absent:
        raise UnsuitableData(f"{path} lacks the column(s) {', '.join(absent)}; it has {', '.join(data.columns)}")
    return data


def _text(value: Any) -> str:
    """A value in one line."""
    match value:
        case float():
            return f"{value:.7g}"
        case pd.DataFrame():
            return f"{len(value)} rows × {len(value.columns)} columns"
        case pd.Series():
            return f"{len(value)} values: {', '.join(f'{number:.4g}' for number in value.head(3))}, …"
        case ((pd.Series() | Mapping()) as left, (pd.Series() | Mapping())):
            return f"{len(left)} points" if isinstance(left, pd.Series) else f"{len(left)} groups with their members"
        case np.ndarray():
            return f"{len(value)} values: {', '.join(f'{number:.7g}' for number in value[:3])}, …"
        case (float() as intercept, float() as slope):
            return f"{intercept:.7g} + {slope:.7g} · x"
        case FittedModel():
            estimates = ", ".join(f"{estimate:.4g}" for estimate in value.fe_params[:3])
            return f"{value.method or ''} {value.model_kind}({', '.join(value.exog_names[:3])}) = {estimates}".strip()
        case Mapping():
            return f"{len(value)} lines"
        case None:
            return "cannot be fitted"
    return str(value)


def _details(solution: Any) -> Iterable[str]:
    """Values of groups, days and tables, one line each."""
    for field, means in stated(type(solution)).items():
        value = getattr(solution, field)
        match value:
            case pd.Series():
                rows = [(str(label), f"{number:.6f}") for label, number in value.items()]
                yield from ("", f"{field} ({means.unit}):", *_table([("of", "value"), *rows]))
            case np.ndarray():
                rows = [(str(place), f"{number:.6f}") for place, number in enumerate(value)]
                yield from ("", f"{field} ({means.unit}):", *_table([("place", "value"), *rows]))
            case pd.DataFrame() if value.index.name is not None or field == "comparison":
                names = ("of", *map(str, value.columns))
                cells = [(str(label), *(f"{number:.7g}" for number in row)) for label, *row in value.itertuples()]
                yield from ("", f"{field} ({means.unit}):", *_table([names, *cells]))
            case Mapping():
                lines = _table([("subject", "intercept", "slope"), *_lines(value)])
                yield from ("", f"{field} (ms, ms per day):", *lines)


def _lines(fits: Mapping[int, SubjectFit]) -> list[tuple[str, str, str]]:
    return [(str(subject), f"{fit.intercept:.6f}", f"{fit.slope:.6f}") for subject, fit in fits.items()]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _print(lines: Iterable[str]) -> None:
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:  # whoever reads has read enough: `lmmsolutions 05-mixed-model | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

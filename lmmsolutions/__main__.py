"""``lmmsolutions 05-mixed-model``: the reference answers of an assignment, for teaching assistants."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lmmsolutions import correlation, data_overview, mixed_model, ols, subject_comparisons, subject_fits
from lmmsolutions.data import UnsuitableData, load
from lmmsolutions.fitting import MixedFitError
from lmmsolutions.results import FittedModel, Mistake, SubjectFit, stated


@dataclass(frozen=True)
class Assignment:
    """One assignment and where its answers come from."""

    title: str
    solve: Callable[[pd.DataFrame], Any]
    mistakes: tuple[Mistake, ...]


ASSIGNMENTS: Mapping[str, Assignment] = {
    "01-data-overview": Assignment("the table and its ranges", data_overview.solve, data_overview.MISTAKES),
    "02-correlation": Assignment(
        "cleaning, and Days against Reaction",
        correlation.solve,
        (*correlation.MISTAKES, *correlation.MISTAKES_IN_CLEANING),
    ),
    "03-ols": Assignment("one line for all subjects", ols.solve, ols.MISTAKES),
    "04-subject-fits": Assignment("a line for each subject", subject_fits.solve, subject_fits.MISTAKES),
    "05-mixed-model": Assignment("random intercept per Subject, REML", mixed_model.solve, mixed_model.MISTAKES),
    "06-subject-comparisons": Assignment(
        "two subjects' lines in the mixed model", subject_comparisons.solve, subject_comparisons.MISTAKES
    ),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Print the answers of one assignment, or the list of assignments; the exit status is 0, or 1 after an error."""
    options = _parser().parse_args(argv)
    if options.assignment is None:
        _print(["Assignments:", *_table([(name, item.title) for name, item in ASSIGNMENTS.items()])])
        return 0
    try:
        data = load("sleepstudy") if options.data is None else _read(options.data)
        _print(report(options.assignment, data))
    except (OSError, ValueError, MixedFitError) as error:
        print(f"lmmsolutions: {error}", file=sys.stderr)
        return 1
    return 0


def report(name: str, data: pd.DataFrame) -> list[str]:
    """The lines that the command prints for one assignment.

    Raises:
        UnsuitableData: the data lack something that the assignment needs.
        MixedFitError: the mixed model has no regular fit on the data.
    """
    assignment = ASSIGNMENTS[name]
    try:
        solution = assignment.solve(data)
    except KeyError as error:
        raise UnsuitableData(f"the data lack the column or the subject {error}") from error
    answers = [
        (field, _text(getattr(solution, field)), means.unit, means.meaning)
        for field, means in stated(type(solution)).items()
    ]
    order = list(dict.fromkeys(row.quantity for row in assignment.mistakes))
    rows = sorted(assignment.mistakes, key=lambda row: order.index(row.quantity))
    mistakes = [(row.quantity, row.name, _text(row.wrong(data)), f"{row.keeps:.0%}") for row in rows]
    return [
        f"{name}: {assignment.title} ({len(data)} rows of data)",
        "",
        *_table([("answer", "value", "unit", "meaning"), *answers]),
        *_details(solution),
        "",
        "Mistakes that are recognised, and the share of the credit that they keep:",
        *_table([("answer", "mistake", "value", "keeps"), *mistakes]),
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lmmsolutions", description="Reference answers of the seminar, for TAs.")
    parser.add_argument("assignment", nargs="?", choices=ASSIGNMENTS, help="name of an assignment; none: list them")
    parser.add_argument("--data", type=Path, metavar="FILE", help="another CSV file than the published sleepstudy")
    return parser


def _read(path: Path) -> pd.DataFrame:
    """A CSV file with the columns of the seminar.

    Raises:
        OSError: the file cannot be read.
        UnsuitableData: it is no table, or a column is missing.
    """
    try:
        data = pd.read_csv(path)
    except (UnicodeDecodeError, ValueError) as error:  # pandas' own parser errors are ValueErrors
        raise UnsuitableData(f"{path} is not a CSV table: {error}") from error
    absent = [column for column in ("Reaction", "Days", "Subject") if column not in data.columns]
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
        case (pd.Series() as x, pd.Series()):
            return f"{len(x)} points"
        case (float() as intercept, float() as slope):
            return f"{intercept:.7g} + {slope:.7g} · Days"
        case FittedModel():
            estimates = ", ".join(f"{estimate:.4g}" for estimate in value.fe_params[:3])
            return f"{value.method or ''} {value.model_kind}({', '.join(value.exog_names[:3])}) = {estimates}".strip()
        case Mapping():
            return f"{len(value)} lines"
        case None:
            return "cannot be fitted"
    return str(value)


def _details(solution: Any) -> Iterable[str]:
    """Values per subject, one line each."""
    for field, means in stated(type(solution)).items():
        value = getattr(solution, field)
        if isinstance(value, pd.Series):
            rows = [(str(subject), f"{number:.6f}") for subject, number in value.items()]
            yield from ("", f"{field} ({means.unit}):", *_table([("subject", "value"), *rows]))
        elif isinstance(value, Mapping):
            yield from ("", f"{field} (ms, ms per day):", *_table([("subject", "intercept", "slope"), *_lines(value)]))


def _lines(fits: Mapping[int, SubjectFit]) -> list[tuple[str, str, str]]:
    return [(str(subject), f"{fit.intercept:.6f}", f"{fit.slope:.6f}") for subject, fit in fits.items()]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines with aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _print(lines: Iterable[str]) -> None:
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())

"""``python -m lmmsolutions.variants``: write ``variants/<assignment>/sleepstudy.csv`` and how they were screened."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from lmmsolutions.__main__ import ASSIGNMENTS
from lmmsolutions.data import DATASETS
from lmmsolutions.variants.candidate import SAME_ANSWERS
from lmmsolutions.variants.drawing import WITH_FAULTS
from lmmsolutions.variants.screening import Found, NoVariant, search

REPORT = "README.md"

_ABOUT = """# Other data for a second run

Each submission is run twice: on the published data, which gives the points, and on the `sleepstudy.csv` of this
folder that belongs to its assignment. An answer that holds only on the published data was typed in, not computed.
Take an assignment's folder away, and its submissions are run once.

`python -m lmmsolutions.variants`, run in the course's root, writes this folder. It writes the same each time; run it
again when the table of misconceptions or a tolerance has changed. Columns, rows, days and subjects are those of the
published table. Each subject has another intercept and another slope and each row another residual, drawn from the
model with random intercepts and slopes that fits the published data. The table of `{with_faults}` has missing values
and zeros besides, for its question is about cleaning; the other five are alike.
`lmmsolutions <assignment> --data variants/<assignment>/sleepstudy.csv` prints the right answers on a file.

Some answers are the same on all such data, so that honest code which relies on rows, days and subjects runs. Typed in,
these are not noticed: {same}.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, screen and write; the exit status is 0, or 1 if no seed gives a data set that passes."""
    parser = argparse.ArgumentParser(prog="python -m lmmsolutions.variants", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("variants"), help="where to write (default: variants)")
    options = parser.parse_args(argv)
    try:
        found = search()
    except NoVariant as error:
        print(f"lmmsolutions.variants: {error}", file=sys.stderr)
        return 1
    for name, content in files(found).items():
        path = options.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    print("\n".join(_screening(found)))
    return 0


def files(found: Found) -> Mapping[str, bytes]:
    """Everything that is written: path within the folder → content."""
    tables = {f"{name}/{DATASETS['sleepstudy'].file}": found.variant.content(name) for name in ASSIGNMENTS}
    return {**tables, REPORT: report(found).encode()}


def report(found: Found) -> str:
    """What the folder holds and what the screening measured, as Markdown."""
    about = _ABOUT.format(with_faults=WITH_FAULTS, same=", ".join(f"`{name}`" for name in SAME_ANSWERS))
    return "\n".join([about, "## Screening", "", *_screening(found), ""])


def _screening(found: Found) -> list[str]:
    """The seed, what rejected the seeds before it, and what was measured."""
    reasons = [f"{number} by “{name}”" for name, number in found.reasons().items()]
    return [
        f"Seed {found.variant.seed}, the first that meets every criterion; "
        f"{len(found.rejected)} were rejected{': ' if reasons else ''}{', '.join(reasons)}.",
        "",
        "| criterion | wanted | measured |",
        "|:--|:--|:--|",
        *(f"| {finding.name} | {finding.wants} | {finding.measured} |" for finding in found.findings),
    ]


if __name__ == "__main__":
    sys.exit(main())

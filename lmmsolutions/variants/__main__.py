"""``python -m lmmsolutions.variants``: write ``variants/<assignment>/sleepstudy.csv`` and how they were screened."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lmmsolutions.core.data import DATASETS
from lmmsolutions.lessons.assignments import ASSIGNMENTS as ASSIGNMENTS_OF_COURSE
from lmmsolutions.variants.candidate import ASSIGNMENTS, SAME_ANSWERS
from lmmsolutions.variants.criteria import Finding
from lmmsolutions.variants.drawing import WITH_FAULTS
from lmmsolutions.variants.lesson_screening import SAME_ANSWERS as SAME_IN_LESSONS
from lmmsolutions.variants.lesson_screening import examine, examine_draw, lesson_files, search_lesson
from lmmsolutions.variants.lessons import LESSONS
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

The lessons on mixed models, from `08-athletes` on, have files of their own, drawn anew by the generators of the
published ones, or from the model that fits them; `--search` looks for their seeds again, which takes minutes.

Some answers are the same on all such data, so that honest code which relies on rows, days and subjects runs. Typed in,
these are not noticed: {same}.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Draw, screen and write; the exit status is 0, or 1 if no seed gives a data set that passes."""
    parser = argparse.ArgumentParser(prog="python -m lmmsolutions.variants", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("variants"), help="where to write (default: variants)")
    parser.add_argument("--search", action="store_true", help="look for the seeds of the lessons again, and print them")
    parser.add_argument(
        "--ids",
        type=Path,
        metavar="FILE",
        help="screen the draws of these students, one a line",
    )
    options = parser.parse_args(argv)
    if options.ids is not None:
        return _screen_draws(options.ids)
    try:
        if options.search:
            print("\n".join(f"{name}: seed {search_lesson(name)}" for name in LESSONS))
            return 0
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


def _screen_draws(path: Path) -> int:
    """Print what is wrong with the data of each student; the status is 1 if anything is."""
    try:
        students = list(dict.fromkeys(filter(None, map(str.strip, path.read_text("utf-8").splitlines()))))
    except (OSError, UnicodeDecodeError) as error:
        print(f"lmmsolutions.variants: the ids cannot be read: {error}", file=sys.stderr)
        return 1
    names = [name for name, item in ASSIGNMENTS_OF_COURSE.items() if item.draw is not None]
    failed = 0
    for name, student in itertools.product(names, students):
        wrong = [finding for finding in examine_draw(name, student) if not finding.passed]
        failed += bool(wrong)
        for finding in wrong:
            print(f"{name}, {student}: {finding.name}, wanted {finding.wants}; {finding.measured}")
    print(f"{len(names) * len(students) - failed} of {len(names) * len(students)} draws meet every criterion.")
    return int(failed > 0)


def files(found: Found) -> Mapping[str, bytes]:
    """Everything that is written: path within the folder → content."""
    tables = {f"{name}/{DATASETS['sleepstudy'].file}": found.variant.content(name) for name in ASSIGNMENTS}
    lessons = {path: content for name in LESSONS for path, content in lesson_files(name).items()}
    return {**tables, **lessons, REPORT: report(found).encode()}


def report(found: Found) -> str:
    """What the folder holds and what the screening measured, as Markdown."""
    about = _ABOUT.format(
        with_faults=WITH_FAULTS, same=", ".join(f"`{name}`" for name in (*SAME_ANSWERS, *sorted(SAME_IN_LESSONS)))
    )
    lessons = [line for name in LESSONS for line in _lesson_screening(name)]
    return "\n".join([about, "## Screening", "", *_screening(found), *lessons, ""])


def _lesson_screening(name: str) -> list[str]:
    return [
        "",
        f"### {name}",
        "",
        f"Seed {LESSONS[name].seed}, the first that meets every criterion.",
        "",
        *_findings(examine(name, LESSONS[name].seed)),
    ]


def _screening(found: Found) -> list[str]:
    """The seed, what rejected the seeds before it, and what was measured."""
    reasons = [f"{number} by “{name}”" for name, number in found.reasons().items()]
    return [
        f"Seed {found.variant.seed}, the first that meets every criterion; "
        f"{len(found.rejected)} were rejected{': ' if reasons else ''}{', '.join(reasons)}.",
        "",
        *_findings(found.findings),
    ]


def _findings(findings: Iterable[Finding]) -> list[str]:
    rows = [f"| {finding.name} | {finding.wants} | {finding.measured} |" for finding in findings]
    return ["| criterion | wanted | measured |", "|:--|:--|:--|", *rows]


if __name__ == "__main__":
    sys.exit(main())

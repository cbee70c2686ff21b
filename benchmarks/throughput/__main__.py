"""Measure, and write the table and the plot that README shows: ``python -m benchmarks.throughput``."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from benchmarks.throughput import measures
from benchmarks.throughput.measures import MIXED, Row
from benchmarks.throughput.report import plot, table

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    """Run everything; the exit status is 0 only if every target was met."""
    parser = argparse.ArgumentParser("python -m benchmarks.throughput", description=__doc__)
    parser.add_argument("--students", type=int, default=60, help="in the comparison with stock nbgrader")
    parser.add_argument("--large", type=int, default=1000, help="submissions of a large class")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="DIR", help="where to write them")
    options = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="throughput-"))
    rows: list[Row] = []
    try:
        for row in measures.against_stock(scratch, options.students):
            rows.append(_said(row))
        own, peer = next(row.seconds for row in rows if row.measure.endswith(MIXED) and row.seconds)
        for found in (
            measures.against_the_bare_limit(scratch, options.students),
            measures.first_result(scratch),
            measures.scaling(scratch, options.large // 10, options.large, peer / options.students),
            measures.demo(scratch),
            measures.against_otter(scratch, own / options.students),
        ):
            rows += map(_said, found)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "table.md").write_text(table(rows, _machine()), encoding="utf-8")
    plot(rows, options.results / "throughput.svg")
    return 0 if all(row.met for row in rows) else 1


def _said(row: Row) -> Row:
    print(f"{row.measure}: {row.ours}, peer {row.peer or '–'}: {row.found} {row.target}", flush=True)
    return row


def _machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in ("nbgrader", "numpy", "pandas", "statsmodels"))
    machine = f"{len(os.sched_getaffinity(0))} processors ({model}), {memory:.0f} GB, Linux {platform.release()}"
    return f"{machine}, Python {platform.python_version()}, {versions}, Otter-Grader {measures.otter.OTTER}"


if __name__ == "__main__":
    sys.exit(main())
